"""Examples as dots: filled for training, hollow for validation, ringed where they are misclassified."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.look.stamps import draw_stamps, stamped
from app.stage.markers import PAPER
from app.stage.planes.cached_picture import CachedPicture
from app.stage.planes.crowd import Crowd

if TYPE_CHECKING:
    from app.stage.view import View

Array = np.ndarray

SIDE = 19  # pixels of a stamp
RADIUS, HOLE, EDGE = 4.0, 2.2, 1.1
RING = 6.4
SHADOW = QColor(8, 12, 24, 130)
MANY = 600  # dots from which they are smaller
CROWDED = 3000  # dots from which they are small squares
SIZED = 420.0  # pixels of a plot's shorter side from which dots have their full size
SMALLEST, STEP = 0.55, 0.05  # of the full size, and what sizes are multiples of


@dataclass(frozen=True, slots=True, eq=False)
class Dots:
    """Dots at the spots (n, 2) of a plane in colours[shades (n,)]; all but the first `train` of them have a hole."""

    spots: Array
    shades: Array
    colours: Sequence[QColor]
    train: int
    hole: QColor


class DotLayer:
    """Draws dots, and rings around some of them; places on the screen are found once for each view."""

    def __init__(self) -> None:
        self._picture = CachedPicture(see_through=True)

    def draw(self, painter: QPainter, view: View, dots: Dots) -> None:
        self._picture.draw(painter, view, dots, lambda own: self._paint(own, view, dots))

    def draw_wrong(self, painter: QPainter, view: View, dots: Dots, wrong: Array, colour: QColor) -> None:
        """Rings around the spots (m, 2) of examples among the dots that the network does not get right."""
        if len(dots.spots) > CROWDED:
            crowd = Crowd(view, wrong)
            crowd.squares(slice(None), colour.rgba())
            painter.drawImage(view.plot, crowd.image())
            return
        places, _ = _pixels(view, wrong)
        ring = ring_stamp(colour.rgba(), painter.device().devicePixelRatio(), size_of(view, len(dots.spots)))
        draw_stamps(painter, ring, SIDE, places, np.zeros(len(places), int))

    def _paint(self, painter: QPainter, view: View, dots: Dots) -> None:
        colours = tuple(colour.rgba() for colour in dots.colours)
        if len(dots.spots) <= CROWDED:
            size, ratio = size_of(view, len(dots.spots)), painter.device().devicePixelRatio()
            for part, hole in ((slice(None, dots.train), None), (slice(dots.train, None), dots.hole.rgba())):
                places, inside = _pixels(view, dots.spots[part])
                draw_stamps(painter, _sheet(colours, hole, ratio, size), SIDE, places, dots.shades[part][inside])
            return
        crowd, table = Crowd(view, dots.spots), np.array(colours, np.uint32)
        for part in (slice(None, dots.train), slice(dots.train, None)):
            crowd.squares(part, table[dots.shades[part]] if len(colours) > 1 else colours[0])
        crowd.dots(slice(dots.train, None), dots.hole.rgba())
        painter.drawImage(view.plot, crowd.image())


def columns_of(xs: Array, ys: Array) -> Array:
    """Spots (n, 2), each column in one piece, which is how they are read here."""
    spots = np.empty((len(xs), 2), order="F")
    spots[:, 0], spots[:, 1] = xs, ys
    return spots


def size_of(view: View, count: int) -> float:
    """How large so many dots are in a plot, in parts of the full size."""
    size = min(min(view.plot.width(), view.plot.height()) / SIZED, 1.0) * min(math.sqrt(MANY / max(count, 1)), 1.0)
    return round(max(size, SMALLEST) / STEP) * STEP


def nearest(view: View, spots: Array, at: QPointF, reach: float) -> int | None:
    """The place of the spot that is nearest to a point of the plot, if any is within so many pixels."""
    x, y = view.at(at)
    reach_x, reach_y = reach / view.x_scale, -reach / view.y_scale
    beside = np.flatnonzero((spots[:, 0] >= x - reach_x) & (spots[:, 0] <= x + reach_x))
    close = beside[np.abs(spots[beside, 1] - y) <= reach_y]
    if not len(close):
        return None
    away = np.hypot((spots[close, 0] - x) * view.x_scale, (spots[close, 1] - y) * view.y_scale)
    first = int(away.argmin())
    return int(close[first]) if away[first] <= reach else None


@lru_cache(maxsize=512)
def stamp(rgba: int, hole: int | None, ratio: float, size: float = 1.0) -> QPixmap:
    """One dot in a colour, around a hole of another if there is one, for a screen with so many pixels in one."""
    colour = QColor.fromRgba(rgba)

    def draw(painter: QPainter, middle: QPointF) -> None:
        radius, edge = RADIUS * size, EDGE * (0.4 + 0.6 * size)
        painter.setPen(QPen(SHADOW, 1.6 * edge))
        painter.setBrush(colour)
        painter.drawEllipse(middle, radius, radius)
        if hole is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor.fromRgba(hole))
            painter.drawEllipse(middle, HOLE * size, HOLE * size)
        else:
            painter.setPen(QPen(PAPER, edge))
            painter.drawEllipse(middle, radius, radius)

    return stamped(draw, SIDE, ratio)


@lru_cache(maxsize=16)
def ring_stamp(rgba: int, ratio: float, size: float) -> QPixmap:
    """The ring around one that is wrong."""

    def draw(painter: QPainter, middle: QPointF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((SHADOW, 3.2), (QColor.fromRgba(rgba), 1.7)):
            painter.setPen(QPen(colour, width * (0.4 + 0.6 * size)))
            painter.drawEllipse(middle, RING * size + 0.5, RING * size + 0.5)

    return stamped(draw, SIDE, ratio)


def _pixels(view: View, spots: Array) -> tuple[Array, Array]:
    """Where spots (n, 2) are on the screen, (m, 2), and which those are that the plot shows, (n,)."""
    x = view.plot.left() + (spots[:, 0] - view.x0) * view.x_scale
    y = view.plot.bottom() + (spots[:, 1] - view.y0) * view.y_scale
    box = view.plot.adjusted(-SIDE, -SIDE, SIDE, SIDE)
    with np.errstate(invalid="ignore"):
        inside = (x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())
    return np.column_stack([x[inside], y[inside]]), inside


@lru_cache(maxsize=64)
def _sheet(colours: tuple[int, ...], hole: int | None, ratio: float, size: float) -> QPixmap:
    """The stamps of several colours side by side."""
    side = round(SIDE * ratio)
    sheet = QPixmap(side * len(colours), side)
    sheet.fill(Qt.GlobalColor.transparent)
    with QPainter(sheet) as painter:
        for place, colour in enumerate(colours):
            one = QPixmap(stamp(colour, hole, ratio, size))
            one.setDevicePixelRatio(1.0)
            painter.drawPixmap(place * side, 0, one)
    sheet.setDevicePixelRatio(ratio)
    return sheet
