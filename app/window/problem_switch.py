"""Takes the runs to another of the problems that are offered, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.documents.fresh import fresh
from engine import (
    PROBLEMS,
    RATES,
    Experiment,
    RunRecord,
    RunSettings,
    SessionPicture,
    Setting,
    SettingError,
    Table,
    Task,
    fitted,
    kind_of,
    new_run,
    offer_of,
)


class ProblemSwitch:
    """Remembers the last experiment of each offer, so that its problem can be taken up again."""

    def __init__(self) -> None:
        self._left: dict[str, Experiment] = {}

    def forget(self) -> None:
        """Start over with another document."""
        self._left.clear()

    def to_offer(self, key: str, picture: SessionPicture) -> Experiment:
        """The runs of a session on the last problem of an offer, or on a fresh one; remembers the problem they leave.

        A run that was on that last problem gets its settings from there; others keep optimizer, schedule and name, and
        get the usual learning rate and batches of the kind.
        """
        runs = [run.settings for run in picture.runs]
        without_past = tuple(map(RunRecord, runs))
        self._left[offer_of(picture.task).key] = replace(picture.experiment, problem=picture.task, runs=without_past)
        return with_runs(self._left.get(key) or fresh(key), runs)

    def to_table(self, table: Table, picture: SessionPicture) -> Experiment:
        """The runs of a session, from their beginning, on a problem that learns from a table. Raises SettingError.

        One that is open and can stays as it is otherwise.
        """
        open_kind = kind_of(picture.task)
        if open_kind.takes_tables:
            task = open_kind.on_table(picture.task, table, fresh=False)
            records = tuple(RunRecord(fitted(run.settings, task)) for run in picture.runs)
            return replace(picture.experiment, problem=task, runs=records, title=task.title, note="")
        kind = next((kind for kind in PROBLEMS.values() if kind.takes_tables), None)
        if kind is None:
            raise SettingError("no kind of problem learns from a table")
        key = kind.offers[0].key
        experiment = with_runs(self._left.get(key) or fresh(key), [run.settings for run in picture.runs])
        task = kind.on_table(experiment.problem, table, fresh=True)
        return replace(experiment, problem=task, title=task.title, note="")


def with_runs(experiment: Experiment, runs: Sequence[RunSettings]) -> Experiment:
    """An experiment with these runs: with the settings it has for them, or suited to its problem."""
    known = {record.settings.id: record.settings for record in experiment.runs}
    records = tuple(RunRecord(known.get(run.id) or _suited(run, experiment.problem)) for run in runs)
    return replace(experiment, runs=records)


def blank(offer: str) -> Experiment:
    """A document to begin with: a fresh problem of an offer, with one run."""
    return with_runs(fresh(offer), [new_run("sgd")])


def _suited(run: RunSettings, problem: Task) -> RunSettings:
    """A run with the usual rate and batches of a problem's kind, and nothing of the one before or that it refuses."""
    kind, usual = kind_of(problem), new_run()
    if kind.refused(run.optimizer, ()):
        run = run.having("optimizer", usual.optimizer.kind)
    if kind.refused(run.optimizer, (run.schedule, *(driver for _, driver in run.drive))):
        run = replace(run, schedule=usual.schedule, drive=())
    rate, batch = kind.suited(run.optimizer.kind)
    drive = tuple((path, driver) for path, driver in run.drive if Setting.of(path).part != RATES)
    return replace(run, learning_rate=rate, batch=batch, rates=(), own=(), drive=drive)
