"""The font of axes and keys."""

from __future__ import annotations

from PySide6.QtGui import QFont

SMALL = 0.92  # size against the widget's font


def small_font(font: QFont) -> QFont:
    """A font a little smaller than this one."""
    made = QFont(font)
    made.setPixelSize(max(9, round(font.pixelSize() * SMALL)))
    return made
