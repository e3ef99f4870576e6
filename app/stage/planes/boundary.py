"""The plane of two inputs: what the network answers everywhere, the decision boundary, and the examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from app.look.data_ranges import home_of
from app.look.number_format import number
from app.look.score_text import percent
from app.stage.planes.brush_bar import BrushBar
from app.stage.planes.chart import Reading
from app.stage.planes.colour_key import Key
from app.stage.planes.field import Field, Inks
from app.stage.planes.plane_view import PlotView, kept_home
from app.stage.planes.points import DotLayer, Dots, draw_wrong
from app.widgets.button_row import toggle
from engine import Learner, NetworkTask, Portrait, Wanted

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View
    from engine import SessionPicture

NODE_PIXELS = 4.0
FEWEST, MOST = 24, 200  # nodes along a side
EFFORT = 60_000_000  # parameters times nodes that a portrait may take
SHADES = 64  # colours of the values of a regression
TOLD = 3  # classes whose probability is read out
SKEWED = 3.0  # times as wide as high, or as high as wide: then the axes have scales of their own


class DecisionView(PlotView):
    """Paints portraits over the plane of the raw inputs; its brush draws and erases examples."""

    KEY = "decision"
    TITLE = "Boundary"
    TIP = "What the network answers over the plane of its two inputs, with the examples: draw some, or erase them"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._inks: Inks | None = None
        self._field: Field | None = None
        self._layer = DotLayer()
        self._colours: tuple[QColor, ...] = ()
        self._dots: Dots | None = None
        self._equal_restored = False
        self.bar = BrushBar(theme, self.brush)
        self.key = Key(theme)
        self.equal = toggle(
            "decision_equal", "1:1", "Equal scales", "A unit of one input as long as of the other", True
        )
        self.set_tools(self.bar, last=self.equal)
        self.body.addWidget(self.key)
        self.brush.example = self._example
        self.brush.colour = self._brush_colour
        self.equal.toggled.connect(self.chart.set_equal)
        self.chart.set_equal(True)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return picture.learner is not None and picture.learner.data.raw.shape[1] == 2

    def wanted(self) -> Wanted:
        plot = self.chart.view.plot
        parameters = self.learner.network.parameters if self.learner is not None else 1
        columns, rows = plot.width() / NODE_PIXELS, plot.height() / NODE_PIXELS
        less = min(1.0, MOST / max(columns, rows, 1.0), (EFFORT / parameters / max(columns * rows, 1.0)) ** 0.5)
        return Wanted(
            self.chart.view.region, columns=max(round(columns * less), FEWEST), rows=max(round(rows * less), FEWEST)
        )

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        data = learner.data
        self._inks = self._field = None
        self.spots = self.brush.spots = self.brush.examples = data.raw
        home = home_of(task, data.raw)
        if stay:
            self.chart.set_home(kept_home(self.chart.home, home), stay=True)
        else:
            if home != self.chart.home and not self._equal_restored:
                self.equal.setChecked(1 / SKEWED < (home[1] - home[0]) / (home[3] - home[2]) < SKEWED)
            self._equal_restored = False
            self.chart.set_home(home)
        self.chart.set_names(*data.names)
        if data.classes:
            self.bar.offer_classes(data.classes)
        else:
            self.bar.offer_value(float(data.targets.min()), float(data.targets.max()))

    def repaint_all(self) -> None:
        if self.learner is None:
            return
        data = self.learner.data
        inks = self._inks = Inks(self.learner, self.theme)
        if data.classes:
            self._colours, shades = self.theme.class_colours(len(data.classes)), data.targets.astype(int)
        else:
            ramp = self.theme.diverging[np.linspace(0, 255, SHADES).astype(int)]
            self._colours = tuple(QColor(*np.rint(colour).astype(int).tolist()) for colour in ramp)
            shades = self._shade(data.targets)
        self._dots = Dots(self.spots, shades, self._colours, data.train, self.theme.field)
        if len(data.classes) > 2:
            self.key.show_classes(data.classes, self._colours, f"Colours of {data.target}")
        elif data.classes:
            names = (data.classes[0], "50 %", data.classes[1])
            self.key.show_scale(names, inks.ramp, f"Probability that {data.target} is {data.classes[1]}")
        else:
            ends = (inks.low, (inks.low + inks.high) / 2, inks.high)
            self.key.show_scale([number(end, 3) for end in ends], inks.ramp, f"Value of {data.target}")
        self.bar.set_theme(self.theme)
        if self.portrait is not None:
            self.take_portrait(self.portrait)

    def take_portrait(self, portrait: Portrait) -> None:
        shown = portrait.field is not None and min(portrait.field.shape[:2]) > 1
        self._field = Field(portrait, self._inks) if shown and self._inks is not None else None

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.key.theme = theme

    def finite(self) -> bool:
        return self._field is None or self._field.finite

    def draw(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.neutral)
        if self._field is not None:
            self._field.draw(painter, view, self.theme)
        if self._dots is not None:
            painter.drawImage(view.plot.topLeft(), self._layer.image(self._dots, view, self.devicePixelRatio()))
        if self.current is not None and self.finite():
            draw_wrong(painter, view, self.spots, self.current.wrong, self.theme.danger)
        self.draw_words(painter, view)

    def read(self, at: QPointF) -> Reading:
        view = self.chart.view
        (x, y), (across, up) = view.at(at), self.chart.names
        lines: list[tuple[str, QColor | None]] = [(f"{across} {number(x)}   {up} {number(y)}", None)]
        found = self._field.at(view, at) if self._field is not None else None
        if found is not None and self.learner is not None:
            lines += self._answer(found)
        return lines + self.example_at(at)

    def view(self) -> dict[str, Any]:
        return {**super().view(), "network_decision_equal": self.equal.isChecked()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        super().apply_view(view)
        equal = view.get("network_decision_equal")
        self._equal_restored = isinstance(equal, bool)  # then the examples to come have no say
        if isinstance(equal, bool):
            self.equal.setChecked(equal)

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
        assert self._inks is not None
        low, high = self._inks.low, self._inks.high
        parts = np.nan_to_num(np.clip((values - low) / (high - low), 0.0, 1.0))
        return np.rint(parts * (SHADES - 1)).astype(int)

    def _example(self, x: float, y: float, place: int) -> tuple[float, ...]:
        if self.learner is not None and self.learner.classes:
            return x, y, float(place)
        return x, y, self._value(place)

    def _brush_colour(self, place: int, theme: Theme) -> QColor:
        if self.learner is not None and self.learner.classes:
            return theme.class_colours(place + 1)[place]
        if self._inks is None:
            return theme.text
        return self._colours[int(self._shade(np.array([self._value(place)]))[0])]

    def _value(self, place: int) -> float:
        """The value that is drawn, or its negative."""
        return -self.bar.value.value() if place else self.bar.value.value()
