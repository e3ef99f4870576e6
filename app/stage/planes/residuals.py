"""Predicted against true values of a regression, or residuals against predictions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from app.look.networks.data_ranges import padded
from app.look.number_format import number
from app.stage.plane_chart import Reading
from app.stage.planes.plane_view import PlaneView
from app.stage.planes.points import DotLayer, Dots, columns_of
from app.stage.planes.sample import sample_of
from app.stage.stable_axis import StableAxis
from app.widgets.button_row import ButtonRow
from engine import Learner, NetworkSnapshot, NetworkTask

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from app.look.theme import Theme
    from app.stage.view import View
    from engine import SessionPicture

PREDICTED, MISSED = "predicted", "residual"
FURTHEST = 4.0  # spans of the targets that predictions may stretch an axis by
MIN_RANGE = 0.01  # of the span of the targets: what residuals are shown up to, however small they are


class ResidualsView(PlaneView):
    """Predicted against true values, or what is missed against what is predicted."""

    KEY = "residuals"
    TITLE = "Residuals"
    MENU = "Residuals of the network"
    TIP = "Predicted against true values of every example"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._across, self._up = StableAxis(), StableAxis()
        self._layer = DotLayer()
        self._dots: Dots | None = None
        self._targets = 0.0, 1.0
        self.kind = ButtonRow(
            "residuals_kind",
            "Shown",
            {
                PREDICTED: ("Predicted", "Predicted against true values: the diagonal is met exactly"),
                MISSED: ("Residual", "What the prediction misses, true − predicted, against what is predicted"),
            },
        )
        self.add_tools(self.kind, self.scores)
        self.kind.chosen.connect(self._choose)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and Learner.of(picture.subject).data.target_shape.kind == "value"

    def spots_of(self, places: np.ndarray | slice) -> np.ndarray:
        snapshot = self.snapshot
        if snapshot is None:
            return np.empty((0, 2))
        targets, predictions = snapshot.learner.data.targets[places], snapshot.predicted.predictions[places]
        if self.kind.key == PREDICTED:
            return columns_of(targets, predictions)
        return columns_of(predictions, targets - predictions)

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        self.sample, self._dots = sample_of(0, 0), None
        self.spots = np.empty((0, 2))
        self._targets = padded(float(learner.data.targets.min()), float(learner.data.targets.max()))
        if not stay:
            self._choose()

    def _choose(self) -> None:
        """Show the other kind, at its own scales."""
        self._across, self._up = StableAxis(), StableAxis()
        if self.learner is not None:
            target = self.learner.data.target
            names = (f"true {target}", f"predicted {target}")
            self.chart.set_names(*names if self.kind.key == PREDICTED else (names[1], f"residual of {target}"))
        self.chart.forget_choice()
        if self.snapshot is not None:
            self.take_snapshot(self.snapshot)

    def take_snapshot(self, snapshot: NetworkSnapshot) -> None:
        data = snapshot.learner.data
        low, high = self._targets
        room = FURTHEST * (high - low)
        self.show_sample(sample_of(len(data.targets), data.train, snapshot.predicted.extremes))
        if self.kind.key == PREDICTED:
            across, up = (low, high), reached(self.spots[:, 1], low, high, room)
        else:
            _, most = reached(np.abs(self.spots[:, 1]), 0.0, MIN_RANGE * (high - low), room)
            across, up = reached(self.spots[:, 0], low, high, room), (-most, most)
        self._dots = Dots(
            self.spots, np.zeros(len(self.spots), int), (self.run_colour(),), self.sample.train, self.theme.field
        )
        self.chart.set_home((*self._across.follow(*across), *self._up.follow(*up)), stay=True)

    def repaint_all(self) -> None:
        if self.snapshot is not None and self._dots is not None:
            self.take_snapshot(self.snapshot)

    def score_colour(self) -> QColor:
        return self.run_colour()

    def drawn_from(self) -> Hashable:
        return self._dots, self.kind.key

    def draw(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.field)
        if self.kind.key == PREDICTED:
            ends = max(view.x0, view.y0), min(view.x1, view.y1)
            self.draw_line(painter, view.point(ends[0], ends[0]), view.point(ends[1], ends[1]))
        else:
            self.draw_line(painter, view.point(view.x0, 0.0), view.point(view.x1, 0.0))
        if self._dots is not None and self.finite():
            self._layer.draw(painter, view, self._dots)

    def read(self, at: QPointF) -> Reading:
        (x, y), (across, up) = self.chart.view.at(at), self.chart.names
        return [(f"{across} {number(x)}", None), (f"{up} {number(y)}", None), *self.example_at(at)]

    def view(self) -> dict[str, Any]:
        return {**super().view(), "network_residuals_kind": self.kind.key}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.kind.choose(view.get("network_residuals_kind"))
        self._choose()
        super().apply_view(view)


def reached(values: np.ndarray, low: float, high: float, room: float) -> tuple[float, float]:
    """From low to high and as far beyond as the values (n,) are, up to `room`."""
    least, most = float(values.min(initial=low)), float(values.max(initial=high))
    if not (math.isfinite(least) and math.isfinite(most)):
        known = values[np.isfinite(values)]
        least, most = float(known.min(initial=low)), float(known.max(initial=high))
    return min(low, max(least, low - room)), max(high, min(most, high + room))
