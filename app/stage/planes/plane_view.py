"""Base class of the views that are one plane: plot, brush, scores, and the region they ask for."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.look.networks.data_ranges import PADDING
from app.look.networks.score_text import NOT_FINITE, class_name, example_words, scores_of
from app.look.number_format import number
from app.plots.line_item import PointsItem
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.stage.plane_chart import PlaneChart, Reading, Region
from app.stage.planes.cached_picture import CachedPicture
from app.stage.planes.points import columns_of, nearest
from app.stage.planes.sample import FEW, Sample, sample_of
from app.stage.planes.score_bar import ScoreBar
from app.widgets.wrapped_row import WrappedRow
from engine import Choice, Learner, NetworkSnapshot, NetworkTask, Table

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import SessionPicture

Array = np.ndarray

ASK_DELAY = 50  # milliseconds between two changes of what is wanted
REACH = 10.0  # pixels within which the pointer is at an example
WIDER = 3.0  # than the data, from which the place of examples that are edited by hand is not kept


class PlaneView(NetworkView):
    """A chart below a bar of tools. What it shows belongs to the learner of the newest picture.

    A view says how to draw, what to read under the pointer, and where examples are on the chart. spots (m, 2): of the
    examples of the sample.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.learner: Learner | None = None
        self.task: NetworkTask | None = None
        self.snapshot: NetworkSnapshot | None = None
        self.sample = sample_of(0, 0)
        self.spots: Array = np.empty((0, 2))
        self._restored: Region | None = None
        self._picture: SessionPicture | None = None
        self._asked: object = None
        self._told: object = None
        self._warning = ""
        self._is_finite = True
        self._painted = CachedPicture()
        self.chart = self.make_chart(theme)
        self.chart.setAccessibleName(self.TITLE)
        self.brush = self.chart.brush
        self.scores = ScoreBar(theme)
        self.setFocusProxy(self.chart)
        self.tools = WrappedRow()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self.tools)
        column.addWidget(self.chart, 1)
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(ASK_DELAY)
        self._asking.timeout.connect(self._ask)
        self.chart.looked.connect(self._look)
        self.chart.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.chart))
        for name, validates in (("training examples", False), ("validation examples", True)):
            self.chart.addItem(PointsItem(name, partial(self._examples, validates)))
        self.brush.edited.connect(self.edited)
        self.brush.settled.connect(self.settled)
        self.brush.chosen.connect(self._take_keys)

    def add_tools(self, *tools: QWidget) -> None:
        """Put these into the bar."""
        for tool in tools:
            self.tools.addWidget(tool)

    # What a view adds

    def make_chart(self, theme: Theme) -> PlaneChart:
        """The chart, which `draw` paints."""
        return PlaneChart(theme, self._paint, self.read)

    def drawn_from(self) -> Hashable:
        """What `draw` depends on, beside the theme, the examples, the snapshot and the colour of its run."""
        return None

    def draw(self, painter: QPainter, view: View) -> None:
        """Paint what is inside the axes; called only when something of it is new."""
        raise NotImplementedError

    def read(self, at: QPointF) -> Reading:
        """What is to be read at a point of the plot."""
        raise NotImplementedError

    def spots_of(self, places: Array | slice) -> Array:
        """Where the examples with these indices are on the chart, (k, 2)."""
        raise NotImplementedError

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        """Other examples: set sample, names and home. stay: they are much like the old ones, and seen from there."""
        raise NotImplementedError

    def take_snapshot(self, snapshot: NetworkSnapshot) -> None:
        """A newer snapshot, of the network whose examples are shown."""

    def repaint_all(self) -> None:
        """The theme or the data are others: forget what was painted."""

    # What the stage calls

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if (self.run_colour(), diverged(picture, self.snapshot)) != self._told:
            self._tell()
        learner, task = Learner.of(picture.subject), picture.problem.task
        if learner is self.learner or not isinstance(task, NetworkTask):
            return
        before, self.learner = self.learner, learner
        stay = before is not None and alike(before, learner)
        if not stay:
            self.snapshot = None
        self.take_data(learner, task, stay and self.task is not None and same_source(self.task, task))
        self.task = task
        if self._restored is not None:
            self.chart.look_at(self._restored)
            self._restored = None
        self.repaint_all()
        self._tell()
        self._look()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if self.learner is None or not alike(self.learner, snapshot.learner):
            return
        self.snapshot = snapshot
        self._is_finite = snapshot.predicted.unknown < len(snapshot.predicted.outputs)
        self.take_snapshot(snapshot)
        self._tell()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.chart.set_theme(theme)
        self.scores.set_theme(theme)
        self._tell()
        self.repaint_all()

    def reset_view(self) -> None:
        self._restored = None
        self.chart.forget_choice()

    def describe(self) -> str:
        if self.snapshot is None:
            return ""
        x0, x1, y0, y1 = self.chart.view.region
        across, up = self.chart.names
        where = f"{across} from {number(x0)} to {number(x1)}, {up} from {number(y0)} to {number(y1)}."
        scores = " ".join(score.sentence for score in scores_of(self.snapshot))
        problem = NOT_FINITE if not self.finite() else self._warning
        words = "".join(f" {said}." for said in (problem, self.sample.note) if said)
        return f"{self.TITLE} at update {self.snapshot.update:,}: {where} {scores}{words}"

    def view(self) -> dict[str, Any]:
        region = self.chart.region
        return {} if region is None else {f"network_{self.KEY}_region": list(region)}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        region = view.get(f"network_{self.KEY}_region")
        if isinstance(region, list) and len(region) == 4 and all(isinstance(end, int | float) for end in region):
            x0, x1, y0, y1 = map(float, region)
            if all(map(math.isfinite, (x0, x1, y0, y1))) and x0 < x1 and y0 < y1:
                self._restored = (x0, x1, y0, y1)  # for the examples to come
                self.chart.look_at(self._restored)
                return
        self.reset_view()

    # For the views

    def finite(self) -> bool:
        """Whether any output of the network is finite."""
        return self.snapshot is None or self._is_finite

    @property
    def current(self) -> NetworkSnapshot | None:
        """The snapshot, if it is of the very examples that are shown."""
        return self.snapshot if self.snapshot is not None and self.snapshot.learner is self.learner else None

    def run_colour(self) -> QColor:
        """The colour of the run that is portrayed."""
        runs = self._picture.runs if self._picture is not None else ()
        told = self.snapshot.run if self.snapshot is not None else ""
        return self.theme.run_colours[next((run.colour for run in runs if run.id == told), 0)]

    def score_colour(self) -> QColor:
        """The colour of the dots beside the scores."""
        return self.theme.muted

    def example_at(self, at: QPointF) -> list[tuple[str, QColor | None]]:
        """What is to be read of the example under the pointer, if there is one."""
        near = nearest(self.chart.view, self.spots, at, REACH)
        if near is None or self.learner is None or self.sample.count != len(self.learner.data.targets):
            return []
        place, data, snapshot = int(self.sample.places[near]), self.learner.data, self.current
        part = "training" if place < data.train else "validation"
        if data.target_shape.kind not in ("class", "value"):
            return [
                (f"{part} example", None),
                *([(example_words(snapshot.predicted, place), None)] if snapshot else []),
            ]
        target = data.targets[place]
        told = class_name(data, target) if data.classes else number(target)
        lines: list[tuple[str, QColor | None]] = [(f"{part} example: {told}", None)]
        if snapshot is not None:
            found = snapshot.predicted.predictions[place]
            answer = class_name(data, found) if data.classes else number(found)
            wrong = bool(data.classes) and bool(found != target)
            lines.append((f"predicted: {answer}{', wrong' if wrong else ''}", self.theme.danger if wrong else None))
        return lines

    def draw_line(self, painter: QPainter, first: QPointF, second: QPointF) -> None:
        """A thin dashed line to compare with."""
        painter.setPen(QPen(self.theme.axis, 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(first, second)

    def show_sample(self, sample: Sample) -> None:
        """Show these of the examples."""
        self.sample = sample
        self.spots = columns_of(*self.spots_of(sample.places).T)

    @property
    def wrong_spots(self) -> Array:
        """Where those are that the network does not get right, (m, 2): all of a few, of more those in the sample.

        So few among very many are seen, and many look as many as they are.
        """
        assert self.current is not None
        wrong, places = self.current.predicted.wrong, self.sample.places
        found = np.flatnonzero(wrong)
        return self.spots_of(found if len(found) <= FEW else places[wrong[places]])

    def _examples(self, validates: bool) -> tuple[Array, Array]:
        """Where the examples of a part are on the chart, all of them: x (n,) and y (n,)."""
        train = self.learner.data.train if self.learner is not None else 0
        x, y = self.spots_of(slice(train, None) if validates else slice(None, train)).T
        return x, y

    def _paint(self, painter: QPainter, view: View) -> None:
        key = self.theme.name, self.learner, self.snapshot, self.run_colour().rgba(), self.drawn_from()
        self._painted.draw(painter, view, key, lambda own: self.draw(own, view))
        if not self.finite():
            painter.setPen(self.theme.text)
            painter.drawText(view.plot, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, NOT_FINITE)
            return
        if self._warning:
            self._draw_note(painter, view, self._warning, self.theme.danger, above=True)
        if self.sample.note:
            self._draw_note(painter, view, self.sample.note, self.theme.muted, above=False)

    def _draw_note(self, painter: QPainter, view: View, text: str, colour: QColor, above: bool) -> None:
        """A sentence in a corner of the plot."""
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, view.plot.width() - 28)
        chip = QRectF(0.0, 0.0, metrics.horizontalAdvance(text) + 16, metrics.height() + 6)
        chip.moveTopLeft(view.plot.topLeft() + QPointF(6, 6 if above else view.plot.height() - chip.height() - 6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.panel)
        painter.drawRoundedRect(chip, 5, 5)
        painter.setPen(colour)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)

    def _tell(self) -> None:
        """Say how well the network does, and what is to be known before that is believed."""
        self._told = self.run_colour(), diverged(self._picture, self.snapshot)
        self._warning = run_warnings(self._picture, self.snapshot)
        if self.snapshot is not None:
            self.scores.show_scores(scores_of(self.snapshot), self.score_colour())
        self.chart.redraw()

    def _take_keys(self) -> None:
        """What has been chosen is used on the chart, by the keyboard too."""
        if self.brush.on:
            self.chart.setFocus()

    def _look(self) -> None:
        if not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        asked = self.queries()
        if asked != self._asked:
            self._asked = asked
            self.wanted_changed.emit()


def alike(one: Learner, other: Learner) -> bool:
    """Whether what is shown of one can stay on the screen until there is something of the other."""
    return (
        one.data.raw.shape[1] == other.data.raw.shape[1]
        and one.data.classes == other.data.classes
        and one.data.names == other.data.names
        and one.data.target_shape == other.data.target_shape
    )


def same_source(before: NetworkTask, task: NetworkTask) -> bool:
    """Whether examples are still made in the same way, or are the same ones but for what was drawn and erased."""
    if isinstance(task.data, Table):
        return task.data.drawn
    return isinstance(before.data, Choice) and before.data.kind == task.data.kind


def kept_home(before: Region, home: Region) -> Region:
    """The place that is shown already, if it is still one for examples whose own place is `home`."""
    sides = ((before[0:2], home[0:2]), (before[2:4], home[2:4]))
    fits = all(
        old[0] <= new[0] + PADDING * (new[1] - new[0])
        and new[1] - PADDING * (new[1] - new[0]) <= old[1]
        and old[1] - old[0] <= WIDER * (new[1] - new[0])
        for old, new in sides
    )
    return before if fits else home
