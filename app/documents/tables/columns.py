"""Columns of a table, and bit masks of the cells that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.documents.tables.cells import CellFormat
from app.documents.tables.dates import date_label, measured_in
from engine import MAX_NAME

Array = np.ndarray
Kind = Literal["number", "date", "text", "empty"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. numbers, missing, texts: how many cells are which; numbers that are infinite or too large are texts.

    categories: its distinct values in order, None if there are more than MAX_CLASSES; counts: how often each occurs.
    low, high: of its numbers; whole: all are integers; counting: each is one more than the previous; distinct: it holds
    another whole number in every row, as far as was looked; index: it numbers
    the rows, by its name and its values. marks: how often each missing mark stands for a missing value.
    unread: the first empty cell, the first mark and the first text, each as its row and content. title: its name as
    written.
    """

    name: str
    title: str
    kind: Kind
    form: CellFormat
    numbers: int
    missing: int
    texts: int
    categories: tuple[str, ...] | None
    counts: tuple[int, ...]
    low: float
    high: float
    total: float
    whole: bool
    counting: bool
    distinct: bool
    index: bool
    marks: dict[str, int]
    unread: tuple[tuple[int, str], ...]

    @property
    def numeric(self) -> bool:
        """Whether it is read as numbers; a date is days since the first."""
        return self.kind in ("number", "date")

    @property
    def constant(self) -> bool:
        return self.categories is not None and len(self.categories) == 1

    @property
    def unusable(self) -> int:
        """The number of unusable cells."""
        return self.missing + (self.texts if self.numeric else 0)

    @property
    def unread_kind(self) -> str:
        """What a person takes it for though nothing in it is; empty if something is."""
        return "" if self.numbers or not self.numeric else "date" if self.kind == "date" else "number"

    @property
    def origin(self) -> float:
        """What is subtracted from each number: the first day of dates."""
        dated = self.kind == "date" and self.form.date != "clock" and self.numbers
        return float(np.floor(self.low)) if dated else 0.0

    @property
    def measure(self) -> str:
        """Its name with what a number in it counts, as a table of examples names it."""
        if self.unread_kind:
            return self.name
        what = measured_in(self.form.date, self.origin) if self.kind == "date" else self.form.unit
        if not what or not self.numeric or what in self.name:
            return self.name
        return f"{self.name[: MAX_NAME - len(what) - 3]} ({what})"

    def value(self, number: float) -> str:
        """One of its numbers, in words."""
        return date_label(number, self.form.date) if self.kind == "date" else f"{number:.6g}"


@dataclass(frozen=True, slots=True, eq=False)
class UnusableCells:
    """The unusable cells of a batch, as packed bits, one per row.

    missing: empty cells and marks that the user has named; marks: usual missing marks, missing in columns of numbers
    alone; texts: whatever else is no number. Each is (columns that have any (k,), bits (k, bytes)). long: bits of the
    rows with too many cells.
    """

    rows: range | Array
    missing: tuple[Array, Array] | None = None
    marks: tuple[Array, Array] | None = None
    texts: tuple[Array, Array] | None = None
    long: Array | None = None

    def of(self, wanted: Array, numeric: Array) -> Array | None:
        """Bits of the rows that are unusable for the columns `wanted` (d,), given which are `numeric` (d,)."""
        found = [] if self.long is None else [self.long]
        for part, chosen in self._parts(wanted, numeric):
            if chosen[part[0]].any():
                found.append(np.bitwise_or.reduce(part[1][chosen[part[0]]], axis=0))
        return np.bitwise_or.reduce(np.stack(found), axis=0) if found else None

    def column(self, row: int, wanted: Array, numeric: Array) -> int | None:
        """The first column that makes a row unusable; None if the row has too many cells."""
        byte, bit = row // 8, 0x80 >> row % 8
        if self.long is not None and self.long[byte] & bit:
            return None
        found: list[int] = []
        for part, chosen in self._parts(wanted, numeric):
            found += part[0][((part[1][:, byte] & bit) > 0) & chosen[part[0]]].tolist()
        return min(found)

    def _parts(self, wanted: Array, numeric: Array) -> list[tuple[tuple[Array, Array], Array]]:
        """The masks that are there, each with the columns for which it counts."""
        parts = ((self.missing, wanted), (self.marks, wanted & numeric), (self.texts, wanted & numeric))
        return [(part, chosen) for part, chosen in parts if part is not None]


def packed(found: Array) -> tuple[Array, Array] | None:
    """The rows of bits (d, n) with any set: their indices and packed bits; None if there are none."""
    places = np.flatnonzero(found.any(axis=1))
    return (places, np.packbits(found[places], axis=1)) if len(places) else None
