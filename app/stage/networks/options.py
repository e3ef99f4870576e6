"""Small buttons above a view: a row of which one is chosen, and a toggle."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class Options(QWidget):
    """A row of buttons, options: key -> (title, tooltip). `chosen` tells the key a person picked. Arrow keys move."""

    chosen = Signal(str)

    def __init__(self, name: str, spoken: str, options: Mapping[str, tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for place, (key, (title, tip)) in enumerate(options.items()):
            button = _Option(title)
            button.setProperty("place", "first" if place == 0 else "last" if place == len(options) - 1 else "middle")
            button.setAccessibleName(f"{spoken}: {title}")
            button.setToolTip(tip)
            button.setChecked(place == 0)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)

    @property
    def key(self) -> str:
        """Which one is chosen."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: object) -> None:
        """Show one as chosen, in silence; what is none of them is passed over."""
        if isinstance(key, str) and key in self._buttons:
            self._buttons[key].setChecked(True)

    def button(self, key: str) -> QPushButton:
        return self._buttons[key]


class _Option(QPushButton):
    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setObjectName("segment")
        self.setCheckable(True)

    def event(self, event: QEvent) -> bool:
        # The window has a shortcut on these keys.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ARROWS:
            event.accept()
            return True
        return super().event(event)


def toggle(name: str, title: str, spoken: str, tip: str, on: bool = False) -> QToolButton:
    """A small button that is on or off."""
    button = QToolButton()
    button.setObjectName(name)
    button.setText(title)
    button.setAccessibleName(spoken)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setChecked(on)
    return button


def row_of(*widgets: QWidget, last: QWidget | None = None) -> QHBoxLayout:
    """The widgets from the left; `last` takes what room they leave."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    if last is None:
        row.addStretch(1)
    else:
        row.addWidget(last, 1)
    return row
