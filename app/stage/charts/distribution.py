"""The distribution of numbers: an even sample of many, its ends, mean and standard deviation, counts in bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
LARGEST = 1e100  # what is beyond is as good as not finite


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Some numbers. values: those that are shown; total: how many there are, of which every `every`-th was
    looked at; unknown: how many of these are not finite.
    """

    values: Array
    total: int
    every: int
    unknown: int
    low: float
    high: float
    mean: float
    deviation: float

    def counts(self, low: float, high: float, bins: int) -> Array:
        """How many of the values are in each of so many bins from low to high; none may lie outside."""
        place = ((self.values - low) / (high - low) * bins).astype(np.int64)
        return np.bincount(np.minimum(place, bins - 1), minlength=bins)


def distribution_of(numbers: Array, most: int) -> Distribution:
    """Look at up to about `most` numbers of an array (rows, columns) or (n,), evenly from all columns."""
    flat = numbers.reshape(-1)
    every = max(1, -(-len(flat) // most))
    while math.gcd(every, numbers.shape[-1] or 1) > 1 and every < len(flat):
        every += 1
    values = flat[::every]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    unknown = 0
    if not (low >= -LARGEST and high <= LARGEST):
        known = values[np.abs(values) <= LARGEST]
        unknown, values = len(values) - len(known), known
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    mean = float(values.mean()) if len(values) else math.nan
    deviation = float(values.std()) if len(values) else math.nan
    return Distribution(values, len(flat), every, unknown, low, high, mean, deviation)


def limit(sizes: Sequence[int], most: int) -> int:
    """How many numbers to look at of each of several arrays, so that they are `most` together: none is cut in vain."""
    left = most
    for rest, size in zip(range(len(sizes), 0, -1), sorted(sizes), strict=True):
        if size * rest > left:
            return max(left // rest, 1)
        left -= size
    return max(sizes)
