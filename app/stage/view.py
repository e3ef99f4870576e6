"""The window onto the plane: which part of it is shown, and where each point of it is on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

# Beyond this magnification neighbouring doubles would be pixels apart.
SMALLEST_SPAN = 1e-11
LARGEST_SPAN = 1e13


@dataclass(frozen=True, slots=True)
class View:
    """x0 < x1 and y0 < y1 of the part shown, and the rectangle of the widget that shows it."""

    x0: float
    x1: float
    y0: float
    y1: float
    plot: QRectF

    @property
    def x_scale(self) -> float:
        """Pixels a unit of x."""
        return self.plot.width() / (self.x1 - self.x0)

    @property
    def y_scale(self) -> float:
        """Pixels a unit of y, negative: y rises, pixel rows count down."""
        return -self.plot.height() / (self.y1 - self.y0)

    @property
    def region(self) -> tuple[float, float, float, float]:
        return self.x0, self.x1, self.y0, self.y1

    def point(self, x: float, y: float) -> QPointF:
        return QPointF(
            self.plot.left() + (x - self.x0) * self.x_scale, self.plot.bottom() + (y - self.y0) * self.y_scale
        )

    def at(self, point: QPointF) -> tuple[float, float]:
        """The (x, y) under a point of the widget."""
        x = self.x0 + (point.x() - self.plot.left()) / self.x_scale
        return x, self.y0 + (point.y() - self.plot.bottom()) / self.y_scale

    def rectangle(self, x0: float, x1: float, y0: float, y1: float) -> QRectF:
        return QRectF(self.point(x0, y1), self.point(x1, y0))

    def moved(self, by: QPointF) -> View:
        """The view after its content is dragged by so many pixels."""
        dx, dy = -by.x() / self.x_scale, -by.y() / self.y_scale
        return replace(self, x0=self.x0 + dx, x1=self.x1 + dx, y0=self.y0 + dy, y1=self.y1 + dy)

    def zoomed(self, factor: float, around: QPointF | None = None) -> View:
        """Magnified by a factor about a point (the middle without one); the same view at the limits."""
        x, y = self.at(around if around is not None else self.plot.center())
        zoomed = replace(
            self,
            x0=x - (x - self.x0) / factor,
            x1=x + (self.x1 - x) / factor,
            y0=y - (y - self.y0) / factor,
            y1=y + (self.y1 - y) / factor,
        )
        smallest = SMALLEST_SPAN * max(1.0, abs(x), abs(y))
        spans = zoomed.x1 - zoomed.x0, zoomed.y1 - zoomed.y0
        return self if min(spans) < smallest or max(spans) > LARGEST_SPAN else zoomed

    def squared(self) -> View:
        """Widened on one side so that a unit of x is as long as a unit of y."""
        scale = min(self.x_scale, -self.y_scale)
        x, y = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2
        half_x, half_y = self.plot.width() / scale / 2, self.plot.height() / scale / 2
        return replace(self, x0=x - half_x, x1=x + half_x, y0=y - half_y, y1=y + half_y)
