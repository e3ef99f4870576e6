"""Drawing a curve of many vertices fast and well: a polyline where it is smooth, single lines where it is rough."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr, wrapInstance

from app.curves.table import Array

# Pixels up and down after which Qt's stroker, whose time grows with the square of how often a polyline
# crosses itself, loses to separate lines.
_ROUGH = 2500.0


def chain(x: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The points (xs, ys) of the line through vertices that each go from low to high, in pixels.

    A vertex is entered at the end that is nearer to where the curve comes from.
    """
    middle = low + high
    ahead = np.empty(len(x))
    ahead[:-1] = middle[1:] - middle[:-1]
    ahead[-1:] = ahead[-2:-1] if len(x) > 1 else 0.0
    rising = ahead > 0.0
    xs, ys = np.repeat(x, 2), np.empty(2 * len(x))
    ys[0::2] = np.where(rising, np.minimum(low, high), np.maximum(low, high))
    ys[1::2] = np.where(rising, np.maximum(low, high), np.minimum(low, high))
    needed = np.ones(len(xs), bool)
    needed[1::2] = np.abs(high - low) > 0.2
    return xs[needed], ys[needed]


class Strokes:
    """Draws chains of points; keeps the memory that Qt reads them from."""

    def __init__(self) -> None:
        self._ends = np.empty((0, 4))
        self._lines: list[QLineF] = []

    def draw(self, painter: QPainter, pen: QPen, xs: Array, ys: Array) -> None:
        """Draw one chain; a point whose y is not finite is a gap."""
        known = np.isfinite(ys)
        pen = QPen(pen)
        if known.all():
            self._piece(painter, pen, xs, ys)
            return
        borders = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
        for start, stop in borders.reshape(-1, 2):
            self._piece(painter, pen, xs[start:stop], ys[start:stop])

    def _piece(self, painter: QPainter, pen: QPen, xs: Array, ys: Array) -> None:
        if len(xs) == 1:
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setWidthF(2.0 * pen.widthF())
            painter.setPen(pen)
            painter.drawPoint(float(xs[0]), float(ys[0]))  # type: ignore[call-overload]
        elif float(np.abs(np.diff(ys)).sum()) < _ROUGH:
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(polygon(xs, ys))
        else:
            painter.setPen(pen)
            painter.drawLines(self._segments(xs, ys))

    def _segments(self, xs: Array, ys: Array) -> list[QLineF]:
        count = len(xs) - 1
        if count > len(self._lines):
            self._ends = np.zeros((2 * count, 4))
            address = self._ends.ctypes.data
            self._lines = [wrapInstance(address + 32 * i, QLineF) for i in range(2 * count)]
        ends = self._ends[:count]
        ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3] = xs[:-1], ys[:-1], xs[1:], ys[1:]
        return self._lines[:count]


def polygon(xs: Array, ys: Array) -> QPolygonF:
    """A polygon filled from arrays, without a Python object for every point."""
    found = QPolygonF()
    found.resize(len(xs))
    points = np.frombuffer(VoidPtr(found.data(), 16 * len(xs), True), np.float64).reshape(-1, 2)  # type: ignore[attr-defined, call-overload]
    points[:, 0], points[:, 1] = xs, ys
    return found
