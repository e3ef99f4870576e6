"""Keyboard navigation in the diagram: from unit to unit, and along the weights between them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.stage.diagram.diagram_item import UNIT, WEIGHT, DiagramItem
from app.stage.diagram.diagram_layout import DiagramLayout

Key = Qt.Key


def first(layout: DiagramLayout) -> DiagramItem:
    """The initial item: the first unit that has weights."""
    return DiagramItem(UNIT, 1, 0)


def moved(layout: DiagramLayout, item: DiagramItem, key: Key) -> DiagramItem:
    """The item an arrow key leads to; the same item if there is none.

    Up and down move through the units of a column, or the weights of one unit. Left and right move from a unit to the
    incoming or outgoing weight of the unit at the same height, and from a weight to its ends.
    """
    if item.kind == WEIGHT:
        return _from_weight(layout, item, key)
    if key in (Key.Key_Up, Key.Key_Down):
        step = 1 if key == Key.Key_Down else -1
        unit = min(max(item.unit + step, 0), layout.columns[item.column].shown - 1)
        return DiagramItem(UNIT, item.column, unit)
    if key == Key.Key_Left:
        if item.column == 0:
            return item.owner
        return _weight_or_unit(layout, item.column, item.unit, _level(layout, item, item.column - 1), item.column - 1)
    if item.column == len(layout.columns) - 1:
        return item.owner
    return _weight_or_unit(layout, item.column + 1, _level(layout, item, item.column + 1), item.unit, item.column + 1)


def beside(layout: DiagramLayout, item: DiagramItem, step: int) -> DiagramItem | None:
    """The next unit (or with step -1 the previous one) in column order; None after the last."""
    units = [DiagramItem(UNIT, column.place, unit) for column in layout.columns for unit in range(column.shown)]
    place = units.index(item.owner) + step
    return units[place] if 0 <= place < len(units) else None


def _from_weight(layout: DiagramLayout, item: DiagramItem, key: Key) -> DiagramItem:
    if key == Key.Key_Left:
        return DiagramItem(UNIT, item.column - 1, item.source)
    if key == Key.Key_Right:
        return item.owner
    step = 1 if key == Key.Key_Down else -1
    source = min(max(item.source + step, 0), layout.columns[item.column - 1].shown - 1)
    return DiagramItem(WEIGHT, item.column, item.unit, source)


def _weight_or_unit(layout: DiagramLayout, column: int, unit: int, source: int, towards: int) -> DiagramItem:
    """The weight; weights from an image have no lines, so there it is the unit on the other side."""
    if layout.columns[column - 1].block:
        return DiagramItem(UNIT, towards, unit if towards == column else 0)
    return DiagramItem(WEIGHT, column, unit, source)


def _level(layout: DiagramLayout, item: DiagramItem, column: int) -> int:
    """The unit of a column nearest in height."""
    ys = layout.columns[column].ys
    height = layout.columns[item.column].ys[item.unit]
    return int(abs(ys - height).argmin())
