"""The kinds of problem that one document may hold: a surface, a formula of one's own, or a network."""

from __future__ import annotations

from engine import Formula, NetworkTask, Task

KINDS = ("surface", "formula", "network")
KIND_TITLES = ("Surface", "Own formula", "Network")


def kind_of(task: Task) -> str:
    """Which of KINDS a problem is."""
    if isinstance(task, NetworkTask):
        return "network"
    return "formula" if isinstance(task.surface, Formula) else "surface"
