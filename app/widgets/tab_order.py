"""Keep the tab order of a window in layout order, including widgets created later."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QLayout, QScrollArea, QSplitter, QWidget

SOON = 200  # milliseconds, for what is being made to be complete: another problem comes in a dozen frames
_REACHED = {Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus}  # by Tab
_changed: WeakSet[QWidget] = WeakSet()  # parts whose windows are to be sorted


def sort_tab_order(part: QWidget) -> None:
    """Put the tab order of the window of `part` into layout order, soon.

    Qt appends widgets created later at the end, wherever they are in the layout.
    """
    if not _changed:
        QTimer.singleShot(SOON, _sort_changed)
    _changed.add(part)


def _sort_changed() -> None:
    parts = [part for part in _changed if shiboken6.isValid(part)]
    _changed.clear()
    for window in {part.window() for part in parts}:
        for before, after in pairwise(widget for widget in _in_order(window) if _is_reached(widget)):
            QWidget.setTabOrder(before, after)


def _is_reached(widget: QWidget) -> bool:
    """Whether Tab reaches it, now or once it is the checked button of its group."""
    grouped = isinstance(widget, QAbstractButton) and widget.group() is not None
    return grouped or widget.focusPolicy() in _REACHED


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
