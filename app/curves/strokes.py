"""Drawing a curve of many pieces fast and well: a polyline if it is smooth, else separate lines."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from app.curves.columns import BLOCK
from app.curves.x_axes import Array
from app.look.qt_arrays import polygon, wrapped
from engine import thin_path

_FLAT = 0.2  # pixels from low to high that are not seen
# Qt's stroker takes time with the square of how often a polyline crosses itself. So it is given only so
# many corners at a time, and a block in which the curve goes up and down by so many pixels becomes
# separate lines. Those overlap at their ends, which looks bolder; in such a block it is not seen.
_CORNERS = 48
_ROUGH = 128.0


def chain(low: Array, high: Array) -> tuple[Array, Array]:
    """Where a line through pieces that go from low to high, in pixels, enters and leaves each of them.

    It leaves towards the middle of the next.
    """
    middle = low + high
    rising = np.zeros(len(low), bool)
    rising[:-1] = middle[1:] > middle[:-1]
    rising[-1] = len(low) > 1 and rising[-2]
    least, most = np.minimum(low, high), np.maximum(low, high)
    return np.where(rising, least, most), np.where(rising, most, least)


def lengths(start: Array, stop: Array, low: Array, high: Array) -> Array:
    """How long the line through pieces already is, in pixels, where it enters each of them; gaps have no length."""
    xs, ys = _corners(start, stop, *chain(low, high))
    steps = np.hypot(np.diff(xs), np.diff(ys))
    return np.concatenate(([0.0], np.nancumsum(steps)))[::2]


def bridges(start: Array, stop: Array, low: Array, high: Array) -> Array:
    """The lines (n, 4) that lead from a piece to one that begins more than a pixel later."""
    if len(low) < 2:
        return np.empty((0, 4))
    enter, leave = chain(low, high)
    lines = np.column_stack((stop[:-1], leave[:-1], start[1:], enter[1:]))
    there: Array = lines[(start[1:] - stop[:-1] > 1.0) & np.isfinite(lines).all(axis=1)]
    return there


def within(lines: Array, left: float, top: float, right: float, bottom: float) -> float:
    """How much of lines (n, 4) that run to the right is inside a box: pixels across, or down where they are steep."""
    x0, y0, x1, y1 = lines.T
    across, down = x1 - x0, np.where(y1 == y0, 1e-9, y1 - y0)
    ends = np.sort([(top - y0) / down, (bottom - y0) / down], axis=0)
    first = np.maximum(np.maximum((left - x0) / across, ends[0]), 0.0)
    last = np.minimum(np.minimum((right - x0) / across, ends[1]), 1.0)
    return float((np.maximum(last - first, 0.0) * np.maximum(across, np.abs(down))).sum())


class Strokes:
    """Draws curves; keeps the memory that Qt reads them from."""

    def __init__(self) -> None:
        self._ends = np.empty((0, 4))
        self._lines: list[QLineF] = []

    def draw(
        self,
        painter: QPainter,
        pen: QPen,
        start: Array,
        stop: Array,
        low: Array,
        high: Array,
        passed: Array | None = None,
    ) -> None:
        """Draw a curve of pieces, each from low to high between the pixels start and stop.

        One that is not finite is a gap. Whether a piece is drawn smooth or rough depends on its block
        only, so a part of a curve drawn later looks like the rest. passed: for a dashed pen, the `lengths`
        of the whole curve at these pieces.
        """
        known = np.isfinite(start) & np.isfinite(stop) & np.isfinite(low) & np.isfinite(high)
        enter, leave = chain(low, high)
        kind = np.where(known, 1 + _rough(start, enter, leave), 0)
        borders = [0, *((kind[1:] != kind[:-1]).nonzero()[0] + 1).tolist(), len(kind)]
        painter.setPen(pen)
        for first, last in pairwise(borders):
            if kind[first]:
                joined = last + 1 if last < len(kind) and kind[last] else last
                part = slice(first, joined)
                pieces = start[part], stop[part], enter[part], leave[part]
                if kind[first] == 1:
                    self._polyline(painter, *pieces, joined > last, None if passed is None else passed[part])
                else:
                    self._separate(painter, *pieces, joined > last)

    def _polyline(
        self,
        painter: QPainter,
        start: Array,
        stop: Array,
        enter: Array,
        leave: Array,
        joined: bool,
        passed: Array | None,
    ) -> None:
        """One line through all pieces; of the last it only goes to the beginning if that is `joined`.

        passed: how long the curve is where it enters each piece, for a dashed pen.
        """
        xs, ys = _corners(start, stop, enter, leave)
        if joined:
            xs, ys = xs[:-1], ys[:-1]
        kept = thin_path(xs, ys, 1.0, 1.0, _FLAT / 2)
        if len(kept) == 1 or (np.ptp(xs) == 0.0 and np.ptp(ys) == 0.0):  # Qt draws nothing of a line without length
            dot = 1.25 * painter.pen().widthF()
            painter.save()
            painter.setBrush(painter.pen().color())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(xs[0], ys[0]), dot, dot)
            painter.restore()
        for first in range(0, len(kept) - 1, _CORNERS):
            corners = kept[first : first + _CORNERS + 1]
            if passed is not None:
                piece = corners[0] // 2
                inside = np.hypot(xs[corners[0]] - start[piece], ys[corners[0]] - enter[piece])
                pen = painter.pen()
                pen.setDashOffset((passed[piece] + inside) / pen.widthF())
                painter.setPen(pen)
            painter.drawPolyline(polygon(xs[corners], ys[corners]))

    def _separate(self, painter: QPainter, start: Array, stop: Array, enter: Array, leave: Array, joined: bool) -> None:
        """A line for every piece (but the last if `joined`), and one to the next where they do not touch."""
        least, most = np.minimum(enter, leave), np.maximum(enter, leave)
        own = (most - least > _FLAT) | (stop - start > _FLAT)
        apart = (least[1:] > most[:-1]) | (most[1:] < least[:-1])
        apart |= (start[1:] - stop[:-1] > painter.pen().widthF()) | ~(own[1:] | own[:-1])
        if joined:
            own[-1] = False
        self._segments(painter, start[own], enter[own], stop[own], leave[own])
        self._segments(painter, stop[:-1][apart], leave[:-1][apart], start[1:][apart], enter[1:][apart])

    def _segments(self, painter: QPainter, x0: Array, y0: Array, x1: Array, y1: Array) -> None:
        count = len(x0)
        if count > len(self._lines):
            self._ends = np.zeros((2 * count, 4))
            self._lines = wrapped(self._ends, QLineF)
        ends = self._ends[:count]
        ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3] = x0, y0, x1, y1
        if count:
            painter.drawLines(self._lines[:count])


def _corners(start: Array, stop: Array, enter: Array, leave: Array) -> tuple[Array, Array]:
    """The points (xs, ys) of the line through pieces, two for each."""
    xs, ys = np.empty(2 * len(start)), np.empty(2 * len(start))
    xs[0::2], xs[1::2], ys[0::2], ys[1::2] = start, stop, enter, leave
    return xs, ys


def _rough(start: Array, enter: Array, leave: Array) -> Array:
    """For every piece whether the curve goes up and down much in its block."""
    travel = np.abs(leave - enter)
    travel[:-1] += np.abs(enter[1:] - leave[:-1])
    blocks = np.floor(start / BLOCK)
    borders = np.array([0, *((blocks[1:] != blocks[:-1]).nonzero()[0] + 1).tolist(), len(start)])
    # A gap makes the sum NaN, which is not rough.
    rough: Array = np.add.reduceat(travel, borders[:-1]) > _ROUGH
    return np.repeat(rough, borders[1:] - borders[:-1])
