"""Fitted curve of a network with one input, with the examples; of classes, the probability of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.networks.data_ranges import default_region, noise_free_curve
from app.look.networks.score_text import percent
from app.look.number_format import number
from app.look.qt_arrays import wrapped
from app.look.strips import draw_strip
from app.plots.line_item import LineItem
from app.stage.plane_chart import Reading
from app.stage.planes.brush_bar import BrushBar
from app.stage.planes.plane_view import PlaneView, kept_home
from app.stage.planes.points import CROWDED, DotLayer, Dots, columns_of
from app.stage.planes.sample import MOST, sample_of
from app.stage.stable_axis import StableAxis
from app.widgets.button_row import toggle
from engine import Field, Learner, NetworkSnapshot, NetworkTask, Predictions, Query, block_extremes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from app.look.theme import Theme
    from app.stage.view import View
    from engine import SessionPicture

NODE_PIXELS, MAX_NODES = 1.5, 600
CURVE = 2.2
BEYOND = 1.5  # spans of the examples that the curve may stretch the axis by, upwards and downwards
LANE, LANES = 1.08, 0.07  # where the examples of the first class lie, and how far above it those of the next
FAR = 20.0  # spans of the view at which a curve that leaves it is cut off
TOLD = 3  # classes whose probability is read out


class FitView(PlaneView):
    """Paints snapshots over the one raw input."""

    KEY = "fit"
    TITLE = "Fit"
    MENU = "Fit of the network"
    TIER = "basic"
    TIP = "The network's output along its one input, with the examples: draw some, or erase them"
    ASKS = (Predictions, Field)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._layer = DotLayer()
        self._dots: Dots | None = None
        self._axis = StableAxis()
        self._truth: np.ndarray | None = None
        self._lines: list[LineItem] = []
        self.bar = BrushBar(theme, self.brush)
        self.residuals = toggle(
            "fit_residuals",
            "Residuals",
            "Show residuals",
            "A line from every example to its prediction",
        )
        self.add_tools(self.bar, self.residuals, self.scores)
        self.brush.example = self._example
        self.brush.colour = self._colour
        self.brush.chosen.connect(self._prepare_brush)
        self.residuals.toggled.connect(self.chart.redraw)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and Learner.of(picture.subject).data.raw.shape[1] == 1

    def queries(self) -> frozenset[Query[Any]]:
        view = self.chart.view
        columns = min(max(round(view.plot.width() / NODE_PIXELS), 2), MAX_NODES)
        # The height has no part in it, and shall not have every snapshot made again.
        return frozenset({Predictions(), Field((view.x0, view.x1, 0.0, 1.0), columns, 1)})

    def spots_of(self, places: np.ndarray | slice) -> np.ndarray:
        if self.learner is None:
            return np.empty((0, 2))
        data = self.learner.data
        up = data.targets[places]
        return columns_of(data.raw[places, 0], LANE + LANES * up if data.classes else up)

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        data = learner.data
        columns = data.raw[:, 0], data.targets
        extremes = map(block_extremes, columns) if len(data.raw) > MOST else ()  # else all of them are shown
        self.show_sample(sample_of(len(data.raw), data.train, *extremes))
        if data.classes:
            self.bar.offer_classes(data.classes)
        else:
            self.bar.offer_height()
        self._prepare_brush()
        self.residuals.setVisible(not data.classes)
        x0, x1, y0, y1 = default_region(task, columns_of(*(column[self.sample.places] for column in columns)))
        if data.classes:
            y0, y1 = -0.05, LANE + LANES * len(data.classes)
        if stay:
            x0, x1 = kept_home((*self.chart.home[:2], y0, y1), (x0, x1, y0, y1))[:2]
        else:
            self._axis = StableAxis()
        self._ends = y0, y1
        y0, y1 = (y0, y1) if data.classes else self._axis.follow(y0, y1)
        self.chart.set_home((x0, x1, y0, y1), stay=stay)
        self.chart.set_names(data.names[0], "probability" if data.classes else data.target)
        self._truth = noise_free_curve(task)
        self._offer_lines(data.classes)

    def _prepare_brush(self) -> None:
        """Tell the brush where all examples are; of very many of them only once it is used."""
        if self.learner is None or (self.sample.every > 1 and not self.brush.on):
            return
        self.brush.spots = self.brush.examples = self.spots_of(slice(None))
        if self.learner.classes:
            data = self.learner.data
            self.brush.examples = columns_of(data.raw[:, 0], data.targets)

    def repaint_all(self) -> None:
        if self.learner is not None:
            data = self.learner.data
            self.bar.set_theme(self.theme)
            places = self.sample.places
            shades = data.targets[places].astype(int) if data.classes else np.zeros(len(places), int)
            self._dots = Dots(self.spots, shades, self._colours(self.theme), self.sample.train, self.theme.field)

    def _offer_lines(self, classes: tuple[str, ...]) -> None:
        """Give pyqtgraph the curves: of each class, or of the network and of the truth if that is known."""
        for line in self._lines:
            self.chart.removeItem(line)
        names = [f"probability of {name}" for name in classes] or ["network"]
        self._lines = [LineItem(name, partial(self._curve, place)) for place, name in enumerate(names)]
        if self._truth is not None:
            across, up = self._truth.T
            self._lines.append(LineItem("without noise", lambda: (across, up)))
        for line in self._lines:
            self.chart.addItem(line)

    def _curve(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """x (n,) and the predictions there (n,): the probability of a class, or the value."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.field is None or snapshot.asked_field is None:
            return np.empty(0), np.empty(0)
        return np.linspace(*snapshot.asked_field.region[:2], snapshot.field.shape[1]), snapshot.field[0, :, place]

    def take_snapshot(self, snapshot: NetworkSnapshot) -> None:
        """Make room for the curve, as far as that is sensible."""
        if snapshot.learner.classes or snapshot.field is None:
            return
        low, high = self._ends
        span = high - low
        known = snapshot.field[np.isfinite(snapshot.field)]
        if len(known):
            low = min(low, max(float(known.min()), low - BEYOND * span))
            high = max(high, min(float(known.max()), high + BEYOND * span))
        x0, x1, _, _ = self.chart.home
        self.chart.set_home((x0, x1, *self._axis.follow(low, high)), stay=True)

    def finite(self) -> bool:
        field = self.snapshot.field if self.snapshot is not None else None
        return field is None or bool(np.isfinite(field).any())

    def drawn_from(self) -> Hashable:
        return self._dots, self.residuals.isChecked()

    def draw(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.field)
        if self.learner is None:
            return
        data = self.learner.data
        if data.classes:
            self.draw_line(painter, view.point(view.x0, 0.5), view.point(view.x1, 0.5))
        elif self._truth is not None:
            painter.setPen(QPen(self.theme.muted, 1.4, Qt.PenStyle.DashLine))
            draw_strip(painter, *pixels(view, *self._truth.T).T)
        if self.residuals.isChecked() and self.current is not None and not data.classes:
            self._draw_residuals(painter, view, self.current)
        if self._dots is not None:
            self._layer.draw(painter, view, self._dots)
        self._draw_curves(painter, view)
        if self._dots is not None and self.current is not None and data.classes and self.finite():
            self._layer.draw_wrong(painter, view, self._dots, self.wrong_spots, self.theme.danger)

    def read(self, at: QPointF) -> Reading:
        view, snapshot = self.chart.view, self.snapshot
        (x, y), (across, up) = view.at(at), self.chart.names
        lines: list[tuple[str, QColor | None]] = [(f"{across} {number(x)}   {up} {number(y)}", None)]
        if snapshot is not None and snapshot.field is not None and snapshot.asked_field is not None:
            xs = np.linspace(*snapshot.asked_field.region[:2], snapshot.field.shape[1])
            found = [float(np.interp(x, xs, snapshot.field[0, :, place])) for place in range(snapshot.field.shape[2])]
            if snapshot.learner.classes:
                names = snapshot.learner.data.classes
                best = sorted(range(len(found)), key=lambda place: -found[place])[:TOLD]
                lines += [
                    (f"{names[place]} {percent(found[place])}", self._colour(place, self.theme)) for place in best
                ]
            else:
                lines.append((f"network {number(found[0])}", self.run_colour()))
        return lines + self.example_at(at)

    def view(self) -> dict[str, Any]:
        return {**super().view(), "network_fit_residuals": self.residuals.isChecked()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        super().apply_view(view)
        if isinstance(view.get("network_fit_residuals"), bool):
            self.residuals.setChecked(view["network_fit_residuals"])

    def _draw_curves(self, painter: QPainter, view: View) -> None:
        classes = self.learner.classes if self.learner is not None else 0
        for place in range(classes or 1):
            xs, ys = self._curve(place)
            colour = self._colour(place, self.theme) if classes else self.run_colour()
            pen = QPen(colour, CURVE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            self._lines[place].set_pen(pen)
            painter.setPen(pen)
            for run in finite_runs(ys):
                draw_strip(painter, *pixels(view, xs[run], ys[run]).T)

    def _draw_residuals(self, painter: QPainter, view: View, snapshot: NetworkSnapshot) -> None:
        data, places = snapshot.learner.data, self.sample.places
        if self.sample.every > 1:
            places = np.union1d(places, snapshot.predicted.extremes)
        places = places[np.isfinite(snapshot.predicted.predictions[places])]
        xs, targets, predictions = data.raw[places, 0], data.targets[places], snapshot.predicted.predictions[places]
        if len(xs) > CROWDED:
            xs, targets, predictions = _longest(view, xs, targets, predictions)
        if len(xs):
            rows = np.column_stack([pixels(view, xs, targets), pixels(view, xs, predictions)])
            colour = QColor(self.theme.danger)
            colour.setAlpha(150)
            painter.setPen(QPen(colour, 1.0))
            painter.drawLines(wrapped(rows, QLineF))

    def _example(self, x: float, y: float, place: int) -> tuple[float, ...]:
        return (x, float(place)) if self.learner is not None and self.learner.classes else (x, y)

    def _colours(self, theme: Theme) -> tuple[QColor, ...]:
        classes = self.learner.classes if self.learner is not None else 0
        return theme.class_colours(classes) if classes else (theme.muted,)

    def _colour(self, place: int, theme: Theme) -> QColor:
        return self._colours(theme)[place]


def _longest(
    view: View, xs: np.ndarray, targets: np.ndarray, predictions: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of residuals (n,) those that show: in each column of pixels the highest end and the lowest."""
    columns = np.floor((xs - view.x0) * view.x_scale).astype(np.int64)
    inside = (columns >= 0) & (columns < view.plot.width())
    columns, count = columns[inside], int(view.plot.width()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, columns, np.minimum(targets, predictions)[inside])
    np.maximum.at(high, columns, np.maximum(targets, predictions)[inside])
    shown = np.flatnonzero(low <= high)
    return view.x0 + (shown + 0.5) / view.x_scale, low[shown], high[shown]


def finite_runs(values: np.ndarray) -> list[slice]:
    """The stretches of values (n,) that are finite."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    turns = np.flatnonzero(known[1:] != known[:-1])
    return [slice(start, stop) for start, stop in turns.reshape(-1, 2).tolist()]


def pixels(view: View, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Where points of the plane, each (n,), are on the screen: (n, 2).

    What is far outside is brought nearer, for lines to end there.
    """
    far = FAR * (view.y1 - view.y0)
    near = np.clip(ys, view.y0 - far, view.y1 + far)
    return np.column_stack(
        [view.plot.left() + (xs - view.x0) * view.x_scale, view.plot.bottom() + (near - view.y0) * view.y_scale]
    )
