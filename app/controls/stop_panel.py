"""The stop rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal

from app.widgets.card import Card
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from engine import NEVER, STOP, Value

_WATCHING = ("patience",)  # rules that wait for a measure which is watched
_RULES = tuple(replace(hyper, default=NEVER[hyper.name]) for hyper in STOP)  # a fresh experiment goes on for ever


class StopPanel(Card):
    """`changed` carries all stop rules."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__("Stop")
        self.setObjectName("stop")
        self._values: Mapping[str, Value] = {}
        self.more = More("stop rules")
        self.knobs = KnobList(1, self.more)
        self._watches: bool | None = None
        self.knobs.changed.connect(self._change)
        self.knobs.finished.connect(self.settled)
        self.body.addWidget(self.knobs)
        self.body.addWidget(self.more)

    def refresh(self, stop: Mapping[str, Value], watches: bool = False) -> None:
        """Show the current rules; watches: whether a measure is watched for early stopping."""
        if watches != self._watches:
            self.knobs.show_knobs(tuple(hyper for hyper in _RULES if watches or hyper.name not in _WATCHING))
        if (stop, watches) != (self._values, self._watches):
            self._values, self._watches = stop, watches
            self.knobs.set_values(stop)

    def renew(self) -> None:
        """Another document follows: what is as usual goes behind More, wherever it was before."""
        self.knobs.renew()
        self._watches = None

    def _change(self, name: str, value: Value) -> None:
        self._values = {**self._values, name: value}
        self.changed.emit(self._values)
