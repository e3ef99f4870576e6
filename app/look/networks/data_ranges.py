"""Default plot ranges of a network's data, on screen and in print."""

from __future__ import annotations

import numpy as np

from app.look.colour_range import widened
from engine import DATASETS, Choice, NetworkTask

Array = np.ndarray
Region = tuple[float, float, float, float]

PADDING = 0.08  # of the span of the data, on each side
TRUTH = 400  # points of the noise-free curve


def default_region(task: NetworkTask, places: Array) -> Region:
    """The default region of a plane with examples at places (n, 2): the data set's own, or one with all of them."""
    if isinstance(task.data, Choice) and (view := DATASETS[task.data.kind].view) is not None:
        return view
    ends = [padded(float(column.min()), float(column.max())) for column in places.T]
    return (*ends[0], *ends[1])


def padded(low: float, high: float) -> tuple[float, float]:
    """low to high with padding; a single number gets a range of a unit, or more for large numbers."""
    size = max(1.0, abs(low), abs(high))
    if high - low <= 1e-12 * size:
        around = max(0.5, 1e-9 * size)
        return low - around, high + around
    return low - PADDING * (high - low), high + PADDING * (high - low)


def value_range(targets: Array) -> tuple[float, float]:
    """The colour range of a regression's values: symmetric about zero if the targets have both signs."""
    low, high = float(targets.min()), float(targets.max())
    if low < 0.0 < high:
        high = max(high, -low)
        low = -high
    return widened(low, high)


def noise_free_curve(task: NetworkTask) -> Array | None:
    """The noise-free curve (n, 2) of a generated regression; None if it is unknown."""
    if not isinstance(task.data, Choice) or task.classes:
        return None
    dataset, values = DATASETS[task.data.kind], task.data.values
    if dataset.inputs != 1 or not {"noise", "samples"} <= values.keys():
        return None
    examples = dataset.make({**values, "noise": 0.0, "samples": TRUTH}, task.data_seed)
    order = np.argsort(examples.inputs[:, 0])
    return np.column_stack([examples.inputs[order, 0], examples.targets[order]])
