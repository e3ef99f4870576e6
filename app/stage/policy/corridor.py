"""Policies of the corridor: the mean return of each, and where the runs stand among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import number
from app.look.strips import draw_strip
from app.plots.line_item import LineItem
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.markers import draw_run
from app.stage.overlay import draw_chip
from app.stage.policy.policy_view import PolicyView
from app.widgets.elided import ElidedLabel
from engine import Agent, CorridorPolicy, corridor_return

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import CorridorSeen, Query

Array = np.ndarray

RANGE = (-90.0, 0.0)  # of returns
NEAR = 12.0  # pixels within which the pointer finds the curve across


class CorridorPlot(PlotView):
    """The mean return by the probability of going right. runs: colour, name, probability and whether it is selected."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, grid=True)
        self.seen: CorridorSeen | None = None
        self.runs: list[tuple[QColor, str, float, bool]] = []
        self._at: float | None = None
        self._raster = RasterItem(self.box, self._paint, LOWEST)
        self._line = LineItem("mean return", self._numbers)
        self.addItem(self._line)
        self.set_names("probability of going right", "mean return")
        self.setAccessibleName("Mean return of every policy of the corridor")
        self.setMinimumSize(140, 110)
        self.follow((0.0, 1.0), RANGE)
        self.hovered.connect(self._point)
        self.looked.connect(self._redraw_axes)

    def show_seen(self, seen: CorridorSeen, runs: list[tuple[QColor, str, float, bool]]) -> None:
        """Show every policy, and where runs stand."""
        self.seen, self.runs = seen, runs
        self._raster.update()

    def _redraw_axes(self) -> None:
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _numbers(self) -> tuple[Array, Array]:
        return (np.empty(0), np.empty(0)) if self.seen is None else (self.seen.rights, self.seen.returns)

    def _point(self, at: QPointF | None) -> None:
        right = None if at is None else self.scales[0].value(at.x())
        right = right if right is not None and 0.01 < right < 0.99 else None
        if right != self._at:
            self._at = right
            self._raster.update()

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        if self.seen is None:
            return
        x, y = self.scales
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.text, 1.6))
        draw_strip(painter, x.pixels(self.seen.rights), y.pixels(self.seen.returns))
        best = float(corridor_return(np.array(self.seen.best)))
        across, up = x.pixel(self.seen.best), y.pixel(best)
        painter.setPen(QPen(self.theme.muted, 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), up), QPointF(area.right(), up))
        painter.drawLine(QPointF(across, up), QPointF(across, area.bottom()))
        painter.setFont(self.small_font())
        painter.setPen(self.theme.muted)
        told = f"best: {number(best, 4)} at {number(self.seen.best, 2)}"
        above = QRectF(area.left() + 6.0, up - 22.0, area.width() - 12.0, 20.0)
        painter.drawText(above, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, told)
        for colour, _, right, selected in sorted(self.runs, key=lambda run: run[3]):
            if 0.0 < right < 1.0:
                height = float(corridor_return(np.array(right)))
                spot = QPointF(x.pixel(right), min(max(y.pixel(height), area.top()), area.bottom()))
                draw_run(painter, spot, colour, selected)
        if self._at is not None:
            height = float(corridor_return(np.array(self._at)))
            spot = QPointF(x.pixel(self._at), min(max(y.pixel(height), area.top() + 4.0), area.bottom() - 4.0))
            lines: list[tuple[str, QColor | None]] = [
                (f"right with probability {number(self._at, 3)}: mean return {number(height, 4)}", None)
            ]
            lines += [(name, colour) for colour, name, right, _ in self.runs if abs(x.pixel(right) - spot.x()) < NEAR]
            draw_chip(painter, spot, area, lines)


class CorridorView(PolicyView):
    """Every policy is a point of a curve; the best is no certain one."""

    KEY = "corridor"
    TITLE = "Every policy"
    MENU = "Every policy of the corridor"
    TIER = "basic"
    TIP = "The mean return by the probability of going right, and where the runs stand"
    ASKS = (CorridorPolicy,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.plot = CorridorPlot(theme)
        self.plot.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.plot))
        self.setFocusProxy(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.plot, 1)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({CorridorPolicy()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)
        self.show_answers()

    def show_answers(self) -> None:
        snapshot, picture = self.snapshot, self.picture
        seen = snapshot.answer(CorridorPolicy) if snapshot is not None else None
        if snapshot is None or seen is None or picture is None or not isinstance(picture.subject, Agent):
            return
        runs = []
        for run in picture.runs:
            agent = run.shown.problem.subject
            if run.visible and isinstance(agent, Agent):
                right = float(agent.probabilities(run.shown.evaluated, np.zeros((1, 0)))[0, 1])
                runs.append((self.theme.run_colours[run.colour], run.name, right, run.id == snapshot.run))
        self.plot.show_seen(seen, runs)
        told = f"right with probability {number(seen.right, 3)}, mean return {number(seen.mean_return, 4)}"
        self.caption.show_text(" · ".join(part for part in (told, self.warning) if part))

    def reset_view(self) -> None:
        self.plot.forget_choice()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.snapshot is not None else ""
