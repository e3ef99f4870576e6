"""The plot of a comparison: a line of each run with its band, points that can be clicked, and values at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.compare.plot_lines import PlotLine, around, suited, y_values
from app.look.number_format import number
from app.look.qt_arrays import polygon
from app.look.stamps import discs, draw_stamps
from app.look.strips import draw_strip, sharp_turns
from app.plots.axis_type import LINEAR, LOG, AxisType
from app.plots.line_item import LineItem
from app.plots.plot_box import BOX
from app.plots.plot_view import ABOVE, LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.plots.readout import Row, draw_readout
from app.plots.scale import Scale

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

_WIDTH, _FAINT_WIDTH = 2.0, 1.0
_BAND, _GOOD, _FAINT = 0.20, 0.10, 0.45  # opacity
_POINT = 3.5  # pixels of its radius
_STAMP = 9  # pixels of the stamp of a point
_REACH = 14.0  # pixels within which a click means a point
_CROSS = 4.0  # pixels of half a cross for what diverged
_STRIP = 7.0  # pixels from the good range of one line to the next
_ROW = 11.0  # pixels between the crosses of one line and the next
_INK = 150_000.0  # pixels that all faint lines may be long together, which takes 15 ms
_FEWEST = 4  # of them that are drawn however long they are
_ROUGH = 16  # turns of a band beyond which its outline is not smoothed


class LinePlot(PlotView):
    """`show_lines` never emits. picked carries the key of a line and the x of its point that was clicked."""

    picked = Signal(str, float)

    def __init__(self, theme: Theme, name: str, x_name: str, counts: bool = False) -> None:
        self.lines: tuple[PlotLine, ...] = ()
        super().__init__(theme, counts=counts, grid=True, mouse=BOX)
        self.setObjectName(name)
        self.head: Callable[[float], str] = lambda x: f"{x_name} {number(x)}"
        self._x_name = x_name
        self._x_type: AxisType = LINEAR
        self._y_type: AxisType | None = None  # chosen by hand, else what suits the values
        self._items: list[LineItem] = []
        self._image: QImage | None = None
        self._drawn: object = None
        self._at: float | None = None
        self.set_names(x_name, "")
        self._ink = RasterItem(self.box, self._paint_ink, LOWEST)
        self.cursor_line = pg.InfiniteLine(angle=90)
        self.cursor_line.hide()
        self.addItem(self.cursor_line, ignoreBounds=True)
        self._readout = RasterItem(self.box, self._paint_readout, ABOVE)
        self.set_theme(theme)
        self.hovered.connect(self._point)
        self.clicked.connect(self._pick)

    @property
    def y_is_log(self) -> bool:
        return self.y_axis.type.log

    def show_lines(self, lines: Sequence[PlotLine], x_type: AxisType = LINEAR, y_name: str = "") -> None:
        """Show these; what a hand has zoomed into stays."""
        self.lines = tuple(lines)
        self._x_type = x_type
        self.set_names(self._x_name, y_name)
        self._sync_items()
        self._fit()

    def set_y_log(self, log: bool | None) -> None:
        """Let the y axis be logarithmic or not; None is what suits the values."""
        self._y_type = None if log is None else LOG if log else LINEAR
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if hasattr(self, "cursor_line"):
            self.cursor_line.setPen(pg.mkPen(theme.muted))
            self._sync_items()
            self._renew()

    def _fit(self) -> None:
        values = y_values(self.lines)
        y_type = self._y_type or suited(values)
        if y_type.log and not (values > 0.0).any():
            y_type = LINEAR
        self.set_types(self._x_type, y_type)
        reach = np.concatenate([np.append(line.x, line.failing) for line in self.lines] or [np.empty(0)])
        x = (float(reach.min()), float(reach.max())) if len(reach) else (0.0, 1.0)
        pointed = any(line.pointed for line in self.lines)
        self.follow(around(reach, self._x_type) if pointed or x[0] == x[1] else x, around(values, y_type))
        self._renew()

    def _renew(self) -> None:
        self._drawn = None
        self._ink.update()
        self._readout.update()

    def _sync_items(self) -> None:
        """Let pyqtgraph know the lines that are shown."""
        for item in self._items:
            self.removeItem(item)
        self._items = []
        for line in self.lines:
            item = LineItem(line.name, partial(_numbers, line))
            item.set_pen(QPen(self.theme.run_colours[line.colour], _WIDTH))
            item.set_types(self._x_type, self.y_axis.type)
            self.addItem(item, ignoreBounds=True)
            self._items.append(item)

    # Painting

    def _paint_ink(self, painter: QPainter, area: QRectF) -> None:
        """The lines, from an image that is drawn anew if they or the scales are others."""
        ratio = self.devicePixelRatioF()
        drawn = (*self.scales, area.size().toTuple(), ratio, self.theme.name)
        if drawn != self._drawn or self._image is None:
            self._drawn = drawn
            image = QImage(
                max(round(area.width() * ratio), 1),
                max(round(area.height() * ratio), 1),
                QImage.Format.Format_ARGB32_Premultiplied,
            )
            image.setDevicePixelRatio(ratio)
            image.fill(Qt.GlobalColor.transparent)
            inner = QPainter(image)
            self._draw(inner, area)
            inner.end()
            self._image = image
        painter.drawImage(QPointF(0.0, 0.0), self._image)

    def _draw(self, painter: QPainter, area: QRectF) -> None:
        x, y = self.scales
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.lines:
            self._draw_band(painter, area, line, x, y)
        for line in self.lines:
            colour = QColor(self.theme.run_colours[line.colour])
            colour.setAlphaF(_FAINT)
            thin = QPen(colour, _FAINT_WIDTH)
            thin.setCosmetic(True)
            xs = x.pixels(line.x)
            for row in some_of(xs, _pixels(y, line.faint), _INK / len(self.lines)):
                _draw_line(painter, thin, xs, row)
        for place, line in enumerate(self.lines):
            colour = QColor(self.theme.run_colours[line.colour])
            xs, ys = x.pixels(line.x), _pixels(y, line.y)
            _draw_line(painter, QPen(colour, _WIDTH), xs, ys)
            if line.pointed:
                self._draw_points(painter, line, colour, xs, ys)
            painter.setPen(QPen(colour, 1.6))
            top = area.top() + 4.0 + _CROSS + place * _ROW
            for at in x.pixels(np.array(line.failing, float)).tolist():
                for end in (_CROSS, -_CROSS):
                    painter.drawLine(QPointF(at - _CROSS, top - end), QPointF(at + _CROSS, top + end))

    def _draw_band(self, painter: QPainter, area: QRectF, line: PlotLine, x: Scale, y: Scale) -> None:
        colour = QColor(self.theme.run_colours[line.colour])
        painter.setPen(Qt.PenStyle.NoPen)
        if line.good is not None:
            self._draw_good(painter, area, line, *(x.pixel(end) for end in line.good))
        if not len(line.low):
            return
        colour.setAlphaF(_BAND)
        painter.setBrush(colour)
        xs, low, high = x.pixels(line.x), y.pixels(line.low), y.pixels(np.where(np.isinf(line.high), 1e300, line.high))
        if y.log:  # what is zero or below lies beneath every axis
            low = np.where(np.isnan(low) & ~np.isnan(line.low), area.bottom() + 10.0, low)
        high = np.maximum(high, area.top() - 10.0)
        for part in _runs_of(np.isfinite(xs + low + high)):
            outline = np.append(xs[part], xs[part][::-1]), np.append(low[part], high[part][::-1])
            # Of one that goes up and down nobody sees the steps, and to smooth them takes Qt eight times as long.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, sharp_turns(np.column_stack(outline)) <= _ROUGH)
            painter.drawPolygon(polygon(*outline))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_good(self, painter: QPainter, area: QRectF, line: PlotLine, left: float, right: float) -> None:
        """The good range as a strip at the bottom, one above the other; of a single line all the height is shaded."""
        colour = QColor(self.theme.run_colours[line.colour])
        bottom = area.bottom() - 2.0 - _STRIP * self.lines.index(line)
        left, wide = left - _POINT, right - left + 2.0 * _POINT
        colour.setAlphaF(_FAINT)
        painter.fillRect(QRectF(left, bottom - _STRIP + 2.0, wide, _STRIP - 2.0), colour)
        if len(self.lines) == 1:
            colour.setAlphaF(_GOOD)
            painter.fillRect(QRectF(left, area.top(), wide, area.height()), colour)

    def _draw_points(self, painter: QPainter, line: PlotLine, colour: QColor, xs: Array, ys: Array) -> None:
        places = np.column_stack((xs, ys))
        places = places[np.isfinite(places).all(axis=1)]
        sheet = discs((colour.rgba(),), _POINT, _STAMP, painter.device().devicePixelRatio())
        draw_stamps(painter, sheet, _STAMP, places, np.zeros(len(places), int))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if line.chosen is not None and np.isfinite(xs[line.chosen] + ys[line.chosen]):
            painter.setPen(QPen(self.theme.text, 1.6))
            painter.drawEllipse(QPointF(xs[line.chosen], ys[line.chosen]), 2.0 * _POINT, 2.0 * _POINT)

    def _paint_readout(self, painter: QPainter, area: QRectF) -> None:
        if self._at is None or not self.lines:
            return
        x, _ = self.scales
        head, rows = self.values_at(self._at)
        draw_readout(painter, area, x.pixel(self._at), head, rows, self.theme, self.small_font())

    def values_at(self, x: float) -> tuple[str, list[Row]]:
        """What is told at a place: its name, and the value of each line there, with its quartiles if it has a band."""
        rows = []
        for line in self.lines:
            place = line.nearest(x, self._x_type.log)
            value = line.y[place] if place is not None else np.nan
            text = "diverged" if np.isinf(value) else "–" if np.isnan(value) else number(float(value), 3)
            if place is not None and len(line.low) and np.isfinite(value):
                text += f"  ({_told(line.low[place])} … {_told(line.high[place])})"
            if place is not None and line.pointed:
                text = f"{text} at {line.x[place]:g}"
            rows.append(Row(self.theme.run_colours[line.colour], line.name, (text,)))
        return self.head(x), rows

    # What a hand does

    def _point(self, place: QPointF | None) -> None:
        x, _ = self.scales
        self._at = None if place is None else x.value(place.x())
        self.cursor_line.setVisible(self._at is not None and bool(self.lines))
        if self._at is not None:
            self.cursor_line.setPos(self._x_type.place(self._at))
            near = self._near(place) if place is not None else None
            self.setCursor(Qt.CursorShape.ArrowCursor if near is None else Qt.CursorShape.PointingHandCursor)
        self._readout.update()

    def _pick(self, place: QPointF) -> None:
        near = self._near(place)
        if near is not None:
            self.picked.emit(near[0].key, float(near[0].x[near[1]]))

    def _near(self, place: QPointF) -> tuple[PlotLine, int] | None:
        """The point under the pointer."""
        x, y = self.scales
        best, found = _REACH, None
        for line in self.lines:
            if line.pointed:
                with np.errstate(invalid="ignore"):
                    far = np.hypot(x.pixels(line.x) - place.x(), y.pixels(line.y) - place.y())
                if len(far) and not np.isnan(far).all() and np.nanmin(far) < best:
                    best, found = float(np.nanmin(far)), (line, int(np.nanargmin(far)))
        return found


def _pixels(y: Scale, values: Array) -> Array:
    """Where values are; what is not finite is nowhere, not at the end of the axis."""
    return y.pixels(np.where(np.isfinite(values), values, np.nan))


def some_of(xs: Array, rows: Array, ink: float) -> Array:
    """Of lines over the pixels xs (k,), at heights rows (n, k), as many as are `ink` pixels long together: every other
    one, or fewer.
    """
    if len(rows) <= _FEWEST:
        return rows
    length = float(np.nansum(np.hypot(np.diff(xs), np.diff(rows, axis=1))))
    every = min(int(np.ceil(length / ink)), len(rows) // _FEWEST)
    return rows[:: max(every, 1)]


def _numbers(line: PlotLine) -> tuple[Array, Array]:
    return line.x, line.y


def _told(value: float) -> str:
    return number(float(value), 3) if np.isfinite(value) else "∞"


def _draw_line(painter: QPainter, pen: QPen, xs: Array, ys: Array) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for part in _runs_of(np.isfinite(xs) & np.isfinite(ys)):
        draw_strip(painter, xs[part], np.clip(ys[part], -1e6, 1e6))


def _runs_of(known: Array) -> list[slice]:
    """The stretches of at least two neighbours that are all known."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    ends = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [slice(first, last) for first, last in ends if last - first > 1]
