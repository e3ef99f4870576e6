"""The settings that a sweep can vary, of the runs and of the problem, each with values to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine import (
    BATCHES,
    LEARNING_RATE,
    OPTIMIZERS,
    SCHEDULES,
    WARMUP,
    Axis,
    Experiment,
    Hyper,
    RunSettings,
    Setting,
    SettingError,
    Task,
    axis,
    named_settings,
    of_run,
    possible_values,
    value_names,
    value_now,
)

_MOST = 4.0  # times a value, where no range is declared
_DECADE = 10.0
STEPS = 5
_FEW = 4  # values with names, to begin with
_RUN, _PROBLEM = "run", "problem"


@dataclass(frozen=True, slots=True)
class Sweepable:
    """One setting. group: whose it is, in a word. low, high: to begin with; log: by factors; whole: integers.

    is_named: whether its values have names, so that it has no range.
    """

    path: str
    title: str
    group: str
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    is_named: bool = False


def sweepables(experiment: Experiment) -> tuple[Sweepable, ...]:
    """The settings of the first visible run, then those of the problem; of each numbers first."""
    settings = _settings(experiment)
    if settings is None:
        return tuple(_of_problem(experiment.problem))
    named = [Sweepable(path, Setting.of(path).words, _group(path), is_named=True) for path in _named(experiment)]
    return (
        *_of_run(settings),
        *(each for each in named if each.group == _RUN),
        *_of_problem(experiment.problem),
        *(each for each in named if each.group == _PROBLEM),
    )


def names_of(experiment: Experiment, path: str) -> dict[Any, str]:
    """What the values of a setting are called."""
    settings = _settings(experiment)
    return value_names(experiment.problem, settings, path) if settings is not None else {}


def possible_names(experiment: Experiment, path: str) -> dict[Any, str]:
    """The same of those values with which the first visible run can begin; it may take some hundredths of a second."""
    settings = _settings(experiment)
    return possible_values(experiment.problem, settings, path) if settings is not None else {}


def suggested(experiment: Experiment, path: str) -> Axis:
    """The value that a setting has, and a few of the first that a list offers."""
    possible = list(possible_names(experiment, path))
    settings = _settings(experiment)
    now = value_now(experiment.problem, settings, path) if settings is not None else None
    first = possible[:_FEW]
    return axis(path, first if now in first or now not in possible else [now, *first[:-1]])


def refusal_of(experiment: Experiment, path: str, value: float) -> str:
    """Why the first visible run, or the problem, cannot have a value, as a sentence; empty if it can."""
    settings, of_a_run = _settings(experiment), of_run(Setting.of(path))
    try:
        if not of_a_run:
            experiment.problem.having(path, value)
        elif settings is not None:
            settings.having(path, value)
    except SettingError as error:
        return error.sentence
    return ""


def _settings(experiment: Experiment) -> RunSettings | None:
    """Those of the first visible run."""
    return next((each.settings for each in experiment.runs if each.settings.visible), None)


def _named(experiment: Experiment) -> Iterator[str]:
    settings = _settings(experiment)
    return named_settings(experiment.problem, settings) if settings is not None else iter(())


def _group(path: str) -> str:
    return _RUN if of_run(Setting.of(path)) else _PROBLEM


def _of_run(settings: RunSettings) -> Iterator[Sweepable]:
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
    return Sweepable(path, Setting.of(path).words, _RUN, low, high, log, whole)


def _of_problem(task: Task) -> Iterator[Sweepable]:
    for path, value in _numbers(task.to_dict(lambda table: "")):
        if not _is_setting(task, path, value):
            continue
        whole = isinstance(value, int)
        low = _reach(task, path, value, (0, value / 4, value / 2, 0.8 * value), whole)
        high = _reach(task, path, value, (2 * value, 1.2 * value) if value else (1, 0.5, 0.1), whole)
        if low < high:
            yield Sweepable(path, Setting.of(path).words, _PROBLEM, low, high, False, whole)


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
