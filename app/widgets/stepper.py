"""A compact integer field between − and + buttons."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from app.widgets.keyboard_home import give_back
from app.widgets.knob import read, shown
from app.widgets.restyle import restyle
from engine import Hyper, SettingError

_FIELD, _BUTTON, _HEIGHT = 36, 20, 24
_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}


class Stepper(QWidget):
    """`changed` carries what a user set, `finished` marks the end of the gesture, `refused` tells why a value is
    invalid.

    `set_value` shows a value without emitting; `refused("")` clears the error. Return and Escape give the keyboard
    back.
    """

    changed = Signal(int)
    finished = Signal()
    refused = Signal(str)

    def __init__(self, hyper: Hyper) -> None:
        super().__init__()
        self._hyper = hyper
        self._value = int(hyper.default)  # type: ignore[arg-type]
        self.setObjectName(f"stepper-{hyper.name}")
        self.field = QLineEdit()
        self.field.setObjectName("stepper-field")
        self.field.setFixedSize(_FIELD, _HEIGHT)
        self.field.setMaxLength(12)
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.editingFinished.connect(self._finish)
        self.field.installEventFilter(self)
        self.less, self.more = self._button("−", -1), self._button("+", 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for part in (self.less, self.field, self.more):
            row.addWidget(part)
        self.set_value(self._value)

    def name(self, name: str, tip: str) -> None:
        """Set the accessible name and the tooltip."""
        self.setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.less.setAccessibleName(f"one less: {name}")
        self.more.setAccessibleName(f"one more: {name}")
        for part in (self, self.field):
            part.setToolTip(tip)
        self.less.setToolTip(f"One less  (↓)<p>{tip}</p>")
        self.more.setToolTip(f"One more  (↑)<p>{tip}</p>")

    @property
    def value(self) -> int:
        return self._value

    def set_value(self, value: int) -> None:
        """Show a value without emitting; text being typed stays."""
        self._value = value
        self.less.setEnabled(value > self._hyper.low)
        self.more.setEnabled(value < self._hyper.high)
        if not self.field.hasFocus() or not self.field.isModified():
            self._write()

    def _button(self, text: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName("step-by-one")
        button.setText(text)
        button.setFixedSize(_BUTTON, _HEIGHT)
        button.setAutoRepeat(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # use the arrow keys in the field instead
        button.clicked.connect(lambda: self._click(button, step))
        return button

    def _click(self, button: QToolButton, step: int) -> None:
        self._step(step)
        if not button.isDown():  # otherwise it is held down and repeats
            self.finished.emit()

    def _step(self, step: int) -> None:
        value = int(min(max(self._value + step, self._hyper.low), self._hyper.high))
        self.field.setModified(False)
        if value != self._value:
            self.set_value(value)
            self.changed.emit(value)

    def _typed(self) -> None:
        if not self.field.isModified():
            return
        try:
            value = int(read(self.field.text(), self._hyper))  # type: ignore[arg-type]
        except SettingError as error:
            restyle(self.field, bad=True)
            self.refused.emit(error.sentence)
            return
        changed = value != self._value
        self.field.setModified(False)
        self.set_value(value)
        if changed:
            self.changed.emit(value)
            self.finished.emit()

    def _finish(self) -> None:
        if not self.isVisibleTo(self.window()):  # not left by a hand, but hidden with what it belongs to
            self._write()
            return
        self._typed()
        if self.field.hasFocus() and not self.field.isModified():  # Return was pressed, and nothing refused
            give_back(self.field)

    def _write(self) -> None:
        text = shown(self._value, "integer")
        if self.field.text() != text:
            self.field.setText(text)
        self.field.setModified(False)
        if self.field.property("bad"):
            restyle(self.field, bad=False)
            self.refused.emit("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Escape:
            typed = self.field.isModified()
            self._write()
            give_back(self.field)
            return typed
        if step := _STEPS.get(Qt.Key(event.key()), 0):
            self._step(step)
            self.finished.emit()
            return True
        return False
