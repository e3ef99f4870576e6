"""The gradient norm by time step over the updates of a run: its record in columns, and the decades it covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine import RunPicture

Array = np.ndarray

DEEPEST = 12  # decades above and below the middle, beyond which all is one colour
SHOWN = 4  # runs, at most


def through_time(runs: Sequence[RunPicture]) -> list[RunPicture]:
    """The visible runs whose network goes through time."""
    return [run for run in runs if run.visible and run.shown.problem.subject.time_steps]


def record(run: RunPicture) -> tuple[Array, Array]:
    """Updates (j,) at which the norms were measured and norms (j, S), each for all updates until the next."""
    steps = len(run.shown.problem.subject.time_steps)
    norms = run.measures.steps
    if norms.shape[1] != steps:  # sequences have become longer or shorter since the run began
        norms = np.full((len(norms), steps), np.nan)
    return run.measures.steps_at, norms


def edges(run: RunPicture) -> Array:
    """The ends (S + 1,) of the part of the axis that each measured time step stands for."""
    steps = np.array(run.shown.problem.subject.time_steps, float)
    every = steps[-1] - steps[-2] if len(steps) > 1 else 1.0
    return np.concatenate(([steps[0] - every], steps)) + 0.5


def until(run: RunPicture) -> float:
    """Where a run ends on the axis: what it stands at lasts for an update."""
    return run.update + 1.0


def columns(at: Array, norms: Array, last: float, bounds: Array) -> Array:
    """Norms (S, columns) between bounds (columns + 1,), rising updates: of several measurements the largest, so that an
    explosion is seen however far out one looks; NaN before the first and after update `last`.
    """
    count = len(bounds) - 1
    found = np.full((norms.shape[1], count), np.nan)
    known = np.flatnonzero((bounds[1:] > (at[0] if len(at) else np.inf)) & (bounds[:-1] < last))
    if len(known):
        firsts = np.maximum(np.searchsorted(at, bounds[known], "right") - 1, 0)
        end = max(int(np.searchsorted(at, bounds[known[-1] + 1], "left")), int(firsts[-1]) + 1)
        found[:, known] = np.fmax.reduceat(norms[:end], firsts, axis=0).T
    return found


def decades(runs: Sequence[RunPicture]) -> tuple[float, float] | None:
    """The logarithms of the smallest and largest norm, as far as they are within reason; None without any above 0."""
    found = [norms[np.isfinite(norms) & (norms > 0.0)] for _, norms in map(record, runs)]
    known = np.log10(np.concatenate(found)) if found else np.empty(0)
    if not known.size:
        return None
    middle = float(np.median(known))
    return max(float(known.min()), middle - DEEPEST), min(float(known.max()), middle + DEEPEST)


def first_to_last(norms: Array) -> float:
    """The gradient at the first step over that at the last, of norms (S,); NaN where that says nothing."""
    first, last = float(norms[0]), float(norms[-1])
    return first / last if math.isfinite(first) and math.isfinite(last) and last > 0.0 else math.nan
