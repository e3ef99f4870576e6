"""A segmented control: a row of exclusive buttons, or a few rows where there are many."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QSizePolicy, QWidget

from app.widgets.shortcut_override import accepts_shortcut

LEAVES_SPACE = "leaves_space"  # the property of a button that Space does not press
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Segmented(QWidget):
    """`chosen` carries the index a user picked; `set_place` shows one without emitting. Arrow keys move.

    leaves_space: for what Space must not press by accident, because much is lost with it: Space stays the window's,
    and a click does not take the focus. columns: how many stand in a row; without it all of them.
    """

    chosen = Signal(int)

    def __init__(
        self,
        titles: Sequence[str],
        name: str,
        tips: Sequence[str] = (),
        leaves_space: bool = False,
        columns: int = 0,
    ) -> None:
        super().__init__()
        policies = Qt.FocusPolicy
        self._focus = (
            (policies.TabFocus, policies.NoFocus) if leaves_space else (policies.StrongFocus, policies.ClickFocus)
        )
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        columns = columns or max(len(titles), 1)
        rows = QGridLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(0)
        rows.setVerticalSpacing(3)
        for place, title in enumerate(titles):
            button = _Segment(title)
            button.setProperty(LEAVES_SPACE, leaves_space)
            button.setFocusPolicy(self._focus[0])
            button.setChecked(place == 0)
            row, column = divmod(place, columns)
            is_last = column == columns - 1 or place == len(titles) - 1
            end = "first" if column == 0 else "last" if is_last else "middle"
            button.setProperty("place", end)
            button.setAccessibleName(f"{name}: {title}")
            button.setToolTip(tips[place] if tips else title)
            self._group.addButton(button, place)
            rows.addWidget(button, row, column)
        self._group.idClicked.connect(self.chosen)

    @property
    def place(self) -> int:
        return self._group.checkedId()

    def words(self) -> list[str]:
        """The texts and tooltips of its buttons."""
        return [word for button in self._group.buttons() for word in (button.text(), button.toolTip())]

    def set_place(self, place: int) -> None:
        if place != self.place:
            self._group.button(place).setChecked(True)
            for button in self._group.buttons():  # Qt moves the tab stop only on user input
                chosen = button.isChecked()
                button.setFocusPolicy(self._focus[0] if chosen else self._focus[1])

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.property(LEAVES_SPACE):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _moves(event: QKeyEvent) -> bool:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    return plain and event.key() in _STEPS
