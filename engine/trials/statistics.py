"""What numbers over seeds say: medians, quartiles, and the sign test of pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of some numbers, by linear interpolation; infinite ones count as the largest."""

    median: float
    low: float
    high: float
    count: int


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles; NaN without any numbers. NaN among them counts as infinite."""
    if not len(values):
        return Spread(math.nan, math.nan, math.nan, 0)
    low, median, high = quartiles(np.asarray(values, float)[:, None])[:, 0]
    return Spread(float(median), float(low), float(high), len(values))


def median(values: Sequence[float]) -> float:
    """The median of `spread`."""
    return spread(values).median


def quartiles(rows: Array) -> Array:
    """Lower quartile, median and upper quartile (3, k) of each column of rows (n, k), n > 0.

    Hyndman & Fan 1996, type 7, as NumPy's and R's default. A quartile between a finite and an infinite number is
    infinite; NaN counts as infinite.
    """
    rows = np.sort(np.where(np.isnan(rows), np.inf, rows), axis=0)
    places = np.array([0.25, 0.5, 0.75]) * (len(rows) - 1)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, len(rows) - 1)
    share = (places - below)[:, None]
    with np.errstate(invalid="ignore"):
        between = rows[below] + share * (rows[above] - rows[below])
    found: Array = np.where(share == 0.0, rows[below], np.where(np.isinf(rows[above]), rows[above], between))
    return found


@dataclass(frozen=True, slots=True)
class SignTest:
    """wins, losses, ties of pairs, and p: how probable a split at least so uneven is by chance, in either direction."""

    wins: int
    losses: int
    ties: int
    p: float


def sign_test(one: Sequence[float], other: Sequence[float]) -> SignTest:
    """The exact two-sided sign test of pairs; a win is a lower number of `one`. Ties are left out, NaN is infinite.

    Dixon & Mood 1946; p = min(1, 2 P(X <= min(wins, losses))) with X binomial(wins + losses, 1/2). Raises ValueError
    unless there are as many of both.
    """
    pairs = [(_worst(a), _worst(b)) for a, b in zip(one, other, strict=True)]
    wins, losses = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    count = wins + losses
    tail = sum(math.comb(count, k) for k in range(min(wins, losses) + 1))
    return SignTest(wins, losses, len(pairs) - count, min(1.0, 2.0 * tail / 2**count) if count else 1.0)


def holm(ps: Sequence[float]) -> list[float]:
    """Probabilities of several tests, each as if corrected for their number. Holm 1979."""
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    found, highest = [1.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        found[place] = highest
    return found


def _worst(value: float) -> float:
    return math.inf if math.isnan(value) else value


def mean(values: Sequence[float]) -> float:
    """The mean of numbers; NaN without any."""
    return math.fsum(values) / len(values) if values else math.nan


def geometric_mean(values: Sequence[float]) -> float:
    """The geometric mean of positive numbers; NaN without any."""
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan
