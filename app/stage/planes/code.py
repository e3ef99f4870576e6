"""The narrow layer of an autoencoder as a plane: every example where its code is, and a point that is decoded live."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter

from app.look.networks.code_plane import LARGEST, CodePlane, of_directions, of_units
from app.look.networks.data_ranges import padded, value_range
from app.look.number_format import number
from app.stage.markers import draw_start
from app.stage.plane_chart import ENTER_KEYS, PlaneChart, Reading
from app.stage.planes.decoded_picture import BesideCode
from app.stage.planes.plane_view import PlaneView
from app.stage.planes.points import DotLayer, Dots, columns_of
from app.stage.planes.sample import sample_of
from app.stage.stable_axis import StableAxis
from app.widgets.button_row import ButtonRow
from app.widgets.stepper import Stepper
from engine import Code, Decoded, Hyper, Learner, NetworkSnapshot, NetworkTask, Predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from app.look.theme import Theme
    from app.stage.view import View
    from engine import NarrowLayer, Query

Array = np.ndarray

DIRECTIONS, UNITS = "directions", "units"
GRIP = 14.0  # pixels from the ring within which a press takes it
SHADES = 33  # colours of values
DIGITS = 3  # of a code, after the point: a decoded picture does not tell finer ones apart
_UNIT = Hyper("unit", "", 1, 1, 4096, kind="integer", help="which unit of the narrow layer, counted from 1")
_WIDTH = 84  # pixels of a stepper


class CodeChart(PlaneChart):
    """A plane with a ring that is dragged, or put where a person clicks. `put`: a place of the plane."""

    put = Signal(float, float)

    def __init__(
        self, theme: Theme, draw: Callable[[QPainter, View], None], read: Callable[[QPointF], Reading]
    ) -> None:
        self.ring: tuple[float, float] | None = None
        self._dragging = False
        super().__init__(theme, draw, read)
        self.clicked.connect(lambda at, modifiers: self._put(at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._near(self.place_of(event)):
            self._dragging = True
            self.setFocus()
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._put(self.place_of(event))
            event.accept()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER_KEYS and self.held is not None:
            self.put.emit(*self.held)
        else:
            super().keyPressEvent(event)

    def _knows(self, event: QKeyEvent) -> bool:
        return (event.key() in ENTER_KEYS and self.held is not None) or super()._knows(event)

    def _near(self, at: QPointF) -> bool:
        if self.ring is None:
            return False
        ring = self.view.point(*self.ring)
        return math.hypot(ring.x() - at.x(), ring.y() - at.y()) <= GRIP

    def _put(self, at: QPointF) -> None:
        area = self.area
        inside = QPointF(min(max(at.x(), 0.0), area.width()), min(max(at.y(), 0.0), area.height()))
        self.put.emit(*self.view.at(inside))


class CodeView(PlaneView):
    """Codes of all examples, coloured by what the data tell of them; the ringed point is decoded."""

    KEY = "code"
    TITLE = "Narrow layer"
    MENU = "Narrow layer of the autoencoder"
    TIER = "basic"
    TIP = "What the narrowest layer makes of every example; drag the ring to decode other points"
    ASKS = (Predictions, Code, Decoded)
    chart: CodeChart

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._across, self._up = StableAxis(), StableAxis()
        self._layer = DotLayer()
        self._dots: Dots | None = None
        self._narrow: NarrowLayer | None = None
        self._plane: CodePlane | None = None
        self._chosen: tuple[float, float] | None = None  # where a person has put the ring
        self._units = [1, 2]
        self.beside = BesideCode(theme)
        self.kind = ButtonRow(
            "network-code-axes",
            "Axes",
            {
                DIRECTIONS: ("Directions", "The two directions in which the codes vary most"),
                UNITS: ("Units", "The activations of two units; a point that is decoded has the others at their means"),
            },
        )
        self.steppers = Stepper(_UNIT), Stepper(_UNIT)
        for place, (stepper, axis) in enumerate(zip(self.steppers, ("x", "y"), strict=True)):
            stepper.name(f"unit along {axis}", f"Which unit of the narrow layer is shown along {axis}")
            stepper.setObjectName(f"network-code-{axis}")
            stepper.setFixedWidth(_WIDTH)
            stepper.set_value(place + 1)
            stepper.changed.connect(lambda unit, place=place: self._choose_unit(place, unit))
        self.add_tools(self.kind, *self.steppers, self.scores)
        self.chart.set_beside(self.beside)
        self.kind.chosen.connect(self._choose)
        self.chart.put.connect(self._put)
        self._offer()

    def make_chart(self, theme: Theme) -> PlaneChart:
        return CodeChart(theme, self._paint, self.read)

    def queries(self) -> frozenset[Query[Any]]:
        found: set[Query[Any]] = {Predictions(), Code()}
        if self._plane is not None and self.chart.ring is not None:
            code = np.round(self._plane.code(*self.chart.ring), DIGITS) + 0.0
            found.add(Decoded(tuple(code.tolist())))
        return frozenset(found)

    def spots_of(self, places: Array | slice) -> Array:
        if self._narrow is None or self._plane is None:
            return np.empty((0, 2))
        x, y = self._plane.spots(self._narrow.values[places])
        return columns_of(x, self._told_of(places) if self._count == 1 else y)

    def take_data(self, learner: Learner, task: NetworkTask, stay: bool) -> None:
        self._narrow = self._plane = self._dots = None
        self.chart.ring = None
        self.sample, self.spots = sample_of(0, 0), np.empty((0, 2))
        if not stay:
            self._chosen = None
            self._across, self._up = StableAxis(), StableAxis()
            self.chart.forget_choice()
        data = learner.data
        if data.label_names:
            colours = self.theme.class_colours(len(data.label_names))
            self.beside.key.show_classes(data.label_names, colours, f"Colours of {self._label}")
        self.beside.key.setVisible(bool(data.label_names))

    def take_snapshot(self, snapshot: NetworkSnapshot) -> None:
        narrow = snapshot.answer(Code)
        if narrow is None or snapshot.learner is not self.learner:  # of examples that are no longer shown
            return
        if not (np.abs(narrow.values) < LARGEST).all():
            self._dots = None
            self.chart.redraw()
            return
        self._narrow, count = narrow, narrow.values.shape[1]
        self._offer()
        first, second = (min(unit, count) - 1 for unit in self._units)
        if count > 2 and self.kind.key == DIRECTIONS:
            self._plane = of_directions(narrow.values, self._plane)
        else:
            first, second = (first, second) if count > 2 else (0, count - 1)
            self._plane = of_units(narrow.values, first, second)
        self.show_sample(sample_of(len(narrow.values), snapshot.learner.data.train))
        up = self._plane.names[1] or self._label
        self.chart.set_names(self._plane.names[0], up)
        ends = [padded(float(column.min()), float(column.max())) for column in self.spots.T]
        self.chart.set_home((*self._across.follow(*ends[0]), *self._up.follow(*ends[1])), stay=True)
        self._place_ring()
        self._colour()
        made = snapshot.answer(Decoded)
        if made is not None and len(made):
            self.beside.decoded.show_values(made, snapshot.learner.data)
        self.chart.redraw()
        self._look()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.beside.set_theme(theme)

    def repaint_all(self) -> None:
        if self.learner is not None and self.learner.data.label_names:
            names = self.learner.data.label_names
            self.beside.key.show_classes(names, self.theme.class_colours(len(names)), f"Colours of {self._label}")
        if self._dots is not None:
            self._colour()

    def score_colour(self) -> QColor:
        return self.run_colour()

    def drawn_from(self) -> Hashable:
        return self._dots, self.chart.ring, self.chart.hasFocus()

    def draw(self, painter: QPainter, view: View) -> None:
        painter.fillRect(view.plot, self.theme.field)
        if self._dots is None or not self.finite():
            return
        self._layer.draw(painter, view, self._dots)
        if self.chart.ring is not None:
            painter.setClipRect(view.plot)
            draw_start(painter, view.point(*self.chart.ring), self.chart.hasFocus())

    def read(self, at: QPointF) -> Reading:
        (x, y), (across, up) = self.chart.view.at(at), self.chart.names
        names = (across.partition(",")[0], up.partition(",")[0])
        return [(f"{names[0]} {number(x)}", None), (f"{names[1]} {number(y)}", None), *self.example_at(at)]

    def describe(self) -> str:
        told = super().describe()
        decoded = self.beside.decoded.accessibleDescription()
        return f"{told} Decoded: {decoded}." if told and decoded else told

    def view(self) -> dict[str, Any]:
        ring = {} if self._chosen is None else {"network_code_point": list(self._chosen)}
        return {**super().view(), "network_code_axes": self.kind.key, "network_code_units": list(self._units), **ring}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        super().apply_view(view)
        self.kind.choose(view.get("network_code_axes"))
        units = view.get("network_code_units")
        if isinstance(units, list) and len(units) == 2 and all(type(unit) is int and unit >= 1 for unit in units):
            self._units = list(units)
        for stepper, unit in zip(self.steppers, self._units, strict=True):
            stepper.set_value(unit)
        point = view.get("network_code_point")
        if isinstance(point, list) and len(point) == 2 and all(isinstance(part, int | float) for part in point):
            x, y = map(float, point)
            self._chosen = (x, y) if math.isfinite(x) and math.isfinite(y) else None
        self._choose(keep=True)

    @property
    def _count(self) -> int:
        """How many units the narrow layer has."""
        return self._narrow.values.shape[1] if self._narrow is not None else 0

    @property
    def _label(self) -> str:
        """What the data tell of each example."""
        return self.learner.data.label if self.learner is not None else ""

    def _told_of(self, places: Array | slice) -> Array:
        """What the data tell of examples, as numbers; 0 where that is no single number."""
        assert self.learner is not None
        labels = self.learner.data.labels
        return np.zeros(len(self.learner.data.targets))[places] if labels is None else labels[places]

    def _colour(self) -> None:
        assert self.learner is not None
        data, told = self.learner.data, self._told_of(self.sample.places)
        shades = np.zeros(len(told), int)
        colours: tuple[QColor, ...] = (self.run_colour(),)
        if data.label_names:
            colours, shades = self.theme.class_colours(len(data.label_names)), told.astype(int)
        elif data.labels is not None:
            ramp = self.theme.diverging[np.linspace(0, len(self.theme.diverging) - 1, SHADES).astype(int)]
            colours = tuple(QColor(*np.rint(colour).astype(int).tolist()) for colour in ramp)
            low, high = value_range(data.labels)
            shades = np.clip((told - low) / (high - low) * (SHADES - 1) + 0.5, 0, SHADES - 1).astype(int)
        self._dots = Dots(self.spots, shades, colours, self.sample.train, self.theme.field)

    def _place_ring(self) -> None:
        """Where a person has put it, or in the middle of the codes."""
        self.chart.ring = self._chosen
        if self._chosen is None and len(self.spots):
            middle = self.spots.mean(axis=0)
            self.chart.ring = float(middle[0]), float(middle[1])

    def _put(self, x: float, y: float) -> None:
        if self._plane is not None:
            self._chosen = self.chart.ring = (x, y)
            self.chart.redraw()
            self._look()

    def _choose_unit(self, place: int, unit: int) -> None:
        self._units[place] = min(unit, max(self._count, 1))
        self.steppers[place].set_value(self._units[place])
        self._choose()

    def _choose(self, key: str = "", keep: bool = False) -> None:
        """Show other axes, at their own scales. keep: the ring stays where it is."""
        self._across, self._up = StableAxis(), StableAxis()
        self._plane = None
        if not keep:
            self._chosen = None
        self._offer()
        if self.snapshot is not None and self.snapshot.learner is self.learner:
            self.take_snapshot(self.snapshot)

    def _offer(self) -> None:
        """Of one or two units there is nothing to choose."""
        self.kind.setVisible(self._count > 2)
        for stepper in self.steppers:
            stepper.setVisible(self._count > 2 and self.kind.key == UNITS)
