"""Takes the runs to a problem of another kind and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.documents.fresh import fresh
from app.documents.problem_kinds import kind_of
from engine import (
    BATCHES,
    OPTIMIZERS,
    Experiment,
    NetworkTask,
    RunRecord,
    RunSettings,
    SessionPicture,
    Table,
    Task,
    choose,
    new_run,
)

_SGD_RATE, _FASTEST = 0.03, 0.03  # learning rates for a small network


class ProblemSwitch:
    """Remembers the last experiment of each kind (problem_kinds.KINDS), so that its problem can be taken up again."""

    def __init__(self) -> None:
        self._left: dict[str, Experiment] = {}

    def forget(self) -> None:
        """Start over with another document."""
        self._left.clear()

    def to_kind(self, kind: str, picture: SessionPicture) -> Experiment:
        """The runs of a session on the last problem of a kind, or on a fresh one; remembers the problem they leave.

        A run that was on the last problem of the kind gets its settings from there; others keep optimizer, schedule
        and name, and get the usual learning rate and batches of the kind.
        """
        runs = [run.settings for run in picture.runs]
        without_past = tuple(map(RunRecord, runs))
        self._left[kind_of(picture.task)] = replace(picture.experiment, problem=picture.task, runs=without_past)
        return with_runs(self._left.get(kind) or fresh(kind), runs)

    def to_table(self, table: Table, picture: SessionPicture) -> Experiment:
        """The runs of a session, from their beginning, on a network that learns from a table. Raises SettingError.

        A network that is open keeps its shape, and its scaling if it has one.
        """
        if isinstance(picture.task, NetworkTask):
            records = tuple(RunRecord(run.settings) for run in picture.runs)
            task: Task = picture.task.having("data", table)
            if picture.task.scaling == "none":
                task = task.having("scaling", "standardise")
            return replace(picture.experiment, problem=task, runs=records, title=task.title, note="")
        experiment = with_runs(self._left.get("network") or fresh("network"), [run.settings for run in picture.runs])
        task = experiment.problem.having("data", table).having("scaling", "standardise").having("output", "identity")
        return replace(experiment, problem=task, title=task.title, note="")


def with_runs(experiment: Experiment, runs: Sequence[RunSettings]) -> Experiment:
    """An experiment with these runs: with the settings it has for them, or suited to its problem."""
    known = {record.settings.id: record.settings for record in experiment.runs}
    records = tuple(RunRecord(known.get(run.id) or _suited(run, experiment.problem)) for run in runs)
    return replace(experiment, runs=records)


def blank(kind: str) -> Experiment:
    """A document to begin with: a fresh problem of a kind, with one run."""
    experiment = fresh(kind)
    return with_runs(experiment, [new_run("sgd")])


def _suited(run: RunSettings, problem: Task) -> RunSettings:
    """A run with the default learning rate and batches of a problem's kind."""
    usual = OPTIMIZERS[run.optimizer.kind].learning_rate
    if not isinstance(problem, NetworkTask):
        return replace(run, learning_rate=usual, batch=choose(BATCHES, "full"))
    rate = _SGD_RATE if run.optimizer.kind == "sgd" else max(usual, min(10.0 * usual, _FASTEST))
    return replace(run, learning_rate=rate, batch=choose(BATCHES, "mini", {"size": 10}))
