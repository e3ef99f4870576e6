"""Examples as dots: those that are learned from filled, those that validate hollow, those that are wrong in a ring."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from app.look.qt_arrays import polygon
from app.stage.markers import PAPER

if TYPE_CHECKING:
    from app.stage.view import View

Array = np.ndarray

SIDE = 19  # pixels of a stamp
RADIUS, HOLE, EDGE = 4.0, 2.2, 1.1
RING = 6.4
SHADOW = QColor(8, 12, 24, 130)
MANY = 600  # dots from which they are smaller
CROWDED = 3000  # dots from which they are small squares
CROWD = 3.0  # pixels of their sides
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
    """A picture of dots, made anew only when they or the view are others."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._image = QImage()

    def image(self, dots: Dots, view: View, ratio: float) -> QImage:
        """The dots in a transparent picture of the plot, for a screen with so many pixels in one."""
        key = (dots, view, ratio)
        if key != self._key:
            self._key = key
            self._image = QImage((view.plot.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(ratio)
            self._image.fill(Qt.GlobalColor.transparent)
            with QPainter(self._image) as painter:
                painter.translate(-view.plot.topLeft())
                draw_dots(painter, view, dots)
        return self._image


def draw_dots(painter: QPainter, view: View, dots: Dots) -> None:
    """Paint dots; a crowd of them is small and plain."""
    size, ratio = size_of(view, len(dots.spots)), painter.device().devicePixelRatio()
    for part, hole in ((slice(None, dots.train), None), (slice(dots.train, None), dots.hole)):
        places, inside = _pixels(view, dots.spots[part])
        shades = dots.shades[part][inside]
        if len(dots.spots) > CROWDED:
            for shade in np.unique(shades).tolist():
                _draw_crowd(painter, places[shades == shade], dots.colours[shade], CROWD)
            if hole is not None:
                _draw_crowd(painter, places, hole, 1.0)
            continue
        kind = [stamp(colour.rgba(), hole.rgba() if hole is not None else None, ratio, size) for colour in dots.colours]
        for (x, y), shade in zip(_corners(places), shades.tolist(), strict=True):
            painter.drawPixmap(x, y, kind[shade])


def draw_wrong(painter: QPainter, view: View, spots: Array, wrong: Array, colour: QColor) -> None:
    """Rings around those of the spots (n, 2) that are wrong (n,): the examples that the network does not get right."""
    places, _ = _pixels(view, spots[wrong])
    if len(spots) > CROWDED:
        _draw_crowd(painter, places, colour, CROWD)
        return
    ring = ring_stamp(colour.rgba(), painter.device().devicePixelRatio(), size_of(view, len(spots)))
    for x, y in _corners(places):
        painter.drawPixmap(x, y, ring)


def size_of(view: View, count: int) -> float:
    """How large so many dots are in a plot, in parts of the full size."""
    size = min(min(view.plot.width(), view.plot.height()) / SIZED, 1.0) * min(math.sqrt(MANY / max(count, 1)), 1.0)
    return round(max(size, SMALLEST) / STEP) * STEP


def nearest(view: View, spots: Array, at: QPointF, reach: float) -> int | None:
    """The place of the spot that is nearest to a point of the widget, if any is within so many pixels."""
    if not len(spots):
        return None
    x, y = view.at(at)
    away = np.hypot((spots[:, 0] - x) * view.x_scale, (spots[:, 1] - y) * view.y_scale)
    place = int(np.where(np.isfinite(away), away, np.inf).argmin())
    return place if away[place] <= reach else None


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

    return _stamped(draw, ratio)


@lru_cache(maxsize=16)
def ring_stamp(rgba: int, ratio: float, size: float) -> QPixmap:
    """The ring around one that is wrong."""

    def draw(painter: QPainter, middle: QPointF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((SHADOW, 3.2), (QColor.fromRgba(rgba), 1.7)):
            painter.setPen(QPen(colour, width * (0.4 + 0.6 * size)))
            painter.drawEllipse(middle, RING * size + 0.5, RING * size + 0.5)

    return _stamped(draw, ratio)


def _stamped(draw: Callable[[QPainter, QPointF], None], ratio: float) -> QPixmap:
    picture = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, QPointF(SIDE / 2, SIDE / 2))
    return picture


def _pixels(view: View, spots: Array) -> tuple[Array, Array]:
    """Where spots (n, 2) are on the screen, (m, 2), and which those are that the plot shows, (n,)."""
    x = view.plot.left() + (spots[:, 0] - view.x0) * view.x_scale
    y = view.plot.bottom() + (spots[:, 1] - view.y0) * view.y_scale
    box = view.plot.adjusted(-SIDE, -SIDE, SIDE, SIDE)
    with np.errstate(invalid="ignore"):
        inside = (x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())
    return np.column_stack([x[inside], y[inside]]), inside


def _corners(places: Array) -> list[list[int]]:
    """Where the stamps of these pixels (n, 2) begin."""
    corners: list[list[int]] = np.rint(places - SIDE / 2).astype(int).tolist()
    return corners


def _draw_crowd(painter: QPainter, places: Array, colour: QColor, width: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    painter.drawPoints(polygon(*places.T))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
