"""A context menu that is open no longer than what it was opened for is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMenu, QWidget


class ContextMenu(QMenu):
    """Deletes itself once it is closed, and closes once its owner leaves the screen."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.aboutToHide.connect(self.deleteLater)
        owner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:
            close_popups(self)  # with what is open below it
            self.close()
        return False


def close_popups(owner: QWidget) -> None:
    """Close the menu, or the list of a combo box, that is open in a widget: what it was opened for is another."""
    popup = QApplication.activePopupWidget()
    while popup is not None and _is_of(popup, owner):
        popup.close()
        before, popup = popup, QApplication.activePopupWidget()
        if popup is before:
            return


def _is_of(popup: QWidget, owner: QWidget) -> bool:
    """Whether a widget has a popup, which is a window of its own."""
    at: QWidget | None = popup
    while at is not None and at is not owner:
        at = at.parentWidget()
    return at is not None
