"""A spin box that reads numbers as people write them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox

from app.widgets.keyboard_home import give_back
from app.widgets.knob import shown
from engine import SettingError, read_number

_DECIMALS = 9


class NumberBox(QDoubleSpinBox):
    """What is typed takes effect on Return or when the box is left; what is no number of the range is undone.

    Return and Escape give the keyboard back; Escape restores the value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setKeyboardTracking(False)
        self.setDecimals(_DECIMALS)

    def validate(self, text: str, position: int) -> object:
        value = _number(text)
        fits = value is not None and self.minimum() <= value <= self.maximum()
        return QValidator.State.Acceptable if fits else QValidator.State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        return text  # Qt would take the comma of 1,000 away

    def valueFromText(self, text: str) -> float:
        value = _number(text)
        return self.value() if value is None else value

    def textFromValue(self, value: float) -> str:
        return shown(value + 0.0, "real")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.lineEdit().setText(self.textFromValue(self.value()))
            give_back(self)
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            give_back(self)


def _number(text: str) -> float | None:
    try:
        return float(read_number(text))
    except SettingError:
        return None
