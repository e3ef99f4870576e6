"""Keep the tab order of a window in layout order, including widgets created later."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QLayout, QScrollArea, QSplitter, QWidget

_WAITS = "sorts_tab_order"  # the property of a window that will sort it in this turn of the event loop


def sort_tab_order(part: QWidget) -> None:
    """Put the tab order of the window of `part` into layout order.

    Qt appends widgets created later at the end, wherever they are in the layout.
    """
    parts = [widget for widget in _in_order(part.window()) if _is_reached(widget)]
    for before, after in pairwise(parts):
        QWidget.setTabOrder(before, after)


def sort_tab_order_soon(part: QWidget) -> None:
    """The same, once for all parts of a visible window that are arranged anew in this turn of the event loop."""
    window = part.window()
    if not window.isVisible():
        sort_tab_order(part)
    elif not window.property(_WAITS):
        window.setProperty(_WAITS, True)
        QTimer.singleShot(0, window, partial(_sort_waiting, window))


def _sort_waiting(window: QWidget) -> None:
    window.setProperty(_WAITS, False)
    sort_tab_order(window)


def _is_reached(widget: QWidget) -> bool:
    """Whether Tab reaches it, now or once it is the checked button of its group."""
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
    """The widgets of a layout in order.

    It is asked for indices, never for its items: PySide would keep an item's address after Qt has deleted it, and
    mistake the next object there for it.
    """
    found = [(layout.indexOf(child), [child]) for child in children]
    for inner in layout.children():
        if isinstance(inner, QLayout):
            found.append((layout.indexOf(inner), _of_layout(inner, children)))
    return [part for place, parts in sorted(found, key=lambda pair: pair[0]) if place >= 0 for part in parts]
