"""Accept ShortcutOverride for keys that a widget handles itself, so that the window's shortcuts do not take them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent


def accepts_shortcut(event: QEvent, knows: Callable[[QKeyEvent], bool]) -> bool:
    """Accept a ShortcutOverride event for a key that the widget `knows`; returns whether it did."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and knows(event):
        event.accept()
        return True
    return False
