"""Ranges of the y axis that show the curves whole, move in round steps, and are not ruined by an explosion."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.look.number_format import nice_step
from app.plots.axis_type import FARTHEST, HUGEST, LINEAR, LOG, MAX_DECADES, TINIEST, AxisType, Span

if TYPE_CHECKING:
    from engine import Reference

EXPLODED = 1e3  # times its usual size, for a run that diverged
INSANE = 1e6  # the same for one that has not, or not yet
ABSURD = 1e12  # times its start, even if it stays there
_DECADES = 36.0  # squares of rounding are 32 below 1; what is lower than this is left to zooming
_ROOM_LOG, _ROOM_LINEAR = 30.0, 2.0  # how far above its start an explosion is followed


@dataclass(frozen=True, slots=True)
class Extent:
    """What a run asks of the axis: least and most of what is shown, first and newest value, how it ended.

    usual: the size of the values in the middle of all that are shown.
    """

    low: float
    high: float
    first: float
    latest: float
    diverged: bool = False
    usual: float = 0.0

    @property
    def exploded(self) -> bool:
        """Whether it is beyond all measure: it diverged there, or is there now. Numbers up to 1000 never are."""
        usual = max(abs(self.first), self.usual, 1.0)
        if self.diverged:
            return max(abs(self.high), abs(self.low)) > EXPLODED * usual
        return abs(self.latest) > min(INSANE * usual, ABSURD * max(abs(self.first), 1.0))


def reference_extents(references: Iterable[Reference], log: bool) -> list[Extent]:
    """What losses that are known beforehand ask of the axis."""
    values = [reference.value for reference in references if math.isfinite(reference.value)]
    return [Extent(value, value, value, value) for value in values if value > 0.0 or not log]


def fitted_axis(name: str, extents: Sequence[Extent], small: float, least: float = -math.inf) -> tuple[AxisType, Span]:
    """An axis of a type that shows the curves, and its range; a linear one does not go below `least` if anything
    lies above. small: the size below which few values lie, of which a symlog axis takes its threshold.
    """
    if name == "log":
        return LOG, log_range(extents)
    if name == "symlog":
        type = symlog_type(extents, small)
        return type, symlog_range(extents, type)
    low, high = linear_range(extents)
    if low < least < max((extent.high for extent in extents), default=least):
        low, high = linear_range([_above(extent, least) for extent in extents])  # as round as what is shown
        low = max(low, least)
    return LINEAR, (low, high)


def _above(extent: Extent, least: float) -> Extent:
    """What of an extent lies above a value."""
    first, latest = max(extent.first, least), max(extent.latest, least)
    return replace(extent, low=max(extent.low, least), high=max(extent.high, least), first=first, latest=latest)


def log_range(extents: Iterable[Extent]) -> Span:
    """A logarithmic range; extents hold positive numbers only, or NaN."""
    known = [extent for extent in extents if extent.high > 0.0]
    if not known:
        return 0.1, 10.0
    tops = [e.high if not e.exploded else max(e.first, TINIEST) * _ROOM_LOG for e in known]
    high = min(max(tops), HUGEST)
    high = min(high, max(e.high for e in known))
    low = min(e.low for e in known)
    if low > high:  # an explosion is all there is within the x axis
        high = min(max(e.high for e in known), HUGEST)
    low = max(low, high * 10.0**-_DECADES, TINIEST)
    bottom, top = math.log10(min(low, high)), math.log10(high)
    span = top - bottom
    if span < 1e-6:
        bottom, top = bottom - 0.5, top + 0.5
        span = 1.0
    step = nice_step(span / 16)
    bottom, top = _outward(bottom - 0.03 * span, top + 0.03 * span, step)
    return 10.0 ** max(bottom, -300.0), 10.0 ** min(top, 300.0)


def linear_range(extents: Iterable[Extent]) -> Span:
    """A linear range; an axis whose numbers are all positive begins at zero unless that wastes it."""
    low, high = _limits(extents, _ROOM_LINEAR, FARTHEST)
    return _rounded(low, high) if low <= high else (0.0, 1.0)


def symlog_type(extents: Iterable[Extent], small: float) -> AxisType:
    """The symlog axis for values of which few are smaller than `small`: linear below that."""
    low, high = _limits(extents, _ROOM_LOG, HUGEST)
    largest = max(abs(low), abs(high)) if low <= high else 0.0
    if not (largest > 0.0 and 0.0 < small < math.inf):
        return AxisType("symlog")
    decades = _DECADES if low >= 0.0 else MAX_DECADES
    threshold = max(min(small, largest), largest * 10.0**-decades, TINIEST)
    return AxisType("symlog", 10.0 ** math.floor(math.log10(threshold) + 1e-9))


def symlog_range(extents: Iterable[Extent], type: AxisType) -> Span:
    """A range of a symlog axis, as round where it is drawn as a linear one."""
    low, high = _limits(extents, _ROOM_LOG, HUGEST)
    ends = _rounded(type.place(low), type.place(high)) if low <= high else (0.0, 1.0)
    return type.value(ends[0]), type.value(ends[1])


def _limits(extents: Iterable[Extent], room: float, farthest: float) -> Span:
    """The least and the most to be shown; explosions are followed as far as `room`. The most is less without any."""
    known = [extent for extent in extents if not math.isnan(extent.low)]
    if not known:
        return math.inf, -math.inf
    calm = [extent for extent in known if not extent.exploded]
    low, high = min(e.low for e in known), max(e.high for e in known)
    if len(calm) < len(known):
        starts = [e.first for e in known if e.exploded]
        sizes = [abs(start) for start in starts] + [abs(e.high - e.low) for e in calm]
        reach = room * max([*sizes, TINIEST])
        low = max(low, min([*starts, *(e.low for e in calm)]) - reach)
        high = min(high, max([*starts, *(e.high for e in calm)]) + reach)
    if low > high:  # an explosion is all there is within the x axis
        low, high = min(e.low for e in known), max(e.high for e in known)
    return min(max(low, -farthest), farthest), max(min(high, farthest), -farthest)


def _rounded(low: float, high: float) -> Span:
    """Outward to round numbers; to zero if that wastes little."""
    if 0.0 <= low < 0.5 * high or low == high > 0.0:
        low = 0.0
    elif 0.0 >= high > 0.5 * low or low == high < 0.0:
        high = 0.0
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        reach = max(abs(low), abs(high)) * 1e-6 or 1.0
        low, high = (low - reach, high + reach) if low else (0.0, 1.0)
    span = high - low
    step = nice_step(span / 10)
    bottom, top = _outward(low - 0.02 * span, high + 0.02 * span, step)
    # Zero is drawn a little above the edge: a line that lies on it stays whole.
    edge = 0.03 * (top - bottom)
    return (-edge if low == 0.0 else bottom), (edge if high == 0.0 else top)


def _outward(low: float, high: float, step: float) -> Span:
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
