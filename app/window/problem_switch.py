"""The same race on a problem of another kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.documents.problem_kinds import kind_of
from engine import (
    BATCHES,
    OPTIMIZERS,
    SURFACES,
    Experiment,
    Formula,
    NetworkTask,
    RunRecord,
    RunSettings,
    Task,
    choose,
    new_experiment,
    new_network,
)

_SURFACE = "rosenbrock"
_SGD_RATE, _FASTEST = 0.03, 0.03  # learning rates for a small network


def of_kind(kind: str, runs: Sequence[RunSettings], before: Experiment | None = None) -> Experiment:
    """An experiment with a problem of a kind (problem_kinds.KINDS) and these runs, as far as they suit it.

    before: the last one of this kind. Its problem is taken up again, and so are the settings of the runs that it
    knew; others keep optimizer, schedule and name, and get the learning rate and the batches that suit the kind.
    """
    if before is None:
        before = _fresh(kind)
    known = {record.settings.id: record.settings for record in before.runs}
    records = tuple(RunRecord(known.get(run.id) or _suited(run, before.problem)) for run in runs)
    return replace(before, runs=records)


def remembered(task: Task, runs: Sequence[RunSettings], experiment: Experiment) -> tuple[str, Experiment]:
    """A problem with its runs as they stand, without their past, to be taken up again; and of which kind it is."""
    return kind_of(task), replace(experiment, problem=task, runs=tuple(map(RunRecord, runs)))


def _fresh(kind: str) -> Experiment:
    """A problem to begin with, its runs still to come: TensorFlow Playground's network, or Rosenbrock's valley."""
    if kind == "network":
        made = new_network("circle", ["sgd"], (4, 2), output="tanh", loss="half_mse", initializer="playground")
    else:
        entry = SURFACES[_SURFACE]
        numbers = {knob.name: float(knob.default) for knob in entry.knobs}  # type: ignore[arg-type]
        surface = Formula(entry.formula, numbers, entry.view) if kind == "formula" else _SURFACE
        made = new_experiment(surface, ["sgd"], start=entry.start, updates=0)
    return replace(made, runs=())


def _suited(run: RunSettings, problem: Task) -> RunSettings:
    """A run with the learning rate and the batches to begin with on a problem."""
    usual = OPTIMIZERS[run.optimizer.kind].learning_rate
    if not isinstance(problem, NetworkTask):
        return replace(run, learning_rate=usual, batch=choose(BATCHES, "full"))
    rate = _SGD_RATE if run.optimizer.kind == "sgd" else max(usual, min(10.0 * usual, _FASTEST))
    return replace(run, learning_rate=rate, batch=choose(BATCHES, "mini", {"size": 10}))
