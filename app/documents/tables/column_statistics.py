"""Running statistics of the columns of a table, updated batch by batch."""

from __future__ import annotations

import math

import numpy as np

from app.documents.tables.cells import INFINITE, MISSING, NUMBER, TEXT, number_label
from app.documents.tables.columns import Column, Kind, UnusableCells, packed
from app.documents.tables.dialect import Dialect
from app.documents.tables.rows import Batch
from engine import MAX_CLASSES

Array = np.ndarray


class ColumnStatistics:
    """Statistics of d columns so far. rows: how many hold data; long: how many of them have too many cells."""

    def __init__(self, dialect: Dialect) -> None:
        width = len(dialect.names)
        self.rows = self.long = 0
        self._layout = dialect
        self._counts = np.zeros((4, width), np.int64)
        self._low, self._high = np.full(width, math.inf), np.full(width, -math.inf)
        self._whole, self._counting = np.ones(width, bool), np.ones(width, bool)
        self._last = np.full(width, math.nan)
        # The distinct numbers and texts of each column; None once there are too many.
        self._values: list[set[float] | None] = [set() for _ in range(width)]
        self._labels: list[set[str] | None] = [set() for _ in range(width)]
        self._foreign: list[tuple[int, str] | None] = [None] * width

    def add(self, batch: Batch) -> UnusableCells:
        """Add a batch; returns its unusable cells."""
        if not len(batch.rows):
            return UnusableCells(batch.rows)
        matrix, codes = self._read(batch)
        self._count(matrix, codes)
        self._collect(matrix)
        self.rows += len(batch.rows)
        long = None
        if batch.long is not None:
            self.long += int(batch.long.sum())
            long = np.packbits(batch.long)
        if codes is None:
            return UnusableCells(batch.rows, long=long)
        return UnusableCells(batch.rows, packed(codes == MISSING), packed(codes >= TEXT), long)

    def columns(self) -> tuple[Column, ...]:
        return tuple(self._column(place) for place in range(len(self._layout.names)))

    def _read(self, batch: Batch) -> tuple[Array, Array | None]:
        """Values (n, d), NaN where there is no number, and codes (d, n); None if all are numbers."""
        if batch.matrix is not None:
            return batch.matrix, None
        width, decimal = len(self._layout.names), self._layout.decimal
        matrix = np.empty((len(batch.rows), width))
        codes: Array | None = None
        for place in range(width):
            matrix[:, place], found = batch.numbers(place, decimal)
            if found is None:
                continue
            if codes is None:
                codes = np.zeros((width, len(batch.rows)), np.uint8)
            codes[place] = found
            if (found >= TEXT).any():
                self._collect_texts(place, batch, found >= TEXT)
        return matrix, codes

    def _collect_texts(self, place: int, batch: Batch, texts: Array) -> None:
        cells = batch.columns[place]
        if self._foreign[place] is None:
            row = int(texts.argmax())
            self._foreign[place] = (int(batch.rows[row]), cells[row])
        known = self._labels[place]
        if known is not None:
            known |= {cells[row].strip() for row in np.flatnonzero(texts)}
            if len(known) > MAX_CLASSES:
                self._labels[place] = None

    def _count(self, matrix: Array, codes: Array | None) -> None:
        if codes is None:
            self._counts[NUMBER] += len(matrix)
        else:
            for code in (NUMBER, MISSING, TEXT, INFINITE):
                self._counts[code] += (codes == code).sum(axis=1)
        self._low = np.fmin(self._low, np.fmin.reduce(matrix))
        self._high = np.fmax(self._high, np.fmax.reduce(matrix))
        self._whole &= ((matrix == np.floor(matrix)) | np.isnan(matrix)).all(axis=0)
        if self._counting.any():
            with np.errstate(over="ignore"):
                self._counting &= (np.diff(matrix, axis=0) == 1.0).all(axis=0)
                self._counting &= (matrix[0] - self._last == 1.0) if self.rows else True
            self._last = matrix[-1].copy()

    def _collect(self, matrix: Array) -> None:
        """Keep the distinct numbers of columns with few."""
        for place, known in enumerate(self._values):
            if known is None:
                continue
            column = matrix[:, place]
            for part in (column[: 4 * MAX_CLASSES], column[4 * MAX_CLASSES :]):  # most exceed the limit at once
                known.update(part[~np.isnan(part)].tolist())
                if len(known) > MAX_CLASSES:
                    self._values[place] = None
                    break

    def _column(self, place: int) -> Column:
        numbers, missing, texts, infinite = self._counts[:, place].tolist()
        kind: Kind = "number" if numbers + infinite > texts else "text" if texts else "empty"
        values, labels = self._values[place], self._labels[place]
        categories: tuple[str, ...] | None = None
        if values is not None and (kind == "number" or labels is not None):
            texts_too = sorted(labels or ()) if kind == "text" else []
            together = (*map(number_label, sorted(values)), *texts_too)
            categories = together if len(together) <= MAX_CLASSES else None
        return Column(
            name=self._layout.names[place],
            kind=kind,
            numbers=numbers,
            missing=missing,
            texts=texts + infinite,
            categories=categories,
            low=float(self._low[place]),
            high=float(self._high[place]),
            whole=bool(self._whole[place]) and numbers > 0,
            counting=bool(self._counting[place] and self._whole[place]) and numbers == self.rows > 2,
            foreign=self._foreign[place] if kind == "number" else None,
        )
