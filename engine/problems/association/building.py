"""A shortcut to build an experiment with an associative memory in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.building import experiment_on
from engine.contracts import Value
from engine.problems.association.task import association_task
from engine.training.experiment import NEVER, Experiment, RunSettings
from engine.validation import Entries


def new_memory(
    runs: Iterable[RunSettings | str],
    *,
    title: str = "Untitled",
    note: str = "",
    stop: Mapping[str, Value] | None = None,
    **settings: Any,
) -> Experiment:
    """An experiment with an associative memory. settings: those of AssociationTask by name.

    stop: `updates`, ... (experiment.STOP); without it the runs never stop. Raises SettingError.
    """
    return experiment_on(association_task(Entries(settings, "")), runs, title, note, {**NEVER, **(stop or {})})
