"""The range of the absolute values of a line, which an axis for them has to show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.plots.axis_type import HUGEST, TINIEST

if TYPE_CHECKING:
    from app.curves.samples import Points
    from app.curves.series import Bins

_FEW, _QUARTER = 0.05, 0.25
_BINS = 4  # of the histogram, a decade
_LOWEST = math.floor(math.log10(TINIEST)) * _BINS
_HIGHEST = math.ceil(math.log10(HUGEST)) * _BINS


class Quantiles(NamedTuple):
    """The sizes below which few values lie, a quarter of them, and all."""

    few: float
    quarter: float
    all: float


class ValueSizes:
    """A histogram of the decades of a line's values but zero, which grows with the line."""

    def __init__(self) -> None:
        self._source: object = None
        self._looked = self._counted = 0
        self._reaches_zero = False
        self._counts = np.zeros(_HIGHEST - _LOWEST + 1, np.int64)

    def reaches_zero(self, bins: Bins | Points) -> bool:
        """Whether any of the values has no place on a log axis."""
        self._follow(bins)
        if not self._reaches_zero and self._looked < bins.count:
            self._reaches_zero = bool((bins.low[self._looked :] <= 0.0).any())
            self._looked = bins.count
        return self._reaches_zero or bins.latest <= 0.0

    def quantiles(self, bins: Bins | Points) -> Quantiles | None:
        """None if there is nothing but zero."""
        self._follow(bins)
        fresh = np.abs(bins.last[self._counted :])
        fresh = fresh[np.isfinite(fresh) & (fresh > 0.0)]
        places = np.floor(_BINS * np.log10(np.clip(fresh, TINIEST, HUGEST))).astype(np.int64) - _LOWEST
        self._counts += np.bincount(places, minlength=len(self._counts))
        self._counted = bins.count
        total = self._counts.cumsum()
        if not total[-1]:
            return None
        few, quarter, most = total.searchsorted(np.array([_FEW, _QUARTER, 1.0]) * total[-1]).tolist()
        return Quantiles(_size(few), _size(quarter), _size(most + 1))

    def _follow(self, bins: Bins | Points) -> None:
        """Begin again where the bins are not the same with more behind them."""
        if bins.source is not self._source or bins.count < max(self._looked, self._counted):
            self._source, self._looked, self._counted, self._reaches_zero = bins.source, 0, 0, False
            self._counts[:] = 0


def _size(place: int) -> float:
    return float(10.0 ** ((place + _LOWEST) / _BINS))
