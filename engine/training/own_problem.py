"""Settings of the problem that a run has for itself: a network of its own, on the data that all runs share.

They are there from the start of the run, for theta depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from engine.choices import plain
from engine.contracts import SettingError, native, shown
from engine.problems.kind import Own, kind_of
from engine.problems.task import Task
from engine.setting import Setting
from engine.validation import Entries

MAX_KEPT = 16  # tasks, which may hold tables

PART = "own"  # `own` is whether there are any, `own.hidden.2.units` one of them


def own_task(task: Task, own: Own) -> Task:
    """The task of a run that has settings of its own. Raises SettingError if they do not go with the task."""
    return _with_own(task, own) if own else task


@lru_cache(maxsize=MAX_KEPT)  # asked for with every picture, which has to have the same as the one before
def _with_own(task: Task, own: Own) -> Task:
    kind = kind_of(task)
    foreign = next((name for name, _ in own if name not in kind.own_parts), "")
    if foreign:  # it is of a run on another kind of problem
        raise SettingError(f"runs on a {kind.title.lower()} have no {foreign} for themselves", PART)
    return kind.with_own(task, own)


def shared_task(task: Task, base: Task) -> Task:
    """A run's task with what it has for itself as `base`, one that all share, has it."""
    return _with_own(task, kind_of(task).own_of(base))


def changed_own(own: Own, task: Task, setting: Setting, value: object) -> Own:
    """These settings with one changed. task: the one that all runs share. Raises SettingError.

    `own` takes whether the run has any; it begins with those that all share. `own.architecture` takes what the task's
    setting `architecture` takes, and so on.
    """
    kind = kind_of(task)
    if not kind.own_parts:
        raise SettingError(f"runs on a {kind.title.lower()} have no settings of it for themselves", PART)
    if setting.is_whole:
        if not isinstance(native(value), bool):
            raise SettingError(f"must be true or false, got {shown(value)}", PART)
        return (own or kind.own_of(task)) if value else ()
    inner = Setting.of(setting.rest)
    if inner.part not in kind.own_parts:
        parts = ", ".join(kind.own_parts)
        raise SettingError(f"a run has {parts} of its own, got {shown(inner.part, 60)}", setting.path)
    try:
        return kind.own_of(own_task(task, own).having(inner, value))
    except SettingError as error:
        raise error.at(PART) from None


def fitting_own(own: Own, task: Task) -> Own:
    """These settings, if they go with another task; else none."""
    try:
        own_task(task, own)
    except SettingError:
        return ()
    return own


def read_own(entries: Entries | None, task: Task) -> Own:
    """What a file holds of a run's own settings. Raises SettingError."""
    return () if entries is None else kind_of(task).read_own(entries, task)


def is_overridden(own: Own, task: Task, setting: Setting) -> bool:
    """Whether a setting of the problem means nothing for a run, which has its own in its place."""
    return bool(own) and setting.part in kind_of(task).own_parts


def own_entries(own: Own) -> dict[str, Any]:
    """Plain data, for a file."""
    return {name: plain(value) for name, value in own}


def distinct_tasks(task: Task, owns: Iterable[Own]) -> list[Task]:
    """The tasks of these runs, each once. To tell two apart takes as long as reading all their examples."""
    tasks = [own_task(task, own) for own in dict.fromkeys(owns)]
    return tasks if len(tasks) == 1 else list(dict.fromkeys(tasks))
