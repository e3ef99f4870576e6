"""The record of a run: a few numbers per update, in bounded memory, without ever losing a spike or the start.

One writer (the training loop, through `History`), any number of readers (`HistoryView`). When the
memory is full, neighbouring bins merge and keep (low, high, last), so a bin covers twice the updates.
What the first bins knew of the path is set aside before: its early points stay, the rest is thinned.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np

from engine.decimation import merge_bins

Array = np.ndarray

# The row of update t: loss, gradient, parameters and the sum of all steps before as they were when update t began; the
# step it then took.
COLUMNS = ("loss", "gradient_norm", "learning_rate", "step_norm", "x", "y", "path_length")
# Columns a multiple of 4096 bytes apart would all fall into one set of the processor's cache, and an
# update cost twice the time: neither 1000 nor 131144 numbers are. The first are enough for a short run.
FIRST_BINS = 1000
MAX_BINS = 131_144  # 3 arrays * 7 columns * 8 bytes: 22 MB a run, however long it goes
# At the first merge the path keeps so many updates as they were, at every later one half as many bins of the
# width that goes: two neighbouring points are one update or 1/512 of their age apart, never more.
EARLY_BINS = 1024
X, Y = COLUMNS.index("x"), COLUMNS.index("y")
NO_POINTS = np.empty((3, 0))
NO_EXTREMES = np.empty((len(COLUMNS), 0))


@dataclass(frozen=True, slots=True)
class HistoryView:
    """An immutable picture of a history. Bin i covers the updates i * width to (i + 1) * width - 1.

    last, low, high: (COLUMNS, >= count) arrays of which the first `count` bins are complete and will
    not change; low and high are `last` while a bin is one update wide. latest: the newest row.
    early: (3, k) updates, x and y of points of the path that the first bins no longer have.
    """

    width: int
    count: int
    updates: int
    last: Array
    low: Array
    high: Array
    latest: tuple[float, ...]
    early: Array = field(default_factory=lambda: NO_POINTS)

    def column(self, name: str) -> tuple[Array, Array, Array]:
        """(last, low, high) of one column, each (count,)."""
        row = COLUMNS.index(name)
        return self.last[row, : self.count], self.low[row, : self.count], self.high[row, : self.count]

    @property
    def at(self) -> Array:
        """The update to which each bin's `last` belongs, (count,)."""
        return np.arange(1, self.count + 1) * self.width - 1

    @property
    def path_count(self) -> int:
        """How many points of the path are known."""
        return self.early.shape[1] + self.count - self._early_bins

    def path(self, first: int = 0, last: int | None = None) -> tuple[Array, Array]:
        """x and y of the points first to last - 1 of the path, from the start on; all of them without limits."""
        kept, count = self.early.shape[1], self.path_count
        last = count if last is None else min(last, count)
        begin, end = (max(place - kept, 0) + self._early_bins for place in (first, last))
        bins = self.last[X, begin:end], self.last[Y, begin:end]
        if first >= kept:
            return bins
        x, y = (np.concatenate((row[first:last], part)) for row, part in zip(self.early[1:], bins, strict=True))
        return x, y

    def path_update(self, place: int) -> int:
        """The update to which a point of the path belongs."""
        kept = self.early.shape[1]
        return int(self.early[0, place]) if place < kept else (place - kept + self._early_bins + 1) * self.width - 1

    def path_place(self, update: int) -> int:
        """The first point of the path that belongs to an update or to a later one; `path_count` if none does."""
        if update // self.width < self._early_bins:
            return int(np.searchsorted(self.early[0], update))
        return min(self.early.shape[1] + update // self.width - self._early_bins, self.path_count)

    @property
    def _early_bins(self) -> int:
        """How many bins lie where there are early points."""
        return early_bins(self.early, self.width)


def early_bins(early: Array, width: int) -> int:
    """How many bins of a width lie before the end of early points of the path, (3, k)."""
    return int(early[0, -1] + 1) // width if early.size else 0


class History:
    """The growing record of one run. `last`, `low` and `high` are written by the training loop.

    low and high have no bins while a bin is one update wide. A bin that is complete is never written again, so a cut
    and a fork share the arrays with whoever has them, until they have to write where the others hold something else.
    """

    def __init__(self, most_bins: int = MAX_BINS) -> None:
        self.most_bins = most_bins
        self.shift = 0
        self.first = self.updates = 0
        self.last = np.zeros((len(COLUMNS), min(FIRST_BINS, most_bins)))
        self.low = self.high = NO_EXTREMES
        self.early = NO_POINTS
        self._shares = False  # others read what lies beyond the last bin

    @property
    def width(self) -> int:
        """Updates in a bin."""
        return 1 << self.shift

    @property
    def room(self) -> int:
        """How many updates fit before `make_room` must be called."""
        return 0 if self._shares else self._left

    @property
    def _left(self) -> int:
        return self.last.shape[1] * self.width - (self.updates - self.first)

    def make_room(self) -> None:
        """Take arrays of its own, grow, or at the limit merge neighbouring bins. Others keep the arrays they hold."""
        bins = self.last.shape[1]
        if self._left:
            self.last, self.low, self.high = (self._own(part) for part in (self.last, self.low, self.high))
        elif bins < self.most_bins:
            # All of it at once: the system hands out pages as they are written to, and growing in steps
            # would have cost as much time as the updates.
            grown = np.empty((len(COLUMNS), self.most_bins))
            grown[:, :bins] = self.last
            self.last = grown
        else:
            self._merge()
        self._shares = False

    def _merge(self) -> None:
        bins = self.last.shape[1]
        self._keep_early_points()
        # One block, so that no two rows of it begin at the same place of a page: what is stored in one
        # would else hold up what is read from another.
        last, low, high = np.empty((3, len(COLUMNS), bins))
        merge_bins(self.last, *self._extremes, bins, last, low, high)
        self.last, self.low, self.high = last, low, high
        self.shift += 1

    def _own(self, part: Array) -> Array:
        """A copy of what is known of an array, in which the rest takes no memory until it is written to."""
        if not part.size:
            return part
        own, known = np.empty(part.shape), (self.updates - self.first) // self.width
        own[:, :known] = part[:, :known]
        return own

    @property
    def _extremes(self) -> tuple[Array, Array]:
        return (self.low, self.high) if self.low.size else (self.last, self.last)

    def _keep_early_points(self) -> None:
        """Set aside what the first bins know of the path, as far as it is not known more closely."""
        first, end = early_bins(self.early, self.width), min(EARLY_BINS, self.most_bins)
        at = np.arange(first + 1, end + 1) * self.width - 1.0
        self.early = np.hstack((self.early, np.vstack((at, self.last[[X, Y], first:end]))))

    def forget(self) -> None:
        """Begin again at the current update with an empty memory. For those who take the rows as they come."""
        self.first = self.updates

    def cut(self, update: int) -> None:
        """Forget the rows from an update on. Bins keep their width: one that began before it goes as a whole, and
        `updates` is then where that began.
        """
        self.early = self.early[:, : int(np.searchsorted(self.early[0], update))]
        if update < self.updates:
            self.updates = self._begin_of_bin(update)
            self._shares = True

    def _begin_of_bin(self, update: int) -> int:
        return self.first + ((update - self.first) >> self.shift << self.shift)

    def fork(self) -> History:
        """Another history with the same past, as far as its bins are complete."""
        twin = copy.copy(self)
        twin.updates = self._begin_of_bin(self.updates)
        twin._shares = True
        return twin

    def view(self, until: int | None = None) -> HistoryView:
        """What is known by now, or what was by update `until`, if that has been recorded."""
        updates = self.updates if until is None else min(until, self.updates)
        early = self.early[:, : int(np.searchsorted(self.early[0], updates))]
        kept = updates - self.first
        latest = tuple(self.last[:, (kept - 1) // self.width].tolist()) if kept else ()
        count, extremes = kept // self.width, self._extremes
        return HistoryView(self.width, count, updates, self.last, *extremes, latest, early)
