"""Runs over many seeds: their medians with quartiles, or every line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout

from app.compare.line_plot import LinePlot
from app.compare.picture import ComparisonPicture, Titled
from app.compare.plot_lines import PlotLine
from app.plots.axis_type import LINEAR, LOG
from app.widgets.button_row import ButtonRow, toggle

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.trials import Outcome
    from engine import ArmOverSeeds

BANDS, LINES = "bands", "lines"
_MOST_LINES = 1000  # of all seeds of all runs: of whole ones a plot draws fewer, and looks through no more
_WAYS = {
    BANDS: ("Bands", "Median of the seeds, and the half of them in the middle"),
    LINES: ("Lines", "Seeds by themselves, of very many some, and the median of all"),
}


class SeedsPlot(Titled):
    """Values over updates; the x axis can be logarithmic from update 1 on."""

    def __init__(self, theme: Theme, name: str) -> None:
        self.plot = LinePlot(theme, name, "update", counts=True)
        self.plot.head = lambda x: f"update {x:,.0f}"
        self.ways = ButtonRow(f"{name}-ways", "how seeds are drawn", _WAYS)
        self.log_x = toggle(f"{name}-log-x", "log x", "logarithmic updates", "Updates on a logarithmic axis")
        self.log_y = toggle(f"{name}-log-y", "log y", "logarithmic values", "Values on a logarithmic axis")
        for button in (self.log_x, self.log_y):
            button.setProperty("small", True)
        super().__init__("", self.plot, self.ways, self.log_x, self.log_y)
        self._arms: tuple[ArmOverSeeds, ...] = ()
        self._counted = ""
        self.ways.chosen.connect(lambda key: self._show())
        self.log_x.toggled.connect(lambda on: self._show())
        self.log_y.clicked.connect(self.plot.set_y_log)

    def show_arms(self, arms: tuple[ArmOverSeeds, ...], counted: str) -> None:
        """Show these, as far as they are known."""
        self._arms, self._counted = arms, counted
        seeds = max((len(each.seeds) for each in arms), default=0)
        self.title.show_text(f"{counted.replace('_', ' ')}, {seeds} seed{'s' * (seeds != 1)}" if seeds else counted)
        self._show()

    def _show(self) -> None:
        log = self.log_x.isChecked()
        known = [each for each in self._arms if each.seeds]
        most = _MOST_LINES // max(len(known), 1)
        lines = [over_updates(each, self.ways.key == LINES, log, most) for each in known]
        self.plot.show_lines(lines, LOG if log else LINEAR)
        self.log_y.setChecked(self.plot.y_is_log)


def over_updates(each: ArmOverSeeds, all_lines: bool, from_one: bool, most: int) -> PlotLine:
    """One run as a line. from_one: without the values before the first update, which a logarithm has no place for.
    most: faint lines, of more every other one, or fewer.
    """
    start = int(np.searchsorted(each.updates, 1)) if from_one else 0
    low, median, high = each.band[:, start:]
    nothing = np.empty(0)
    return PlotLine(
        each.arm.key,
        each.arm.name,
        each.arm.colour,
        each.updates[start:].astype(float),
        median,
        nothing if all_lines else low,
        nothing if all_lines else high,
        each.lines[:: -(-len(each.lines) // most), start:] if all_lines else np.empty((0, 0)),
    )


class SeedsPicture(ComparisonPicture):
    """One plot."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.seeds = SeedsPlot(theme, "seeds-plot")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.seeds)

    def show_outcome(self, outcome: Outcome) -> None:
        self.seeds.show_arms(outcome.result.arms, outcome.plan.counted)  # type: ignore[attr-defined]

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.seeds.plot.set_theme(theme)
