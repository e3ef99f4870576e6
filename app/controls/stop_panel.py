"""The stop rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal

from app.widgets.card import Card
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from engine import NEVER, STOP, Value, patience_for

_PATIENCE = "patience"  # the rule that waits for a measure which is watched
_RULES = tuple(replace(hyper, default=NEVER[hyper.name]) for hyper in STOP)  # a fresh experiment goes on for ever


class StopPanel(Card):
    """`changed` carries the stop rules that are changed, by their names."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__("Stop")
        self.setObjectName("stop")
        self._values: Mapping[str, Value] = {}
        self.more = More("stop rules")
        self.knobs = KnobList(1, self.more)
        self._watched: str | None = None
        self.knobs.changed.connect(self._change)
        self.knobs.finished.connect(self.settled)
        self.body.addWidget(self.knobs)
        self.body.addWidget(self.more)

    def refresh(self, stop: Mapping[str, Value], watched: str = "") -> None:
        """Show the current rules; watched: the measure that early stopping waits for, in words, if there is one."""
        if watched != self._watched:
            patience = replace(patience_for(watched), default=NEVER[_PATIENCE])
            rules = (patience if hyper.name == _PATIENCE else hyper for hyper in _RULES)
            self.knobs.show_knobs(tuple(hyper for hyper in rules if watched or hyper.name != _PATIENCE))
        if (stop, watched) != (self._values, self._watched):
            self._values, self._watched = stop, watched
            self.knobs.set_values(stop)

    def renew(self) -> None:
        """Another document follows: what is as usual goes behind More, wherever it was before."""
        self.knobs.renew()
        self._watched = None

    def _change(self, name: str, value: Value) -> None:
        self._values = {**self._values, name: value}
        self.changed.emit({name: value})
