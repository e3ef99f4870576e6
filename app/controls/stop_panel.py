"""The stop rules."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal

from app.widgets.card import Card
from app.widgets.knob_list import KnobList
from engine import STOP, Value

_OF_NETWORKS = ("patience",)


class StopPanel(Card):
    """`changed` carries all stop rules."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__("Stop")
        self.setObjectName("stop")
        self._values: Mapping[str, Value] = {}
        self.knobs = KnobList()
        self._network: bool | None = None
        self.knobs.changed.connect(self._change)
        self.knobs.finished.connect(self.settled)
        self.body.addWidget(self.knobs)

    def refresh(self, stop: Mapping[str, Value], network: bool = False) -> None:
        """Show the current rules; network: include early stopping on the validation loss."""
        if network != self._network:
            rules = tuple(hyper for hyper in STOP if network or hyper.name not in _OF_NETWORKS)
            self.knobs.show_knobs(rules, tuple(hyper.name for hyper in rules[1:]), "More rules")
        if (stop, network) != (self._values, self._network):
            self._values, self._network = stop, network
            self.knobs.set_values(stop)

    def _change(self, name: str, value: Value) -> None:
        self._values = {**self._values, name: value}
        self.changed.emit(self._values)
