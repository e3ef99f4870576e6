"""Lay out at once what waits for its layout, so that no frame shows new contents in their old places."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

_DEEPEST = 8  # layouts within each other, of which each asks the one around it


def settle_layouts() -> None:
    """Do what the event loop would do in its next turns, between which Qt may paint."""
    for _ in range(_DEEPEST):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
