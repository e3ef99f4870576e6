"""What is compared: runs of an experiment, each by itself, on the same problem with the same seeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.contracts import Value
from engine.problems.kind import kind_of
from engine.problems.task import Task
from engine.setting import Setting
from engine.training.experiment import NEVER, Experiment, RunRecord, of_run
from engine.training.naming import Naming, titles
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


def arms_of(experiment: Experiment, ids: Iterable[str] = (), naming: Naming = numbered_titles) -> tuple[Arm, ...]:
    """The runs of an experiment with these ids; without any, those that are visible. naming: what they are called
    among those compared.
    """
    wanted = set(ids)
    records = [
        record for record in experiment.runs if (record.settings.id in wanted if wanted else record.settings.visible)
    ]
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

    settings: paths of the run or of the problem with their values. stop: rules that end it earlier. Raises
    SettingError.
    """
    given = tuple(settings)
    run, task = arm.record, _reseeded(experiment.problem, seed)
    for path, value in sorted(given, key=_is_knob):  # what is chosen from a catalogue, then the knobs that it brings
        if of_run(Setting.of(path)):
            run = replace(run, settings=run.settings.having(path, value))
        else:
            task = task.having(path, value)
    single = Experiment(task, (run,), {**NEVER, **dict(stop), "updates": updates})
    return Trial(single, counted, arm.key, seed, given)
