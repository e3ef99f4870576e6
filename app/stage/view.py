"""The window onto the plane: which part of it is shown, and where each point of it is on the screen."""

from __future__ import annotations

from dataclasses import dataclass

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
