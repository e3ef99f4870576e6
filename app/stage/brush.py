"""The brush: examples are drawn into the plane and erased from it by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from app.stage.markers import PAPER, SHADE

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View

Array = np.ndarray

ADD, ERASE = "add", "erase"
SPACING = 14.0  # pixels between two points of a stroke
RADIUS, SMALLEST, LARGEST = 14.0, 4.0, 120.0  # pixels of the eraser
WIDENING = 1.15  # of the eraser, a turn of the wheel
SKEWED = 4.0  # a unit of one axis in units of the other on the screen, from which a circle means nothing


class Brush(QObject):
    """What the hand on a chart holds: nothing, an example of a class or a value to be added, or an eraser.

    spots (n, 2): where the examples are on the chart; examples (n, 2): how the problem knows them, the very same
    array on a plane of inputs. example(x, y, place): what a point of the chart is added as, place being that of
    the class; colour(place, theme): how it looks. part: the setting of which `add` and `erase` are edited. edited,
    settled: those of NetworkView. chosen: it holds another.
    """

    edited = Signal(object)
    settled = Signal()
    chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = ""
        self.place = 0
        self.places = 1
        self.radius = RADIUS
        self.part = "data"
        self.spots: Array = np.empty((0, 2))
        self.examples: Array = self.spots
        self.example: Callable[[float, float, int], tuple[float, ...]] = lambda x, y, place: (x, y, float(place))
        self.colour: Callable[[int, Theme], QColor] = lambda place, theme: theme.text
        self._last: QPointF | None = None
        self._stroke = ""
        self._drawn = 0
        self._gone: set[tuple[float, float]] = set()

    @property
    def on(self) -> bool:
        return bool(self.tool)

    @property
    def pressed(self) -> bool:
        return self._last is not None

    def choose(self, tool: str, place: int = 0) -> None:
        """Take ADD for a class, ERASE, or nothing at all."""
        if (tool, place) != (self.tool, self.place):
            self.tool, self.place = tool, place
            self.chosen.emit()

    def widen(self, turns: float) -> None:
        """Make the eraser larger or smaller."""
        self.radius = min(max(self.radius * WIDENING**turns, SMALLEST), LARGEST)

    def press(self, at: QPointF, view: View, keys: Qt.KeyboardModifier, erase: bool = False) -> None:
        """Begin a stroke. Ctrl erases as the right button does; Shift draws the next class."""
        erase = erase or self.tool == ERASE or bool(keys & Qt.KeyboardModifier.ControlModifier)
        self._stroke = ERASE if erase else ADD
        self._drawn = (self.place + bool(keys & Qt.KeyboardModifier.ShiftModifier)) % max(self.places, 1)
        self._gone.clear()
        self._last = at
        self._apply(at, view)

    def drag(self, at: QPointF, view: View) -> None:
        """Go on with the stroke: evenly spaced marks, however fast the hand is."""
        assert self._last is not None
        spacing = SPACING if self._stroke == ADD else self.radius / 2
        away = at - self._last
        length = math.hypot(away.x(), away.y())
        for mark in range(1, int(length / spacing) + 1):
            self._apply(self._last + away * (mark * spacing / length), view)
        if length >= spacing:
            self._last += away * (int(length / spacing) * spacing / length)

    def release(self) -> None:
        """The stroke is over."""
        if self._last is not None:
            self._last = None
            self.settled.emit()

    def draw(self, painter: QPainter, at: QPointF, view: View, theme: Theme) -> None:
        """What the brush would do here: the example, or the reach of the eraser."""
        if (self._stroke if self.pressed else self.tool) == ERASE:
            across, up = self._reach(view)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((SHADE, 3.4), (PAPER, 1.4)):
                painter.setPen(QPen(colour, width))
                painter.drawEllipse(at, across, up)
        else:
            painter.setPen(QPen(PAPER, 1.6))
            painter.setBrush(self.colour(self._drawn if self.pressed else self.place, theme))
            painter.drawEllipse(at, 5.5, 5.5)

    def _apply(self, at: QPointF, view: View) -> None:
        if self._stroke == ADD:
            # A hand means no more than six digits, and a file shall be read by people.
            example = self.example(*view.at(at), self._drawn)
            self.edited.emit({f"{self.part}.add": tuple(float(f"{number:.6g}") for number in example)})
        else:
            self._erase(at, view)

    def _erase(self, at: QPointF, view: View) -> None:
        across, up = self._reach(view)
        x, y = view.at(at)
        away = (self.spots - (x, y)) * (view.x_scale / across, view.y_scale / up)
        hit = [tuple(spot) for spot in self.examples[(away * away).sum(axis=1) <= 1.0].tolist()]
        hit = [spot for spot in hit if spot not in self._gone]  # one that is, is only not yet seen to be
        self._gone.update(hit)
        if hit and self._round(view):
            self.edited.emit({f"{self.part}.erase": (x, y, across / view.x_scale)})
        elif hit:
            for spot in hit:
                self.edited.emit({f"{self.part}.erase": (*spot, 0.0)})

    def _reach(self, view: View) -> tuple[float, float]:
        """The half axes in pixels of what the eraser covers: a circle of the plane, if the scales allow one."""
        if not self._round(view):
            return self.radius, self.radius
        skew = math.sqrt(view.x_scale / -view.y_scale)
        return self.radius * skew, self.radius / skew

    def _round(self, view: View) -> bool:
        return self.examples is self.spots and 1 / SKEWED < view.x_scale / -view.y_scale < SKEWED
