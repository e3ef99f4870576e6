"""The paths of the runs as ink on an image: each frame adds only what is new.

A view change starts a clean image, and the ink is spread over as many frames as its time budget asks.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import wrapInstance

from app.stage.clipping import clipped, finite_length
from engine import COLUMNS, thin_path

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import HistoryView, RunPicture

Array = np.ndarray

WIDTH = 2.0
TOLERANCE = 0.3  # pixels a thinned path may be off
CHUNK = 8192  # recorded points between two looks at the clock
APART = 0.75  # pixels that ink moves on before more is laid
FULL = 4  # segment ends in one pixel, after which more of the same colour cannot be seen
X, Y = COLUMNS.index("x"), COLUMNS.index("y")


@dataclass(slots=True)
class Trace:
    """How much of one run is on the image: bins of `history` done, and where its ink ends."""

    history: HistoryView
    done: int = 0
    pen: QPointF | None = None
    ended: bool = False
    hits: Array | None = None

    def follow(self, history: HistoryView) -> bool:
        """Take the newer picture of the same history; False if it is another past, to be drawn anew."""
        old = self.history
        done = self.done * old.width // history.width
        if history is not old and self.done:
            step = history.width // old.width
            if not step or not 0 < done <= history.count:
                return False
            before, now = old.last[[X, Y], done * step - 1], history.last[[X, Y], done - 1]
            if not np.array_equal(before, now, equal_nan=True):
                return False
        self.history, self.done = history, done
        return True

    @property
    def behind(self) -> bool:
        return not self.ended and self.done < self.history.count


class Ink:
    """What has been drawn of every run on one image, and what is still to be drawn."""

    def __init__(self) -> None:
        self._traces: dict[str, Trace] = {}
        self._order: list[str] = []
        self._view: View | None = None
        self._looks: tuple[tuple[str, int, bool], ...] = ()
        self._lines = Lines()

    @property
    def behind(self) -> bool:
        """Whether a part of some path is still to be drawn."""
        return any(trace.behind for trace in self._traces.values())

    def end(self, run: RunPicture) -> QPointF | None:
        """Where the ink of a run ends on the screen; None without any."""
        trace = self._traces.get(run.id)
        return trace.pen if trace else None

    def follow(self, runs: Sequence[RunPicture], view: View) -> bool:
        """Take newer pictures. False if the image no longer fits them: then it must be a clean one."""
        shown = [run for run in runs if run.visible]
        looks = tuple((run.id, run.colour, run.visible) for run in shown)
        if view == self._view and looks == self._looks:
            if all(self._traces[run.id].follow(run.history) for run in shown):
                return True
        self._view, self._looks = view, looks
        self._traces = {run.id: Trace(run.history) for run in shown}
        self._order = [run.id for run in shown]
        return False

    def draw(self, painter: QPainter, runs: Sequence[RunPicture], colours: Sequence[QColor], budget: float) -> None:
        """Lay ink for at most about `budget` seconds, every run in turn."""
        assert self._view is not None
        until = time.perf_counter() + budget
        waiting = [run for run in runs if run.visible and self._traces[run.id].behind]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        while waiting:
            for run in waiting:
                pen = QPen(colours[run.colour], WIDTH)
                # A cap of half the width closes the gap at a bend, and single lines draw far faster than
                # a polyline that crosses itself.
                pen.setCapStyle(Qt.PenCapStyle.SquareCap)
                painter.setPen(pen)
                self._lay(painter, self._traces[run.id], self._view)
                if time.perf_counter() > until:
                    return
            waiting = [run for run in waiting if self._traces[run.id].behind]

    def _lay(self, painter: QPainter, trace: Trace, view: View) -> None:
        last = min(trace.done + CHUNK, trace.history.count)
        x, y = trace.history.last[[X, Y], trace.done : last]
        trace.done = last
        known = finite_length(x, y)
        trace.ended = known < len(x)
        points = on_screen(x[:known], y[:known], view)
        if not len(points):
            return
        if trace.pen is None:
            trace.pen = QPointF(*points[0])
        here = np.array([[trace.pen.x(), trace.pen.y()]])
        moved = np.abs(points - here).max(axis=1) > APART
        if not moved.any():
            return
        points = thinned(np.vstack((here, points[np.argmax(moved) :])))
        trace.pen = QPointF(*points[-1])
        margin = WIDTH * 2
        segments = clipped(points, view.plot.adjusted(-margin, -margin, margin, margin))
        self._lines.draw(painter, self._fresh(trace, segments, view.plot))

    def _fresh(self, trace: Trace, segments: Array, plot: QRectF) -> Array:
        """The segments that still show: not those between two pixels full of this run's ink.

        A run that trembles about a minimum would otherwise be drawn over itself for ever.
        """
        if len(segments) < 64 and trace.hits is None:
            return segments
        if trace.hits is None:
            trace.hits = np.zeros((int(plot.height()) + 10, int(plot.width()) + 10), np.uint8)
        cells = (segments + 4.0 - [plot.left(), plot.top()] * 2).astype(np.intp)
        bound = np.array(trace.hits.shape[::-1] * 2) - 1
        column, row, to_column, to_row = np.clip(cells, 0, bound).T
        full = np.minimum(trace.hits[row, column], trace.hits[to_row, to_column]) >= FULL
        fresh = ~full
        trace.hits[to_row[fresh], to_column[fresh]] += 1
        return segments[fresh]


class Lines:
    """Draws (n, 4) arrays of segments through a block of QLineF that lives in NumPy memory."""

    def __init__(self) -> None:
        self._block = np.empty((1024, 4))
        address, stride = self._block.ctypes.data, self._block.strides[0]
        addresses = itertools.islice(itertools.count(address, stride), len(self._block))
        self._lines = [wrapInstance(place, QLineF) for place in addresses]

    def draw(self, painter: QPainter, segments: Array) -> None:
        for first in range(0, len(segments), len(self._block)):
            part = segments[first : first + len(self._block)]
            self._block[: len(part)] = part
            painter.drawLines(self._lines[: len(part)])


def on_screen(x: Array, y: Array, view: View) -> Array:
    """Points of the plane as (n, 2) pixels."""
    with np.errstate(over="ignore"):
        across = view.plot.left() + (x - view.x0) * view.x_scale
        down = view.plot.bottom() + (y - view.y0) * view.y_scale
    return np.clip(np.column_stack((across, down)), -1e150, 1e150)


def thinned(points: Array) -> Array:
    """The points that a path needs to look the same."""
    if len(points) < 3:
        return points
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    return points[thin_path(x, y, 1.0, 1.0, TOLERANCE)]
