"""The range of values that a colour scale covers, on screen and in print."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

OUTLIERS = 0.004  # share of values at each end that may be outside the colour scale
DEPTH = 1e-6  # lower end of a logarithmic scale, relative to the median above the minimum


def without_outliers(values: Array) -> tuple[float, float]:
    """The range of the finite values (n,) without OUTLIERS at each end."""
    low, high = np.quantile(values, (OUTLIERS, 1.0 - OUTLIERS))
    return float(low), float(high)


def widened(low: float, high: float) -> tuple[float, float]:
    """The same range, widened to a unit if it is a single number up to rounding."""
    return (low, high) if high - low > 1e-12 * max(1.0, abs(low)) else (low - 0.5, low + 0.5)
