"""How much processor time each run has taken to come to which update: its own, whichever thread it was computed in.

It is shown, but no part of what is recorded: what is computed again from what is known takes no time here.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from engine import Run

Array = np.ndarray
Clock = tuple[Array, Array]
Spread = Callable[[Callable[[Run], int], Iterable[Run]], Iterable[int]]

MAX_MARKS = 512


class RunClock:
    """The clock of one run: marks at updates, with the seconds up to there, linear in between."""

    def __init__(self) -> None:
        self._updates = [0]
        self._seconds = [0.0]

    def note(self, before: int, after: int, spent: float) -> None:
        """Count the seconds in which a run went from an update to a later one, as far as that was new."""
        known = self._updates[-1]
        if after <= known:
            return
        share = (after - known) / (after - before) if before < known else 1.0
        self._updates.append(after)
        self._seconds.append(self._seconds[-1] + share * spent)
        if len(self._updates) > MAX_MARKS:
            self._updates, self._seconds = self._updates[::2], self._seconds[::2]

    def cut(self, update: int) -> None:
        """Forget what was after an update."""
        if update < self._updates[-1]:
            here = float(np.interp(update, self._updates, self._seconds))
            kept = bisect_right(self._updates, update)
            self._updates, self._seconds = self._updates[:kept], self._seconds[:kept]
            if self._updates[-1] < update:
                self._updates.append(update)
                self._seconds.append(here)

    def fork(self, update: int) -> RunClock:
        """The clock of a branch that leaves the run at an update."""
        twin = RunClock()
        twin._updates, twin._seconds = list(self._updates), list(self._seconds)
        twin.cut(update)
        return twin

    @property
    def marks(self) -> Clock:
        """(updates, seconds)."""
        return np.array(self._updates, float), np.array(self._seconds)


class RunClocks:
    """The clocks of the runs of a session, by their ids. Each is touched by the thread alone that has its run."""

    def __init__(self) -> None:
        self._clocks: dict[str, RunClock] = {}

    def over(self, spread: Spread) -> Spread:
        """A way to hand out the work on the runs, in which their clocks run."""

        def spread_measured(work: Callable[[Run], int], runs: Iterable[Run]) -> Iterable[int]:
            known = list(runs)
            for run in known:
                self._clocks.setdefault(run.settings.id, RunClock())
            return spread(lambda run: self._measured(work, run), known)

        return spread_measured

    def fork(self, id: str, new: str, update: int) -> None:
        """Give a branch the time of the run that it leaves."""
        if id in self._clocks:
            self._clocks[new] = self._clocks[id].fork(update)

    def forget(self) -> None:
        """Other runs begin."""
        self._clocks.clear()

    def published(self, runs: Iterable[Run]) -> Mapping[str, Clock]:
        """The marks of the clocks of these runs, as far as their histories go."""
        found = {}
        for run in runs:
            clock = self._clocks.get(run.settings.id)
            if clock is not None:
                clock.cut(run.history.updates)
                found[run.settings.id] = clock.marks
        return found

    def _measured(self, work: Callable[[Run], int], run: Run) -> int:
        clock, before = self._clocks[run.settings.id], run.update
        clock.cut(max(run.history.updates, before))
        begun = time.thread_time()
        taken = work(run)
        clock.note(before, run.update, time.thread_time() - begun)
        return taken
