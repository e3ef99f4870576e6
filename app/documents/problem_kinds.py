"""The kinds of problem that one document may hold: a surface, a formula of one's own, or a network."""

from __future__ import annotations

from engine import Formula, NetworkTask, Table, Task

KINDS = ("surface", "formula", "network")
KIND_TITLES = ("Surface", "Own formula", "Network")


def kind_of(task: Task) -> str:
    """Which of KINDS a problem is."""
    if isinstance(task, NetworkTask):
        return "network"
    return "formula" if isinstance(task.surface, Formula) else "surface"


def same_problem(one: Task, other: Task) -> bool:
    """Whether two problems are the same surface, formula or data, perhaps with other settings."""
    return _identity(one) == _identity(other)


def _identity(task: Task) -> tuple[object, ...]:
    what = task.data if isinstance(task, NetworkTask) else task.surface
    if isinstance(what, Table):  # examples may be drawn and erased
        return "table", what.name, what.columns, what.target
    return kind_of(task), what.text if isinstance(what, Formula) else what.kind
