"""A combo box for a catalogue, with the knobs of the chosen entry."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.chooser import Chooser
from app.widgets.knob import shown
from app.widgets.knob_list import KnobList
from engine import Catalogue, Choice, Setting

_SPACING = 6


class ChoicePanel(QWidget):
    """`part` is the setting it edits: `changed` carries `part` and a key, or `part.knob` and a value."""

    changed = Signal(str, object)
    settled = Signal()

    def __init__(self, part: str, catalogue: Catalogue[Any], columns: int = 1, collapsed: Collection[str] = ()) -> None:
        super().__init__()
        self._part, self._catalogue, self._collapsed = part, catalogue, collapsed
        self.chooser = Chooser(catalogue)
        self.chooser.setObjectName(f"choose-{part}")
        self.chooser.setAccessibleName(part)
        self.chooser.chosen.connect(self._choose)
        self.knobs = KnobList(columns)
        self.knobs.changed.connect(lambda name, value: self.changed.emit(Setting(part, name).path, value))
        self.knobs.finished.connect(self.settled)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._column.addWidget(self.chooser)
        self._column.addWidget(self.knobs)

    def add_below_chooser(self, widget: QWidget) -> None:
        """Insert a widget between the combo box and the knobs."""
        self._column.insertWidget(1, widget)

    def show_choice(self, choice: Choice) -> None:
        self.chooser.set_key(choice.kind)
        self.knobs.show_knobs(self._catalogue[choice.kind].knobs, self._collapsed)
        self.knobs.set_values(choice.values)

    def note(self, choice: Choice) -> str:
        """A short summary: its title, and the knobs that are not at their defaults."""
        entry = self._catalogue[choice.kind]
        others = [
            f"{knob.symbol or knob.title} {shown(choice.values[knob.name], knob.kind)}"
            for knob in entry.knobs
            if choice.values[knob.name] != knob.default
        ]
        return " · ".join([entry.title, *others])

    def _choose(self, key: str) -> None:
        self.changed.emit(self._part, key)
        self.settled.emit()
