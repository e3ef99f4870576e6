"""What is compared: runs of an experiment, and optimizers that are none, each by itself with the same seeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.choices import choose
from engine.contracts import Value
from engine.optimizers import OPTIMIZERS
from engine.problems.kind import kind_of
from engine.problems.task import Task
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.training.experiment import MAX_RUNS, NEVER, Experiment, RunRecord, RunSettings, distinct, of_run
from engine.training.naming import Naming, titles
from engine.training.own_problem import PART as OWN
from engine.training.own_problem import changed_own, is_overridden
from engine.trials.trial import Trial


@dataclass(frozen=True, slots=True)
class Arm:
    """One of those compared: the id of its run, its name, its colour, and how it begins."""

    key: str
    name: str
    colour: int
    record: RunRecord


def numbered_titles(experiment: Experiment) -> list[str]:
    """The titles of the runs, with a number from the second of a kind on."""
    names = titles(experiment)
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return [f"{name} {count + 1}" if count else name for name, count in zip(names, before, strict=True)]


def by_default(experiment: Experiment, optimizer: str) -> RunSettings:
    """A run with an optimizer as it is by default on this problem, with the batches that the first run has.

    Raises SettingError for an unknown one.
    """
    kind = kind_of(experiment.problem)
    rate, batch = kind.suited(OPTIMIZERS[optimizer].key)
    like = experiment.runs[0].settings.batch if experiment.runs else batch
    return RunSettings(optimizer, "", 0, choose(OPTIMIZERS, optimizer), rate, choose(SCHEDULES, "constant"), like)


def arms_of(
    experiment: Experiment,
    ids: Iterable[str] = (),
    naming: Naming = numbered_titles,
    optimizers: Iterable[str] = (),
) -> tuple[Arm, ...]:
    """The runs of an experiment with these ids, then these optimizers, each as a run by default; without any of either
    the visible runs. naming: what they are called among those compared. Raises SettingError for an unknown optimizer.
    """
    wanted, others = set(ids), tuple(optimizers)
    is_named = bool(wanted or others)
    records = [
        record for record in experiment.runs if (record.settings.id in wanted if is_named else record.settings.visible)
    ]
    for optimizer in others:
        id = distinct(optimizer, (*experiment.runs, *records))
        taken = {record.settings.colour for record in (*experiment.runs, *records)}
        colour = next((place for place in range(MAX_RUNS) if place not in taken), 0)
        records.append(RunRecord(replace(by_default(experiment, optimizer), id=id, colour=colour)))
    names = naming(replace(experiment, runs=tuple(records)))
    return tuple(
        Arm(record.settings.id, name, record.settings.colour, record)
        for record, name in zip(records, names, strict=True)
    )


def _is_knob(given: tuple[str, object]) -> bool:
    return not Setting.of(given[0]).is_whole


@lru_cache(maxsize=1024)
def _reseeded(task: Task, seed: int) -> Task:
    return kind_of(task).reseeded(task, seed)


def alone(
    experiment: Experiment,
    arm: Arm,
    updates: int,
    counted: str,
    *,
    seed: int = 0,
    settings: Iterable[tuple[str, object]] = (),
    stop: Iterable[tuple[str, Value]] = (),
) -> Trial:
    """The trial of one arm alone, for so many updates, with the seeds of this number (see ProblemKind.reseeded).

    settings: paths of the run or of the problem with their values; what a run has for itself is varied there. stop:
    rules that end it earlier. Raises SettingError.
    """
    given = tuple(settings)
    run, task = arm.record, _reseeded(experiment.problem, seed)
    for path, value in sorted(given, key=_is_knob):  # what is chosen from a catalogue, then the knobs that it brings
        setting, own = Setting.of(path), run.settings.own
        if of_run(setting):
            run = replace(run, settings=run.settings.having(setting, value))
        elif is_overridden(own, task, setting):
            own = changed_own(own, task, Setting.of(f"{OWN}.{path}"), value)
            run = replace(run, settings=replace(run.settings, own=own))
        else:
            task = task.having(path, value)
    single = Experiment(task, (run,), {**NEVER, **dict(stop), "updates": updates})
    return Trial(single, counted, arm.key, seed, given)
