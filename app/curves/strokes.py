"""Drawing a curve of many pieces fast and well: a polyline if it is smooth, else separate lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr, wrapInstance

from app.curves.table import Array
from engine import thin_path

_FLAT = 0.2  # pixels from low to high that are not seen
# Qt's stroker takes time with the square of how often a polyline crosses itself: it is given so many
# corners at a time, and a curve of more that goes up and down by so many pixels between them becomes
# separate lines. Those overlap at their ends, which looks bolder; in such a curve it is not seen.
_AT_A_TIME = 48
_WILD = 8.0


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


class Strokes:
    """Draws curves; keeps the memory that Qt reads them from."""

    def __init__(self) -> None:
        self._ends = np.empty((0, 4))
        self._lines: list[QLineF] = []

    def draw(self, painter: QPainter, pen: QPen, start: Array, stop: Array, low: Array, high: Array) -> None:
        """Draw a curve of pieces, each from low to high between the pixels start and stop.

        One that is not finite is a gap.
        """
        known = np.isfinite(start) & np.isfinite(stop) & np.isfinite(low) & np.isfinite(high)
        if known.all():
            self._part(painter, pen, start, stop, low, high)
            return
        borders = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
        for first, last in borders.reshape(-1, 2).tolist():
            self._part(painter, pen, *(side[first:last] for side in (start, stop, low, high)))

    def _part(self, painter: QPainter, pen: QPen, start: Array, stop: Array, low: Array, high: Array) -> None:
        enter, leave = chain(low, high)
        xs, ys = np.column_stack((start, stop)).ravel(), np.column_stack((enter, leave)).ravel()
        kept = thin_path(xs, ys, 1.0, 1.0, _FLAT / 2)
        pen = QPen(pen)
        if len(kept) == 1:
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setWidthF(2.5 * pen.widthF())
            painter.setPen(pen)
            painter.drawPoint(QPointF(xs[0], ys[0]))
        elif len(kept) < _AT_A_TIME or np.abs(np.diff(ys[kept])).sum() < _WILD * len(kept):
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            for first in range(0, len(kept) - 1, _AT_A_TIME):
                corners = kept[first : first + _AT_A_TIME + 1]
                painter.drawPolyline(polygon(xs[corners], ys[corners]))
        else:
            painter.setPen(pen)
            self._lines_of(painter, start, stop, low, high, pen.widthF())

    def _lines_of(
        self, painter: QPainter, start: Array, stop: Array, low: Array, high: Array, width: float
    ) -> None:
        """A line for every piece, and one to the next where the two do not touch."""
        enter, leave = chain(low, high)
        least, most = np.minimum(low, high), np.maximum(low, high)
        own = (most - least > _FLAT) | (stop - start > _FLAT)
        apart = (least[1:] > most[:-1]) | (most[1:] < least[:-1]) | (start[1:] - stop[:-1] > width)
        apart |= ~(own[1:] | own[:-1])
        self._segments(painter, start[own], enter[own], stop[own], leave[own])
        self._segments(painter, stop[:-1][apart], leave[:-1][apart], start[1:][apart], enter[1:][apart])

    def _segments(self, painter: QPainter, x0: Array, y0: Array, x1: Array, y1: Array) -> None:
        count = len(x0)
        if count > len(self._lines):
            self._ends = np.zeros((2 * count, 4))
            address = self._ends.ctypes.data
            self._lines = [wrapInstance(address + 32 * i, QLineF) for i in range(2 * count)]  # type: ignore[misc]
        ends = self._ends[:count]
        ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3] = x0, y0, x1, y1
        if count:
            painter.drawLines(self._lines[:count])


def polygon(xs: Array, ys: Array) -> QPolygonF:
    """A polygon filled from arrays, without a Python object for every point."""
    found = QPolygonF()
    found.resize(len(xs))
    memory: Any = VoidPtr(found.data(), 16 * len(xs), True)  # type: ignore[arg-type, call-arg]
    points = np.frombuffer(memory, np.float64).reshape(-1, 2)
    points[:, 0], points[:, 1] = xs, ys
    return found
