"""The layout of the diagram: columns of tiles from left to right, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from app.stage.diagram.diagram_item import BIAS, UNIT, DiagramItem
from app.stage.diagram.network_shape import NetworkShape

Array = np.ndarray

SIDE = 8.0  # margin in pixels left and right
HEADER = 46.0  # height of the two rows above each column
SKIP_BAND = 14.0  # height above the units for the arcs of residual connections
MIN_SLOT = 18.0  # minimum height of a unit with the gap below
MIN_IMAGE_SLOT = 27.0  # the same, if units show images
AIRY = 1.5  # maximum height of a slot, in tiles
FRAME = 1.5  # pixels around a tile
MIN_GAP, GAP = 4.0, 0.22  # pixels; share of the slot
MIN_TILE, MAX_TILE = 36.0, 76.0  # bounds of the maximum tile size, by the diagram's height
TILE_OF_CELL = 0.55
BLOCK_OF_CELL, MAX_BLOCK = 0.8, 150.0  # size of an image
MAX_LABEL = 0.2  # share of the width for the names of inputs, and of outputs
MAX_END = 0.34  # share of the width for the cell of inputs, and of outputs
REACH = 2.0  # pixels around a bias that belong to it


@dataclass(frozen=True, slots=True, eq=False)
class LayerColumn:
    """A column: its centre x, the side of its tiles, the centres ys (k,) of the units shown, and its cell.

    block: all units are the pixels of one image, shown as one tile. rest: where the number of hidden units is stated.
    """

    place: int
    x: float
    side: float
    ys: Array
    units: int
    block: bool
    cell: QRectF
    rest: QRectF | None

    @property
    def shown(self) -> int:
        return len(self.ys)

    def tile(self, unit: int) -> QRectF:
        return QRectF(self.x - self.side / 2, self.ys[unit] - self.side / 2, self.side, self.side)

    def bias(self, unit: int) -> QRectF:
        """The square of a unit's bias, at the lower left corner of its tile."""
        side = float(round(min(max(0.17 * self.side, 4.0), 9.0)))
        corner = QPointF(round(self.x - self.side / 2), round(self.ys[unit] + self.side / 2))
        return QRectF(corner.x() - side // 2, corner.y() - side + 2.0, side, side)


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The weights between units shown: column, unit and source (e,), index in theta (e,), ends (e, 4)."""

    column: Array
    unit: Array
    source: Array
    place: Array
    ends: Array


@dataclass(frozen=True, eq=False)
class DiagramLayout:
    """A shape laid out in a widget of a given size. body: the area of units and lines; bundles (k, 4): lines from an
    image.
    """

    shape: NetworkShape
    body: QRectF
    columns: tuple[LayerColumn, ...]

    @cached_property
    def links(self) -> Links:
        parts = [self._between(column) for column in self.columns[1:] if not self.columns[column.place - 1].block]
        if not parts:
            nothing = np.empty(0, np.int64)
            return Links(nothing, nothing, nothing, nothing, np.empty((0, 4)))
        whole, ends = np.concatenate([part for part, _ in parts]), np.concatenate([ends for _, ends in parts])
        column, unit, source, place = whole.T
        return Links(column, unit, source, place, ends)

    @cached_property
    def bundles(self) -> Array:
        first, second = self.columns[:2]
        if not first.block:
            return np.empty((0, 4))
        ends = np.empty((second.shown, 4))
        ends[:, 0], ends[:, 1] = first.x + first.side / 2 + FRAME, first.ys[0]
        ends[:, 2], ends[:, 3] = second.x - second.side / 2 - FRAME, second.ys
        return ends

    def _between(self, column: LayerColumn) -> tuple[Array, Array]:
        """(column, unit, source, place) of each line into a column, (e, 4), and their ends."""
        before, network = self.columns[column.place - 1], self.shape.network
        unit, source = (grid.ravel() for grid in np.mgrid[: column.shown, : before.shown])
        place = network.weights(column.place - 1).start + unit * before.units + source
        ends = np.empty((len(unit), 4))
        ends[:, 0], ends[:, 1] = before.x + before.side / 2 + FRAME, before.ys[source]
        ends[:, 2], ends[:, 3] = column.x - column.side / 2 - FRAME, column.ys[unit]
        return np.stack((np.full(len(unit), column.place), unit, source, place), 1), ends

    def unit_at(self, at: QPointF) -> DiagramItem | None:
        """The bias or unit at a point."""
        for column in self.columns:
            if abs(at.x() - column.x) > column.side / 2 + 8:
                continue
            unit = int(np.argmin(np.abs(column.ys - at.y())))
            if column.place:
                for near in {unit, max(unit - 1, 0)}:
                    if column.bias(near).adjusted(-REACH, -REACH, REACH, REACH).contains(at):
                        return DiagramItem(BIAS, column.place, near)
            if column.tile(unit).contains(at):
                return DiagramItem(UNIT, column.place, unit)
        return None

    def holds(self, item: DiagramItem) -> bool:
        """Whether an item is drawn."""
        if not 0 <= item.column < len(self.columns) or item.unit >= self.columns[item.column].shown:
            return False
        return item.source < (self.columns[item.column - 1].shown if item.column else 0)

    def box(self, item: DiagramItem) -> QRectF:
        """The rectangle to place a card beside: an item's tile, or the middle of its line."""
        column = self.columns[item.column]
        if item.source < 0:
            return column.tile(item.unit)
        before = self.columns[item.column - 1]
        middle = QPointF((before.x + column.x) / 2, (before.ys[item.source] + column.ys[item.unit]) / 2)
        return QRectF(middle.x() - 6, middle.y() - 6, 12, 12)


def diagram_layout(shape: NetworkShape, size: QSizeF, metrics: QFontMetricsF) -> DiagramLayout:
    """Lay out a shape in a widget of this size."""
    skips = any(shape.network.skips(layer) for layer in range(shape.network.layers))
    top = HEADER + (SKIP_BAND if skips else 4.0)
    body = QRectF(SIDE, top, size.width() - 2 * SIDE, max(size.height() - top - metrics.height() - 4.0, 30.0))
    most = min(max(body.height() / 5, MIN_TILE), MAX_TILE)
    columns = []
    cells = _cells(shape, body.width(), most, metrics)
    x = body.left()
    for place, width in enumerate(cells):
        cell = QRectF(x, 0.0, width, size.height())
        columns.append(_column(shape, place, cell, body, most, metrics))
        x += width
    return DiagramLayout(shape, body, tuple(columns))


def _cells(shape: NetworkShape, width: float, most: float, metrics: QFontMetricsF) -> list[float]:
    """The widths of the columns' cells: equal, but for the names at both ends."""
    count = shape.columns
    even = width / count
    tile = min(most, TILE_OF_CELL * even)
    needed = (_label_width(shape, column, width, metrics) + tile + 3 * SIDE for column in (0, count - 1))
    ends = [min(max(even, room), MAX_END * width) for room in needed]
    inner = (width - sum(ends)) / max(count - 2, 1)
    return [ends[0], *([inner] * (count - 2)), ends[1]]


def _label_width(shape: NetworkShape, column: int, width: float, metrics: QFontMetricsF) -> float:
    units = 0 if column == 0 and shape.image else shape.network.sizes[column]
    widest = max((metrics.horizontalAdvance(shape.label(column, unit)) for unit in range(units)), default=0.0)
    return min(widest, MAX_LABEL * width)


def _column(
    shape: NetworkShape, place: int, cell: QRectF, body: QRectF, most: float, metrics: QFontMetricsF
) -> LayerColumn:
    units = shape.network.sizes[place]
    if place == 0 and shape.image:
        side = min(BLOCK_OF_CELL * cell.width(), 0.8 * body.height(), MAX_BLOCK)
        return LayerColumn(place, cell.center().x(), side, np.array([body.center().y()]), units, True, cell, None)
    even = body.width() / shape.columns  # a cell widened for names does not enlarge its tiles
    most = min(most, TILE_OF_CELL * min(cell.width(), even))
    line = metrics.height()
    least = MIN_IMAGE_SLOT if place == 1 and shape.image else MIN_SLOT
    slot, shown = min(body.height() / units, AIRY * most), units
    if slot < least and units > 1:
        shown = max(min(int((body.height() - line) / least), units - 1), 1)
        slot = min((body.height() - line) / shown, AIRY * most)
    side = max(min(slot - max(GAP * slot, MIN_GAP), most), 4.0)
    high = shown * slot + (line if shown < units else 0.0)
    ys = body.center().y() - high / 2 + (np.arange(shown) + 0.5) * slot
    rest = QRectF(cell.left(), ys[-1] + slot / 2, cell.width(), line) if shown < units else None
    x = cell.center().x()
    label = _label_width(shape, place, body.width(), metrics)
    if place == 0:
        x = max(x, min(cell.left() + label + SIDE + side / 2, cell.right() - side / 2 - SIDE))
    elif place == shape.columns - 1:
        x = min(x, max(cell.right() - label - SIDE - side / 2, cell.left() + side / 2 + SIDE))
    return LayerColumn(place, x, side, ys, units, False, cell, rest)
