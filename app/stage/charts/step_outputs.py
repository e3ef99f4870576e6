"""What a recurrent network answers at every step of one sequence, against its targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.networks.data_ranges import padded
from app.look.number_format import number
from app.plots.line_item import LineItem
from app.stage.charts.step_plot import Lines, StepPlot
from app.stage.stable_axis import StableAxis

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot

Array = np.ndarray

_DOT = 3.0  # pixels of a class


class OutputPlot(StepPlot):
    """Targets and outputs (steps,) as two lines; of classes their places, wrong ones in the colour of faults."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Outputs against targets by time step")
        self.targets: Array = np.empty(0)
        self.outputs: Array = np.empty(0)
        self.classes: tuple[str, ...] = ()
        self._shown: object = None
        self.addItem(LineItem("targets", lambda: self._numbers(self.targets)))
        self.addItem(LineItem("outputs", lambda: self._numbers(self.outputs)))

    @property
    def steps(self) -> int:
        return len(self.targets)

    def show_example(self, snapshot: NetworkSnapshot, example: int, colour: QColor) -> None:
        """Show the example at a place of the data, in the colour of its run. Of vectors it is their first number."""
        data = snapshot.learner.data
        place = min(example, len(data.targets) - 1)
        targets, outputs = (
            numbers[place].reshape(data.target_shape.steps, -1)[:, 0].astype(float)
            for numbers in (data.targets, snapshot.predicted.predictions)
        )
        self.targets, self.outputs, self.classes, self.colour = targets, outputs, data.classes, colour
        known = outputs[np.isfinite(outputs)]
        low, high = float(targets.min()), float(targets.max())
        room = high - low
        if self.classes:
            low, high = 0.0, len(self.classes) - 1.0
        elif len(known):  # outputs may stretch the axis once more
            low, high = max(min(low, known.min()), low - room), min(max(high, known.max()), high + room)
        if (shown := (data, self.classes)) != self._shown:
            self._shown, self._axis = shown, StableAxis()
            self.set_names("time step", data.target)
        self.follow((0.5, self.steps + 0.5), padded(*self._axis.follow(low, high)))
        self.redraw()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        if not self.classes:
            self.draw_line(painter, self.targets, self.theme.muted, 3.0)
            self.draw_line(painter, self.outputs, self.colour, 1.8)
            return
        self.draw_line(painter, self.targets, self.theme.axis, 1.2)
        x, y = self.scales
        for step, (found, true) in enumerate(zip(self.outputs.tolist(), self.targets.tolist(), strict=True), 1):
            painter.setPen(QPen(self.theme.field, 1.0))
            painter.setBrush(self.colour if found == true else self.theme.danger)
            painter.drawEllipse(QPointF(x.pixel(step), y.pixel(found)), _DOT, _DOT)

    def spot(self, step: int) -> QPointF | None:
        value = float(self.outputs[step - 1])
        x, y = self.scales
        return QPointF(x.pixel(step), y.pixel(value)) if np.isfinite(value) else None

    def told(self, step: int) -> Lines:
        true, found = self._words(self.targets[step - 1]), self._words(self.outputs[step - 1])
        return [(f"step {step}: {found}", self.colour), (f"target {true}", None)]

    def _numbers(self, values: Array) -> tuple[Array, Array]:
        return np.arange(1.0, self.steps + 1.0), values

    def _words(self, value: float) -> str:
        return self.classes[int(value)] if self.classes else number(float(value), 3)
