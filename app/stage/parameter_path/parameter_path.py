"""Parameter paths: the runs in the space of all parameters, projected onto a plane with the loss over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import number
from app.plots.line_item import LineItem
from app.stage.parameter_path import path_text as words
from app.stage.parameter_path.path_scene import PathScene
from app.stage.parameter_path.projected_runs import ProjectedRuns
from app.stage.paths import WIDTH
from app.stage.plane_chart import PlaneChart, Reading
from app.stage.stage_view import StageView
from app.widgets.button_row import ButtonRow
from app.widgets.elided import ElidedLabel
from app.widgets.parameter_chooser import ParameterChooser
from app.widgets.wrapped_row import WrappedRow
from engine import LossSlice, Problem, SliceRequest

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import RunPicture, SessionPicture

PRINCIPAL, WEIGHTS = "principal", "weights"
PLANES = {
    PRINCIPAL: ("Directions", "The plane that holds most of the paths: their two principal directions"),
    WEIGHTS: ("Weights", "The plane of any two weights or biases; the others stay as they are"),
}
ASK_DELAY = 60  # milliseconds between two changes of what is wanted
MARGIN = 0.12  # of the view, known beyond each edge, so that a short pan shows no gap


class ParameterPathView(StageView):
    """Shows patches of a plane as the surface stage shows a surface."""

    KEY = "path"
    TITLE = "Parameter path"
    TIP = "The path of every run through parameter space, projected onto a plane with the training loss over it"

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        subject = picture.subject
        return subject.tracked and not subject.sampled and picture.problem.start.size > 1

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.chart = PlaneChart(theme, self._draw, self.read)
        self.chart.setAccessibleName("Plane of the parameters")
        self.setFocusProxy(self.chart)
        self.kind = ButtonRow("path_plane", "Plane", PLANES)
        self.across = ParameterChooser("path_across", "Parameter across", "The weight or bias along the lower axis")
        self.up = ParameterChooser("path_up", "Parameter up", "The weight or bias along the left axis")
        self.plane, self.error = ElidedLabel(), ElidedLabel()
        for label in (self.plane, self.error):
            label.setObjectName("muted")
        self._weights: tuple[int, int] | None = None
        self._problem: Problem | None = None
        self._projected: ProjectedRuns | None = None
        self._framed: ProjectedRuns | None = None  # of those the ones whose plane the axes are of
        self._runs: tuple[RunPicture, ...] = ()
        self._lines: dict[str, LineItem] = {}
        self._cursor: int | None = None
        self._pointed: int | None = None
        self._scene = PathScene(theme, self.chart.redraw)
        self._told: SliceRequest | None = None
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(ASK_DELAY)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        self.chart.looked.connect(self._look)
        self.chart.hovered.connect(self._point)
        self.chart.menu_wanted.connect(lambda at: self.menu_wanted.emit(at, self.chart))
        self.kind.chosen.connect(self._choose_kind)
        self.across.chosen.connect(self._choose_weight)
        self.up.chosen.connect(self._choose_weight)
        self._asking.timeout.connect(self._ask)

    # What the stage asks

    def plane_wanted(self) -> SliceRequest:
        weights = self._weights if self.kind.key == WEIGHTS else None
        region = self.chart.region
        if region is not None:
            x0, x1, y0, y1 = region
            dx, dy = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
            region = (x0 - dx, x1 + dx, y0 - dy, y1 + dy)
        return SliceRequest(weights, region)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._scene.set_theme(theme)
        self.chart.set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        if picture.problem is not self._problem:
            self._take(picture.problem)
        self._runs = picture.runs
        self._follow()

    def show_plane(self, patch: LossSlice) -> None:
        self._projected = ProjectedRuns(patch)
        self._follow()

    def set_cursor(self, update: int | None) -> None:
        """Mark the point of an update on every path."""
        if update != self._cursor:
            self._cursor = update
            self.chart.redraw()

    def reset_view(self) -> None:
        self.chart.forget_choice()

    def describe(self) -> str:
        if self.shown is None:
            return f"{self.TITLE}: {words.WAITING}"
        return words.description(self.shown, self.across.name, self.chart.view.region)

    def view(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"stage_path_plane": self.kind.key}
        if self._weights is not None:
            kept["stage_path_weights"] = list(self._weights)
        return kept

    def apply_view(self, view: Mapping[str, Any]) -> None:
        weights = view.get("stage_path_weights")
        whole = isinstance(weights, list) and all(type(place) is int and place >= 0 for place in weights)
        self._weights = (weights[0], weights[1]) if whole and len(set(weights)) == len(weights) == 2 else None  # type: ignore[index, arg-type]
        self.kind.choose(view.get("stage_path_plane", PRINCIPAL))
        self.chart.forget_choice()
        self._show_choosers()

    # What a person chooses

    def _choose_kind(self, kind: str) -> None:
        self._show_choosers()
        self.chart.forget_choice()
        self._ask()

    def _choose_weight(self, place: int) -> None:
        """One of the two is another parameter; the other gives way if it was that one."""
        assert self._weights is not None
        across, up = self.across.currentIndex(), self.up.currentIndex()
        if across == up:
            across, up = self._weights[::-1]
        self._weights = across, up
        self._show_choosers()
        self.chart.forget_choice()
        self._ask()

    def _show_choosers(self) -> None:
        chosen = self.kind.key == WEIGHTS
        if chosen and self._problem is not None:
            if self._weights is None or max(self._weights) >= self._problem.start.size:
                self._weights = self._telling()
            self.across.set_place(self._weights[0])
            self.up.set_place(self._weights[1])
        self.plane.setVisible(chosen)
        self.across.setVisible(chosen)
        self.up.setVisible(chosen)

    def _telling(self) -> tuple[int, int]:
        """The two parameters that the first principal direction goes along most, or the first two."""
        shown = self.shown
        if shown is None or shown.patch.weights is not None:
            return 0, 1
        up, across = np.argsort(np.abs(shown.patch.plane.first), kind="stable")[-2:].tolist()
        return across, up

    def _point(self, at: QPointF | None) -> None:
        """Tell the update of the path under the pointer."""
        shown = self.shown
        found = shown.nearest(self.chart.view, at) if at is not None and shown is not None else None
        update = found[1] if found is not None else None
        if update != self._pointed:
            self._pointed = update
            self.cursor_moved.emit(update)

    def _look(self) -> None:
        """Another part of the plane is shown."""
        if not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        wanted = self.plane_wanted()
        if wanted != self._told:
            self._told = wanted
            self.wanted_changed.emit()

    # What is shown

    @property
    def shown(self) -> ProjectedRuns | None:
        """The paths in the newest plane, if it is one of this problem."""
        projected, problem = self._projected, self._problem
        return projected if projected is not None and problem is not None and projected.fits(problem) else None

    def _take(self, problem: Problem) -> None:
        old, self._problem = self._problem, problem
        if old is None or _naming(old) != _naming(problem):
            self._framed = None
            self.across.offer(problem)
            self.up.offer(problem)
            if old is not None and self.chart.region is not None:
                self.chart.forget_choice()
            self._show_choosers()
            self._look()

    def _follow(self) -> None:
        """Let the runs stand where they are in the newest plane."""
        shown = self.shown
        if shown is not None:
            if shown is not self._framed:  # it may come before the picture of its problem
                self._framed = shown
                self.chart.set_home(shown.patch.home, stay=True)
                self.chart.set_names(*words.axes(shown.patch, self.across.name))
            shown.follow(self._runs)
            plane, error = words.plane(shown.patch, shown.runs), words.error(shown.patch, shown.runs)
            self.plane.show_text(plane)
            self.error.show_text(error if self.kind.key == WEIGHTS else error or plane)
        self._offer_lines(shown.runs if shown is not None else ())
        self.chart.redraw()

    def _offer_lines(self, runs: Sequence[RunPicture]) -> None:
        """Give pyqtgraph the path of each run."""
        for id in self._lines.keys() - {run.id for run in runs}:
            self.chart.removeItem(self._lines.pop(id))
        for run in runs:
            if run.id not in self._lines:
                self._lines[run.id] = LineItem(run.name, partial(self._path, run.id))
                self.chart.addItem(self._lines[run.id])
            self._lines[run.id].set_name(run.name)
            self._lines[run.id].set_pen(QPen(self.theme.run_colours[run.colour], WIDTH))

    def _path(self, id: str) -> tuple[np.ndarray, np.ndarray]:
        """x (n,) and y (n,) of the path of a run in the plane."""
        path = self._projected.patch.paths.get(id) if self._projected is not None else None
        places = path.places if path is not None else np.empty((0, 2))
        return places[:, 0], places[:, 1]

    def _draw(self, painter: QPainter, view: View) -> None:
        self._scene.draw(painter, view, self.shown, self._cursor)

    def read(self, at: QPointF) -> Reading:
        """What is to be read at a point: where it is, the loss of the slice, and the path beside it."""
        shown, view = self.shown, self.chart.view
        if shown is None:
            return [(words.WAITING, None)]
        (x, y), (across, up) = view.at(at), words.short_axes(shown.patch)
        lines: list[tuple[str, QColor | None]] = [(f"{across} {number(x)}   {up} {number(y)}", None)]
        loss = self._scene.loss(x, y)
        lines.append((f"loss in this plane {number(loss)}" if np.isfinite(loss) else "loss not known here", None))
        found = shown.nearest(view, at)
        if found is not None:
            run, update, loss, measured = found
            when = "" if measured == update else f" at update {measured:,}"
            lines.append((f"{run.name} · update {update:,}", self.theme.run_colours[run.colour]))
            lines.append((f"its own loss {number(loss)}{when}", None))
        return lines

    def _lay_out(self) -> None:
        bar = WrappedRow(self.kind, self.across, self.up)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self.chart, 1)
        column.addWidget(self.plane)
        column.addWidget(self.error)
        self.plane.hide()
        self.across.hide()
        self.up.hide()


def _naming(problem: Problem) -> tuple[object, ...]:
    """What the names of its parameters depend on."""
    return problem.task.layout, problem.subject.naming
