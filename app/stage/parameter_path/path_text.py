"""The parameter plane in words: what its axes are, and how much of the loss it can show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from app.look.number_format import number
from app.stage.overlay import whose
from engine import WATCHED, ProjectedPath

if TYPE_CHECKING:
    from app.stage.parameter_path.projected_runs import ProjectedRuns
    from engine import LossSlice, RunPicture

COMPUTING = "Computing the loss in this plane…"
NOWHERE = "The loss is not finite anywhere in this part of the plane"
WAITING = "Looking for the plane of the paths…"
HIDDEN = "No run is visible"
NOBODY = ProjectedPath(np.empty(0), np.empty((0, 2)), np.empty(0))

Name = Callable[[int], str]


def axes(patch: LossSlice, name: Name) -> tuple[str, str]:
    """What x and y are; name tells that of a parameter by its place."""
    if patch.weights is not None:
        return name(patch.weights[0]), name(patch.weights[1])
    across, up = patch.plane.explained or (0.0, 0.0)
    first, second = (1, 2) if across >= up else (2, 1)
    return f"direction {first} · {share(across)} of the variance", f"direction {second} · {share(up)} of the variance"


def short_axes(patch: LossSlice) -> tuple[str, str]:
    """What x and y are called in a read-out."""
    if patch.weights is not None:
        return "x", "y"
    across, up = patch.plane.explained or (0.0, 0.0)
    return ("direction 1", "direction 2") if across >= up else ("direction 2", "direction 1")


def share(part: float) -> str:
    """A part of the variance; near to none and to all of it with a decimal."""
    percent = 100.0 * part
    if 0.0 < percent < 0.1:
        return "under 0.1 %"
    if 99.9 < percent < 100.0 - 1e-9:
        return "over 99.9 %"
    return f"{percent:.1f} %" if 0.0 < percent < 10.0 or 99.0 < percent < 100.0 - 1e-9 else f"{percent:.0f} %"


def plane(patch: LossSlice, runs: Iterable[RunPicture]) -> str:
    """Which plane of two parameters it is; empty for a principal one."""
    if patch.weights is None:
        return ""
    if patch.wanted.weights is None:
        return "No run has moved yet: these are two weights of the start, until there is a path"
    return f"All other parameters are those of {_name(patch, runs)} at update {patch.update:,}"


def error(patch: LossSlice, runs: Iterable[RunPicture]) -> str:
    """How far the loss in the plane is from that of the path; empty while it is not known."""
    error, name = patch.error, _name(patch, runs)
    if not patch.paths:
        return HIDDEN
    if error is None or len(patch.paths.get(patch.run, NOBODY).updates) < 2:
        return ""
    if not np.isfinite(error.largest):
        median = f" (median {number(error.median, 2)})" if np.isfinite(error.median) else ""
        return f"In this plane the loss is not finite somewhere along the path of {name}{median}"
    return (
        f"In this plane the loss differs from the path's own by at most {number(error.largest, 2)} "
        f"(median {number(error.median, 2)})"
    )


def _name(patch: LossSlice, runs: Iterable[RunPicture]) -> str:
    return next((run.name for run in runs if run.id == patch.run), "the selected run")


def description(projected: ProjectedRuns, name: Name, view: tuple[float, float, float, float]) -> str:
    """Everything there is to see, for a screen reader."""
    patch = projected.patch
    across, up = axes(patch, name)
    x0, x1, y0, y1 = view
    parts = [f"Parameter path: {across} from {number(x0)} to {number(x1)}, {up} from {number(y0)} to {number(y1)}."]
    parts += [f"{told}." for told in (plane(patch, projected.runs), error(patch, projected.runs)) if told]
    known = patch.values[np.isfinite(patch.values)]
    if known.size:
        lowest, highest = float(known.min()), float(known.max())
        parts.append(f"The loss in this plane is between {number(lowest)} and {number(highest)}.")
    for run in projected.runs:
        x, y = map(float, run.shown.evaluated)
        parts.append(
            f"{run.name}: {run.status}, update {run.shown.update:,}, {whose(run)}at ({number(x)}, {number(y)}), "
            f"loss {number(run.shown.loss)}."
        )
    for run, x, y in projected.bests():
        assert run.best is not None
        parts.append(
            f"{run.name} had its lowest {run.measures.words(WATCHED)}, {number(run.best.loss)}, at update "
            f"{run.best.update:,}, at ({number(x)}, {number(y)})."
        )
    return " ".join(parts)
