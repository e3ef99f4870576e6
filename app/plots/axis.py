"""An axis with Fall Line's ticks and numbers."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from app.look.number_format import Ticks
from app.plots.axis_type import LINEAR, AxisType
from app.plots.scale import Scale, ticks

if TYPE_CHECKING:
    from app.look.theme import Theme

TICK, MINOR_TICK, GAP = 4.0, 2.0, 4.0
BETWEEN = 6.0  # pixels between two labels of the lower axis
EDGE = 5.0  # pixels between the last of them and what is beside the plot
SHORT_NAME = 3  # characters

Text = tuple[QRectF, Qt.AlignmentFlag, str]


class Axis(pg.AxisItem):
    """Ticks at round numbers of a linear, logarithmic or symmetric-log axis; drawn once per range, then cached.

    counts: large numbers are written 20k and 1.5M. name: what runs along the axis. Up to three characters stand
    at the end of the axis, a longer name below the numbers of the lower axis, and above the left one.
    """

    def __init__(self, orientation: str, theme: Theme, counts: bool = False, grid: bool = False) -> None:
        self._bounds: QRectF | None = None
        super().__init__(orientation)
        self.geometryChanged.connect(self._forget_bounds)
        self.type: AxisType = LINEAR
        self.name = ""
        self.labels: tuple[str, ...] = ()
        self._counts, self._has_grid = counts, grid
        self.margin_left, self.margin_right = 40.0, 24.0  # how far labels of the lower axis may stand beside it
        self._theme = theme
        self._measure(QFont())
        self.showLabel(False)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setPen(QPen(theme.axis, 1.0))
        self.setTextPen(QPen(theme.muted, 1.0))
        self.setGrid(255 if self._has_grid else False)
        self.redraw()

    def _measure(self, font: QFont) -> None:
        self._font = font
        self._metrics = metrics = QFontMetricsF(font)
        # Most labels come back. The lambda, because a method of PySide's takes long to be wrapped.
        self._advance = lru_cache(maxsize=512)(lambda text: metrics.horizontalAdvance(text))

    def set_font(self, font: QFont) -> None:
        self._measure(font)
        self.setTickFont(font)
        self.redraw()

    def set_type(self, type: AxisType) -> None:
        if type != self.type:
            self.type = type
            self.redraw()

    def set_name(self, name: str) -> None:
        if name != self.name:
            self.name = name
            self.redraw()

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Names that stand at 0, 1, 2 ... in place of numbers; without any, numbers."""
        if labels != self.labels:
            self.labels = labels
            self.redraw()

    def redraw(self) -> None:
        """Paint anew, as large as the labels now are."""
        self.prepareGeometryChange()
        self._bounds = None
        self.update()

    def linkToView(self, view: pg.ViewBox) -> None:
        """Follow the range of this plot, and its size, to which names and the grid reach."""
        super().linkToView(view)
        view.geometryChanged.connect(self._forget_bounds)

    def updateAutoSIPrefix(self) -> None:
        """Pyqtgraph typesets its own label anew whenever the range moves; this axis writes its name itself."""
        self.update()

    @property
    def scale_shown(self) -> Scale | None:
        """The values of the axis on the pixels of its own length; None while it has none."""
        length = self.height() if self._upright else self.width()
        low, high = (self.type.value(place) for place in self.range)
        if not length > 1.0 or not low < high:
            return None
        return Scale(low, high, length, 0.0, self.type) if self._upright else Scale(low, high, 0.0, length, self.type)

    def room_for_labels(self, low: float, high: float, length: float) -> float:
        """How wide the numbers of an upright axis with this range are, in pixels."""
        marks = self._marks(Scale(low, high, length, 0.0, self.type))
        texts = [text for _, text in marks.major] + [marks.factor]
        return max(map(self._advance, texts), default=0.0)

    def paint(self, painter: QPainter, *_: object) -> None:
        """The axis line, its ticks with the grid, and its labels: once per range, since Qt keeps the pixels."""
        scale = self.scale_shown
        if scale is None:
            return
        marks = self._marks(scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._has_grid:
            painter.setPen(QPen(self._theme.grid, 1.0))
            painter.drawLines(self._grid_lines(marks))
        painter.setPen(self.pen())
        painter.drawLines(self._tick_lines(marks))
        painter.setFont(self._font)
        painter.setPen(self.textPen())
        for box, flags, text in self._upright_texts(marks) if self._upright else self._level_texts(marks):
            painter.drawText(box, int(flags), text)

    def _marks(self, scale: Scale) -> Ticks:
        if not self.labels:
            return ticks(scale, self._spacing, self._counts)
        named = ((scale.pixel(float(place)), name) for place, name in enumerate(self.labels))
        reach = max(scale.start, scale.end)
        return Ticks(tuple((pixel, name) for pixel, name in named if 0.0 <= pixel <= reach), ())

    @property
    def _upright(self) -> bool:
        return bool(self.orientation == "left")

    @property
    def _spacing(self) -> float:
        metrics = self._metrics
        return 2.2 * metrics.height() if self._upright else 5.5 * metrics.averageCharWidth() + 24.0

    def _tick_lines(self, marks: Ticks) -> list[QLineF]:
        """The line of the axis, and ticks outside of the plot."""
        ends = [(TICK, math.floor(pixel) + 0.5) for pixel, _ in marks.major]
        ends += [(MINOR_TICK, math.floor(pixel) + 0.5) for pixel in marks.minor]
        if self._upright:
            right = self.width() - 0.5
            line = QLineF(right, 0.0, right, self.height() + 0.5)
            return [line, *(QLineF(right - length, at, right, at) for length, at in ends)]
        return [QLineF(-0.5, 0.5, self.width(), 0.5), *(QLineF(at, 0.5, at, 0.5 + length) for length, at in ends)]

    def _grid_lines(self, marks: Ticks) -> list[QLineF]:
        """Lines across the plot at the labelled ticks."""
        view = self.linkedView()
        across = view.mapRectToItem(self, view.boundingRect())
        places = [math.floor(pixel) + 0.5 for pixel, _ in marks.major]
        if self._upright:
            return [QLineF(across.left(), at, across.right(), at) for at in places]
        return [QLineF(at, across.top(), at, across.bottom()) for at in places]

    def _upright_texts(self, marks: Ticks) -> list[Text]:
        """Numbers left of their ticks; a common power of ten stands on top, where a number gives way to it."""
        height, room = self._metrics.height(), self.width() - TICK - GAP
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        texts: list[Text] = []
        for pixel, text in marks.major:
            if marks.factor and pixel < 0.9 * height:
                continue
            top = min(max(pixel - height / 2, -height / 2), self.height() - height / 2)
            shown = text
            if self._advance(text) > room:
                shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideLeft, room)
            texts.append((QRectF(0.0, top, room, height), right, shown))
        if marks.factor:
            texts.append((QRectF(0.0, -height / 2, room, height), right, marks.factor))
        if self.name:
            above = -height - (GAP / 2 if self.name_is_short else 2 * GAP)
            if self.name_is_short:
                box = QRectF(self.width() - 1.5 * height, above, 3 * height, height)  # beside the topmost number
                texts.append((box, Qt.AlignmentFlag.AlignCenter, self.name))
            else:
                box = QRectF(0.0, above, self._reach, height)
                shown = self._metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, box.width())
                texts.append((box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown))
        return texts

    def _level_texts(self, marks: Ticks) -> list[Text]:
        """Numbers below their ticks; one that would touch the number before it is left out, and so the name."""
        metrics, top = self._metrics, TICK + GAP / 2
        height, reached = metrics.height(), -math.inf
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        texts: list[Text] = []
        for pixel, text in sorted(marks.major):
            wide = self._advance(text)
            left = min(max(pixel - wide / 2, -self.margin_left), self.width() + self.margin_right - EDGE - wide)
            if left > reached + BETWEEN:
                texts.append((QRectF(left - 1.0, top, wide + 2.0, height), middle, text))
                reached = left + wide
        if self.name and self.name_is_short:
            box = QRectF(self.width() + GAP, -height / 2, 2 * height, height)
            texts.append((box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.name))
        below = " ".join(filter(None, ("" if self.name_is_short else self.name, marks.factor)))
        if below:
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            box = QRectF(-self.margin_left, top + height, self.width() + self.margin_left, height)
            texts.append((box, right, metrics.elidedText(below, Qt.TextElideMode.ElideRight, box.width())))
        return texts

    @property
    def name_is_short(self) -> bool:
        return len(self.name) <= SHORT_NAME

    @property
    def _reach(self) -> float:
        """How far a name above the plot may go from the left end of this axis."""
        view = self.linkedView()
        return float(self.width() + (view.width() if view is not None else 0.0))

    def boundingRect(self) -> QRectF:
        """Also what labels, names and the grid need beside the strip of the axis. Qt asks for it many times a frame."""
        if self._bounds is None:
            found = QRectF(super().boundingRect())
            if self._upright:
                above = self._metrics.height() + 2 * GAP if self.name else 10.0
                beyond = 1.5 * self._metrics.height() if self.name_is_short else self._reach - self.width()
                self._bounds = found.adjusted(0.0, -above, max(beyond, 10.0), 10.0)
            else:
                self._bounds = found.adjusted(-self.margin_left, -10.0, self.margin_right, 0.0)
        return self._bounds

    def _forget_bounds(self, *_: object) -> None:
        self._bounds = None
