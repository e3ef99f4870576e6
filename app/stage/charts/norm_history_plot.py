"""A plot of one run's gradient norm as colours: updates across, time steps up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from app.look.networks.norm_history import columns, edges, record, until
from app.look.number_format import number
from app.plots.plot_view import LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.stage.heat import heat_image, heat_table
from app.stage.overlay import draw_chip

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import RunPicture

Array = np.ndarray

LOW = 40  # pixels: in a lower plot a name would hide too much
LOWEST_SPAN = 1.0  # decades of the colours, at least


class NormHistoryPlot(PlotView):
    """pointed: the update under the pointer, None once it has left."""

    pointed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, counts=True)
        self.run: RunPicture | None = None
        self.named = False
        self._levels = 0.0, LOWEST_SPAN
        self._cursor: int | None = None
        self._at: QPointF | None = None
        self._table = heat_table(theme.heat)
        self._key: tuple[object, ...] = ()
        self._image = QImage()
        self._raster = RasterItem(self.box, self._paint, LOWEST)
        self.setAccessibleName("Gradient norm by update and time step")
        self.setMinimumSize(120, 64)
        self.set_names("update", "time step")
        self.hovered.connect(self._point)
        self.looked.connect(self._redraw_axes)

    def show_run(self, run: RunPicture, levels: tuple[float, float], end: float, named: bool) -> None:
        """Show a run on the axis from 0 to `end`, with levels, logarithms, as the ends of the colours; named: its
        name is written.
        """
        steps = edges(run)
        before = self._shown
        self.run, self._levels, self.named = run, levels, named
        self.follow((0.0, end), (float(steps[0]), float(steps[-1])))
        if self._shown != before:
            self._raster.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._table, self._key = heat_table(theme.heat), ()

    def set_cursor(self, update: int | None) -> None:
        """Mark an update that is pointed at elsewhere."""
        if update != self._cursor:
            self._cursor = update
            self._raster.update()

    def read(self, x: float, y: float) -> str:
        """What is to be read at an update and a time step; empty where nothing was measured."""
        run = self.run
        if run is None or x > until(run):
            return ""
        (at, norms), steps = record(run), edges(run)
        row, column = (int(np.searchsorted(ends, value, "right")) - 1 for ends, value in ((at, x), (steps, y)))
        if row < 0 or not 0 <= column < norms.shape[1]:
            return ""
        step = run.shown.problem.subject.time_steps[column]
        return f"update {int(at[row]):,}, step {step}: {number(float(norms[row, column]), 3)}"

    @property
    def _shown(self) -> tuple[object, ...]:
        """What the picture depends on besides its range."""
        run = self.run
        if run is None:
            return ()
        reached = round(self.scales[0].pixel(until(run)))  # of the picture, which has a column for each pixel
        known = len(run.measures.steps_at), reached, self._levels
        return run.id, run.name, run.colour, *known, self.named, run.shown.update < run.update and run.shown.update

    def _redraw_axes(self) -> None:
        self.x_axis.redraw()
        self.y_axis.redraw()

    def _point(self, at: QPointF | None) -> None:
        if at != self._at:
            self._at = at
            self._raster.update()
            self.pointed.emit(None if at is None or self.run is None else self._update(at))

    def _update(self, at: QPointF) -> int | None:
        assert self.run is not None
        update = round(self.scales[0].value(at.x()))
        return update if 0 <= update <= self.run.update else None

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        run = self.run
        if run is None:
            return
        x, y = self.scales
        known = (*self._shown, x, area.width())
        if known != self._key:
            self._key, self._image = known, self._coloured(run, max(round(area.width()), 1))
        steps = edges(run)
        top, bottom = y.pixel(float(steps[-1])), y.pixel(float(steps[0]))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, bottom - top < self._image.height())
        painter.drawImage(QRectF(area.left(), top, area.width(), bottom - top), self._image)
        if self._cursor is not None:
            place = x.pixel(self._cursor)
            painter.setPen(QPen(self.theme.text, 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(place, area.top()), QPointF(place, area.bottom()))
        if run.shown.update < run.update:
            place = x.pixel(run.shown.update)
            painter.setPen(QPen(self.theme.accent, 1.0))
            painter.drawLine(QPointF(place, area.top()), QPointF(place, area.bottom()))
        painter.setFont(self.small_font())
        if self.named and area.height() >= LOW:
            self._write_name(painter, area, run)
        if self._at is not None:
            told = self.read(x.value(self._at.x()), y.value(self._at.y()))
            if told:
                draw_chip(painter, self._at, area, [(told, None)])

    def _coloured(self, run: RunPicture, width: int) -> QImage:
        """The picture of the range that is shown, a column for each pixel; transparent where nothing is known."""
        x, (at, norms) = self.scales[0], record(run)
        bounds = np.asarray(x.values(np.arange(width + 1.0)), float)
        seen = columns(at, norms, until(run), bounds)
        low, high = self._levels
        with np.errstate(all="ignore"):
            shades = np.clip((np.log10(seen) - low) / (high - low), 0.0, 1.0)
        shades[~np.isfinite(seen)] = np.nan
        return heat_image(shades, self._table)

    def _write_name(self, painter: QPainter, area: QRectF, run: RunPicture) -> None:
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(run.name, Qt.TextElideMode.ElideRight, max(area.width() - 40.0, 0.0))
        box = QRectF(area.left() + 6, area.top() + 5, metrics.horizontalAdvance(text) + 24, metrics.height() + 4)
        shade = self.theme.field
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.setOpacity(0.85)
        painter.drawRoundedRect(box, 4, 4)
        painter.setOpacity(1.0)
        painter.setBrush(self.theme.run_colours[run.colour])
        painter.drawEllipse(QPointF(box.left() + 9, box.center().y()), 4, 4)
        painter.setPen(self.theme.text)
        painter.drawText(box.adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def spanned(low: float, high: float) -> tuple[float, float]:
    """Levels at least LOWEST_SPAN apart, at whole decades."""
    low, high = math.floor(low), math.ceil(high)
    return float(low), max(float(high), low + LOWEST_SPAN)
