"""The part of the plane that is shown of points unless a person moves, on screen and in print."""

from __future__ import annotations

import numpy as np

from app.look.networks.data_ranges import padded
from engine import POINTS, Choice, Table

Region = tuple[float, float, float, float]


def home_region(source: Choice | Table, points: np.ndarray) -> Region:
    """The part that generated points have to themselves, or one with all of the points (n, 2)."""
    if isinstance(source, Choice) and (view := POINTS[source.kind].view) is not None:
        return view
    ends = [padded(float(column.min()), float(column.max())) for column in points.T]
    return (*ends[0], *ends[1])
