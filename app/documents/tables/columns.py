"""Columns of a table, and bit masks of the cells that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Array = np.ndarray
Kind = Literal["number", "text", "empty"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. numbers, missing, texts: how many cells are which; non-finite numbers count as text.

    categories: its distinct values in order, None if there are more than MAX_CLASSES. low, high: of its numbers;
    whole: all are integers; counting: each is one more than the previous. foreign: the first text in a column of
    numbers, as its row and content.
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
        """The number of unusable cells."""
        return self.missing + (self.texts if self.kind == "number" else 0)


@dataclass(frozen=True, slots=True, eq=False)
class UnusableCells:
    """The missing cells of a batch and those with text, as packed bits, one per row.

    missing, texts: (columns that have any (k,), bits (k, bytes)); long: bits of the rows with too many cells.
    """

    rows: range | Array
    missing: tuple[Array, Array] | None = None
    texts: tuple[Array, Array] | None = None
    long: Array | None = None

    def of(self, wanted: Array, numeric: Array) -> Array | None:
        """Bits of the rows that are unusable for the columns `wanted` (d,), given which are `numeric` (d,)."""
        found = [] if self.long is None else [self.long]
        for part, chosen in ((self.missing, wanted), (self.texts, wanted & numeric)):
            if part is not None and chosen[part[0]].any():
                found.append(np.bitwise_or.reduce(part[1][chosen[part[0]]], axis=0))
        return np.bitwise_or.reduce(np.stack(found), axis=0) if found else None

    def column(self, row: int, wanted: Array, numeric: Array) -> int | None:
        """The first column that makes a row unusable; None if the row has too many cells."""
        byte, bit = row // 8, 0x80 >> row % 8
        if self.long is not None and self.long[byte] & bit:
            return None
        found: list[int] = []
        for part, chosen in ((self.missing, wanted), (self.texts, wanted & numeric)):
            if part is not None:
                found += part[0][((part[1][:, byte] & bit) > 0) & chosen[part[0]]].tolist()
        return min(found)


def packed(found: Array) -> tuple[Array, Array] | None:
    """The rows of bits (d, n) with any set: their indices and packed bits; None if there are none."""
    places = np.flatnonzero(found.any(axis=1))
    return (places, np.packbits(found[places], axis=1)) if len(places) else None
