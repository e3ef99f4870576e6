"""Arms of the bandit: their true values, and below them how likely the policy pulls each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from app.look.number_format import number
from app.plots.line_item import LineItem
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.overlay import draw_chip
from app.stage.policy.policy_view import PolicyView
from app.stage.stable_axis import rounded
from app.widgets.elided import ElidedLabel
from engine import Arms

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Query

Array = np.ndarray

_WIDE = 0.38  # half the width of a bar
HANDLE = 8  # pixels between the plots


class ArmsPlot(PlotView):
    """A bar from `base` for each arm; the best one is outlined."""

    def __init__(self, theme: Theme, name: str, of: str) -> None:
        super().__init__(theme, counts=True, grid=True)
        self.heights: Array = np.empty(0)
        self.best = 0
        self.base = 0.0
        self.colour = QColor(theme.accent)
        self._of = of
        self._at: int | None = None
        self._raster = RasterItem(self.box, self._paint, LOWEST)
        self._line = LineItem(of, lambda: (np.arange(1.0, len(self.heights) + 1.0), self.heights))
        self.addItem(self._line)
        self.set_names("number of the arm", of)
        self.setAccessibleName(name)
        self.setMinimumSize(120, 80)
        self.hovered.connect(self._point)
        self.looked.connect(self._redraw_axes)

    def show_heights(self, heights: Array, ends: tuple[float, float], best: int, colour: QColor) -> None:
        """Show these (arms,), on an axis with these ends."""
        self.heights, self.best, self.colour, self.base = heights, best, colour, ends[0]
        self.follow((0.4, len(heights) + 0.6), ends)
        self._raster.update()

    def _redraw_axes(self) -> None:
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _point(self, at: QPointF | None) -> None:
        place = None
        if at is not None and len(self.heights):
            place = min(max(round(self.scales[0].value(at.x())), 1), len(self.heights))
        if place != self._at:
            self._at = place
            self._raster.update()

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        if not np.isfinite(self.heights).all():
            painter.setPen(self.theme.muted)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"The {self._of} is not finite")
            return
        x, y = self.scales
        for arm, height in enumerate(self.heights.tolist(), 1):
            left, right = x.pixel(arm - _WIDE), x.pixel(arm + _WIDE)
            bar = QRectF(QPointF(left, y.pixel(height)), QPointF(right, y.pixel(self.base))).normalized()
            painter.setPen(QPen(self.theme.text, 1.5) if arm - 1 == self.best else Qt.PenStyle.NoPen)
            painter.setBrush(self.colour)
            painter.drawRect(bar)
        if self._at is not None:
            painter.setFont(self.small_font())
            spot = QPointF(x.pixel(self._at), y.pixel(float(self.heights[self._at - 1])))
            told = f"arm {self._at}: {self._of} {number(float(self.heights[self._at - 1]), 4)}"
            draw_chip(painter, spot, area, [(told, None)])


class ArmsView(PolicyView):
    """How far the policy has found the best arm, which is outlined."""

    KEY = "arms"
    TITLE = "Arms"
    MENU = "Arms of the bandit"
    TIER = "basic"
    TIP = "The probability of every arm, below its true value; the best is outlined"
    ASKS = (Arms,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.values = ArmsPlot(theme, "True values of the arms", "true value")
        self.chances = ArmsPlot(theme, "Probabilities of the arms", "probability")
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(HANDLE)
        self._split.setChildrenCollapsible(False)
        for plot in (self.values, self.chances):
            self._split.addWidget(plot)
            plot.menu_wanted.connect(lambda at, plot=plot: self.menu_wanted.emit(at, plot))
        self._split.setSizes([1000, 1000])
        self.setFocusProxy(self.chances)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self._split, 1)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Arms()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.values.set_theme(theme)
        self.chances.set_theme(theme)
        self.show_answers()

    def show_answers(self) -> None:
        seen = self.snapshot.answer(Arms) if self.snapshot is not None else None
        if seen is None:
            return
        best = int(seen.values.argmax())
        low, high = float(seen.values.min()), float(seen.values.max())
        ends = rounded(low - 0.1 * (high - low) - 0.1, high)
        self.values.show_heights(seen.values, ends, best, self.theme.muted)
        self.chances.show_heights(seen.probabilities, (0.0, 1.0), best, self.colour)
        room = max(self.values.left_room(), self.chances.left_room())
        self.values.set_left_room(room)
        self.chances.set_left_room(room)
        mean = float(seen.probabilities @ seen.values)
        told = f"arm {best + 1} is the best: pulled with probability {number(float(seen.probabilities[best]), 3)}"
        worth = f"mean return {number(mean, 4)} of at most {number(high, 4)}"
        self.caption.show_text(" · ".join(part for part in (told, worth, self.warning) if part))

    def reset_view(self) -> None:
        self.values.forget_choice()
        self.chances.forget_choice()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.snapshot is not None else ""
