"""A shortcut to build an experiment with a policy in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.building import experiment_on
from engine.choices import Choice, plain
from engine.contracts import Value
from engine.problems.policy.task import policy_task
from engine.training.experiment import NEVER, Experiment, RunSettings
from engine.validation import Entries


def new_policy(
    environment: str | Choice | Mapping[str, Any],
    runs: Iterable[RunSettings | str],
    *,
    title: str = "Untitled",
    note: str = "",
    stop: Mapping[str, Value] | None = None,
    **settings: Any,
) -> Experiment:
    """An experiment on a policy in an environment, named by its key or as a table with its knobs.

    settings: those of PolicyTask by name, a choice as its key or as a table (`method={"kind": "reinforce", "baseline":
    "mean"}`). stop: `updates`, ... (experiment.STOP); without it the runs never stop. Raises SettingError.
    """
    given = {name: plain(value) for name, value in settings.items()}
    where = plain(environment)
    task = policy_task(Entries({"environment": dict(where) if isinstance(where, Mapping) else where, **given}, ""))
    return experiment_on(task, runs, title, note, {**NEVER, **(stop or {})})
