"""What a run records: a few numbers per update, in bounded memory, without ever losing a spike.

One writer (the training loop, through `History`), any number of readers (`HistoryView`). When the
memory is full, neighbouring bins merge and keep (low, high, last), so a bin covers twice the updates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.decimation import merge_bins

Array = np.ndarray

# The row of update t: loss, gradient, parameters as they were when update t began; the step it then took.
COLUMNS = ("loss", "gradient_norm", "learning_rate", "step_norm", "x", "y")
# Columns a multiple of 4096 bytes apart would all fall into one set of the processor's cache, and an
# update cost twice the time: neither 1000 nor 131144 numbers are. The first are enough for a short run.
FIRST_BINS = 1000
MOST_BINS = 131_144  # 3 arrays * 6 columns * 8 bytes: 19 MB a run, however long it goes


@dataclass(frozen=True, slots=True)
class HistoryView:
    """An immutable picture of a history. Bin i covers the updates i * width to (i + 1) * width - 1.

    last, low, high: (COLUMNS, >= count) arrays of which the first `count` bins are complete and will
    not change; low and high are `last` while a bin is one update wide. latest: the newest row.
    """

    width: int
    count: int
    updates: int
    last: Array
    low: Array
    high: Array
    latest: tuple[float, ...]

    def column(self, name: str) -> tuple[Array, Array, Array]:
        """(last, low, high) of one column, each (count,)."""
        row = COLUMNS.index(name)
        return self.last[row, : self.count], self.low[row, : self.count], self.high[row, : self.count]

    @property
    def at(self) -> Array:
        """The update to which each bin's `last` belongs, (count,)."""
        return np.arange(1, self.count + 1) * self.width - 1


class History:
    """The growing record of one run. `last`, `low` and `high` are written by the training loop."""

    def __init__(self, most_bins: int = MOST_BINS) -> None:
        self.most_bins = most_bins
        self.shift = 0
        self.first = self.updates = 0
        self.last = np.zeros((len(COLUMNS), min(FIRST_BINS, most_bins)))
        self.low = self.high = self.last

    @property
    def width(self) -> int:
        """Updates in a bin."""
        return 1 << self.shift

    @property
    def room(self) -> int:
        """How many updates fit before `make_room` must be called."""
        return self.last.shape[1] * self.width - (self.updates - self.first)

    def make_room(self) -> None:
        """Grow, or at the limit merge neighbouring bins. Older views keep the arrays they hold."""
        bins = self.last.shape[1]
        if bins < self.most_bins:
            # All of it at once: the system hands out pages as they are written to, and growing in steps
            # would have cost as much time as the updates.
            grown = np.zeros((len(COLUMNS), self.most_bins))
            grown[:, :bins] = self.last
            self.last = self.low = self.high = grown
            return
        # One block, so that no two rows of it begin at the same place of a page: what is stored in one
        # would else hold up what is read from another.
        last, low, high = np.zeros((3, len(COLUMNS), bins))
        merge_bins(self.last, self.low, self.high, bins, last, low, high)
        self.last, self.low, self.high = last, low, high
        self.shift += 1

    def forget(self) -> None:
        """Begin again at the current update with an empty memory. For those who take the rows as they come."""
        self.first = self.updates

    def view(self) -> HistoryView:
        kept = self.updates - self.first
        latest = tuple(self.last[:, (kept - 1) // self.width].tolist()) if kept else ()
        return HistoryView(self.width, kept // self.width, self.updates, self.last, self.low, self.high, latest)
