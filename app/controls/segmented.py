"""A row of buttons of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget


class Segmented(QWidget):
    """`chosen` tells the place a person picked; `set_place` shows one in silence. Arrow keys move."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str], name: str, tips: Sequence[str] = ()) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for place, title in enumerate(titles):
            button = QPushButton(title)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setChecked(place == 0)
            end = "first" if place == 0 else "last" if place == len(titles) - 1 else "middle"
            button.setProperty("place", end)
            button.setAccessibleName(f"{name}: {title}")
            button.setToolTip(tips[place] if tips else title)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button, place)
            row.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    @property
    def place(self) -> int:
        return self._group.checkedId()

    def set_place(self, place: int) -> None:
        if place != self.place:
            self._group.button(place).setChecked(True)
            for button in self._group.buttons():  # Qt moves Tab to the chosen one only where a person has chosen it
                chosen = button.isChecked()
                button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        place = self.place + step
        if step and 0 <= place < len(self._group.buttons()):
            self._group.button(place).click()
            self._group.button(place).setFocus()
        else:
            super().keyPressEvent(event)
