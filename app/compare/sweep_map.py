"""The map of a sweep over two settings: a coloured cell for each combination of a grid, a dot for each random one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from app.compare.plot_lines import around
from app.look.number_format import number
from app.look.stamps import discs, draw_stamps, stamped
from app.plots.axis_type import LINEAR, LOG, AxisType
from app.plots.line_item import PointsItem
from app.plots.plot_view import ABOVE, LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.plots.readout import Row, draw_readout
from app.plots.scale import Scale

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

_DOT = 6.0  # pixels of a random combination's radius
_STAMP = 15  # pixels of the stamp of a dot, or of a cross
_REACH = 16.0  # pixels within which the pointer means a dot


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A combination: its two values, how it ends, and its place among the rows. A value with a name is its place among
    the names of its side.
    """

    x: float
    y: float
    value: float
    place: int


@dataclass(frozen=True, slots=True)
class MapSide:
    """What runs along one side: the name of a setting, the names of its values if they have any; log: by factors."""

    name: str
    labels: tuple[str, ...] = ()
    log: bool = False


def shades(values: Sequence[float]) -> Array:
    """Places in [0, 1] for values, the lowest at 1; by their logarithm where they are positive and differ by factors.

    NaN for what is not finite.
    """
    known = np.asarray(values, float)
    finite = np.isfinite(known)
    if not finite.any():
        return np.full(len(known), np.nan)
    least, most = known[finite].min(), known[finite].max()
    with np.errstate(invalid="ignore", divide="ignore"):
        if least > 0.0 and most > 20.0 * least:
            known, least, most = np.log(known), math.log(least), math.log(most)
        found: Array = np.where(finite, (most - known) / ((most - least) or 1.0), np.nan)
    return found


class SweepMap(PlotView):
    """chosen carries the place of a combination that was clicked."""

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        self._points: tuple[MapPoint, ...] = ()
        self._is_grid = True
        self._near: int | None = None
        self._best: int | None = None
        self._placed: tuple[tuple[Scale, Scale], Array] | None = None  # where they are for these scales
        self._drawn: object = None  # what the image shows
        self._image = QImage()
        super().__init__(theme)
        self.setObjectName("sweep-map")
        self.setAccessibleName("map of the sweep")
        self._types = LINEAR, LINEAR
        self._sides = MapSide(""), MapSide("")
        self._item = PointsItem("combinations", self._numbers)
        self.addItem(self._item, ignoreBounds=True)
        self._cells = RasterItem(self.box, self._paint_cells, LOWEST, smooth=True)
        self._told = RasterItem(self.box, self._paint_told, ABOVE)
        self.hovered.connect(self._point)
        self.clicked.connect(self._pick)

    def show_points(self, points: Sequence[MapPoint], sides: tuple[MapSide, MapSide], grid: bool) -> None:
        """Show these. grid: whether they are cells."""
        self._points, self._is_grid, self._near = tuple(points), grid, None
        self._placed = self._drawn = None
        finite = (place for place, point in enumerate(self._points) if math.isfinite(point.value))
        self._best = min(finite, key=lambda place: self._points[place].value, default=None)
        self._sides = across, up = sides
        self._types = (LOG if across.log else LINEAR, LOG if up.log else LINEAR)
        self.set_names(across.name, up.name)
        self.set_labels(across.labels, up.labels)
        self.set_types(*self._types)
        ranges = []
        for values, type, side in zip(self._values(), self._types, sides, strict=True):
            edges = _edges(values, type)
            whole = grid or bool(side.labels)
            ranges.append((type.value(edges[0]), type.value(edges[-1])) if whole else around(values, type))
        self.follow(ranges[0], ranges[1])
        self._cells.update()
        self._told.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if hasattr(self, "_cells"):
            self._cells.update()

    def _values(self) -> list[Array]:
        """The distinct values of each side; of one with names all of them, whichever are known."""
        return [
            np.arange(len(side.labels), dtype=float) if side.labels else np.unique(values)
            for values, side in zip(self._numbers(), self._sides, strict=True)
        ]

    def _numbers(self) -> tuple[Array, Array]:
        return np.array([point.x for point in self._points]), np.array([point.y for point in self._points])

    def _paint_cells(self, painter: QPainter, area: QRectF) -> None:
        """The combinations, from an image that is drawn anew if they or the scales are others."""
        if not self._points:
            return
        ratio = self.devicePixelRatioF()
        boxes = self._boxes(*self.scales)
        drawn = (*self.scales, area.size().toTuple(), ratio, self.theme.name)
        if drawn != self._drawn:
            size = QSize(max(round(area.width() * ratio), 1), max(round(area.height() * ratio), 1))
            self._drawn, self._image = drawn, QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(ratio)
            self._image.fill(Qt.GlobalColor.transparent)
            with QPainter(self._image) as own:
                self._draw(own, area, boxes)
        painter.drawImage(QPointF(0.0, 0.0), self._image)
        for place, colour in ((self._best, self.theme.text), (self._near, self.theme.accent)):
            if place is not None and np.isfinite(boxes[place]).all():
                box = QRectF(QPointF(*boxes[place, :2]), QPointF(*boxes[place, 2:]))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colour, 2.0))
                painter.drawRect(box.adjusted(1.0, 1.0, -1.0, -1.0)) if self._is_grid else painter.drawEllipse(box)

    def _draw(self, painter: QPainter, area: QRectF, boxes: Array) -> None:
        """Cells or dots in the colours of their values, and a cross on each without a finite one."""
        known = np.isfinite(boxes).all(axis=1)
        boxes, shade = boxes[known], shades([each.value for each in self._points])[known]
        colours = np.append(self._heat, QColor(self.theme.field).rgb())
        kinds = np.where(np.isnan(shade), len(colours) - 1, np.rint(255 * (1.0 - np.nan_to_num(shade)))).astype(int)
        middles, ratio = (boxes[:, :2] + boxes[:, 2:]) / 2.0, self.devicePixelRatioF()
        if self._is_grid:
            painter.drawImage(QPointF(0.0, 0.0), cells_image(boxes, colours[kinds], area, ratio))
        else:
            draw_stamps(painter, discs(tuple(colours.tolist()), _DOT, _STAMP, ratio), _STAMP, middles, kinds)
        bad = middles[np.isnan(shade)]
        draw_stamps(painter, _cross(self.theme.danger.rgb(), ratio), _STAMP, bad, np.zeros(len(bad), int))

    def _boxes(self, x: Scale, y: Scale) -> Array:
        """Where each combination is on screen: left, top, right and bottom (n, 4)."""
        if self._placed is None or self._placed[0] != (x, y):
            self._placed = (x, y), self._found_boxes(x, y)
        return self._placed[1]

    def _found_boxes(self, x: Scale, y: Scale) -> Array:
        sides = []
        for scale, numbers, values, type in zip((x, y), self._numbers(), self._values(), self._types, strict=True):
            if self._is_grid:
                edges, place = scale.pixels(type.values(_edges(values, type))), np.searchsorted(values, numbers)
                sides.append((edges[place], edges[place + 1]))
            else:
                middle = scale.pixels(numbers)
                sides.append((middle - _DOT, middle + _DOT))
        (left, right), (one, other) = sides
        return np.column_stack((left, np.minimum(one, other), right, np.maximum(one, other)))

    @property
    def _heat(self) -> Array:
        """The colours from the best to the worst, (256,) as Qt keeps them."""
        red, green, blue = np.rint(self.theme.heat).astype(np.uint32).T
        colours: Array = np.uint32(0xFF000000) + red * np.uint32(0x10000) + green * np.uint32(0x100) + blue
        return colours

    def _paint_told(self, painter: QPainter, area: QRectF) -> None:
        if self._near is None:
            return
        near, (x, _) = self._points[self._near], self.scales
        pairs = zip(self._sides, (near.x, near.y), strict=True)
        head = ", ".join(
            f"{side.name} {side.labels[round(value)] if side.labels else number(value)}" for side, value in pairs
        )
        value = number(near.value) if math.isfinite(near.value) else "diverged"
        rows = [Row(self.theme.accent, "ends at", (value,))]
        draw_readout(painter, area, x.pixel(near.x), head, rows, self.theme, self.small_font())

    def _under(self, at: QPointF) -> int | None:
        """Which combination is meant at a point of the plot."""
        boxes, grow = self._boxes(*self.scales), 0.0 if self._is_grid else _REACH - _DOT
        point = np.array([at.x(), at.y()])
        meant = np.flatnonzero(((boxes[:, :2] - grow <= point) & (point <= boxes[:, 2:] + grow)).all(axis=1))
        if not len(meant):
            return None
        away = np.abs((boxes[meant, :2] + boxes[meant, 2:]) / 2.0 - point).sum(axis=1)
        return int(meant[away.argmin()])

    def _point(self, place: QPointF | None) -> None:
        near = self._under(place) if place is not None else None
        if near != self._near:
            self._near = near
            self.setCursor(Qt.CursorShape.ArrowCursor if near is None else Qt.CursorShape.PointingHandCursor)
            self._cells.update()
            self._told.update()

    def _pick(self, place: QPointF) -> None:
        near = self._under(place)
        if near is not None:
            self.chosen.emit(self._points[near].place)


def cells_image(boxes: Array, colours: Array, area: QRectF, ratio: float) -> QImage:
    """Cells of a grid (n, 4), left, top, right and bottom in logical pixels, in colours (n,) as Qt keeps them: each
    device pixel has the colour of the cell that it lies in, or none.
    """
    across, up = (
        _places(boxes[:, [side, side + 2]], max(round(wide * ratio), 1), ratio)
        for side, wide in enumerate((area.width(), area.height()))
    )
    grid = np.zeros((up[1].max(initial=0) + 2, across[1].max(initial=0) + 2), np.uint32)
    grid[up[1], across[1]] = colours
    pixels = np.ascontiguousarray(grid[up[0]][:, across[0]])
    high, wide = pixels.shape
    image = QImage(pixels.data, wide, high, 4 * wide, QImage.Format.Format_ARGB32_Premultiplied).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _places(spans: Array, pixels: int, ratio: float) -> tuple[Array, Array]:
    """In which column of a grid, counted from 0, each of so many device pixels lies, -1 in none; and each of the cells
    with these ends (n, 2).
    """
    ends, column = np.unique(spans, axis=0, return_inverse=True)
    middles = (np.arange(pixels) + 0.5) / ratio
    found = np.searchsorted(ends[:, 0], middles, "right") - 1
    inside = (found >= 0) & (middles < ends[found, 1]) if len(ends) else np.zeros(pixels, bool)
    return np.where(inside, found, -1), column.reshape(-1)


@lru_cache(maxsize=8)
def _cross(colour: int, ratio: float) -> QPixmap:
    """The mark of what has no finite value."""

    def draw(painter: QPainter, middle: QPointF) -> None:
        painter.setPen(QPen(QColor.fromRgb(colour), 1.4))
        for end in (4.0, -4.0):
            painter.drawLine(middle + QPointF(-4.0, end), middle + QPointF(4.0, -end))

    return stamped(draw, _STAMP, ratio)


def _edges(values: Array, type: AxisType) -> Array:
    """The places between distinct values, and as far beyond the first and last."""
    places = type.places(values)
    if len(places) < 2:
        first = float(places[0]) if len(places) else 0.0
        return np.array([first - 0.5, first + 0.5])
    middle = (places[1:] + places[:-1]) / 2.0
    edges: Array = np.concatenate([[2 * places[0] - middle[0]], middle, [2 * places[-1] - middle[-1]]])
    return edges
