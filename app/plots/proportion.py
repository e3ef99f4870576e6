"""What of some lines an axis is to hold: lines that run away leave it, instead of pressing all others flat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.plots.axis_type import HUGEST

Array = np.ndarray

_GROWN = 1e4  # times the value with which lines begin, from which on they are of no interest


def finite_of(parts: Sequence[Array]) -> Array:
    """The numbers of all parts that have a place on an axis."""
    found = np.concatenate([np.empty(0), *map(np.ravel, parts)])
    return np.asarray(found[np.isfinite(found) & (np.abs(found) < HUGEST)])


def in_proportion(lines: Sequence[Array]) -> Array:
    """The same of lines that each begin at the left, without what is out of all proportion to where they begin."""
    begun = [abs(float(known[0])) for line in lines if len(known := finite_of([line]))]
    found, limit = finite_of(lines), _GROWN * max(begun, default=0.0)
    return found[np.abs(found) <= limit] if limit > 0.0 else found
