"""The settings that a sweep can vary, of the runs and of the problem, each with a range to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine import BATCHES, LEARNING_RATE, OPTIMIZERS, SCHEDULES, WARMUP, Experiment, Hyper, Setting, SettingError, Task

_MOST = 4.0  # times a value, where no range is declared
_DECADE = 10.0
STEPS = 5


@dataclass(frozen=True, slots=True)
class Sweepable:
    """One setting. group: whose it is, in a word. low, high: to begin with; log: by factors; whole: integers."""

    path: str
    title: str
    group: str
    low: float
    high: float
    log: bool
    whole: bool


def sweepables(experiment: Experiment) -> tuple[Sweepable, ...]:
    """Numbers of the first visible run, then those of the problem."""
    return (*_of_run(experiment), *_of_problem(experiment))


def _of_run(experiment: Experiment) -> Iterator[Sweepable]:
    record = next((each for each in experiment.runs if each.settings.visible), None)
    if record is None:
        return
    settings = record.settings
    yield _declared(LEARNING_RATE.name, LEARNING_RATE, settings.learning_rate)
    for part, catalogue in (("optimizer", OPTIMIZERS), ("batch", BATCHES), ("schedule", SCHEDULES)):
        choice = getattr(settings, part)
        for knob in catalogue[choice.kind].knobs:
            if knob.kind in ("real", "integer"):
                yield _declared(f"{part}.{knob.name}", knob, choice.values[knob.name])
    yield _declared(WARMUP.name, WARMUP, settings.warmup)


def _declared(path: str, knob: Hyper, value: Any) -> Sweepable:
    """A setting that is declared: a decade about its value on a logarithmic slider, else what the slider covers."""
    whole, now = knob.kind == "integer", float(value)
    low, high = knob.slider or (knob.low, knob.high)
    log = knob.log and now > 0.0
    if log:
        low, high = max(now / _DECADE, knob.low), min(now * _DECADE, knob.high)
    elif high - low > 1e6:
        low, high = min(now, low), max(_MOST * abs(now), low + 1.0)
    return Sweepable(path, Setting.of(path).words, "run", low, high, log, whole)


def _of_problem(experiment: Experiment) -> Iterator[Sweepable]:
    task = experiment.problem
    for path, value in _numbers(task.to_dict(lambda table: "")):
        if not _is_setting(task, path, value):
            continue
        whole = isinstance(value, int)
        low = _reach(task, path, value, (0, value / 4, value / 2, 0.8 * value), whole)
        high = _reach(task, path, value, (2 * value, 1.2 * value) if value else (1, 0.5, 0.1), whole)
        if low < high:
            yield Sweepable(path, Setting.of(path).words, "problem", low, high, False, whole)


def _is_setting(task: Task, path: str, value: float) -> bool:
    """Whether an entry of the file is a setting by itself."""
    try:
        task.having(path, value)
        return bool(task.value(path) == value)
    except (SettingError, KeyError, AttributeError, TypeError, ValueError, IndexError):
        return False


def _reach(task: Task, path: str, value: float, wanted: tuple[float, ...], whole: bool) -> float:
    """The first of these values that the setting may have, else the one that it has."""
    for each in (round(one) if whole else one for one in wanted):
        try:
            task.having(path, each)
        except SettingError:
            continue
        return float(each)
    return float(value)


def _numbers(data: Any, before: str = "") -> Iterator[tuple[str, float | int]]:
    """The numbers in plain data, by their paths; places in lists count from 1."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _numbers(value, f"{before}.{key}" if before else str(key))
    elif isinstance(data, list):
        for place, value in enumerate(data, 1):
            yield from _numbers(value, f"{before}.{place}")
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield before, data
