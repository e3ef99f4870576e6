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
    parts: list[QWidget | None]
    if isinstance(widget, QScrollArea):
        parts = [widget.widget()]
    elif isinstance(widget, QSplitter):
        parts = [widget.widget(place) for place in range(widget.count())]
    else:
        parts = _of_layout(layout) if layout is not None else []
    for part in parts:
        if part is not None:
            yield from _in_order(part)


def _of_layout(layout: QLayout) -> list[QWidget | None]:
    parts: list[QWidget | None] = []
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner = None if item is None else item.layout()
        if isinstance(inner, QLayout):
            parts += _of_layout(inner)
        elif item is not None:
            parts.append(item.widget())
    return parts
