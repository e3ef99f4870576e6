"""The way of the keyboard through a diagram: from unit to unit, and along the weights between them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.stage.diagram.item import UNIT, WEIGHT, Item
from app.stage.diagram.layout import Layout

Key = Qt.Key


def first(layout: Layout) -> Item:
    """Where the keyboard begins: the first unit that has weights."""
    return Item(UNIT, 1, 0)


def moved(layout: Layout, item: Item, key: Key) -> Item:
    """Where an arrow key leads; the same item where there is nothing further.

    Up and down go through the units of a column, or the weights of one unit. Left and right go from a unit to the
    weight that comes to it from, or goes from it to, the unit at the same height, and from a weight to its ends.
    """
    if item.kind == WEIGHT:
        return _from_weight(layout, item, key)
    if key in (Key.Key_Up, Key.Key_Down):
        step = 1 if key == Key.Key_Down else -1
        unit = min(max(item.unit + step, 0), layout.columns[item.column].shown - 1)
        return Item(UNIT, item.column, unit)
    if key == Key.Key_Left:
        if item.column == 0:
            return item.owner
        return _weight_or_unit(layout, item.column, item.unit, _level(layout, item, item.column - 1), item.column - 1)
    if item.column == len(layout.columns) - 1:
        return item.owner
    return _weight_or_unit(layout, item.column + 1, _level(layout, item, item.column + 1), item.unit, item.column + 1)


def beside(layout: Layout, item: Item, step: int) -> Item | None:
    """The next unit (or, with step -1, the one before) in the order of reading columns; None after the last."""
    units = [Item(UNIT, column.place, unit) for column in layout.columns for unit in range(column.shown)]
    place = units.index(item.owner) + step
    return units[place] if 0 <= place < len(units) else None


def _from_weight(layout: Layout, item: Item, key: Key) -> Item:
    if key == Key.Key_Left:
        return Item(UNIT, item.column - 1, item.source)
    if key == Key.Key_Right:
        return item.owner
    step = 1 if key == Key.Key_Down else -1
    source = min(max(item.source + step, 0), layout.columns[item.column - 1].shown - 1)
    return Item(WEIGHT, item.column, item.unit, source)


def _weight_or_unit(layout: Layout, column: int, unit: int, source: int, towards: int) -> Item:
    """The weight; the weights from an image have no lines, so there it is the unit on the other side."""
    if layout.columns[column - 1].block:
        return Item(UNIT, towards, unit if towards == column else 0)
    return Item(WEIGHT, column, unit, source)


def _level(layout: Layout, item: Item, column: int) -> int:
    """The unit of a column that is nearest in height."""
    ys = layout.columns[column].ys
    height = layout.columns[item.column].ys[item.unit]
    return int(abs(ys - height).argmin())
