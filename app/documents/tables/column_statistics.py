"""Running statistics of the columns of a table, updated batch by batch."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from app.documents.tables.cells import EMPTY, MARK, NUMBER, TEXT, value_label
from app.documents.tables.columns import Column, Kind, UnusableCells, packed
from app.documents.tables.dialect import Dialect
from app.documents.tables.rows import Batch
from engine import MAX_CLASSES

Array = np.ndarray

_CODES = 5
_REMEMBERED = 2**20  # values of an index that are told apart; 8 MB
_MOST_MARKS = 20  # spellings
# "id", "row", "customer_id", "PassengerId", "Unnamed: 0", and no name at all.
_INDEX = re.compile(
    r"|#|unnamed: ?\d+|(?:.*[\s_.-])?(?:id|ids|idx|index|key|uid|pk|row|rows|rownames|row ?num(?:ber)?|nr\.?|no\.?|num"
    r"|obs|observation|record|case|lfd|lfd\. ?nr\.?)",
    re.IGNORECASE,
)
_INDEX_TOO = re.compile(r".*[a-z](?:Id|ID|Idx|Nr|No|Index)")


class ColumnStatistics:
    """Statistics of d columns so far. rows: how many hold data; long: how many of them have too many cells."""

    def __init__(self, dialect: Dialect) -> None:
        width = len(dialect.names)
        self.rows = self.long = 0
        self._dialect = dialect
        self._counts = np.zeros((_CODES, width), np.int64)
        self._low, self._high = np.full(width, math.inf), np.full(width, -math.inf)
        self._totals = np.zeros(width)
        self._whole, self._counting = np.ones(width, bool), np.ones(width, bool)
        self._last = np.full(width, math.nan)
        # How often each number, text and missing mark of a column occurs; None once there are too many.
        self._values: list[Counter[float] | None] = [Counter() for _ in range(width)]
        self._labels: list[Counter[str] | None] = [Counter() for _ in range(width)]
        self._marks: list[Counter[str]] = [Counter() for _ in range(width)]
        self._named: list[Counter[str]] = [Counter() for _ in range(width)]  # marks that the user has named
        self._unread: list[dict[int, tuple[int, str]]] = [{} for _ in range(width)]  # by the code, TOO_LARGE as TEXT
        # The values so far of columns that are named like an index; of a table without names, of the first one.
        self._numbering: dict[int, list[Array]] = {
            place: []
            for place, title in enumerate(dialect.titles)
            if (_INDEX.fullmatch(title) or _INDEX_TOO.fullmatch(title) if dialect.header else place == 0)
        }

    def add(self, batch: Batch) -> UnusableCells:
        """Add a batch; returns its unusable cells."""
        if not len(batch.rows):
            return UnusableCells(batch.rows)
        matrix, codes = self._read(batch)
        self._count(matrix, codes)
        self._collect(matrix)
        for place, known in self._numbering.items():
            if sum(map(len, known)) < _REMEMBERED:
                known.append(matrix[:, place].copy())
        self.rows += len(batch.rows)
        long = None
        if batch.long is not None:
            self.long += int(batch.long.sum())
            long = np.packbits(batch.long)
        if codes is None:
            return UnusableCells(batch.rows, long=long)
        return UnusableCells(batch.rows, packed(codes == EMPTY), packed(codes == MARK), packed(codes >= TEXT), long)

    def columns(self) -> tuple[Column, ...]:
        return tuple(self._column(place) for place in range(len(self._dialect.names)))

    def _read(self, batch: Batch) -> tuple[Array, Array | None]:
        """Values (n, d), NaN where there is no number, and codes (d, n); None if all are numbers."""
        if batch.matrix is not None:
            return batch.matrix, None
        width = len(self._dialect.names)
        matrix = np.empty((len(batch.rows), width))
        codes: Array | None = None
        for place, form in enumerate(self._dialect.formats):
            matrix[:, place], found = batch.numbers(place, form)
            if found is None:
                continue
            if codes is None:
                codes = np.zeros((width, len(batch.rows)), np.uint8)
            codes[place] = found
            if found.any():
                self._collect_texts(place, batch, found)
        return matrix, codes

    def _collect_texts(self, place: int, batch: Batch, codes: Array) -> None:
        cells = batch.columns[place]
        texts = np.flatnonzero(codes >= TEXT)
        for code in (EMPTY, MARK, TEXT):
            if code not in self._unread[place] and len(rows := np.flatnonzero(np.minimum(codes, TEXT) == code)):
                self._unread[place][code] = (int(batch.rows[rows[0]]), cells[rows[0]])
        known = self._labels[place]
        if known is not None:
            known.update(cells[row].strip() for row in texts)
            if len(known) > MAX_CLASSES:
                self._labels[place] = None
        for code, marks in ((MARK, self._marks[place]), (EMPTY, self._named[place])):
            if len(marks) < _MOST_MARKS and (code == MARK or self._dialect.missing):
                found = (cells[row].strip() for row in np.flatnonzero(codes == code))
                marks.update(mark for mark in found if mark)

    def _count(self, matrix: Array, codes: Array | None) -> None:
        if codes is None:
            self._counts[NUMBER] += len(matrix)
        else:
            for code in range(_CODES):
                self._counts[code] += (codes == code).sum(axis=1)
        self._low = np.fmin(self._low, np.fmin.reduce(matrix))
        self._high = np.fmax(self._high, np.fmax.reduce(matrix))
        with np.errstate(over="ignore", invalid="ignore"):
            self._totals = np.add.accumulate(np.vstack([self._totals, np.nan_to_num(matrix)]))[-1]
        self._whole &= ((matrix == np.floor(matrix)) | np.isnan(matrix)).all(axis=0)
        if self._counting.any():
            with np.errstate(over="ignore"):
                self._counting &= (np.diff(matrix, axis=0) == 1.0).all(axis=0)
                self._counting &= (matrix[0] - self._last == 1.0) if self.rows else True
            self._last = matrix[-1].copy()

    def _collect(self, matrix: Array) -> None:
        """Count the distinct numbers of columns with few."""
        for place, known in enumerate(self._values):
            if known is None:
                continue
            column = matrix[:, place]
            for part in (column[: 4 * MAX_CLASSES], column[4 * MAX_CLASSES :]):  # most exceed the limit at once
                values, counts = np.unique(part[~np.isnan(part)], return_counts=True)
                known.update(dict(zip(values[: MAX_CLASSES + 1].tolist(), counts.tolist(), strict=False)))
                if len(known) > MAX_CLASSES:
                    self._values[place] = None
                    break

    def _column(self, place: int) -> Column:
        numbers, empty, marks, texts, too_large = self._counts[:, place].tolist()
        form, forced = self._dialect.formats[place], self._dialect.kinds.get(place, "")
        kind: Kind = "number" if numbers + too_large > texts else "text" if texts else "empty"
        if forced and kind != "empty":
            kind = "text" if forced == "text" else "number"
        elif forced == "text" and marks:
            kind = "text"
        if kind == "number" and form.date:
            kind = "date"
        labels = self._labels[place] if kind == "text" else Counter()
        if kind == "text" and labels is not None:
            labels = labels + self._marks[place]
        categories, counts = self._categories(place, labels)
        whole = bool(self._whole[place]) and numbers > 0
        counting = bool(self._counting[place]) and whole and numbers == self.rows > 2
        distinct = kind == "number" and whole and self._is_distinct(place)
        return Column(
            name=self._dialect.names[place],
            title=self._dialect.titles[place],
            kind=kind,
            form=form,
            numbers=numbers,
            missing=empty + (marks if kind != "text" else 0),
            texts=texts + too_large,
            categories=categories,
            counts=counts,
            low=float(self._low[place]),
            high=float(self._high[place]),
            total=float(self._totals[place]),
            whole=whole,
            counting=counting,
            distinct=distinct,
            index=distinct and self._is_index(place) if not forced else forced == "index",
            marks=dict(self._named[place] + (self._marks[place] if kind != "text" else Counter())),
            unread=tuple(
                where for code, where in self._unread[place].items() if kind in ("number", "date") or code == EMPTY
            ),
        )

    def _categories(self, place: int, labels: Counter[str] | None) -> tuple[tuple[str, ...] | None, tuple[int, ...]]:
        values, form = self._values[place], self._dialect.formats[place]
        if values is None or labels is None or len(values) + len(labels) > MAX_CLASSES:
            return None, ()
        found = [(value_label(value, form), values[value]) for value in sorted(values)]
        found += sorted(labels.items())
        return tuple(name for name, _ in found), tuple(count for _, count in found)

    def _is_distinct(self, place: int) -> bool:
        """Whether a column that may number the rows has another value in each."""
        if place not in self._numbering or self._counts[NUMBER, place] != self.rows or self.rows < 3:
            return False
        values = np.concatenate(self._numbering[place])
        return len(np.unique(values)) == len(values)

    def _is_index(self, place: int) -> bool:
        """Whether distinct whole numbers are an index: by the name, or without one because no number is left out."""
        return self._dialect.header or bool(self._high[place] - self._low[place] + 1 == self.rows)
