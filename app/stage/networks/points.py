"""Examples as dots: those that are learned from filled, those that validate hollow, those that are wrong in a ring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from app.stage.markers import PAPER

if TYPE_CHECKING:
    from app.stage.view import View

Array = np.ndarray

SIDE = 19  # pixels of a stamp
RADIUS, HOLE, EDGE = 4.0, 2.2, 1.1
RING = 6.4
SHADOW = QColor(8, 12, 24, 170)
CROWDED = 3000  # points from which they are smaller
SIZED = 420.0  # pixels of a plot's shorter side from which dots have their full size
SMALLEST, STEP = 0.55, 0.05  # of the full size, and what sizes are multiples of


class PointLayer:
    """A picture of points, made anew only when what it is made of changes."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._image = QImage()

    def image(
        self,
        key: tuple[object, ...],
        spots: Array,
        shades: Array,
        colours: Sequence[QColor],
        train: int,
        view: View,
        ratio: float,
    ) -> QImage:
        """The points of `draw_points` in a transparent picture of the plot; `key` tells them from others."""
        key = (*key, view, ratio)
        if key != self._key:
            self._key = key
            self._image = QImage((view.plot.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(ratio)
            self._image.fill(Qt.GlobalColor.transparent)
            with QPainter(self._image) as painter:
                painter.translate(-view.plot.topLeft())
                draw_points(painter, view, spots, shades, colours, train)
        return self._image


def draw_points(
    painter: QPainter, view: View, spots: Array, shades: Array, colours: Sequence[QColor], train: int
) -> None:
    """Dots at the spots (n, 2) in colours[shades (n,)], the first `train` of them filled; none outside of the plot."""
    size, ratio = size_of(view, len(spots)), painter.device().devicePixelRatio()
    for part, hollow in ((slice(None, train), False), (slice(train, None), True)):
        kind = [stamp(colour.rgba(), hollow, ratio, size) for colour in colours]
        corners, inside = _corners(view, spots[part])
        for (x, y), shade in zip(corners, shades[part][inside].tolist(), strict=True):
            painter.drawPixmap(x, y, kind[shade])


def draw_wrong(painter: QPainter, view: View, spots: Array, wrong: Array, colour: QColor) -> None:
    """Rings around those of the spots (n, 2) that are wrong (n,): the examples that the network does not get right."""
    ring = ring_stamp(colour.rgba(), painter.device().devicePixelRatio(), size_of(view, len(spots)))
    for x, y in _corners(view, spots[wrong])[0]:
        painter.drawPixmap(x, y, ring)


def size_of(view: View, count: int) -> float:
    """How large dots are in a plot with so many of them, in parts of the full size."""
    size = min(view.plot.width(), view.plot.height()) / SIZED * (0.6 if count > CROWDED else 1.0)
    return round(min(max(size, SMALLEST), 1.0) / STEP) * STEP


def nearest(view: View, spots: Array, at: QPointF, reach: float) -> int | None:
    """The place of the spot that is nearest to a point of the widget, if any is within so many pixels."""
    if not len(spots):
        return None
    x, y = view.at(at)
    away = np.hypot((spots[:, 0] - x) * view.x_scale, (spots[:, 1] - y) * view.y_scale)
    place = int(np.where(np.isfinite(away), away, np.inf).argmin())
    return place if away[place] <= reach else None


@lru_cache(maxsize=512)
def stamp(rgba: int, hollow: bool, ratio: float, size: float = 1.0) -> QPixmap:
    """One dot in a colour, for a screen with so many pixels in one."""
    colour = QColor.fromRgba(rgba)

    def draw(painter: QPainter, middle: QPointF) -> None:
        radius, edge = RADIUS * size, EDGE * (0.4 + 0.6 * size)
        painter.setPen(QPen(SHADOW, 2 * edge))
        painter.setBrush(colour)
        painter.drawEllipse(middle, radius, radius)
        if hollow:
            painter.setPen(QPen(colour, radius - HOLE * size))
            painter.setBrush(PAPER)
            painter.drawEllipse(middle, (radius + HOLE * size) / 2, (radius + HOLE * size) / 2)
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


def _corners(view: View, spots: Array) -> tuple[list[list[int]], Array]:
    """Where stamps begin on the screen, [x, y] of each in the plot, and which those are (n,)."""
    x = view.plot.left() + (spots[:, 0] - view.x0) * view.x_scale
    y = view.plot.bottom() + (spots[:, 1] - view.y0) * view.y_scale
    box: QRectF = view.plot
    with np.errstate(invalid="ignore"):
        inside = (x > box.left() - SIDE) & (x < box.right() + SIDE) & (y > box.top() - SIDE) & (y < box.bottom() + SIDE)
    corners = np.rint(np.column_stack([x[inside], y[inside]]) - SIDE / 2).astype(int)
    return corners.tolist(), inside
