"""A setting changed from the start: what a run would have been, had it begun with it, while all else stays as it was.

Tweaks of that setting up to an update are replaced by it, and so are those that would hide it: if the optimizer was
exchanged since the start, a knob of the new one means that the new one is there from the start. Other tweaks stay at
their updates, as far as they fit, and so do those that are still to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from engine.contracts import SettingError
from engine.problems.task import Task
from engine.setting import Setting
from engine.training.experiment import (
    RunRecord,
    RunSettings,
    Tweak,
    fitting,
    followed,
    of_problem,
    of_run,
    run_task,
)
from engine.training.own_problem import is_overridden


def run_from_start(record: RunRecord, task: Task, setting: Setting, value: Any, until: int) -> RunRecord:
    """The record of a run that has a setting of its own from the start.

    task: the problem that it begins on. until: the update from which on tweaks are still to come. Raises SettingError.
    """
    past, later = _divided(record.tweaks, until)
    wanted, _, _ = followed(_settings_after(record.settings, past), task, setting, value)
    left, part = [tweak for tweak in past if not _replaces(setting, tweak.setting)], setting.part
    settings = _having(record.settings, setting, value)
    if settings is None or getattr(_settings_after(settings, left), part) != getattr(wanted, part):
        settings = replace(record.settings, **{part: getattr(wanted, part)}, name=wanted.name)
        left = [tweak for tweak in left if tweak.setting.part != part]
    return RunRecord(settings, tuple(fitting(settings, task, (*left, *later))))


def run_from_branching(
    record: RunRecord, task: Task, setting: Setting, value: Any, branching: int, until: int
) -> RunRecord:
    """The record of a run that has a setting of its own from an update on, and its past up to there as it was.

    A knob of an optimizer that was exchanged since then holds from that exchange on. The rest is as in
    `run_from_start`.
    """
    if not branching:
        return run_from_start(record, task, setting, value, until)
    past, later = _divided(record.tweaks, until)
    before = [tweak for tweak in past if tweak.update < branching]
    left = [tweak for tweak in past if tweak.update >= branching and not _replaces(setting, tweak.setting)]
    exchanged = [tweak.update for tweak in left if tweak.setting.part == setting.part and tweak.setting.is_whole]
    place = max([branching, *(exchanged if not setting.is_whole else ())])
    since, after = _divided(left, place)
    settings = _settings_after(record.settings, [*before, *since])
    _, _, kept = followed(settings, task_after(task, replace(record, tweaks=(*before, *since)), place), setting, value)
    tweaks = fitting(record.settings, task, (*before, *since, Tweak(place, setting, kept), *after, *later))
    return replace(record, tweaks=tuple(tweaks))


def task_from_start(
    task: Task, standing: Task, records: Sequence[RunRecord], changes: Sequence[tuple[Setting, Any]], until: int
) -> tuple[Task, tuple[RunRecord, ...]]:
    """The problem with settings changed from the start, and the records of its runs.

    task: as the runs begin on it, standing: as it stands now. until: the update from which on tweaks are still to come.
    Raises SettingError.
    """
    wanted = standing
    for setting, value in changes:
        wanted = wanted.having(setting, value)
    start: Task | None = task
    for setting, value in changes:
        start = _having(start, setting, value)
    if start is None or any(_is_hidden(start, wanted, record, changes, until) for record in records):
        start, everything = wanted, True
    else:
        everything = False
    return start, tuple(_on(start, record, changes, until, everything) for record in records)


def task_after(task: Task, record: RunRecord, until: int) -> Task:
    """The problem of a run as its tweaks up to an update have left it. task: the one that all share."""
    settings = record.settings
    task = run_task(task, settings)
    for tweak in record.tweaks:
        if tweak.update <= until:
            settings, task, _ = followed(settings, task, tweak.setting, tweak.value)
    return task


def _on(
    start: Task, record: RunRecord, changes: Sequence[tuple[Setting, Any]], until: int, everything: bool
) -> RunRecord:
    """A run's record on another problem, with what stays of its tweaks."""
    past, later = _divided(record.tweaks, until)
    left = _left(past, changes, everything)
    tweaks = fitting(record.settings, run_task(start, record.settings), (*left, *later))
    return replace(record, tweaks=tuple(tweaks))


def _is_hidden(
    start: Task, wanted: Task, record: RunRecord, changes: Sequence[tuple[Setting, Any]], until: int
) -> bool:
    """Whether later tweaks take away what was changed from the start."""
    after = task_after(start, _on(start, record, changes, until, everything=False), until)
    own = record.settings.own
    return any(
        getattr(after, setting.part) != getattr(wanted, setting.part)
        for setting, _ in changes
        if not is_overridden(own, start, setting)
    )


def _left(past: Iterable[Tweak], changes: Sequence[tuple[Setting, Any]], everything: bool) -> list[Tweak]:
    """The tweaks that stay. everything: whether those of the problem all go."""
    return [
        tweak
        for tweak in past
        if not (everything and of_problem(tweak.setting))
        and not any(_replaces(setting, tweak.setting) for setting, _ in changes)
    ]


def _replaces(setting: Setting, other: Setting) -> bool:
    """Whether one setting from the start leaves nothing of another: the same, or a part's whole and its knobs."""
    return other == setting or (setting.is_whole and other.part == setting.part)


def _divided(tweaks: Iterable[Tweak], until: int) -> tuple[list[Tweak], list[Tweak]]:
    """The tweaks up to an update, and those after it."""
    found = list(tweaks)
    return [tweak for tweak in found if tweak.update <= until], [tweak for tweak in found if tweak.update > until]


def _settings_after(settings: RunSettings, tweaks: Iterable[Tweak]) -> RunSettings:
    for tweak in tweaks:
        if of_run(tweak.setting):
            settings = settings.having(tweak.setting, tweak.value)
    return settings


def _having(settings: Any, setting: Setting, value: Any) -> Any:
    """Settings or a task with one changed; None where that cannot be."""
    try:
        return None if settings is None else settings.having(setting, value)
    except SettingError:
        return None
