"""Adjusted Rand index: how well two partitions of the same things agree."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def adjusted_rand(one: Array, other: Array) -> float:
    """1 where two partitions, given as labels (n,) from 0 on, are the same but for the names of their parts; about 0
    where they agree by chance. NaN without anything to compare.

    Hubert & Arabie 1985, https://doi.org/10.1007/BF01908075
    """
    if not len(one) or len(one) != len(other):
        return np.nan
    width = int(other.max()) + 1
    table = np.bincount(one * width + other, minlength=(int(one.max()) + 1) * width).reshape(-1, width)
    both = _pairs(table).sum()
    rows, columns, every = _pairs(table.sum(1)).sum(), _pairs(table.sum(0)).sum(), _pairs(np.array([len(one)]))[0]
    expected = rows * columns / every if every else 0.0
    highest = 0.5 * (rows + columns)
    return 1.0 if highest == expected else float((both - expected) / (highest - expected))


def _pairs(counts: Array) -> Array:
    found: Array = 0.5 * counts * (counts - 1.0)
    return found
