"""A list to choose from that leaves the mouse wheel to the panel it stands in."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox


class QuietList(QComboBox):
    """A combo box that ignores the mouse wheel, so that scrolling over it chooses nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
