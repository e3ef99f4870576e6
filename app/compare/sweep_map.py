"""The map of a sweep over two settings: a coloured cell for each combination of a grid, a dot for each random one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from app.compare.plot_lines import around
from app.look.number_format import number
from app.plots.axis_type import LINEAR, LOG, AxisType
from app.plots.inside import is_somewhere
from app.plots.line_item import PointsItem
from app.plots.plot_view import ABOVE, LOWEST, PlotView
from app.plots.raster_item import RasterItem
from app.plots.readout import Row, draw_readout
from app.plots.scale import Scale

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

_DOT = 6.0  # pixels of a random combination's radius
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
        self._near: MapPoint | None = None
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
        if not self._points:
            return
        x, y = self.scales
        boxes = self._boxes(x, y)
        for shade, box in zip(shades([each.value for each in self._points]), boxes, strict=True):
            if not is_somewhere(box):
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(shade))
            if self._is_grid:
                painter.drawRect(box)
            else:
                painter.drawEllipse(box)
            if math.isnan(shade):
                painter.setPen(QPen(self.theme.danger, 1.4))
                middle = box.center()
                for end in (4.0, -4.0):
                    painter.drawLine(middle + QPointF(-4.0, end), middle + QPointF(4.0, -end))
        best = min((point for point in self._points if math.isfinite(point.value)), key=_value, default=None)
        for marked, colour in ((best, self.theme.text), (self._near, self.theme.accent)):
            if marked is not None and is_somewhere(box := boxes[self._points.index(marked)]):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colour, 2.0))
                painter.drawRect(box.adjusted(1.0, 1.0, -1.0, -1.0)) if self._is_grid else painter.drawEllipse(box)

    def _boxes(self, x: Scale, y: Scale) -> list[QRectF]:
        """Where each combination is on screen."""
        if not self._is_grid:
            return [QRectF(x.pixel(each.x) - _DOT, y.pixel(each.y) - _DOT, 2 * _DOT, 2 * _DOT) for each in self._points]
        sides = []
        for scale, values, type in zip((x, y), self._values(), self._types, strict=True):
            edges = scale.pixels(type.values(_edges(values, type)))
            sides.append({value: (edges[place], edges[place + 1]) for place, value in enumerate(values.tolist())})
        return [
            QRectF(
                QPointF(sides[0][each.x][0], sides[1][each.y][0]), QPointF(sides[0][each.x][1], sides[1][each.y][1])
            ).normalized()
            for each in self._points
        ]

    def _colour(self, shade: float) -> QColor:
        if math.isnan(shade):
            return QColor(self.theme.field)
        red, green, blue = self.theme.heat[round(255 * (1.0 - shade))]
        return QColor(round(red), round(green), round(blue))

    def _paint_told(self, painter: QPainter, area: QRectF) -> None:
        if self._near is None:
            return
        near, (x, _) = self._near, self.scales
        pairs = zip(self._sides, (near.x, near.y), strict=True)
        head = ", ".join(
            f"{side.name} {side.labels[round(value)] if side.labels else number(value)}" for side, value in pairs
        )
        value = number(near.value) if math.isfinite(near.value) else "diverged"
        rows = [Row(self.theme.accent, "ends at", (value,))]
        draw_readout(painter, area, x.pixel(near.x), head, rows, self.theme, self.small_font())

    def _under(self, place: QPointF) -> MapPoint | None:
        boxes = self._boxes(*self.scales)
        grow = 0.0 if self._is_grid else _REACH - _DOT
        found = [
            (QPointF(box.center() - place).manhattanLength(), point)
            for box, point in zip(boxes, self._points, strict=True)
            if box.adjusted(-grow, -grow, grow, grow).contains(place)
        ]
        return min(found, key=lambda pair: pair[0], default=(0.0, None))[1]

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
            self.chosen.emit(near.place)


def _value(point: MapPoint) -> float:
    return point.value


def _edges(values: Array, type: AxisType) -> Array:
    """The places between distinct values, and as far beyond the first and last."""
    places = type.places(values)
    if len(places) < 2:
        first = float(places[0]) if len(places) else 0.0
        return np.array([first - 0.5, first + 0.5])
    middle = (places[1:] + places[:-1]) / 2.0
    edges: Array = np.concatenate([[2 * places[0] - middle[0]], middle, [2 * places[-1] - middle[-1]]])
    return edges
