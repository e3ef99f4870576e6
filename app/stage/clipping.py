"""Clip paths to the screen: far or infinite coordinates never reach the painter."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

Array = np.ndarray

# Differences of coordinates this large still fit in a double.
FARTHEST = 1e150


def finite_length(x: Array, y: Array) -> int:
    """How many points come before the first that is not finite."""
    known = np.isfinite(x) & np.isfinite(y)
    return len(known) if known.all() else int(np.argmin(known))


def clipped(points: Array, box: QRectF) -> Array:
    """The segments between consecutive points (n, 2), cut to a box: (m, 4) of x0, y0, x1, y1.

    No coordinate may be larger than FARTHEST.

    Liang & Barsky 1984: each side of the box bounds the part [enter, leave] of a segment.
    """
    start, end = points[:-1], points[1:]
    low, high = np.array([box.left(), box.top()]), np.array([box.right(), box.bottom()])
    if not len(start) or ((points >= low) & (points <= high)).all():
        return np.hstack((start, end))
    along = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - start) / along, (high - start) / along
    inside = (start >= low) & (start <= high)
    still = along == 0.0
    near = np.where(still, np.where(inside, -np.inf, np.inf), np.minimum(first, second))
    far = np.where(still, np.where(inside, np.inf, -np.inf), np.maximum(first, second))
    enter = np.maximum(np.maximum(near[:, 0], near[:, 1]), 0.0)
    leave = np.minimum(np.minimum(far[:, 0], far[:, 1]), 1.0)
    seen = enter < leave
    start, along, enter, leave = start[seen], along[seen], enter[seen, None], leave[seen, None]
    return np.hstack((start + along * enter, start + along * leave))
