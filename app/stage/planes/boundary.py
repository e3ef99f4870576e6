"""Decision boundary: the network's output over the plane of its two inputs, with the examples."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from app.look.networks.data_ranges import default_region
from app.look.networks.score_text import percent
from app.look.number_format import number
from app.stage.plane_chart import Reading
from app.stage.planes.brush_bar import BrushBar
from app.stage.planes.colour_key import ColourKey
from app.stage.planes.field import FieldColours, FieldPicture
from app.stage.planes.plane_view import PlaneView, kept_home
from app.stage.planes.points import DotLayer, Dots
from app.stage.planes.sample import MOST, sample_of
from app.widgets.button_row import toggle
from engine import Field, Learner, NetworkSnapshot, NetworkTask, Predictions, Query, block_extremes

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import SessionPicture

NODE_PIXELS = 4.0
MIN_NODES, MAX_NODES = 24, 200  # nodes along a side
EFFORT = 60_000_000  # parameters times nodes that a snapshot may take
SHADES = 64  # colours of the values of a regression
TOLD = 3  # classes whose probability is read out
SKEWED = 3.0  # times as wide as high, or as high as wide: then even a square plot has axes with scales of their own


class BoundaryView(PlaneView):
    """Paints snapshots over the plane of the raw inputs; its brush draws and erases examples."""

    KEY = "decision"
    TITLE = "Boundary"
    MENU = "Boundary of the network"
    TIER = "basic"
    TIP = "The network's output over the plane of its two inputs, with the examples: draw some, or erase them"
    ASKS = (Predictions, Field)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._field_colours: FieldColours | None = None
        self._field: FieldPicture | None = None
        self._layer = DotLayer()
        self._colours: tuple[QColor, ...] = ()
        self._dots: Dots | None = None
        self.bar = BrushBar(theme, self.brush)
        self.key = ColourKey(theme)
        self.square = toggle(
            "decision_square",
            "1:1",
            "Square plot",
            "A square plot, and a unit of one input as long as of the other where their ranges allow it",
            True,
        )
        self.add_tools(self.bar, self.square, self.scores)
        self.chart.set_beside(self.key)
        self.brush.example = self._example
        self.brush.colour = self._brush_colour
        self.square.toggled.connect(self._shape)
        self._shape()

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and Learner.of(picture.subject).data.raw.shape[1] == 2

    def queries(self) -> frozenset[Query[Any]]:
        plot, region = self.chart.view.plot, self.chart.view.region
        parameters = self.learner.network.parameters if self.learner is not None else 1
        columns, rows = plot.width() / NODE_PIXELS, plot.height() / NODE_PIXELS
        less = min(1.0, MAX_NODES / max(columns, rows, 1.0), (EFFORT / parameters / max(columns * rows, 1.0)) ** 0.5)
        nodes = (max(round(span * less), MIN_NODES) for span in (columns, rows))
        return frozenset({Predictions(), Field(region, *nodes)})

    def spots_of(self, places: np.ndarray | slice) -> np.ndarray:
        return self.learner.data.raw[places] if self.learner is not None else np.empty((0, 2))

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        data = learner.data
        self._field_colours = self._field = None
        extremes = map(block_extremes, data.raw.T) if len(data.raw) > MOST else ()  # else all of them are shown
        self.show_sample(sample_of(len(data.raw), data.train, *extremes))
        self.brush.spots = self.brush.examples = data.raw
        home = default_region(task, self.spots)
        self.chart.set_home(kept_home(self.chart.home, home) if stay else home, stay)
        self._shape()
        self.chart.set_names(*data.names)
        if data.classes:
            self.bar.offer_classes(data.classes)
        else:
            self.bar.offer_value(float(data.targets.min()), float(data.targets.max()))

    def repaint_all(self) -> None:
        if self.learner is None:
            return
        data = self.learner.data
        targets = data.targets[self.sample.places]
        colours = self._field_colours = FieldColours(self.learner, self.theme)
        if data.classes:
            self._colours, shades = self.theme.class_colours(len(data.classes)), targets.astype(int)
        else:
            ramp = self.theme.diverging[np.linspace(0, 255, SHADES).astype(int)]
            self._colours = tuple(QColor(*np.rint(colour).astype(int).tolist()) for colour in ramp)
            shades = self._shade(targets)
        self._dots = Dots(self.spots, shades, self._colours, self.sample.train, self.theme.field)
        if len(data.classes) > 2:
            self.key.show_classes(data.classes, self._colours, f"Colours of {data.target}")
        elif data.classes:
            names = (f"{data.classes[0]}: 100 %", "50 : 50", f"{data.classes[1]}: 100 %")
            self.key.show_scale(names, colours.ramp, f"Probability that {data.target} is {data.classes[1]}")
        else:
            ends = (colours.low, (colours.low + colours.high) / 2, colours.high)
            self.key.show_scale([number(end, 3) for end in ends], colours.ramp, f"Value of {data.target}")
        self.chart.set_beside(self.key)
        self.bar.set_theme(self.theme)
        if self.snapshot is not None:
            self.take_snapshot(self.snapshot)

    def take_snapshot(self, snapshot: NetworkSnapshot) -> None:
        shown = snapshot.field is not None and min(snapshot.field.shape[:2]) > 1
        self._field = FieldPicture(snapshot, self._field_colours) if shown and self._field_colours is not None else None

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.key.theme = theme

    def finite(self) -> bool:
        return self._field is None or self._field.finite

    def drawn_from(self) -> Hashable:
        return self._field, self._dots

    def draw(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.neutral)
        if self._field is not None:
            self._field.draw(painter, view, self.theme)
        if self._dots is not None:
            self._layer.draw(painter, view, self._dots)
            if self.current is not None and self.finite():
                self._layer.draw_wrong(painter, view, self._dots, self.wrong_spots, self.theme.danger)

    def read(self, at: QPointF) -> Reading:
        view = self.chart.view
        (x, y), (across, up) = view.at(at), self.chart.names
        lines: list[tuple[str, QColor | None]] = [(f"{across} {number(x)}   {up} {number(y)}", None)]
        found = self._field.at(view, at) if self._field is not None else None
        if found is not None and self.learner is not None:
            lines += self._answer(found)
        return lines + self.example_at(at)

    def view(self) -> dict[str, Any]:
        return {**super().view(), "network_decision_equal": self.square.isChecked()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        super().apply_view(view)
        if isinstance(view.get("network_decision_equal"), bool):
            self.square.setChecked(view["network_decision_equal"])

    def _shape(self) -> None:
        """A square plot; of equal scales, unless one of the inputs would then be a line."""
        x0, x1, y0, y1 = self.chart.home
        square = self.square.isChecked()
        self.chart.set_square(square)
        self.chart.set_equal(square and 1 / SKEWED < (x1 - x0) / (y1 - y0) < SKEWED)

    def _answer(self, found: np.ndarray) -> list[tuple[str, QColor | None]]:
        """The most probable classes, or the value."""
        assert self.learner is not None
        data = self.learner.data
        if not data.classes:
            return [(f"{data.target} {number(float(found[0]))}", self._colours[int(self._shade(found)[0])])]
        if not np.isfinite(found).all():
            return [("not finite here", None)]
        best = np.argsort(-found, kind="stable")[:TOLD]
        return [(f"{data.classes[place]} {percent(float(found[place]))}", self._colours[place]) for place in best]

    def _shade(self, values: np.ndarray) -> np.ndarray:
        """The places of the colours of values (n,)."""
        assert self._field_colours is not None
        low, high = self._field_colours.low, self._field_colours.high
        parts = np.nan_to_num(np.clip((values - low) / (high - low), 0.0, 1.0))
        return np.rint(parts * (SHADES - 1)).astype(int)

    def _example(self, x: float, y: float, place: int) -> tuple[float, ...]:
        if self.learner is not None and self.learner.classes:
            return x, y, float(place)
        return x, y, self._value(place)

    def _brush_colour(self, place: int, theme: Theme) -> QColor:
        if self.learner is not None and self.learner.classes:
            return theme.class_colours(place + 1)[place]
        if self._field_colours is None:
            return theme.text
        return self._colours[int(self._shade(np.array([self._value(place)]))[0])]

    def _value(self, place: int) -> float:
        """The value that is drawn, or its negative."""
        return -self.bar.value.value() if place else self.bar.value.value()
