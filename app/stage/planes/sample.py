"""Of very many examples, those that a plane shows: every k-th of them, and the extreme ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

MOST = 40_000  # examples that are drawn within a few milliseconds
FEW = 4_000  # examples that can be drawn besides


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """places (m,): which of `count` examples are drawn, ascending; train: how many of these are for training.

    every: one of so many is drawn.
    """

    count: int
    places: Array
    train: int
    every: int

    @property
    def note(self) -> str:
        """What is to be said of a plot that does not show every example; empty of one that does."""
        return "" if self.every == 1 else f"1 of every {self.every} examples is shown, and the extreme ones"


def sample_of(count: int, train: int, *extremes: Array) -> Sample:
    """A sample of `count` examples, of which the first `train` are for training. Of not too many it is all of them.

    The engine shuffles examples, so every k-th of them is as good as any. extremes: indices that are in it, too.
    """
    every = max(-(-count // MOST), 1)
    places = np.arange(0, count, every)
    if every > 1 and extremes:
        beside = np.unique(np.concatenate(extremes))
        places = np.sort(np.concatenate([places, beside[beside % every > 0]]), kind="stable")
    return Sample(count, places, int(np.searchsorted(places, train)), every)
