"""A small plot of one histogram: bars in the colours of their sign, single numbers as strokes on the axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QResizeEvent, QWheelEvent

from app.look.qt_arrays import polygon
from app.plots.axis_type import LINEAR, symlog
from app.plots.line_item import LineItem
from app.plots.plot_view import LOWEST, Margins, PlotView
from app.plots.raster_item import RasterItem
from app.stage.charts.histogram import Histogram

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.plots.scale import Scale

Array = np.ndarray

WIDE = 150  # pixels of the whole plot from which there is room for an axis of the counts
RUG = 5.0  # pixels of the strokes' height
BACKING = 150  # opacity behind the highest count
COUNTS_TYPE = symlog([1.0])  # of the axis where heights are logarithms: an empty bin has a place on it


class HistogramPlot(PlotView):
    """scrolls: tells whether the wheel belongs to the list around it, unless Ctrl is held."""

    def __init__(self, theme: Theme, scrolls: Callable[[], bool]) -> None:
        super().__init__(theme)
        self._scrolls = scrolls
        self.histogram: Histogram | None = None
        self._bin: int | None = None
        self._bars = RasterItem(self.box, self._paint, LOWEST, smooth=False)
        self._line = LineItem("", self._numbers)
        self.addItem(self._line)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the list has it

    def show_histogram(self, histogram: Histogram, layer: str, log: bool) -> None:
        """Show this; layer: whose numbers they are; log: heights are logarithms of the counts."""
        self.histogram = histogram
        self._line.set_name(f"{histogram.title} of {layer}")
        if self.y_axis.type.name != (COUNTS_TYPE if log else LINEAR).name:
            self.set_types(LINEAR, COUNTS_TYPE if log else LINEAR)
        self.follow(histogram.ends, (0.0, histogram.top))
        self._bars.update()

    def point_at(self, place: int | None) -> None:
        """Mark a bin."""
        if place != self._bin:
            self._bin = place
            self._bars.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._scrolls() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    # Layout

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        if self.plotItem is not None:
            self.showAxis("left", self.width() >= WIDE)
            self._fit_axes()
            self.x_axis.margin_left = self.left_room()
        super().resizeEvent(event)

    def margins(self) -> Margins:
        _, _, right, bottom = super().margins()
        return 0.0, round(QFontMetricsF(self.small_font()).height() / 2), right, bottom

    def left_room(self) -> float:
        return super().left_room() if self.y_axis.isVisible() else 0.0

    # Painting

    def _numbers(self) -> tuple[Array, Array]:
        """The middles of the bins and their counts."""
        if self.histogram is None:
            return np.empty(0), np.empty(0)
        edges = self.histogram.edges
        return (edges[1:] + edges[:-1]) / 2, self.histogram.counts.astype(float)

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.theme.field)
        shown = self.histogram
        if shown is None:
            return
        painter.setFont(self.small_font())
        if shown.nothing:
            painter.setPen(self.theme.danger)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown.nothing)
            return
        x, y = self.scales
        first, last = map(x.pixel, shown.ends)
        wide = (last - first) / len(shown.counts)
        edges = first + wide * np.arange(len(shown.counts) + 1)
        self._paint_bars(painter, area, edges, y.pixels(shown.counts), x.pixel(0.0))
        if len(shown.strokes):
            self._paint_strokes(painter, area, shown.strokes, x)
        if self._bin is not None and self._bin < len(shown.counts):
            painter.setPen(QPen(self.theme.text, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(first + self._bin * wide, area.top(), wide, area.height() - 1.0))
        if not self.y_axis.isVisible():
            self._paint_top(painter, area, shown)

    def _paint_bars(self, painter: QPainter, area: QRectF, edges: Array, heights: Array, zero: float) -> None:
        levels = np.full(2 * len(edges), area.bottom())
        levels[1:-1] = np.repeat(heights, 2)
        outline = polygon(np.repeat(edges, 2), levels)
        zero = min(max(zero, area.left()), area.right())
        painter.setPen(Qt.PenStyle.NoPen)
        negative, positive = self.theme.signed_colours
        for colour, first, last in ((negative, area.left(), zero), (positive, zero, area.right())):
            if edges[0] < last and first < edges[-1] and last > first:
                painter.save()
                within = QRectF(first, area.top(), last - first, area.height())
                painter.setClipRect(within, Qt.ClipOperation.IntersectClip)
                painter.setBrush(colour)
                painter.drawPolygon(outline)
                painter.restore()

    def _paint_strokes(self, painter: QPainter, area: QRectF, strokes: Array, x: Scale) -> None:
        """Single numbers as strokes on the axis: an image of one row, however many they are."""
        width = int(area.width())
        known = strokes[(strokes >= x.low) & (strokes <= x.high)]
        if not len(known) or width < 2:
            return
        row = np.zeros((1, width), np.uint32)
        row[0, np.minimum(x.pixels(known).astype(int), width - 1)] = self.theme.text.rgba()
        image = QImage(row.data, width, 1, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(QRectF(area.left(), area.bottom() - RUG, area.width(), RUG), image)

    def _paint_top(self, painter: QPainter, area: QRectF, shown: Histogram) -> None:
        """The end of the axis of the counts, where there is no room for the axis."""
        metrics, text = QFontMetricsF(painter.font()), f"{shown.top:,.0f}"
        wide = metrics.horizontalAdvance(text) + 6
        corner = QRectF(area.right() - wide, area.top(), wide, metrics.height())
        backing = QColor(self.theme.field)
        backing.setAlpha(BACKING)
        painter.fillRect(corner, backing)
        painter.setPen(self.theme.muted)
        painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, text)
