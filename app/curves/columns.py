"""A curve cut into columns of pixels: what is left of a million updates when it is drawn."""

from __future__ import annotations

import numpy as np

from app.curves.samples import Points
from app.curves.series import Bins
from app.curves.x_axes import UPDATES, Array, XAxisMapping
from app.plots.scale import Scale
from engine import envelope_between

BLOCK = 16.0  # pixels across for which smooth or rough is decided together


class Columns:
    """One piece a pixel column: from pixel start to stop the curve goes from low to high (its own units).

    Points are bins of one update. filled: which columns hold a bin; the others are NaN. The first and the last
    column stand for the nearest bins outside the axis, so that lines enter and leave it. Only columns whose
    bins have changed are computed.
    """

    def __init__(self) -> None:
        self.start = self.stop = self.low = self.high = np.empty(0)
        self.filled = np.empty(0, bool)
        self._borders = np.empty(0)
        self._firsts = np.empty(0, np.int64)
        self._count = 0
        self._source: tuple[object, ...] = ()

    def update(self, bins: Bins | Points, mapping: XAxisMapping, scale: Scale, pitch: float) -> int:
        """Bring the columns, `pitch` pixels wide each, up to date. Returns the first that has changed."""
        source = (id(bins.source), bins.begin, scale, pitch)
        first = 0
        if source != self._source or bins.count < self._count:
            self._borders = np.arange(scale.start, scale.end + pitch / 2, pitch)
            self._firsts = bins.reaching(mapping.update(scale.values(self._borders)))
            self.start, self.stop, self.low, self.high = np.empty((4, len(self._borders) + 1))
            self.filled = np.zeros(len(self._borders) + 1, bool)
        elif mapping is UPDATES and (bins.even or bins.count == self._count):
            first = int(self._firsts.searchsorted(self._count, "right"))
        else:
            firsts = bins.reaching(mapping.update(scale.values(self._borders)))
            differ = (firsts != self._firsts).nonzero()[0]
            first = min([int(firsts.searchsorted(self._count, "right")), *differ[:1].tolist()])
            self._firsts = firsts
        nothing_new = source == self._source and bins.count == self._count and mapping is UPDATES
        # What the source was is told by its identity, so it must not be freed and its place taken.
        self._kept, self._source, self._count = bins.source, source, bins.count
        if nothing_new:
            return len(self.start)
        first = max(0, first - 1)
        edges = self._edges(bins, first)
        self.filled[first:] = edges[1:] > edges[:-1]
        self.low[first:], self.high[first:] = envelope_between(bins.low, bins.high, edges)
        self._place(bins, mapping, scale, edges, first)
        return first

    def _edges(self, bins: Bins | Points, first: int) -> Array:
        """The bins of column first + k are edges[k] to edges[k + 1] - 1."""
        edges = np.empty(len(self._firsts) + 2, np.int64)
        inner = edges[1:-1]
        np.minimum(self._firsts, bins.count, out=inner)
        np.maximum(inner, bins.begin, out=inner)
        edges[0], edges[-1] = max(inner[0] - 1, bins.begin), min(inner[-1] + 1, bins.count)
        return edges[first:]

    def _place(self, bins: Bins | Points, mapping: XAxisMapping, scale: Scale, edges: Array, first: int) -> None:
        """A bin alone reaches from its first to its last update, several fill their column."""
        borders = self._borders
        ends = np.concatenate((borders[:1], borders, borders[-1:]))[first:]
        start, stop = ends[:-1].copy(), ends[1:].copy()
        alone = edges[1:] - edges[:-1] == 1
        if alone.any():
            bin = edges[:-1][alone]
            start[alone], stop[alone] = (scale.pixels(mapping.at(end)) for end in bins.ends(bin))
        self.start[first:], self.stop[first:] = start, stop
