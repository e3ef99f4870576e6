"""A fair race: how every run was tuned, beside how all run at their own best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.compare.picture import ComparisonPicture
from app.compare.rates_picture import RATE, RatesPlot
from app.compare.seeds_picture import SeedsPlot
from app.widgets.splitter import Splitter

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.trials import Outcome

_GAP = 10


class RacePicture(ComparisonPicture):
    """Two plots side by side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.rates = RatesPlot(theme, "tuning-plot")
        self.race = SeedsPlot(theme, "race-plot")
        self.rates.plot.picked.connect(lambda run, rate: self.adopted.emit(run, {RATE: rate}))
        self.split = Splitter(Qt.Orientation.Horizontal, _GAP)
        self.split.addWidget(self.rates)
        self.split.addWidget(self.race)
        self.split.setSizes([4500, 5500])  # whose header has more in it
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.split)

    def show_outcome(self, outcome: Outcome) -> None:
        result, counted = outcome.result, outcome.plan.counted
        self.rates.show_curves(result.curves, counted)  # type: ignore[attr-defined]
        self.race.show_arms(result.arms, counted)  # type: ignore[attr-defined]
        if not result.arms:  # type: ignore[attr-defined]
            self.race.title.show_text("The race begins once all are tuned")

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.rates.plot.set_theme(theme)
        self.race.plot.set_theme(theme)
