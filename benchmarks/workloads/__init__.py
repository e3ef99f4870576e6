"""The workloads by name. To add one: a function `(rounds) -> lines` in a module here, and a row below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.workloads import (
    descents,
    formula,
    networks,
    optimizers,
    plots,
    policies,
    publishing,
    start,
    trajectory,
    trials,
    window,
)


class Workload(NamedTuple):
    """measure(rounds) yields the lines to print."""

    title: str
    measure: Callable[[int], Iterator[str]]


WORKLOADS: dict[str, Workload] = {
    "trajectory": Workload("one Adam trajectory on Rosenbrock, against peers", trajectory.measure),
    "networks": Workload("training small networks, against peers", networks.measure),
    "policies": Workload("REINFORCE on CartPole, against peers", policies.measure),
    "descents": Workload("clusters and associative memory, against peers", descents.measure),
    "optimizers": Workload("one update of every optimizer", optimizers.measure),
    "formula": Workload("typed formulas in the expression machine, against compiled surfaces", formula.measure),
    "publishing": Workload("what a frame of the window asks of the engine", publishing.measure),
    "plots": Workload("a frame of the live plots", plots.measure),
    "window": Workload("the window at full training speed", window.measure),
    "trials": Workload("a sweep by threads, processes and a cluster", trials.measure),
    "start": Workload("from nothing to the first update, kernels in the cache", start.measure),
}
