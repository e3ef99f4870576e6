"""Tab goes through the window as its parts stand, also through those that were made later."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLayout, QScrollArea, QSplitter, QWidget


def arrange(part: QWidget) -> None:
    """Bring the Tab order of the whole window that `part` stands in into the order of its layouts.

    Qt puts what is made late at the end, however far in front of the others it stands.
    """
    parts = [widget for widget in _in_order(part.window()) if _is_reached(widget)]
    for before, after in pairwise(parts):
        QWidget.setTabOrder(before, after)


def _is_reached(widget: QWidget) -> bool:
    """Whether Tab comes to it, now or once it is the chosen one of its group."""
    grouped = isinstance(widget, QAbstractButton) and widget.group() is not None
    return grouped or bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _in_order(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    layout = widget.layout()
    parts: list[QWidget | None] = []
    if isinstance(widget, QScrollArea):
        parts = [widget.widget()]
    elif isinstance(widget, QSplitter):
        parts = [widget.widget(place) for place in range(widget.count())]
    elif layout is not None:
        parts = [*_of_layout(layout, _children(widget))]
    for part in parts:
        if part is not None:
            yield from _in_order(part)


def _children(widget: QWidget) -> list[QWidget]:
    return widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)


def _of_layout(layout: QLayout, children: list[QWidget]) -> list[QWidget]:
    """The widgets of a layout in its order.

    It is asked for places, never for its items: Python would keep an item's address after Qt has deleted
    it, and take whatever is made there next for it.
    """
    found = [(layout.indexOf(child), [child]) for child in children]
    for inner in layout.children():
        if isinstance(inner, QLayout):
            found.append((layout.indexOf(inner), _of_layout(inner, children)))
    return [part for place, parts in sorted(found, key=lambda pair: pair[0]) if place >= 0 for part in parts]
