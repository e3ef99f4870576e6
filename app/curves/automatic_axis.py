"""Which type an axis is by itself: the curve's own where that can show every value, else symlog or linear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import ge
from typing import TYPE_CHECKING

from app.plots.axis_type import AxisType

if TYPE_CHECKING:
    from app.curves.curve_line import CurveLine

DECADES = 2.0  # from the size of the smaller quarter to the largest, that make a symlog axis worth it
_ORDER = "log", "linear", "symlog"


def suited_type(prefers_log: bool, lines: Sequence[CurveLine]) -> str:
    """Log where a curve prefers it and no value is zero or less; else symlog if they span decades, else linear.

    All values count that are recorded of these lines, so that zooming in does not change the axis.
    """
    if not prefers_log:
        return "linear"
    if not any(line.reaches_zero for line in lines):
        return "log"
    found = [sizes for line in lines if (sizes := line.sizes) is not None]
    if not found:
        return "linear"
    decades = math.log10(max(sizes.all for sizes in found) / min(sizes.quarter for sizes in found))
    return "symlog" if decades >= DECADES else "linear"


def smallest_size(lines: Sequence[CurveLine]) -> float:
    """The size below which few values of any line lie; NaN if there is nothing but zero."""
    return min((sizes.few for line in lines if (sizes := line.sizes) is not None), default=math.nan)


def x_symlog(start: float) -> AxisType:
    """The symlog x axis of runs whose first update is at `start`: linear up to about there."""
    return AxisType("symlog", 10.0 ** math.floor(math.log10(start)) if 0.0 < start < math.inf else 1.0)


class SteadyType:
    """`suited_type` while lines go on: it moves from log to linear to symlog and not back, so that nothing flickers."""

    def __init__(self) -> None:
        self._lines: list[CurveLine] = []
        self._updates: list[int] = []
        self._name = _ORDER[0]

    def name(self, prefers_log: bool, lines: Sequence[CurveLine]) -> str:
        suited, updates = suited_type(prefers_log, lines), [line.bins.updates for line in lines]
        goes_on = self._lines == lines and all(map(ge, updates, self._updates))
        if not goes_on or _ORDER.index(suited) > _ORDER.index(self._name):
            self._name = suited
        self._lines, self._updates = list(lines), updates
        return self._name
