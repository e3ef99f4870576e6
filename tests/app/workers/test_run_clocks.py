"""The clocks of the runs: each counts its own thread's processor time, of what is new."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from app.workers.run_clocks import MAX_MARKS, RunClock, RunClocks


def marks(clock: RunClock) -> list[tuple[float, float]]:
    updates, seconds = clock.marks
    return list(zip(updates.tolist(), seconds.tolist(), strict=True))


def test_what_is_known_takes_no_time_and_what_is_cut_is_counted_again() -> None:
    clock = RunClock()
    clock.note(0, 10, 1.0)
    clock.note(5, 10, 7.0)
    assert marks(clock) == [(0.0, 0.0), (10.0, 1.0)]
    clock.note(5, 15, 1.0)  # half of it was known
    assert marks(clock)[-1] == (15.0, 1.5)
    branch = clock.fork(12)
    assert marks(branch)[-1] == (12.0, pytest.approx(1.2))
    clock.cut(10)
    clock.note(10, 20, 3.0)
    assert marks(clock) == [(0.0, 0.0), (10.0, 1.0), (20.0, 4.0)]
    assert marks(branch)[-1][0] == 12.0


def test_a_clock_stays_small() -> None:
    clock = RunClock()
    for update in range(20_000):
        clock.note(update, update + 1, 0.5)
    updates, seconds = clock.marks
    assert len(updates) <= MAX_MARKS and (updates[0], updates[-1]) == (0.0, 20_000.0)
    assert seconds.tolist() == (0.5 * updates).tolist()


def test_two_threads_count_their_own_time_alone() -> None:
    clocks = RunClocks()
    runs = [_Fake("busy", 0.05), _Fake("idle", 0.0)]
    with ThreadPoolExecutor(2) as pool:
        list(clocks.over(pool.map)(_Fake.advance, runs))
    spent = {id: seconds[-1] for id, (_, seconds) in clocks.published(runs).items()}
    assert spent["busy"] >= 0.05 > spent["idle"]
    assert np.array_equal(clocks.published(runs)["busy"][0], [0.0, 10.0])


class _Fake:
    """A run whose updates take some processor time."""

    def __init__(self, id: str, seconds: float) -> None:
        self.settings, self.history = SimpleNamespace(id=id), SimpleNamespace(updates=0)
        self.update, self._seconds = 0, seconds

    def advance(self) -> int:
        begun = time.thread_time()
        while time.thread_time() - begun < self._seconds:
            pass
        self.update = self.history.updates = 10
        return 10
