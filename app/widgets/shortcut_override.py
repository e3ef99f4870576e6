"""Keys that a part of the window keeps for itself, while the window has shortcuts on them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent


def keeps(event: QEvent, knows: Callable[[QKeyEvent], bool]) -> bool:
    """Whether the event asks who wants a key, and it is one that the part `knows`: then it is taken."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and knows(event):
        event.accept()
        return True
    return False
