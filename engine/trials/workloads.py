"""The workloads of the score sheet: small problems, each with a loss to be reached. One entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice, choose
from engine.problems.kind import read_task
from engine.problems.task import Task
from engine.validation import Entries

_MINI = {"kind": "mini", "size": 32}
_FULL = {"kind": "full"}


@dataclass(frozen=True)
class Workload:
    """A problem as a file describes it, the exact loss that is to be reached on it, and within how many updates.

    asks: what of an optimizer it asks, in words. decays: whether optimizers decay weights as they do by default; where
    a point is sought that would draw it towards the origin, and might jump onto a minimum there.
    """

    key: str
    title: str
    asks: str
    problem: Mapping[str, Any]
    target: float
    updates: int
    batches: Mapping[str, Any]
    decays: bool = True

    @cached_property
    def task(self) -> Task:
        return read_task(Entries(dict(self.problem), self.key))

    @property
    def batch(self) -> Choice:
        values = dict(self.batches)
        return choose(BATCHES, values.pop("kind"), values)


def _surface(key: str, title: str, asks: str, surface: str, target: float, updates: int) -> Workload:
    return Workload(key, title, asks, {"surface": {"kind": surface}}, target, updates, _FULL, decays=False)


WORKLOADS = (
    _surface(
        "booth", "Booth", "a quadratic at an angle to the axes, its minimum far from the origin", "booth", 1e-3, 1000
    ),
    _surface("rosenbrock", "Rosenbrock", "a curved valley with a flat floor", "rosenbrock", 0.05, 3000),
    _surface("beale", "Beale", "steep walls around a plateau", "beale", 1e-2, 1000),
    _surface("cliff", "Cliff", "a gradient that changes by orders of magnitude", "cliff", 1e-3, 1000),
    _surface(
        "product",
        "Deep linear network",
        "a product of two weights, with a saddle at the origin",
        "deeplinear",
        1e-3,
        1000,
    ),
    Workload(
        "circle",
        "Circle",
        "a small classifier on noisy mini-batches",
        {"data": "circle", "hidden": [{"units": 4}, {"units": 2}]},
        0.03,
        1000,
        _MINI,
    ),
    Workload(
        "spirals",
        "Two spirals",
        "a boundary that takes long to wind",
        {"data": "spiral", "features": ["x", "y", "sin_x", "sin_y"], "hidden": [{"units": 8}, {"units": 8}]},
        0.1,
        2000,
        _MINI,
    ),
    Workload(
        "sine",
        "Sine",
        "regression with tanh units",
        {"data": "sine", "hidden": [{"units": 8}, {"units": 8}]},
        0.03,
        1500,
        _MINI,
    ),
    Workload(
        "deep",
        "Six sigmoid layers",
        "gradients that vanish on their way down",
        {"data": "moons", "hidden": [{"units": 6, "activation": "sigmoid"}] * 6},
        0.4,
        2000,
        _MINI,
    ),
    Workload(
        "digits",
        "Digits",
        "images of handwritten digits, ten classes",
        {
            "data": "digits",
            "scaling": "min_max",
            "hidden": [{"units": 16, "activation": "relu"}],
            "initializer": "he_normal",
        },
        0.15,
        600,
        _MINI,
    ),
)
