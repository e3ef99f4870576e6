"""Where a window is on the screen, as text: its place, its size, and whether it is maximised."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

PLACE = "layout.window"  # the setting that keeps it


def place_of(window: QWidget) -> str:
    """The place of a window, for `restore_place`."""
    return bytes(window.saveGeometry().toBase64().data()).decode("ascii")


def restore_place(window: QWidget, place: str) -> bool:
    """Put a window where one was, as far as the screens of today allow; False if that makes no sense."""
    return window.restoreGeometry(QByteArray.fromBase64(place.encode("utf-8", "replace")))
