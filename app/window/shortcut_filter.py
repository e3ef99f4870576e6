"""Keep Space and the arrow keys for the Qt widget that has the focus, while the window has shortcuts on them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QComboBox, QLineEdit, QWidget

from app.widgets.segmented import LEAVES_SPACE


class ShortcutFilter(QObject):
    """Accepts ShortcutOverride for Qt's own buttons, sliders, lists and fields; our widgets do so for themselves."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.focusChanged.connect(self._watch)  # a filter on the application would see every event there is
        self._watch(None, application.focusWidget())

    @Slot(QWidget, QWidget)
    def _watch(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None:
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            arrow = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            presses = isinstance(watched, QAbstractButton | QComboBox) and not watched.property(LEAVES_SPACE)
            moves = isinstance(watched, QAbstractSlider | QComboBox | QLineEdit)
            if plain and ((event.key() == Qt.Key.Key_Space and presses) or (arrow and moves)):
                event.accept()
                return True
        return False
