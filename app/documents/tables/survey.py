"""A survey of a table, read once: statistics of each column, and which cells cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from app.documents.tables.column_statistics import ColumnStatistics
from app.documents.tables.columns import Column, UnusableCells
from app.documents.tables.dialect import Dialect
from app.documents.tables.row_choice import ALL_ROWS, RowChoice
from app.documents.tables.rows import batches
from app.documents.tables.source import Progress, TableSource
from engine import SettingError

Array = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A table that was read once. rows: how many hold data; long: how many of them have too many cells."""

    dialect: Dialect
    columns: tuple[Column, ...]
    rows: int
    long: int
    faults: tuple[UnusableCells, ...]

    def unusable(
        self, places: Iterable[int], chosen: RowChoice = ALL_ROWS
    ) -> tuple[int, tuple[int, int | None] | None]:
        """How many of the chosen rows are unusable for these columns, and where the first one is.

        That is its number and its column, None if it has too many cells.
        """
        wanted, numeric = self.masks(places)
        count, first, before = 0, None, 0
        for faults in self.faults:
            bits, rows = faults.of(wanted, numeric), len(faults.rows)
            before += rows
            if bits is not None and not chosen.all:
                bits = bits & np.packbits(chosen.mask(before - rows, rows))
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
        return wanted, np.array([column.numeric for column in self.columns])


def survey(source: TableSource, dialect: Dialect, progress: Progress) -> Survey:
    """Read the whole table once, keeping only a few bits per row. Raises FileError or SettingError.

    progress: see `TableSource.blocks`.
    """
    statistics = ColumnStatistics(dialect)
    faults = []
    for batch in batches(source, dialect, progress):
        faults.append(statistics.add(batch))
    if not statistics.rows:
        raise SettingError("there are no rows of data")
    return Survey(dialect, statistics.columns(), statistics.rows, statistics.long, tuple(faults))
