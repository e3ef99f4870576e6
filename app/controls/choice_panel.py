"""A combo box for a catalogue, with the knobs of the chosen entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.chooser import Chooser
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from engine import Catalogue, Choice, Hyper, Setting, Tier, Value

_SPACING = 6


class ChoicePanel(QWidget):
    """`part` is the setting it edits: `changed` carries `part` and a key, or `part.knob` and a value.

    tier: of the choice itself; one that is not basic stays behind `more`, with its knobs, while it is the usual one.
    further: settings below the knobs that go by their own names. title: of the choice, if it is not called as the part.
    """

    changed = Signal(str, object)
    settled = Signal()

    def __init__(
        self,
        part: str,
        catalogue: Catalogue[Any],
        more: More | None,
        tier: Tier = "basic",
        columns: int = 1,
        further: tuple[Hyper, ...] = (),
        title: str = "",
    ) -> None:
        super().__init__()
        self._part, self._catalogue, self._tier, self._further = part, catalogue, tier, further
        self.chooser = Chooser(catalogue)
        self.chooser.setObjectName(f"choose-{part}")
        self.chooser.setAccessibleName(title or part)
        self.chooser.chosen.connect(self._choose)
        self.knobs = KnobList(columns, more)
        self.knobs.changed.connect(self._tell)
        self.knobs.finished.connect(self.settled)
        self._head = QWidget()
        self._top = QVBoxLayout(self._head)
        self._top.setContentsMargins(0, 0, 0, 0)
        self._top.setSpacing(_SPACING)
        self._top.addWidget(self.chooser)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        if tier == "basic":
            column.addWidget(self._head)
        else:
            self.knobs.add_part(part, self._head, title or part, tier)
            self.knobs.filled.connect(self.setVisible)
        column.addWidget(self.knobs)

    def add_above_chooser(self, widget: QWidget) -> None:
        self._top.insertWidget(0, widget)

    def add_below_chooser(self, widget: QWidget) -> None:
        """Insert a widget between the combo box and the knobs."""
        self._top.addWidget(widget)

    def show_choice(
        self,
        choice: Choice,
        usual: Choice | None = None,
        further: Mapping[str, Value] | None = None,
        absent: bool = False,
    ) -> None:
        """Show a choice. usual: the one that stays behind More; further: values of the further settings; absent: it
        means nothing here, and is not to be seen, unless it is basic.
        """
        values = {**choice.values, **(further or {})}
        knobs = self._catalogue[choice.kind].knobs
        is_usual = usual is not None and choice.kind == usual.kind
        if is_usual and self._tier != "basic":  # its knobs without the choice would say nothing
            knobs = tuple(replace(knob, tier="more") if knob.tier == "basic" else knob for knob in knobs)
        differs = not is_usual or any(values[knob.name] != knob.default for knob in (*knobs, *self._further))
        self.chooser.set_key(choice.kind)
        self.knobs.show_knobs((*knobs, *self._further))
        self.knobs.set_values(values, (self._part,) if differs else (), (self._part,) if absent else ())
        self.knobs.block(getattr(self._catalogue[choice.kind], "refused", {}))

    def reveal(self, name: str = "") -> QWidget:
        """Open what hides the choice, or the knob of this name; returns its control."""
        if name:
            return self.knobs.reveal(name)
        if self._tier != "basic":
            self.knobs.reveal(self._part)
        return self.chooser

    def _tell(self, name: str, value: object) -> None:
        own = name in {knob.name for knob in self._further}
        self.changed.emit(name if own else Setting(self._part, name).path, value)

    def _choose(self, key: str) -> None:
        self.changed.emit(self._part, key)
        self.settled.emit()
