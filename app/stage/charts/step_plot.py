"""A plot over the time steps of a sequence, with what is to be read at the step under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.strips import draw_strip
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.overlay import draw_chip
from app.stage.stable_axis import StableAxis

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray
Lines = list[tuple[str, QColor | None]]


class StepPlot(PlotView):
    """A subclass says how many steps there are, what is drawn, and what is read at a step, counted from 1."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, counts=True, grid=True)
        self.colour = QColor(theme.accent)
        self._axis = StableAxis()
        self._at: int | None = None
        self._raster = RasterItem(self.box, self._paint, LOWEST)
        self.setAccessibleName(name)
        self.setMinimumSize(120, 90)
        self.hovered.connect(self._point)
        self.looked.connect(self._redraw_axes)

    @property
    def steps(self) -> int:
        """How many steps there are."""
        raise NotImplementedError

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Paint what there is, with at least one step."""
        raise NotImplementedError

    def spot(self, step: int) -> QPointF | None:
        """Where the step is marked; None if it has no value."""
        raise NotImplementedError

    def told(self, step: int) -> Lines:
        """What is to be read at a step."""
        raise NotImplementedError

    def draw_line(self, painter: QPainter, values: Array, colour: QColor, width: float) -> None:
        """A line through values (steps,), broken where they are not finite."""
        x, y = self.scales
        steps, known = np.arange(1.0, len(values) + 1.0), np.isfinite(values)
        painter.setPen(QPen(colour, width))
        for piece in np.split(np.arange(len(values)), np.flatnonzero(np.diff(known)) + 1):
            if known[piece[0]]:
                draw_strip(painter, x.pixels(steps[piece]), y.pixels(values[piece]))

    def redraw(self) -> None:
        """There is something new to be seen."""
        self._raster.update()

    def _redraw_axes(self) -> None:
        """Another size or range: nothing of what Qt has cached of the axes is right."""
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _point(self, at: QPointF | None) -> None:
        place = None
        if at is not None and self.steps:
            place = min(max(round(self.scales[0].value(at.x())), 1), self.steps)
        if place != self._at:
            self._at = place
            self.redraw()

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        if not self.steps:
            return
        self.draw(painter, area)
        spot = self.spot(self._at) if self._at is not None and self._at <= self.steps else None
        if spot is not None and self._at is not None:
            painter.setBrush(self.colour)
            painter.setPen(QPen(self.theme.field, 1.5))
            painter.drawEllipse(spot, 4.5, 4.5)
            painter.setFont(self.small_font())
            draw_chip(painter, spot, area, self.told(self._at))
