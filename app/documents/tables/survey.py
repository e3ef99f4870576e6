"""A table read once: what stands in each column, and which of its cells cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from app.documents.tables.columns import Column, Faults
from app.documents.tables.dialect import Layout
from app.documents.tables.rows import batches
from app.documents.tables.source import Progress, Source
from app.documents.tables.tally import Tally
from engine import MOST_NUMBERS, SettingError

Array = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A table that was read once. rows: how many hold data; long: how many of them have too many cells."""

    layout: Layout
    columns: tuple[Column, ...]
    rows: int
    long: int
    faults: tuple[Faults, ...]

    def unusable(self, places: Iterable[int]) -> tuple[int, tuple[int, int | None] | None]:
        """How many rows cannot be used for these columns; of the first its number and column (None: it is too long)."""
        wanted, numeric = self.masks(places)
        count, first = 0, None
        for faults in self.faults:
            bits = faults.of(wanted, numeric)
            if bits is None or not bits.any():
                continue
            count += int(np.bitwise_count(bits).sum())
            if first is None:
                row = int(np.unpackbits(bits).argmax())
                first = (int(faults.rows[row]), faults.column(row, wanted, numeric))
        return count, first

    def masks(self, places: Iterable[int]) -> tuple[Array, Array]:
        """Which columns are wanted (d,), and which hold numbers (d,)."""
        wanted = np.zeros(len(self.columns), bool)
        wanted[list(places)] = True
        return wanted, np.array([column.kind == "number" for column in self.columns])


def survey(source: Source, layout: Layout, progress: Progress) -> Survey:
    """Read the whole table once, keeping no more than a few bits a row. Raises FileError or SettingError.

    progress: see `Source.blocks`.
    """
    tally = Tally(layout)
    faults = []
    for batch in batches(source, layout, progress):
        faults.append(tally.add(batch))
        if 2 * tally.rows > MOST_NUMBERS:
            raise SettingError(f"more than {MOST_NUMBERS // 2:,} rows; a table holds at most {MOST_NUMBERS:,} numbers")
    if not tally.rows:
        raise SettingError("there are no rows of data")
    return Survey(layout, tally.columns(), tally.rows, tally.long, tuple(faults))
