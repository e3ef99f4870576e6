"""Small buttons above a view: an exclusive button row with keys, and a toggle button."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from app.widgets.segmented import Segmented


class ButtonRow(QWidget):
    """A row of exclusive buttons, options: key -> (title, tooltip). `chosen` carries the key a user picked. Arrow
    keys move.
    """

    chosen = Signal(str)

    def __init__(self, name: str, accessible_name: str, options: Mapping[str, tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        titles, tips = zip(*options.values(), strict=True)
        self._keys = tuple(options)
        self._buttons = Segmented(titles, accessible_name, tips)
        self._buttons.chosen.connect(lambda place: self.chosen.emit(self._keys[place]))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._buttons)

    @property
    def key(self) -> str:
        """The key of the checked button."""
        return self._keys[self._buttons.place]

    def choose(self, key: object) -> None:
        """Check the button of a key without emitting; unknown keys are ignored."""
        if key in self._keys:
            self._buttons.set_place(self._keys.index(str(key)))

    def button(self, key: str) -> QPushButton:
        return self._buttons.button(self._keys.index(key))


def toggle(name: str, title: str, accessible_name: str, tip: str, on: bool = False) -> QToolButton:
    """A small toggle button."""
    button = QToolButton()
    button.setObjectName(name)
    button.setText(title)
    button.setAccessibleName(accessible_name)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setChecked(on)
    return button
