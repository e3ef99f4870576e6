"""A recurrent network by time step: its outputs, the norm of the gradient, and the states for one sequence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout

from app.look.number_format import counted, number
from app.plots.axis_type import LINEAR, LOG
from app.plots.line_item import LineItem
from app.stage.charts.step_outputs import OutputPlot
from app.stage.charts.step_plot import Lines, StepPlot
from app.stage.examples.example_picker import ExamplePicker
from app.stage.examples.heat_tiles import HeatTiles, Section
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import run_warnings
from app.stage.stable_axis import StableAxis
from app.widgets.elided import ElidedLabel
from engine import LOSSES, Learner, Predictions, TimeSteps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture, StepsInTime

Array = np.ndarray

NAME = "network_steps"
DECADES = 12  # below the largest norm that an axis follows down to
HANDLE = 8  # pixels between the plot and the states


class NormPlot(StepPlot):
    """The norm of dl/dh after each step, on a logarithmic axis."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Gradient norm by time step")
        self.norms: Array = np.empty(0)
        self._line = LineItem("gradient norm", self._numbers)
        self.addItem(self._line)
        self.set_types(LINEAR, LOG)
        self.set_names("time step", "gradient norm")

    @property
    def steps(self) -> int:
        return len(self.norms)

    def show_norms(self, norms: Array, colour: QColor) -> None:
        """Show these, (length,), in the colour of their run."""
        if len(norms) != len(self.norms):
            self._axis = StableAxis()
        self.norms, self.colour = norms, colour
        known = norms[np.isfinite(norms) & (norms > 0.0)]
        if len(known):
            high = math.log10(known.max())
            low, high = self._axis.follow(max(math.log10(known.min()), high - DECADES), high)
            self.follow((0.5, len(norms) + 0.5), (10.0**low, 10.0**high))
        self.redraw()

    def read(self, step: int) -> str:
        """What is to be read at a step, counted from 1."""
        return f"step {step}: {number(float(self.norms[step - 1]), 3)}"

    def told(self, step: int) -> Lines:
        return [(self.read(step), None)]

    def spot(self, step: int) -> QPointF | None:
        norm = float(self.norms[step - 1])
        x, y = self.scales
        return QPointF(x.pixel(step), y.pixel(norm)) if math.isfinite(norm) and norm > 0.0 else None

    def draw(self, painter: QPainter, area: QRectF) -> None:
        shown = np.where(self.norms > 0.0, self.norms, np.nan)
        self.draw_line(painter, shown, self.colour, 1.8)
        if not np.isfinite(shown).any():
            painter.setPen(self.theme.muted)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "The gradient is 0 or not finite at every step")

    def _numbers(self) -> tuple[Array, Array]:
        return np.arange(1.0, len(self.norms) + 1.0), self.norms


class TimeStepsView(NetworkView):
    """Where in time the gradient vanishes or explodes, and the states along one sequence; above them, where there is an
    output at every step, these against their targets.
    """

    KEY = "steps"
    TITLE = "Time steps"
    MENU = "Time steps of the network"
    TIER = "basic"
    TIP = "The norm of the gradient by time step, and the states along one sequence"
    ASKS = (Predictions, TimeSteps)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.picker = ExamplePicker(NAME, self)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.plot = NormPlot(theme)
        self.answers = OutputPlot(theme)
        self.answers.hide()
        self.tiles = HeatTiles(theme, "network-steps-states", "Inputs and states by time step")
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.plot)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(HANDLE)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.answers)
        self._split.addWidget(self.plot)
        self._split.addWidget(self.tiles)
        for place in range(3):
            self._split.setStretchFactor(place, 1)
        self._split.setSizes([1000, 1000, 1000])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self._split, 1)
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in (self.picker.part, self.picker.place):
            row.addWidget(part)
        row.addWidget(self.picker.label, 1)
        column.addLayout(row)
        self.picker.chosen.connect(self.wanted_changed)
        for plot in (self.plot, self.answers):
            plot.menu_wanted.connect(lambda at, plot=plot: self.menu_wanted.emit(at, plot))

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), TimeSteps(self.picker.example)})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.plot.set_theme(theme)
        self.answers.set_theme(theme)
        self.tiles.set_theme(theme)
        self._show()

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if self.picker.offer(Learner.of(picture.subject)):
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.answer(TimeSteps) is not None:
            self._snapshot = snapshot
            self._show()

    def reset_view(self) -> None:
        self.plot.forget_choice()
        self.answers.forget_choice()
        self.tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}. {self.picker.label.text()}" if self._snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        return self.picker.view()

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.picker.apply_view(view)

    def _show(self) -> None:
        snapshot = self._snapshot
        steps = snapshot.answer(TimeSteps) if snapshot is not None else None
        if snapshot is None or steps is None:
            return
        colour = self._run_colour(snapshot.run)
        answers = len(steps.outputs) > 1
        if answers:
            self.answers.show_example(snapshot, self.picker.example, colour)
        self.answers.setVisible(answers)
        self.plot.show_norms(steps.norms, colour)
        self.tiles.show_sections(_sections(steps, snapshot))
        self.picker.tell(snapshot)
        words = run_warnings(self._picture, snapshot)
        self.caption.show_text(" · ".join(part for part in (_gradient_words(steps.norms), words) if part))

    def _run_colour(self, id: str) -> QColor:
        runs = self._picture.runs if self._picture is not None else ()
        return self.theme.run_colours[next((run.colour for run in runs if run.id == id), 0)]


def _gradient_words(norms: Array) -> str:
    """How the gradient at the first step compares with that at the last."""
    first, last = float(norms[0]), float(norms[-1])
    if not (math.isfinite(first) and math.isfinite(last)) or last <= 0.0:
        return "The gradient at the last step is 0 or not finite"
    return f"The gradient at the first step is {number(first / last, 2)} times that at the last"


def _sections(steps: StepsInTime, snapshot: NetworkSnapshot) -> list[Section]:
    inputs, hidden = steps.inputs.shape[1], steps.states.shape[1]
    found = [
        _over_time(f"sequence · {counted(inputs, 'input')}", steps.inputs, "input"),
        _over_time(f"state · {counted(hidden, 'unit')}", steps.states, "unit"),
    ]
    classes = snapshot.learner.classes
    if classes and len(steps.outputs) > 1:
        with np.errstate(all="ignore"):
            shares = LOSSES[snapshot.learner.network.loss.kind].probabilities(steps.outputs)
        found.append(_over_time(f"probability · {classes} classes", shares, "class"))
    return found


def _over_time(title: str, values: Array, row: str) -> Section:
    """Values (length, rows) with time from left to right."""
    return Section(title, values.T[None, None], row=row, column="step", wide=True)
