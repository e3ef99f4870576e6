"""What a fresh experiment is like: the problems to begin with, and the settings that are usual for a problem."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from engine import (
    DATASETS,
    SURFACES,
    Choice,
    Dataset,
    Experiment,
    Formula,
    NetworkTask,
    Table,
    new_experiment,
    new_network,
)

_SURFACE = "rosenbrock"
_PLANE = 2  # inputs; more than two vary in scale and are standardised


def fresh(kind: str) -> Experiment:
    """A problem to begin with, without runs: TensorFlow Playground's network, or Rosenbrock's valley."""
    if kind == "network":
        made = new_network("circle", ["sgd"], (4, 2), output="tanh", loss="half_mse", initializer="playground")
    else:
        entry = SURFACES[_SURFACE]
        numbers = {knob.name: float(knob.default) for knob in entry.knobs}  # type: ignore[arg-type]
        surface = Formula(entry.formula, numbers, entry.view) if kind == "formula" else _SURFACE
        made = new_experiment(surface, ["sgd"], start=entry.start, updates=0)
    return replace(made, runs=(), title=made.problem.title)


def usual_settings(entry: Dataset) -> dict[str, Any]:
    """The split and the scaling that suit a data set."""
    return {"share": entry.share, "scaling": "none" if entry.inputs <= _PLANE else "standardise"}


def usual_network(data: Choice | Table) -> NetworkTask:
    """A fresh network on these data: what the settings of a network are compared with."""
    if isinstance(data, Table):
        return _fresh_network().having("data", data).having("scaling", "standardise" if not data.drawn else "none")
    return _usual_on(data.kind)


@cache
def _usual_on(key: str) -> NetworkTask:
    task = _fresh_network().having("data", key)
    for setting, value in usual_settings(DATASETS[key]).items():
        task = task.having(setting, value)
    return task


@lru_cache(maxsize=1)
def _fresh_network() -> NetworkTask:
    task = fresh("network").problem
    assert isinstance(task, NetworkTask)
    return task
