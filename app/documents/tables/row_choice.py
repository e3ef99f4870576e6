"""Which rows of a table are taken: all, the first ones, or one of every few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Of every `every` rows the first one, and of these the first `first`; 0 is no limit."""

    every: int = 1
    first: int = 0

    @property
    def all(self) -> bool:
        return self.every == 1 and not self.first

    def count(self, rows: int) -> int:
        """How many of the first `rows` rows are taken."""
        taken = -(-rows // self.every)
        return min(taken, self.first) if self.first else taken

    def mask(self, before: int, rows: int) -> Array:
        """Whether each of `rows` rows is taken, after `before` others."""
        places = np.arange(before, before + rows)
        taken = places % self.every == 0
        return np.asarray(taken & (places // self.every < self.first)) if self.first else taken

    def words(self) -> str:
        """In words; empty for all rows."""
        every = f"every {ordinal(self.every)} row is" if self.every > 1 else ""
        first = f"the first {self.first:,} are" if self.first else ""
        return f"{every} taken, of these {first}" if every and first else every or first


ALL_ROWS = RowChoice()


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd ..."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
