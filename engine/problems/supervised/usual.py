"""What is usual for data: the network that a person begins with on them, with which the settings are compared."""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.choices import Choice, choose
from engine.data.catalogue import DATASETS, Dataset
from engine.data.table import Table
from engine.problems.supervised.task import NetworkTask, network_task
from engine.validation import Entries

_PLANE = 2  # inputs; more than two vary in scale and are standardised


@cache
def first_network() -> NetworkTask:
    """TensorFlow Playground's network."""
    made = {
        "data": "circle",
        "hidden": [{"units": units, "activation": "tanh"} for units in (4, 2)],
        "output": "tanh",
        "loss": "half_mse",
        "initializer": "playground",
    }
    return network_task(Entries(made, ""))


def usual_settings(entry: Dataset) -> dict[str, Any]:
    """The split and the scaling that suit a data set."""
    scaled = entry.inputs > _PLANE and not entry.tokens(choose(DATASETS, entry.key).values)
    return {"share": entry.share, "scaling": entry.scaling or ("standardise" if scaled else "none")}


def usual_network(data: Choice | Table) -> NetworkTask:
    """A fresh network on these data: what the settings of a network are compared with."""
    if isinstance(data, Table):
        return (
            first_network()
            .having("data", data)
            .having("scaling", "none" if data.drawn or data.context else "standardise")
        )
    return _usual_on(data.kind)


@cache
def _usual_on(key: str) -> NetworkTask:
    task = first_network().having("data", key)
    for setting, value in usual_settings(DATASETS[key]).items():
        task = task.having(setting, value)
    return task
