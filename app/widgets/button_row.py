"""Small buttons above a view: a row of which one is chosen, and a toggle."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from app.widgets.segmented import Segmented


class Options(QWidget):
    """A row of buttons, options: key -> (title, tooltip). `chosen` tells the key a person picked. Arrow keys move."""

    chosen = Signal(str)

    def __init__(self, name: str, spoken: str, options: Mapping[str, tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        titles, tips = zip(*options.values(), strict=True)
        self._keys = tuple(options)
        self._buttons = Segmented(titles, spoken, tips)
        self._buttons.chosen.connect(lambda place: self.chosen.emit(self._keys[place]))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._buttons)

    @property
    def key(self) -> str:
        """Which one is chosen."""
        return self._keys[self._buttons.place]

    def choose(self, key: object) -> None:
        """Show one as chosen, in silence; what is none of them is passed over."""
        if key in self._keys:
            self._buttons.set_place(self._keys.index(str(key)))

    def button(self, key: str) -> QPushButton:
        return self._buttons.button(self._keys.index(key))


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
