"""The stop rules of a race over time: which held at which update."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

from engine.contracts import Value

Rules = Mapping[str, Value]

_MOST = 1000  # changes that are remembered; before the first of them, its rules are taken to hold


class StopRules:
    """The rules that hold, and those that held before they were changed while the race went on.

    No number of a run follows from those that held before: where one goes on that they have ended, it has been told to.
    """

    def __init__(self, rules: Rules) -> None:
        self._changes = [(0, rules)]

    @property
    def now(self) -> Rules:
        return self._changes[-1][1]

    def at(self, update: int) -> Rules:
        """The rules under which a race went on from an update."""
        return self._changes[max(bisect_right(self._changes, update, key=lambda change: change[0]) - 1, 0)][1]

    def change(self, rules: Rules, update: int) -> None:
        """Other rules hold from an update on; of several changes there the last counts."""
        if rules == self.now:
            return
        before = [change for change in self._changes if change[0] < update]
        if not before:
            self._changes = [(0, rules)]
        elif before[-1][1] == rules:
            self._changes = before
        else:
            self._changes = [*before, (update, rules)][-_MOST:]

    def cut(self, update: int) -> None:
        """The race goes on from an update, or from an earlier one, with the rules that hold now."""
        now = self.now
        self._changes = [change for change in self._changes if change[0] <= update] or [(0, now)]
        self.change(now, update)
