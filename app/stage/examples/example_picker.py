"""Chooses one example of the training or the validation set, and says what it is and what the network makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.look.networks.score_text import example_words
from app.stage.part_picker import PartPicker
from app.widgets.elided import ElidedLabel
from app.widgets.stepper import Stepper
from engine import Hyper

if TYPE_CHECKING:
    from engine import Learner, NetworkSnapshot

_WIDTH = 84  # pixels of the stepper
_PLACE = Hyper("example", "", 1, 1, 1_000_000, kind="integer", help="which example is shown")


class ExamplePicker(QObject):
    """Widgets for a row: `part`, `place` and `label`. `chosen`: another example is to be shown.

    name: begins the names of its widgets and of its view settings.
    """

    chosen = Signal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self._wish = 1
        self._counts = 1, 0  # of training and validation examples
        self.part = PartPicker(f"{name}-part".replace("_", "-"))
        self.place = Stepper(_PLACE)
        self.place.name("example", "Which example is shown, counted from 1")
        self.place.setFixedWidth(_WIDTH)
        self.label = ElidedLabel()
        self.label.setObjectName("muted")
        self.part.chosen.connect(self._choose_part)
        self.place.changed.connect(self._choose)

    @property
    def example(self) -> int:
        """The place of the example in the data."""
        start = self._counts[0] if self.part.validation else 0
        return start + min(self._wish, self._count) - 1

    @property
    def _count(self) -> int:
        return max(self._counts[1] if self.part.validation else self._counts[0], 1)

    def offer(self, learner: Learner) -> bool:
        """Tell whose examples there are; True if another one is shown for that."""
        before = self.example
        data = learner.data
        self._counts = data.train, data.validation
        self.part.offer(data.validation > 0)
        self.place.set_value(min(self._wish, self._count))
        return self.example != before

    def tell(self, snapshot: NetworkSnapshot) -> None:
        """Say what the example is, and what the network makes of it."""
        place = min(self.example, len(snapshot.learner.data.targets) - 1)
        words = example_words(snapshot.predicted, place)
        self.label.show_text(f"of {self._count:,} · {words}")

    def view(self) -> dict[str, Any]:
        return {f"{self._name}_part": self.part.wish, f"{self._name}_example": self._wish}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.part.choose(view.get(f"{self._name}_part"))
        wish = view.get(f"{self._name}_example")
        if isinstance(wish, int) and not isinstance(wish, bool) and 1 <= wish <= _PLACE.high:
            self._wish = wish
            self.place.set_value(min(wish, self._count))

    def _choose(self, place: int) -> None:
        self._wish = min(place, self._count)
        if self._wish != place:
            self.place.set_value(self._wish)
        self.chosen.emit()

    def _choose_part(self) -> None:
        self.place.set_value(min(self._wish, self._count))
        self.chosen.emit()
