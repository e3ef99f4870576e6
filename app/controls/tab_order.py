"""Tab goes through the window as its parts stand, also through those that were made later."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QWidget


def arrange(part: QWidget) -> None:
    """Bring the Tab order of the whole window that `part` stands in into the order of its layouts.

    Qt puts what is made late at the end, however far in front of the others it stands.
    """
    parts = [widget for widget in _in_order(part.window()) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for before, after in pairwise(parts):
        QWidget.setTabOrder(before, after)


def _in_order(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    layout = widget.layout()
    if isinstance(widget, QScrollArea):
        parts = [widget.widget()]
    elif isinstance(widget, QSplitter):
        parts = [widget.widget(place) for place in range(widget.count())]
    else:
        parts = _of_layout(layout, _children(widget)) if layout is not None else []
    for part in parts:
        yield from _in_order(part)


def _children(widget: QWidget) -> list[QWidget]:
    return widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)


def _of_layout(layout: QLayout, children: list[QWidget]) -> list[QWidget]:
    """The widgets of a layout in its order.

    It is asked for places, never for its items: Python would keep an item's address after Qt has deleted
    it, and take whatever is made there next for it.
    """
    inner = [part for part in layout.children() if isinstance(part, QLayout)]
    places = [(layout.indexOf(part), part) for part in [*children, *inner]]
    parts: list[QWidget] = []
    for _, part in sorted((pair for pair in places if pair[0] >= 0), key=lambda pair: pair[0]):
        parts += _of_layout(part, children) if isinstance(part, QLayout) else [part]
    return parts
