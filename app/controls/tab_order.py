"""Tab goes through controls as they stand, also through those that were made later."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def follow(anchor: QWidget, widgets: Iterable[QWidget]) -> None:
    """Put the focusable parts of `widgets`, in this order, right after `anchor` into the window's Tab order.

    A widget that is made after its neighbours would otherwise be the last of the whole window.
    """
    before = anchor
    for widget in widgets:
        for part in [widget, *widget.findChildren(QWidget)]:
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None:
                QWidget.setTabOrder(before, part)
                before = part
