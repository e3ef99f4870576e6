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
        if widget.widget() is not None:
            yield from _in_order(widget.widget())
    elif isinstance(widget, QSplitter):
        for place in range(widget.count()):
            yield from _in_order(widget.widget(place))
    elif layout is not None:
        yield from _of_layout(layout)


def _of_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if (inner := item.layout()) is not None:
            yield from _of_layout(inner)
        elif (widget := item.widget()) is not None:
            yield from _in_order(widget)
