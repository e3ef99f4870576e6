"""The runs' paths drawn incrementally on an image: each frame adds only the new segments.

A change of view starts a clean image, and drawing is spread over as many frames as its time budget asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.strips import draw_segments
from app.stage.clipping import FARTHEST, clipped, finite_length
from engine import COLUMNS, thin_path

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import HistoryView, RunPicture

Array = np.ndarray

WIDTH = 2.0
TOLERANCE = 0.3  # pixels a thinned path may be off
CHUNK = 8192  # recorded points between two looks at the clock
APART = 0.75  # pixels that ink moves on before more is laid
BLOCK = 1024  # segments whose ink counts for the next
FULL = 4  # segment ends in one pixel, after which more of the same colour cannot be seen
X, Y = COLUMNS.index("x"), COLUMNS.index("y")
NOTHING = np.empty((0, 4))

# Draws (n, 4) segments in a colour: straight onto the plane, or draped over the surface in 3-D.
Stroke = Callable[[QPainter, Array, QColor], None]


@dataclass(slots=True)
class DrawnPath:
    """How much of one run is on the image: points of its path done, and the pixel that the line has reached.

    waiting: segments (n, 4) up to there that are still to be drawn.
    """

    history: HistoryView
    done: int = 0
    pen: QPointF | None = None
    ended: bool = False
    hits: Array | None = None
    waiting: Array = field(default_factory=lambda: NOTHING)

    def follow(self, history: HistoryView) -> bool:
        """Take the newer view of the same history; False if it is another past, to be drawn anew."""
        old, done = self.history, self.done
        if done and (history.last is not old.last or history.count < old.count):
            reached = old.path_update(done - 1)
            done = history.path_place(reached + 1)
            if history.width < old.width or not done or reached >= history.updates:
                return False
            last = old.path_place(history.path_update(done - 1))
            if not np.array_equal(old.path(last, last + 1), history.path(done - 1, done), equal_nan=True):
                return False
        self.history, self.done = history, done
        return True

    @property
    def behind(self) -> bool:
        return len(self.waiting) > 0 or (not self.ended and self.done < self.history.path_count)


def first_point(run: RunPicture) -> int:
    """The first point of a run's path that is drawn: of a branch the last one that it shares."""
    return max(run.history.path_place(run.begins + 1) - 1, 0) if run.begins else 0


class PathInk:
    """What has been drawn of every run on one image, and what is still to be drawn."""

    def __init__(self, stroke: Stroke, most: int = CHUNK) -> None:
        """most: segments that a stroke draws at once, between two looks at the clock."""
        self._stroke = stroke
        self._most = most
        self._drawn: dict[str, DrawnPath] = {}
        self._view: View | None = None
        self._looks: tuple[tuple[str, int, int], ...] = ()

    @property
    def behind(self) -> bool:
        """Whether a part of some path is still to be drawn."""
        return any(path.behind for path in self._drawn.values())

    def end(self, run: RunPicture) -> QPointF | None:
        """Where the ink of a run ends on the screen; None without any."""
        path = self._drawn.get(run.id)
        return path.pen if path else None

    def forget(self) -> None:
        """The image is gone: the next `follow` asks for a clean one."""
        self._view = None

    def follow(self, runs: Sequence[RunPicture], view: View) -> bool:
        """Take newer pictures. False if the image no longer fits them: then it must be a clean one."""
        shown = [run for run in runs if run.visible]
        looks = tuple((run.id, run.colour, run.begins) for run in shown)
        fits = view == self._view and looks == self._looks
        if fits and all(self._drawn[run.id].follow(run.history) for run in shown):
            return True
        self._view, self._looks = view, looks
        self._drawn = {run.id: DrawnPath(run.history, first_point(run)) for run in shown}
        return False

    def draw(self, painter: QPainter, runs: Sequence[RunPicture], colours: Sequence[QColor], budget: float) -> None:
        """Lay ink for at most about `budget` seconds, every run in turn."""
        assert self._view is not None
        until = time.perf_counter() + budget
        waiting = [run for run in runs if run.visible and self._drawn[run.id].behind]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        while waiting:
            for run in waiting:
                path = self._drawn[run.id]
                if not len(path.waiting):
                    path.waiting = self._next(path, self._view)
                segments, path.waiting = path.waiting[: self._most], path.waiting[self._most :]
                if len(segments):
                    self._stroke(painter, segments, colours[run.colour])
                if time.perf_counter() > until:
                    return
            waiting = [run for run in waiting if self._drawn[run.id].behind]

    def _next(self, path: DrawnPath, view: View) -> Array:
        """The segments that the next recorded points add, thinned, cut to the view: (n, 4)."""
        x, y = path.history.path(path.done, path.done + CHUNK)
        path.done += len(x)
        known = finite_length(x, y)
        path.ended = known < len(x)
        if not known:
            return NOTHING
        x, y = on_screen(x[:known], y[:known], view)
        if path.pen is None:
            path.pen = QPointF(x[0], y[0])
        moved = (np.abs(x - path.pen.x()) > APART) | (np.abs(y - path.pen.y()) > APART)
        first = int(np.argmax(moved))
        if not moved[first]:
            return NOTHING
        points = thinned(np.append(path.pen.x(), x[first:]), np.append(path.pen.y(), y[first:]))
        path.pen = QPointF(*points[-1])
        margin = WIDTH * 2
        segments = clipped(points, view.plot.adjusted(-margin, -margin, margin, margin))
        return _fresh(path, segments, view.plot)


def draw_ink(painter: QPainter, segments: Array, colour: QColor) -> None:
    """A Stroke straight onto the plane."""
    painter.setPen(QPen(colour, WIDTH))
    draw_segments(painter, segments)


def on_screen(x: Array, y: Array, view: View) -> tuple[Array, Array]:
    """Points of the plane in pixels."""
    with np.errstate(over="ignore"):
        across = (x - view.x0) * view.x_scale + view.plot.left()
        down = (y - view.y0) * view.y_scale + view.plot.bottom()
    return np.clip(across, -FARTHEST, FARTHEST), np.clip(down, -FARTHEST, FARTHEST)


def thinned(x: Array, y: Array) -> Array:
    """The points (n, 2) that a path in pixels needs to look the same."""
    kept = thin_path(x, y, 1.0, 1.0, TOLERANCE)
    return np.column_stack((x[kept], y[kept]))


def _fresh(path: DrawnPath, segments: Array, plot: QRectF) -> Array:
    """The segments that still show: not those between two pixels full of this run's ink.

    A run that trembles about a minimum would otherwise be drawn over itself for ever.
    """
    if len(segments) < 64 and path.hits is None:
        return segments
    if path.hits is None:
        path.hits = np.zeros((int(plot.height()) + 10, int(plot.width()) + 10), np.uint16)
    cells = (segments + 4.0 - [plot.left(), plot.top()] * 2).astype(np.intp)
    bound = np.array(path.hits.shape[::-1] * 2) - 1
    column, row, to_column, to_row = np.clip(cells, 0, bound).T
    fresh = np.empty(len(segments), bool)
    for first in range(0, len(segments), BLOCK):  # the ink of one block counts for the next
        part = slice(first, first + BLOCK)
        least = np.minimum(path.hits[row[part], column[part]], path.hits[to_row[part], to_column[part]])
        fresh[part] = least < FULL
        np.add.at(path.hits, (to_row[part][fresh[part]], to_column[part][fresh[part]]), 1)
    shown: Array = segments[fresh]
    return shown
