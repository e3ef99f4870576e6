"""Pairs: how well every run remembers each of them, the most frequent first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout

from app.stage.association.bars import Bars, Series
from app.stage.association.memory_view import MemoryView
from app.widgets.button_row import ButtonRow
from app.widgets.elided import ElidedLines
from engine import Associations

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Query

RIGHT, LOSS = "right", "loss"
NUMBERS = {
    RIGHT: ("Probability", "How likely the right value is for each key"),
    LOSS: ("Loss", "The loss of each pair by itself, whatever its frequency"),
}
_TITLES = {  # and what the top of the bars means, 0 where it grows with them
    RIGHT: ("Probability of the right value, by rank of frequency", 1.0),
    LOSS: ("Loss, by rank of frequency", 0.0),
}
_KNOWN = 0.9


class PairsView(MemoryView):
    """Bars of all visible runs side by side."""

    KEY = "pairs"
    TITLE = "Pairs"
    TIER = "basic"
    TIP = "How well every run remembers each pair, the most frequent first"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.chart = Bars(theme, *_TITLES[RIGHT])
        self.numbers = ButtonRow("pairs_numbers", "Number", NUMBERS)
        self.numbers.chosen.connect(self._choose)
        self.caption = ElidedLines(2)
        self.caption.setObjectName("muted")
        self.setFocusProxy(self.numbers)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.numbers)
        column.addWidget(self.chart, 1)
        column.addWidget(self.caption)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Associations()})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.chart.set_theme(theme)
        self.show_memories()

    def show_memories(self) -> None:
        if self.memory is None:
            return
        is_loss = self.numbers.key == LOSS
        labels = [str(rank) for rank in range(1, self.memory.task.pairs + 1)]
        self.chart.show_series(
            labels,
            [
                Series(run.name, self.theme.run_colours[run.colour], seen.losses if is_loss else seen.right)
                for run, seen in self.memories
            ],
        )
        known = "; ".join(f"{int((seen.right > _KNOWN).sum())} by {run.name}" for run, seen in self.memories)
        told = f"known of {self.memory.task.pairs} pairs (probability above {_KNOWN:g}): {known}"
        self.caption.show_text(" · ".join(part for part in (told, self.warning) if part))

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.memories else ""

    def view(self) -> dict[str, Any]:
        return {"association_pairs_number": self.numbers.key}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.numbers.choose(view.get("association_pairs_number", RIGHT))
        self._choose(self.numbers.key)

    def _choose(self, key: str) -> None:
        self.chart.rename(*_TITLES[key])
        self.show_memories()
