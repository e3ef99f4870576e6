"""Lines of a comparison's picture: numbers with a band, points or failures, and the ranges that hold them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.plots.axis_type import LINEAR, LOG, AxisType, Span
from app.plots.proportion import finite_of, in_proportion

Array = np.ndarray

_LOG_FROM = 20.0  # the ratio of the largest to the least value from which an axis is logarithmic by itself
_FAR = 10.0  # times the largest value of a line, beyond which a band is cut
_MARGIN = 0.05  # of a range, on either side
_NOTHING: Array = np.empty(0)


@dataclass(frozen=True, eq=False)
class PlotLine:
    """One of those compared: y over x, both (k,), y NaN or infinite where there is no finite value.

    low, high: a band around it (k,). faint: further lines over the same x (n, k). pointed: whether each place has a
    point, which can be clicked. good: the part of x that is shaded. failing: the x of what diverged. chosen: the place
    of the point that is ringed.
    """

    key: str
    name: str
    colour: int
    x: Array
    y: Array
    low: Array = field(default_factory=lambda: _NOTHING)
    high: Array = field(default_factory=lambda: _NOTHING)
    faint: Array = field(default_factory=lambda: np.empty((0, 0)))
    pointed: bool = False
    good: Span | None = None
    failing: tuple[float, ...] = ()
    chosen: int | None = None

    def nearest(self, x: float, log: bool) -> int | None:
        """The place whose x is nearest, None if there are none."""
        if not len(self.x):
            return None
        there, place = (np.log(np.maximum(self.x, 1e-300)), math.log(max(x, 1e-300))) if log else (self.x, x)
        return int(np.argmin(np.abs(there - place)))


def y_values(lines: Sequence[PlotLine]) -> Array:
    """The numbers that an axis is to hold: every finite one of the lines, and of bands and faint lines those that are
    not far above all of them. Lines without points begin where the runs do, and may run away.
    """
    main = np.concatenate(
        [
            in_proportion([line.y for line in lines if not line.pointed]),
            finite_of([line.y for line in lines if line.pointed]),
        ]
    )
    others = finite_of([part for line in lines for part in (line.low, line.high, line.faint)])
    return np.concatenate([main, others[others <= _FAR * np.abs(main).max()]]) if len(main) else others


def suited(values: Array) -> AxisType:
    """A logarithmic axis for positive numbers that differ by factors, else a linear one."""
    if len(values) and values.min() > 0.0 and values.max() > _LOG_FROM * values.min():
        return LOG
    return LINEAR


def around(values: Array, type: AxisType) -> Span:
    """A range with a margin that holds these values as far as they have a place on the axis."""
    places = type.places(values)
    places = places[np.isfinite(places)]
    if not len(places):
        return (0.1, 1.0) if type.log else (0.0, 1.0)
    low, high = float(places.min()), float(places.max())
    margin = _MARGIN * (high - low) or _MARGIN * abs(high) or 0.5
    return type.value(low - margin), type.value(high + margin)
