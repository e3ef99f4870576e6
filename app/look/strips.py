"""Lines through many points, drawn fast: Qt takes time with the square of how often a polyline crosses itself."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPen

from app.look.qt_arrays import polygon, wrapped
from engine import thin_path

Array = np.ndarray

_SEEN = 0.1  # pixels by which a line may be off
_CORNERS, _DASHED_CORNERS = 32, 8  # of one polyline
_MOST = 2048  # of a line; as many that go to and fro take 25 ms
_TURNS = 3  # of them that may be sharper than a right angle; 100 points up and down take 86 ms, as separate lines 1

_BLOCK = 1024  # lines drawn in one call
# What is drawn is copied here, by the window's thread alone: to wrap other memory takes as long as to draw short lines.
_ends = np.empty((_BLOCK, 4))
_lines = wrapped(_ends, QLineF)


def draw_strip(painter: QPainter, xs: Array, ys: Array) -> None:
    """Draw a line through the points (xs, ys) in pixels, each (n,) and finite, with the painter's pen.

    A part that goes to and fro becomes separate lines, unless the pen is dashed. They overlap at their ends, so that a
    colour one can see through would have knots. Hundreds of thin lines are drawn fastest with a cosmetic pen.
    """
    if len(xs) < 2:
        return
    pen = painter.pen()
    if pen.isCosmetic() and pen.widthF() <= 1.0:  # no stroker is needed
        painter.drawPolyline(polygon(xs, ys))
        return
    is_dashed = pen.style() != Qt.PenStyle.SolidLine
    corners = _DASHED_CORNERS if is_dashed else _CORNERS
    kept = thin_path(np.ascontiguousarray(xs, np.float64), np.ascontiguousarray(ys, np.float64), 1.0, 1.0, _SEEN)
    points = fewer(np.column_stack((xs[kept], ys[kept])), _MOST)
    for first in range(0, len(points) - 1, corners):
        part = points[first : first + corners + 1]
        if not is_dashed and sharp_turns(part) > _TURNS:
            draw_segments(painter, np.hstack((part[:-1], part[1:])))
        else:
            painter.drawPolyline(polygon(*part.T))
        if is_dashed:
            length = float(np.hypot(*np.diff(part, axis=0).T).sum())
            dashed = painter.pen()
            dashed.setDashOffset(dashed.dashOffset() + length / max(pen.widthF(), 1.0))  # the next goes on with it
            painter.setPen(dashed)
    painter.setPen(pen)


def fewer(points: Array, most: int) -> Array:
    """At most so many, at least 4, of the points (n, 2): first, last, and what lies highest and lowest in between."""
    if len(points) <= most:
        return points
    size = -(-len(points) // ((most - 2) // 2))
    starts = np.arange(len(points) // size) * size
    groups = points[: len(starts) * size, 1].reshape(-1, size)
    ends = [0, len(points) - 1]
    places = np.unique(np.concatenate([ends, starts + groups.argmin(axis=1), starts + groups.argmax(axis=1)]))
    kept: Array = points[places]
    return kept


def draw_segments(painter: QPainter, segments: Array, cap: Qt.PenCapStyle = Qt.PenCapStyle.SquareCap) -> None:
    """Draw separate lines (n, 4) in pixels. A square cap is half the width longer, which closes the gap at a bend."""
    pen = painter.pen()
    capped = QPen(pen)
    capped.setCapStyle(cap)
    painter.setPen(capped)
    for first in range(0, len(segments), _BLOCK):
        part = segments[first : first + _BLOCK]
        _ends[: len(part)] = part
        painter.drawLines(_lines[: len(part)])
    painter.setPen(pen)


def sharp_turns(points: Array) -> int:
    """How often a line through points (n, 2) turns by more than a right angle."""
    steps = np.diff(points, axis=0)
    return int(np.count_nonzero((steps[:-1] * steps[1:]).sum(axis=1) < 0.0))
