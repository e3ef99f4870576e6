"""Axis types: how values become places along an axis. Linear, logarithmic, or logarithmic on both sides of zero."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Span = tuple[float, float]

TINIEST, HUGEST = 1e-300, 1e300  # what a log axis can hold; denormals would stretch it to -320 decades
FARTHEST = 1e150  # of a linear axis: beyond it squares of distances are no longer finite
MAX_DECADES = 12  # of a symmetric-log axis, on each side of zero
NAMES = ("linear", "log", "symlog")
AUTOMATIC = "auto"  # where a choice among these is left to the plot


@dataclass(frozen=True, slots=True)
class AxisType:
    """name: one of NAMES. threshold: of a symlog axis, the size below which it is about linear.

    Places are what pyqtgraph calls view coordinates: the value itself, its decimal logarithm, or
    sign(v) log10(1 + |v| / threshold).
    """

    name: str = "linear"
    threshold: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"an axis is {', '.join(NAMES)}, got {self.name!r}")
        if not 0.0 < self.threshold < math.inf:
            raise ValueError(f"the threshold of an axis must be above 0 and finite, got {self.threshold}")

    @property
    def log(self) -> bool:
        """Whether only positive values have a place."""
        return self.name == "log"

    def places(self, values: Array) -> Array:
        """The place of each value; NaN for those that have none, clipped where there is no room."""
        with np.errstate(all="ignore"):
            if self.name == "log":
                held = np.minimum(np.maximum(values, TINIEST), HUGEST)
                return np.asarray(np.where(values > 0.0, np.log10(held), np.nan))
            if self.name == "symlog":
                held = np.minimum(np.abs(values), HUGEST)
                return np.asarray(np.copysign(np.log10(1.0 + held / self.threshold), values))
            return np.asarray(np.minimum(np.maximum(values, -FARTHEST), FARTHEST))

    def place(self, value: float) -> float:
        """The same for one value, without the cost of an array."""
        if self.name == "log":
            return math.log10(min(max(value, TINIEST), HUGEST)) if value > 0.0 else math.nan
        if self.name == "symlog":
            return math.copysign(math.log10(1.0 + min(abs(value), HUGEST) / self.threshold), value)
        return min(max(value, -FARTHEST), FARTHEST)

    def values(self, places: Array) -> Array:
        """The value at each place."""
        if self.name == "log":
            return np.asarray(10.0 ** np.clip(places, math.log10(TINIEST), math.log10(HUGEST)))
        if self.name == "symlog":
            far = math.log10(HUGEST)
            sizes = self.threshold * (10.0 ** np.minimum(np.abs(places), far) - 1.0)
            return np.asarray(np.copysign(sizes, places))
        return np.asarray(places, float)

    def value(self, place: float) -> float:
        """The same for one place, without the cost of an array."""
        if self.name == "log":
            return float(10.0 ** min(max(place, math.log10(TINIEST)), math.log10(HUGEST)))
        if self.name == "symlog":
            size = self.threshold * (10.0 ** min(abs(place), math.log10(HUGEST)) - 1.0)
            return math.copysign(size, place)
        return float(place)


LINEAR, LOG = AxisType("linear"), AxisType("log")


def symlog(sizes: Iterable[float]) -> AxisType:
    """A symmetric-log axis for values of such sizes: linear below the smallest of them, but for at most 12 decades."""
    known = [abs(size) for size in sizes if math.isfinite(size) and size]
    if not known:
        return AxisType("symlog")
    largest = min(max(known), HUGEST)
    least = max(min(known), largest * 10.0**-MAX_DECADES, TINIEST)
    return AxisType("symlog", 10.0 ** math.floor(math.log10(least)))
