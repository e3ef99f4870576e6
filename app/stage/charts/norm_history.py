"""Gradients: the norm by time step over all updates as colours, a picture for each run, so that a gradient that
vanishes or explodes is seen while it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.networks.norm_history import SHOWN, decades, first_to_last, record, through_time
from app.look.number_format import number
from app.stage.charts.norm_history_plot import NormHistoryPlot, spanned
from app.stage.planes.colour_key import ColourKey
from app.stage.stable_axis import StableAxis
from app.stage.stage_view import StageView
from app.widgets.elided import ElidedLabel
from engine import TimeSteps

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import RunPicture, SessionPicture

NOTHING = "Nothing measured yet"


class NormPictures(QWidget):
    """The picture of each run, one below the other."""


class NormHistoryView(StageView):
    """It shows the record of the runs, so that it needs no snapshot: at most SHOWN runs below each other, all in the
    same colours and over the same updates.
    """

    GROUP = "network"
    KEY = "norms"
    TITLE = "Gradients"
    MENU = "Gradient by time step and update"
    TIER = "basic"
    TIP = "The gradient norm at every time step over all updates: dark where it vanishes, light where it explodes"
    ASKS = (TimeSteps,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.key = ColourKey(theme)
        self.plots: list[NormHistoryPlot] = []
        self._axis, self._end = StableAxis(), 0.0
        self._levels, self._ends = (0.0, 1.0), [""]
        self._problem: object = None
        self._known: tuple[object, ...] = ()
        self.pictures = NormPictures()
        self._pictures = QVBoxLayout(self.pictures)
        self._pictures.setContentsMargins(0, 0, 0, 0)
        self._pictures.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.pictures, 1)
        row.addWidget(self.key)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addLayout(row, 1)
        self.setFocusProxy(self._plot(0))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.key.theme = theme
        for plot in self.plots:
            plot.set_theme(theme)
        self._known, self._ends = (), [""]

    def refresh(self, picture: SessionPicture) -> None:
        runs = through_time(picture.runs)
        if picture.problem is not self._problem:
            self._problem, self._axis = picture.problem, StableAxis()
        known = tuple((run.id, run.name, run.colour, len(run.measures.steps_at)) for run in runs)
        if known != self._known:
            self._known = known
            self._tell(runs)
        self._show(runs[:SHOWN])

    def set_cursor(self, update: int | None) -> None:
        for plot in self.plots:
            plot.set_cursor(update)

    def reset_view(self) -> None:
        for plot in self.plots:
            plot.forget_choice()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}"

    def _tell(self, runs: list[RunPicture]) -> None:
        """Something else was measured, or there are other runs."""
        shown, more = runs[:SHOWN], max(len(runs) - SHOWN, 0)
        found = decades(shown)
        self._levels = low, high = spanned(*found) if found is not None else (0.0, 1.0)
        middle = [0.5 * (low + high)] if (low + high) % 2.0 == 0.0 else []
        ends = [number(10.0**level, 2) for level in (low, *middle, high)] if found is not None else []
        if ends != self._ends:  # which lays the view out anew
            self._ends = ends
            self.key.show_scale(ends, self.theme.heat, "Norm of the gradient")
        for place in range(max(len(shown), 1)):
            plot = self._plot(place)
            plot.set_names("update" if place >= len(shown) - 1 else "", "" if place else "time step")
        for place, plot in enumerate(self.plots):
            plot.setVisible(place < max(len(shown), 1))
        self.caption.show_text(_words(shown, more))

    def _show(self, runs: list[RunPicture]) -> None:
        end = float(max((run.update for run in runs), default=0) or 1)
        if end < self._end:  # begun again, or rewound
            self._axis = StableAxis()
        self._end = end
        reach = self._axis.follow(0.0, end)[1]
        for place, run in enumerate(runs):
            self._plot(place).show_run(run, self._levels, reach, len(runs) > 1)

    def _plot(self, place: int) -> NormHistoryPlot:
        while len(self.plots) <= place:
            plot = NormHistoryPlot(self.theme)
            plot.pointed.connect(self.cursor_moved)
            plot.menu_wanted.connect(lambda at, plot=plot: self.menu_wanted.emit(at, plot))
            self._pictures.addWidget(plot, 1)
            self.plots.append(plot)
        return self.plots[place]


def _words(runs: list[RunPicture], more: int) -> str:
    """How the gradient at the first step compares with that at the last, as it was measured last."""
    norms = [record(run)[1] for run in runs]
    if not any(map(len, norms)):
        return NOTHING
    ratios = [number(first_to_last(known[-1]), 2) if len(known) else "" for known in norms]
    if len(runs) == 1:
        return f"The gradient at the first step is {ratios[0]} times that at the last"
    told = [f"{run.name}: {ratio}" for run, ratio in zip(runs, ratios, strict=True) if ratio]
    hidden = [f"{more} more not shown"] if more else []
    return " · ".join([f"First step over last: {told[0]}", *told[1:], *hidden])
