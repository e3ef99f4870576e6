"""Ranges of the y axis that show the curves whole, move in round steps, and are not ruined by an explosion."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from app.look.number_format import nice_step
from app.plots.axis_type import HUGEST, TINIEST

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


def fitted_range(extents: Iterable[Extent], log: bool, least: float = -math.inf) -> tuple[float, float]:
    """A range that shows the curves; a linear one does not go below `least` if anything lies above."""
    if log:
        return log_range(extents)
    low, high = linear_range(extents)
    return (max(low, least) if least < high else low), high


def log_range(extents: Iterable[Extent]) -> tuple[float, float]:
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


def linear_range(extents: Iterable[Extent]) -> tuple[float, float]:
    """A linear range; an axis whose numbers are all positive begins at zero unless that wastes it."""
    known = [extent for extent in extents if not math.isnan(extent.low)]
    if not known:
        return 0.0, 1.0
    calm = [extent for extent in known if not extent.exploded]
    low, high = min(e.low for e in known), max(e.high for e in known)
    if len(calm) < len(known):
        starts = [e.first for e in known if e.exploded]
        sizes = [abs(start) for start in starts] + [abs(e.high - e.low) for e in calm]
        reach = _ROOM_LINEAR * max([*sizes, TINIEST])
        low = max(low, min([*starts, *(e.low for e in calm)]) - reach)
        high = min(high, max([*starts, *(e.high for e in calm)]) + reach)
    if low > high:  # an explosion is all there is within the x axis
        low, high = min(e.low for e in known), max(e.high for e in known)
    low, high = min(max(low, -HUGEST), HUGEST), max(min(high, HUGEST), -HUGEST)
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


def _outward(low: float, high: float, step: float) -> tuple[float, float]:
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
