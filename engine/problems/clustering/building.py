"""A shortcut to build an experiment with clusters in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.building import experiment_on
from engine.choices import Choice, plain
from engine.contracts import Value
from engine.data.table import Table
from engine.problems.clustering.task import clustering_task
from engine.training.experiment import NEVER, Experiment, RunSettings
from engine.validation import Entries


def new_clustering(
    points: str | Choice | Table | Mapping[str, Any],
    runs: Iterable[RunSettings | str],
    *,
    title: str = "Untitled",
    note: str = "",
    stop: Mapping[str, Value] | None = None,
    **settings: Any,
) -> Experiment:
    """An experiment that clusters points: of a kind, named by its key or as a table with its knobs, or of a Table.

    settings: those of ClusteringTask by name, a choice as its key or as a table (`model={"kind": "mixture", "spread":
    "full"}`). stop: `updates`, ... (experiment.STOP); without it the runs never stop. Raises SettingError.
    """
    given = {name: plain(value) for name, value in settings.items()}
    source = {"table": points} if isinstance(points, Table) else plain(points)
    task = clustering_task(Entries({"points": source, **given}, ""))
    return experiment_on(task, runs, title, note, {**NEVER, **(stop or {})})
