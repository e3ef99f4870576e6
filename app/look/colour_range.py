"""Which values of a surface the colours run between, on the screen and in print."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

OUTLIERS = 0.004  # the share of values at either end that may be beyond the colours
DEPTH = 1e-6  # of the median, above the lowest value: what a logarithmic scale goes down to


def most_of(values: Array) -> tuple[float, float]:
    """Between which two numbers the finite values (n,) lie, but for OUTLIERS at either end."""
    low, high = np.quantile(values, (OUTLIERS, 1.0 - OUTLIERS))
    return float(low), float(high)


def apart(low: float, high: float) -> tuple[float, float]:
    """The same two, or a unit around them where they are one number to rounding."""
    return (low, high) if high - low > 1e-12 * max(1.0, abs(low)) else (low - 0.5, low + 0.5)
