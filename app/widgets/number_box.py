"""A spin box that reads numbers as people write them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QToolTip

from app.widgets.keyboard_home import give_back
from app.widgets.knob import read, shown
from app.widgets.restyle import restyle
from engine import Hyper, SettingError

_DECIMALS = 9


class NumberBox(QDoubleSpinBox):
    """What is typed takes effect on Return or when the box is left; what is no number of the range stays, with a fault.

    refused: why what was typed is no number of the range; "" once that is over. Until then the value is the one
    before. Return and Escape give the keyboard back; Escape restores the value.
    """

    refused = Signal(str)

    def __init__(self, whole: bool = False) -> None:
        super().__init__()
        self.fault = ""
        self._kind = "integer" if whole else "real"
        self._unread: str | None = None  # stays in the box although it is not the value
        self._tip = ""
        self.setKeyboardTracking(False)
        self.setDecimals(0 if whole else _DECIMALS)
        self.lineEdit().textEdited.connect(self._edit)

    # What Qt asks for

    def validate(self, text: str, position: int) -> object:
        fits = isinstance(self._read(text), float)
        return QValidator.State.Acceptable if fits else QValidator.State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        return text  # Qt would take the comma of 1,000 away

    def valueFromText(self, text: str) -> float:
        value = self._read(text)
        return value if isinstance(value, float) else self.value()

    def textFromValue(self, value: float) -> str:
        return shown(value + 0.0, self._kind) if self._unread is None else self._unread

    def setValue(self, value: float) -> None:
        """Show another value; it takes the place of what could not be read."""
        if value != self.value():
            self._accept()
        super().setValue(value)

    def stepBy(self, steps: int) -> None:
        self._unread = None  # a step goes on from what was typed, or else from the value
        super().stepBy(steps)
        self._refuse("")

    # Hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._accept()
            self.lineEdit().setText(self.textFromValue(self.value()) + self.suffix())
            give_back(self)
            return
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        readable = self._keep_unread()
        super().keyPressEvent(event)
        if readable:
            self._refuse("")
            give_back(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        readable = self._keep_unread()
        super().focusOutEvent(event)
        if readable:
            self._refuse("")

    def _edit(self) -> None:
        self._unread = None

    # What was typed

    def _read(self, text: str) -> float | str:
        """The number that a text means, or why it means none of the range."""
        place = Hyper(self.accessibleName() or "number", "", 0.0, self.minimum(), self.maximum(), kind=self._kind)  # type: ignore[arg-type]
        try:
            return float(read(text.removesuffix(self.suffix()), place))  # type: ignore[arg-type]
        except SettingError as error:
            return error.sentence

    def _keep_unread(self) -> bool:
        """Whether Qt may take what was typed; if not it stays, and why is said."""
        text = self.lineEdit().text()
        found = self._read(text)
        if isinstance(found, float):
            self._unread = None
            return True
        self._unread = text.removesuffix(self.suffix())
        self._refuse(found)
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), found, self)
        return False

    def _accept(self) -> None:
        self._unread = None
        self._refuse("")

    def _refuse(self, sentence: str) -> None:
        if sentence == self.fault:
            return
        if not self.fault:
            self._tip = self.toolTip()
        self.fault = sentence
        self.setToolTip(sentence or self._tip)
        self.setAccessibleDescription(sentence)
        restyle(self, bad=bool(sentence))
        self.refused.emit(sentence)
