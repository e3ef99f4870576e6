"""Fresh experiments: the problems to begin with."""

from __future__ import annotations

from engine import NEVER, Experiment, offers


def fresh(offer: str) -> Experiment:
    """A problem to begin with, by the key of its offer, without runs and without an end."""
    task = offers()[offer].make()
    return Experiment(task, (), NEVER, title=task.title)
