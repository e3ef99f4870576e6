"""What stands in each column of a table, and which of its cells cannot be used: the outcome of reading it once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from app.documents.csv_cells import MISSING, NUMBER, TEXT, label, number_label
from app.documents.csv_layout import Layout
from app.documents.csv_rows import Batch, batches
from app.documents.csv_source import Progress, Source
from engine import MOST_CLASSES, MOST_NUMBERS, SettingError

Array = np.ndarray
Kind = Literal["number", "text", "empty"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. numbers, missing, texts: how many cells are which.

    categories: its different values in order, None if they are more than MOST_CLASSES. low, high: of its numbers;
    whole: all of them are; counting: each is one more than that of the row before. foreign: the first text in a
    column of numbers, its row and what it says.
    """

    name: str
    kind: Kind
    numbers: int
    missing: int
    texts: int
    categories: tuple[str, ...] | None
    low: float
    high: float
    whole: bool
    counting: bool
    foreign: tuple[int, str] | None

    @property
    def constant(self) -> bool:
        return self.categories is not None and len(self.categories) == 1

    @property
    def unusable(self) -> int:
        """How many cells are."""
        return self.missing + (self.texts if self.kind == "number" else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """The cells of a batch that hold nothing, and those that hold text; one bit a row, packed.

    missing, texts: (columns that have any (k,), bits (k, bytes)); long: bits of the rows with too many cells.
    """

    rows: Sequence[int]
    missing: tuple[Array, Array] | None = None
    texts: tuple[Array, Array] | None = None
    long: Array | None = None

    def of(self, wanted: Array, numeric: Array) -> Array | None:
        """Bits of the rows that cannot be used for the columns `wanted` (d,), of which those `numeric` (d,) are."""
        found = [] if self.long is None else [self.long]
        for part, chosen in ((self.missing, wanted), (self.texts, wanted & numeric)):
            if part is not None and chosen[part[0]].any():
                found.append(np.bitwise_or.reduce(part[1][chosen[part[0]]], axis=0))
        return np.bitwise_or.reduce(np.stack(found), axis=0) if found else None


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
                first = (int(faults.rows[row]), _column_at_fault(faults, row, wanted, numeric))
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
    tally = _Tally(layout)
    faults = []
    for batch in batches(source, layout, progress):
        faults.append(tally.add(batch))
        if 2 * tally.rows > MOST_NUMBERS:
            raise SettingError(f"more than {MOST_NUMBERS // 2:,} rows; a table holds at most {MOST_NUMBERS:,} numbers")
    if not tally.rows:
        raise SettingError("there are no rows of data")
    return Survey(layout, tally.columns(), tally.rows, tally.long, tuple(faults))


def _column_at_fault(faults: Faults, row: int, wanted: Array, numeric: Array) -> int | None:
    byte, bit = row // 8, np.uint8(0x80 >> row % 8)
    if faults.long is not None and faults.long[byte] & bit:
        return None
    found = []
    for part, chosen in ((faults.missing, wanted), (faults.texts, wanted & numeric)):
        if part is not None:
            places = part[0][((part[1][:, byte] & bit) > 0) & chosen[part[0]]]
            found += places.tolist()
    return min(found)


@dataclass(slots=True, eq=False)
class _Tally:
    """What is known of d columns so far. numbers, missing, texts (d,) count cells.

    values, labels: the different numbers and texts of each column; None once they are too many.
    """

    layout: Layout
    rows: int = 0
    long: int = 0
    counts: Array = field(init=False)
    low: Array = field(init=False)
    high: Array = field(init=False)
    whole: Array = field(init=False)
    counting: Array = field(init=False)
    last: Array = field(init=False)
    values: list[set[float] | None] = field(init=False)
    labels: list[set[str] | None] = field(init=False)
    foreign: list[tuple[int, str] | None] = field(init=False)

    def __post_init__(self) -> None:
        width = len(self.layout.names)
        self.counts = np.zeros((3, width), np.int64)
        self.low, self.high = np.full(width, math.inf), np.full(width, -math.inf)
        self.whole, self.counting = np.ones(width, bool), np.ones(width, bool)
        self.last = np.full(width, math.nan)
        self.values, self.labels = [set() for _ in range(width)], [set() for _ in range(width)]
        self.foreign = [None] * width

    def add(self, batch: Batch) -> Faults:
        """Take a batch in; what of it cannot be used."""
        if not batch.rows:
            return Faults(batch.rows)
        matrix, codes = self._read(batch)
        self._count(matrix, codes)
        self._collect(matrix)
        self.rows += len(batch.rows)
        long = None
        if batch.long is not None:
            self.long += int(batch.long.sum())
            long = np.packbits(batch.long)
        if codes is None:
            return Faults(batch.rows, long=long)
        return Faults(batch.rows, _packed(codes == MISSING), _packed(codes == TEXT), long)

    def columns(self) -> tuple[Column, ...]:
        return tuple(self._column(place) for place in range(len(self.layout.names)))

    def _read(self, batch: Batch) -> tuple[Array, Array | None]:
        """Values (n, d), NaN where there is no number, and codes (d, n); None if all are numbers."""
        if batch.matrix is not None:
            return batch.matrix, None
        width, decimal = len(self.layout.names), self.layout.decimal
        matrix = np.empty((len(batch.rows), width))
        codes: Array | None = None
        for place in range(width):
            matrix[:, place], found = batch.numbers(place, decimal)
            if found is None:
                continue
            if codes is None:
                codes = np.zeros((width, len(batch.rows)), np.uint8)
            codes[place] = found
            if (found == TEXT).any():
                self._collect_texts(place, batch, found == TEXT)
        return matrix, codes

    def _collect_texts(self, place: int, batch: Batch, texts: Array) -> None:
        cells = batch.columns[place]
        if self.foreign[place] is None:
            row = int(texts.argmax())
            self.foreign[place] = (int(batch.rows[row]), cells[row])
        known = self.labels[place]
        if known is not None:
            known |= {label(cells[row], self.layout.decimal) for row in np.flatnonzero(texts)[: 2 * MOST_CLASSES]}
            if len(known) <= MOST_CLASSES:
                known |= {cells[row].strip() for row in np.flatnonzero(texts)}
            if len(known) > MOST_CLASSES:
                self.labels[place] = None

    def _count(self, matrix: Array, codes: Array | None) -> None:
        if codes is None:
            self.counts[NUMBER] += len(matrix)
        else:
            for code in (NUMBER, MISSING, TEXT):
                self.counts[code] += (codes == code).sum(axis=1)
        self.low = np.fmin(self.low, np.fmin.reduce(matrix))
        self.high = np.fmax(self.high, np.fmax.reduce(matrix))
        self.whole &= ((matrix == np.floor(matrix)) | np.isnan(matrix)).all(axis=0)
        if self.counting.any():
            with np.errstate(over="ignore"):
                self.counting &= (np.diff(matrix, axis=0) == 1.0).all(axis=0)
                self.counting &= (matrix[0] - self.last == 1.0) if self.rows else True
            self.last = matrix[-1].copy()

    def _collect(self, matrix: Array) -> None:
        """Remember the different numbers of the columns that have few."""
        for place, known in enumerate(self.values):
            if known is None:
                continue
            column = matrix[:, place]
            for part in (column[: 4 * MOST_CLASSES], column[4 * MOST_CLASSES :]):  # most have too many at once
                known |= set(np.unique(part[~np.isnan(part)]).tolist())
                if len(known) > MOST_CLASSES:
                    self.values[place] = None
                    break

    def _column(self, place: int) -> Column:
        numbers, missing, texts = (int(self.counts[code, place]) for code in (NUMBER, MISSING, TEXT))
        kind: Kind = "number" if numbers > texts else "text" if texts else "empty"
        values, labels = self.values[place], self.labels[place]
        categories: tuple[str, ...] | None = None
        if values is not None and (kind == "number" or labels is not None):
            texts_too = sorted(labels or ()) if kind == "text" else []
            together = (*map(number_label, sorted(values)), *texts_too)
            categories = together if len(together) <= MOST_CLASSES else None
        return Column(
            self.layout.names[place],
            kind,
            numbers,
            missing,
            texts,
            categories,
            float(self.low[place]) if numbers else math.nan,
            float(self.high[place]) if numbers else math.nan,
            bool(self.whole[place]) and numbers > 0,
            bool(self.counting[place]) and numbers == self.rows and self.rows > 2,
            self.foreign[place] if kind == "number" else None,
        )


def _packed(found: Array) -> tuple[Array, Array] | None:
    """The rows of bits (d, n) that have any: their places and bits; None if there are none."""
    places = np.flatnonzero(found.any(axis=1))
    return (places, np.packbits(found[places], axis=1)) if len(places) else None
