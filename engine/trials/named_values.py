"""Settings whose values have names, such as optimizers, activations and switches, and what these values are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, SettingError
from engine.optimizers import OPTIMIZERS
from engine.problems.kind import KIND, kind_of
from engine.problems.task import Task
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.training.experiment import RunSettings, of_run, run_task

_OF_RUN: Mapping[str, Catalogue[Any]] = {"optimizer": OPTIMIZERS, "batch": BATCHES, "schedule": SCHEDULES}
_SWITCH = {False: "off", True: "on"}


def named_settings(task: Task, settings: RunSettings) -> Iterator[str]:
    """The paths of the settings of a run, then of those of its problem, whose values have names."""
    for part, catalogue in _OF_RUN.items():
        if part == "batch" and not kind_of(task).trains:
            continue
        yield part
        knobs = catalogue[getattr(settings, part).kind].knobs
        yield from (f"{part}.{knob.name}" for knob in knobs if _names_of_knob(knob))
    paths = dict.fromkeys(path.removesuffix(f".{KIND}") for path in _texts(task.to_dict(lambda table: {})))
    for path in paths:
        if value_names(task, settings, path) and _begins(task, settings, path, value_now(task, settings, path)):
            yield path


def value_names(task: Task, settings: RunSettings, setting: str | Setting) -> dict[Any, str]:
    """What the values of a setting are called, as a list offers them; empty where values have no names."""
    setting = Setting.of(setting)
    if of_run(setting):
        choice = getattr(settings, setting.part, None)
        if setting.part not in _OF_RUN or not isinstance(choice, Choice):
            return {}
        catalogue = _OF_RUN[setting.part]
        return _titles(catalogue) if setting.is_whole else _names_among(catalogue[choice.kind].knobs, setting.rest)
    kind = kind_of(task)
    if setting.is_whole and (names := _names_among(kind.knobs, setting.part)):
        return names
    try:
        now = task.value(setting)
        name = setting.knob or setting.part
        if name in kind.catalogues:
            return _titles(kind.catalogues[name]) if isinstance(now, Choice | str) else {}
        if setting.part in kind.catalogues:
            choice = task.value(Setting(setting.part, None, setting.place))
            if isinstance(choice, Choice):
                return _names_among(kind.catalogues[setting.part][choice.kind].knobs, name)
    except (SettingError, LookupError, AttributeError):  # there is no such setting
        pass
    return {}


def value_now(task: Task, settings: RunSettings, setting: str | Setting) -> Any:
    """The value that a setting of a run or of its problem has, of what is chosen from a catalogue its key."""
    setting = Setting.of(setting)
    found = settings.value(setting) if of_run(setting) else task.value(setting)
    return found.kind if isinstance(found, Choice) else found


def possible_values(task: Task, settings: RunSettings, setting: str | Setting) -> dict[Any, str]:
    """Of the values of a setting that have names those with which such a run can begin."""
    names = value_names(task, settings, setting)
    return {value: name for value, name in names.items() if _begins(task, settings, setting, value)}


def _begins(task: Task, settings: RunSettings, setting: str | Setting, value: Any) -> bool:
    try:
        if of_run(Setting.of(setting)):
            changed = settings.having(setting, value)
            schedules = (changed.schedule, *(schedule for _, schedule in changed.drive))
            return not kind_of(task).refused(changed.optimizer, schedules)
        run_task(task.having(setting, value), settings)
    except SettingError:
        return False
    return True


def _titles(catalogue: Catalogue[Any]) -> dict[Any, str]:
    return {key: catalogue[key].title for key in catalogue.offered()}


def _names_among(knobs: Iterable[Hyper], name: str) -> dict[Any, str]:
    return next((_names_of_knob(knob) for knob in knobs if knob.name == name), {})


def _names_of_knob(knob: Hyper) -> dict[Any, str]:
    if knob.kind == "switch":
        return dict(_SWITCH)
    if knob.kind != "choice":
        return {}
    return dict(zip(knob.options, knob.titles or (option.replace("_", " ") for option in knob.options), strict=True))


def _texts(plain: Any, before: str = "") -> Iterator[str]:
    """The paths of the texts and switches in plain data; places in lists count from 1."""
    if isinstance(plain, Mapping):
        for name, value in plain.items():
            yield from _texts(value, f"{before}.{name}" if before else str(name))
    elif isinstance(plain, list | tuple):
        for place, value in enumerate(plain, 1):
            yield from _texts(value, f"{before}.{place}")
    elif isinstance(plain, str | bool):
        yield before
