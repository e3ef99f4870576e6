"""A shortcut to build an experiment on a surface in code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.building import experiment_on
from engine.choices import Choice, choose
from engine.problems.surface import SURFACES
from engine.problems.surface.task import Formula, SurfaceTask
from engine.training.experiment import Experiment, RunSettings


def new_experiment(
    surface: str | Choice | Formula,
    runs: Iterable[RunSettings | str],
    *,
    start: tuple[float, float] | None = None,
    noise: float = 0.0,
    seed: int = 1,
    title: str = "Untitled",
    note: str = "",
    **stop: Any,
) -> Experiment:
    """An experiment on a surface; the runs get colours and distinct ids in order.

    stop: `updates`, `loss_below`, ... (experiment.STOP). Raises SettingError.
    """
    chosen = choose(SURFACES, surface) if isinstance(surface, str) else surface
    if start is None:
        start = SURFACES[chosen.kind].start if isinstance(chosen, Choice) else (chosen.domain[0], chosen.domain[3])
    return experiment_on(SurfaceTask(chosen, start, noise, seed), runs, title, note, stop)
