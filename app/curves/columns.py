"""A curve cut into columns of pixels: what is left of a million updates when it is drawn."""

from __future__ import annotations

import numpy as np

from app.curves.axes import Scale
from app.curves.series import Bins
from app.curves.table import Array, Course
from engine import envelope_between


class Columns:
    """One vertex a pixel column: at x (pixels) the curve goes from low to high (in its own units).

    filled: which columns hold a bin; the others are NaN. The first and the last entry stand for the nearest bins outside
    the axis, so that lines enter and leave it. Only columns whose bins have changed are computed.
    """

    def __init__(self) -> None:
        self.x = self.low = self.high = np.empty(0)
        self.filled = np.empty(0, bool)
        self._edges = np.empty(0, np.int64)
        self._source: tuple[object, ...] = ()

    def update(self, bins: Bins, course: Course, scale: Scale, pitch: float) -> int:
        """Bring the columns, `pitch` pixels wide each, up to date. Returns the first that has changed."""
        borders = np.arange(scale.start, scale.end + pitch / 2, pitch)
        edges = self._edges_of(bins, course, scale, borders)
        source = (bins.source, bins.width, scale, pitch)
        first = 0
        if self._source == source and len(edges) == len(self._edges):
            changed = np.flatnonzero(edges != self._edges)
            if not len(changed):
                return len(self.x)
            first = max(0, int(changed[0]) - 1)
        else:
            self.x, self.low, self.high = (np.empty(len(edges) - 1) for _ in range(3))
        self._source, self._edges = source, edges
        self.low[first:], self.high[first:] = envelope_between(bins.low, bins.high, edges[first:])
        self.filled = np.diff(edges) > 0
        self.x[first:] = self._places(bins, course, scale, borders, edges)[first:]
        return first

    @staticmethod
    def _edges_of(bins: Bins, course: Course, scale: Scale, borders: Array) -> Array:
        """The bins of column k are edges[k] to edges[k + 1] - 1."""
        updates = course.update(scale.values(borders))
        inner = np.ceil((updates + 1.0) / bins.width - 1.0)
        inner = np.clip(inner, 0, bins.count).astype(np.int64)
        outer = max(inner[0] - 1, 0), min(inner[-1] + 1, bins.count)
        return np.concatenate(([outer[0]], inner, [outer[1]]))

    @staticmethod
    def _places(bins: Bins, course: Course, scale: Scale, borders: Array, edges: Array) -> Array:
        """A bin alone stands where its last update is, several in the middle of their column."""
        counts = np.diff(edges)
        middles = np.concatenate(([borders[0]], (borders[1:] + borders[:-1]) / 2, [borders[-1]]))
        alone = counts == 1
        if alone.any():
            updates = edges[1:][alone] * bins.width - 1
            middles[alone] = scale.pixels(course.at(updates))
        return middles
