"""Axes of the box in 3-D: ticks and numbers along the edges of it that the rotation makes outermost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from app.look.number_format import Ticks, multiples, nice_step, number, round_ticks
from app.stage.heat import Levels
from app.stage.surface.camera import HEIGHT, Camera
from app.stage.view import View

Array = np.ndarray
Place = tuple[float, float, float]

TICK, MINOR_TICK, GAP = 5.0, 2.5, 3.0  # pixels
SHORTEST = 14.0  # pixels: an axis seen more nearly end-on has no numbers
DIGITS = 5.5  # of a number whose length is not known yet
FEWEST = 3  # numbers on an axis, if there are rounder ones and less round ones
LARGEST = 308.0  # decimal logarithm of the largest numbers there are
DECADES = 12  # below the largest value, in which a logarithmic axis looks for powers of ten


@dataclass(frozen=True, slots=True)
class Label:
    """A text on the screen, and the number that it tells; None: the name of an axis. axis: "x", "y" or "z"."""

    axis: str
    text: str
    rect: QRectF
    value: float | None
    at: QPointF  # the place on the axis


@dataclass(frozen=True, slots=True)
class BoxAxes:
    """Lines with their ticks, and labels of which none touches another or the border."""

    lines: tuple[QLineF, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class _Edge:
    """An edge of the box from `start` to `end`; its labels stand towards `outward`, a direction in the box."""

    axis: str
    name: str
    start: Place
    end: Place
    outward: Place
    low: float
    high: float
    levels: Levels | None = None  # of the values along it, if these do not rise evenly

    def parts(self, values: Sequence[float]) -> list[float]:
        """How far along the edge each value is, 0 to 1."""
        found = np.array(values, float)
        even = (found - self.low) / (self.high - self.low) if self.levels is None else self.levels.shades(found)
        return [float(part) for part in even]


def box_axes(
    camera: Camera, view: View, levels: Levels | None, names: tuple[str, str], metrics: QFontMetricsF
) -> BoxAxes:
    """The axes as this camera sees them. levels: how values become heights; None leaves out the upright axis."""
    lines: list[QLineF] = []
    labels: list[Label] = []
    for edge in _edges(camera, view, levels, names):
        _lay(edge, camera, metrics, lines, labels)
    return BoxAxes(tuple(lines), tuple(labels))


def height_of(levels: Levels, value: float) -> float:
    """The height in the box at which a value of the surface lies."""
    return HEIGHT * float(levels.shades(np.array([value]))[0])


def _edges(camera: Camera, view: View, levels: Levels | None, names: tuple[str, str]) -> Iterator[_Edge]:
    """The two sides of the floor that are nearer to the eye, and the upright edge farthest to the left."""
    angle = math.radians(camera.azimuth)
    near_y = -1.0 if math.cos(angle) >= 0.0 else 1.0
    near_x = -1.0 if math.sin(angle) >= 0.0 else 1.0
    yield _Edge("x", names[0], (-1, near_y, 0), (1, near_y, 0), (0, near_y, 0), view.x0, view.x1)
    yield _Edge("y", names[1], (near_x, -1, 0), (near_x, 1, 0), (near_x, 0, 0), view.y0, view.y1)
    if levels is None:
        return

    def leftmost(corner: tuple[int, int]) -> tuple[float, float]:
        right, away = camera.turn(np.array(corner[0]), np.array(corner[1]))
        return round(float(right), 6), -float(away)

    x, y = min(((-1, -1), (1, -1), (1, 1), (-1, 1)), key=leftmost)
    left = (-math.cos(angle), math.sin(angle), 0.0)  # in the box what is to the left on the screen
    low, high = (_value(levels, end) for end in (levels.low, levels.high))
    name = "f (log)" if levels.log else "f"
    yield _Edge("z", name, (x, y, 0), (x, y, HEIGHT), left, low, high, levels if levels.log else None)


def _value(levels: Levels, scaled: float) -> float:
    """The value of the surface at a place of the levels' own scale."""
    return levels.floor + 10.0 ** min(scaled, LARGEST) - levels.offset if levels.log else scaled


def _lay(edge: _Edge, camera: Camera, metrics: QFontMetricsF, lines: list[QLineF], labels: list[Label]) -> None:
    """Add an edge's lines, its name, and those of its numbers that have room."""
    start, end = camera.point(*edge.start), camera.point(*edge.end)
    length = math.hypot(end.x() - start.x(), end.y() - start.y())
    lines.append(QLineF(start, end))
    if length < SHORTEST or not 0.0 < edge.high - edge.low < math.inf:
        return
    along = (end - start) * (1.0 / length)
    out = _outward(edge, camera)
    wide, tall = DIGITS * metrics.averageCharWidth() + 4 * GAP, 1.25 * metrics.height()
    spacing = min(wide / max(abs(along.x()), 1e-9), tall / max(abs(along.y()), 1e-9))
    marks = _marks(edge, length, spacing)
    for ticks, size in (([value for value, _ in marks.major], TICK), (marks.minor, MINOR_TICK)):
        for part in edge.parts(ticks):
            at = start + (end - start) * part
            lines.append(QLineF(at, at + out * size))
    room = QRectF(0.0, 0.0, camera.width, camera.height)
    widest = max((metrics.horizontalAdvance(text) for _, text in marks.major), default=0.0)
    name = f"{edge.name} {marks.factor}".strip()
    for label in (
        _name(edge, name, (start, end), out, (widest, metrics.height()), metrics, room),
        *_numbers(edge, marks, (start, end), out, metrics),
    ):
        apart = label.rect.adjusted(-GAP, 0.0, GAP, 0.0)
        if room.contains(label.rect) and not any(apart.intersects(other.rect) for other in labels):
            labels.append(label)


def _outward(edge: _Edge, camera: Camera) -> QPointF:
    """The direction on the screen, of length 1, in which an edge's labels stand."""
    x, y, _ = edge.outward
    away = camera.point(x, y, 0.0) - camera.point(0.0, 0.0, 0.0)
    length = math.hypot(away.x(), away.y())
    return away * (1.0 / length)


def _numbers(
    edge: _Edge, marks: Ticks, ends: tuple[QPointF, QPointF], out: QPointF, metrics: QFontMetricsF
) -> Iterator[Label]:
    parts = edge.parts([value for value, _ in marks.major])
    for (value, text), part in zip(marks.major, parts, strict=True):
        at = ends[0] + (ends[1] - ends[0]) * part
        if edge.axis == "z":  # of a long number the last digits tell it from the next
            text = metrics.elidedText(text, Qt.TextElideMode.ElideLeft, max(at.x() - TICK - 2 * GAP, 0.0))
        size = metrics.horizontalAdvance(text) + 2.0, metrics.height()
        yield Label(edge.axis, text, _beside(at, out, TICK + GAP, size), value, at)


def _name(
    edge: _Edge,
    text: str,
    ends: tuple[QPointF, QPointF],
    out: QPointF,
    number_size: tuple[float, float],
    metrics: QFontMetricsF,
    room: QRectF,
) -> Label:
    """The name: above the numbers of an upright axis, else at the middle beyond them; moved inside if need be."""
    size = metrics.horizontalAdvance(text) + 2.0, metrics.height()
    if edge.axis == "z":
        at = ends[1]
        rect = QRectF(at.x() - GAP - size[0], at.y() - 1.8 * size[1], *size)  # never over the surface
    else:
        at = (ends[0] + ends[1]) * 0.5
        beyond = abs(out.x()) * number_size[0] + abs(out.y()) * number_size[1]
        rect = _beside(at, out, TICK + 4 * GAP + beyond, size)
    rect.moveLeft(min(max(rect.left(), room.left()), room.right() - rect.width()))
    rect.moveTop(min(max(rect.top(), room.top()), room.bottom() - rect.height()))
    return Label(edge.axis, text, rect, None, at)


def _beside(at: QPointF, out: QPointF, distance: float, size: tuple[float, float]) -> QRectF:
    """A box of a size that begins so many pixels from a place in a direction."""
    middle = at + out * distance + QPointF(out.x() * size[0] / 2, out.y() * size[1] / 2)
    return QRectF(middle.x() - size[0] / 2, middle.y() - size[1] / 2, *size)


def _marks(edge: _Edge, length: float, spacing: float) -> Ticks:
    """Ticks as values, about `spacing` pixels apart on an edge of a length."""
    if edge.levels is not None:
        return _uneven(edge, length, spacing)
    most = max(length / spacing, 1.0)
    found = round_ticks(edge.low, edge.high, most, "factor")
    return found if len(found.major) > 1 else round_ticks(edge.low, edge.high, 2 * most, "factor")


def _uneven(edge: _Edge, length: float, spacing: float) -> Ticks:
    """Ticks of values that do not rise evenly: powers of ten first, then 2 and 5 times these, else round numbers."""
    apart = spacing / length
    major: dict[float, float] = {}  # value: part

    def add(values: list[float]) -> None:
        for value, part in zip(values, edge.parts(values), strict=True):
            if all(abs(part - other) >= apart for other in major.values()):
                major[value] = part

    powers = _powers(edge)
    for group in powers:
        add(group)
    if len(major) < FEWEST:
        for group in _round_numbers(edge):
            add(group)
    minor = [value for group in powers for value in group if value not in major]
    return Ticks(tuple((value, _written(value)) for value in sorted(major)), tuple(minor))


def _written(value: float) -> str:
    """A number of an uneven axis: its powers of ten are written as such where they are long."""
    if value == 0.0 or 1e-4 < abs(value) < 1e5:
        return number(value, 6)
    return number(value, 1).replace("1·10", "10")


def _powers(edge: _Edge) -> list[list[float]]:
    """Zero and powers of ten between the ends of an edge, the largest first, then 2 and 5 times these."""
    top = math.floor(math.log10(max(abs(edge.low), abs(edge.high))))
    groups = []
    for factors in ((1.0,), (2.0, 5.0)):
        sizes = [factor * 10.0**power for power in range(top, top - DECADES, -1) for factor in factors]
        every = [0.0, *sizes, *(-size for size in sizes)] if factors == (1.0,) else [*sizes, *(-size for size in sizes)]
        groups.append([value for value in every if edge.low <= value <= edge.high])
    return groups


def _round_numbers(edge: _Edge) -> Iterator[list[float]]:
    """Multiples of smaller and smaller steps, nearer and nearer to the lower end, where the edge is drawn out."""
    step = nice_step((edge.high - edge.low) / 5)
    for _ in range(3 * DECADES):
        yield multiples(edge.low, min(edge.high, edge.low + 20 * step), step)
        step = nice_step(step / 2.6)
