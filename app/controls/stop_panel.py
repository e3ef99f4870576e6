"""The stop rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal

from app.widgets.card import Card
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from engine import NEVER, STOP, Value

_OF_NETWORKS = ("patience",)
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
        self._network: bool | None = None
        self.knobs.changed.connect(self._change)
        self.knobs.finished.connect(self.settled)
        self.body.addWidget(self.knobs)
        self.body.addWidget(self.more)

    def refresh(self, stop: Mapping[str, Value], network: bool = False) -> None:
        """Show the current rules; network: include early stopping on the validation loss."""
        if network != self._network:
            self.knobs.show_knobs(tuple(hyper for hyper in _RULES if network or hyper.name not in _OF_NETWORKS))
        if (stop, network) != (self._values, self._network):
            self._values, self._network = stop, network
            self.knobs.set_values(stop)

    def renew(self) -> None:
        """Another document follows: what is as usual goes behind More, wherever it was before."""
        self.knobs.renew()
        self._network = None

    def _change(self, name: str, value: Value) -> None:
        self._values = {**self._values, name: value}
        self.changed.emit(self._values)
