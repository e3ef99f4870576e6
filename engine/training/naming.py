"""What the runs of an experiment are called, by whoever shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.training.experiment import Experiment

Naming = Callable[[Experiment], Sequence[str]]  # a name for each run, in order


def titles(experiment: Experiment) -> list[str]:
    """The names of the runs that were typed, and else those of their optimizers."""
    return [record.settings.title for record in experiment.runs]
