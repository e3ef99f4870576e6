"""A segmented control: a row of exclusive buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.widgets.shortcut_override import accepts_shortcut

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Segmented(QWidget):
    """`chosen` carries the index a user picked; `set_place` shows one without emitting. Arrow keys move."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str], name: str, tips: Sequence[str] = ()) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for place, title in enumerate(titles):
            button = _Segment(title)
            button.setChecked(place == 0)
            end = "first" if place == 0 else "last" if place == len(titles) - 1 else "middle"
            button.setProperty("place", end)
            button.setAccessibleName(f"{name}: {title}")
            button.setToolTip(tips[place] if tips else title)
            self._group.addButton(button, place)
            row.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    @property
    def place(self) -> int:
        return self._group.checkedId()

    def set_place(self, place: int) -> None:
        if place != self.place:
            self._group.button(place).setChecked(True)
            for button in self._group.buttons():  # Qt moves the tab stop only on user input
                chosen = button.isChecked()
                button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)

    def button(self, place: int) -> QPushButton:
        found = self._group.button(place)
        assert isinstance(found, QPushButton)
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()), 0)
        place = self.place + step
        if step and 0 <= place < len(self._group.buttons()):
            self._group.button(place).click()
            self._group.button(place).setFocus()
        else:
            super().keyPressEvent(event)


class _Segment(QPushButton):
    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setObjectName("segment")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, _moves) or super().event(event)


def _moves(event: QKeyEvent) -> bool:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    return plain and event.key() in _STEPS
