"""When the race ends by itself."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal

from app.controls.card import Card
from app.controls.knob_list import KnobList
from engine import STOP, Value


class StopPanel(Card):
    """The stop rules; `changed` carries all of them."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__("Stop")
        self.setObjectName("stop")
        self._values: Mapping[str, Value] = {}
        self.knobs = KnobList()
        self.knobs.show_knobs(STOP, tuple(hyper.name for hyper in STOP[1:]), "More rules")
        self.knobs.changed.connect(self._change)
        self.knobs.finished.connect(self.settled)
        self.body.addWidget(self.knobs)

    def refresh(self, stop: Mapping[str, Value]) -> None:
        if stop != self._values:
            self._values = stop
            self.knobs.set_values(stop)

    def _change(self, name: str, value: Value) -> None:
        self._values = {**self._values, name: value}
        self.changed.emit(self._values)
