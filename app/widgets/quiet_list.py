"""A list to choose from that leaves the mouse wheel to the panel it stands in."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent

from app.widgets.elided import ElidedComboBox


class QuietList(ElidedComboBox):
    """A combo box that ignores the mouse wheel, so that scrolling over it chooses nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
