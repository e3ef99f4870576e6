"""Portraits of networks, computed beside the training: one at a time, always of the newest state that was offered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from engine import Learner, Portrait, Wanted, portrait


class Sitting(NamedTuple):
    """A state to be portrayed: theta (n,) will not change."""

    learner: Learner
    theta: np.ndarray
    wanted: Wanted
    run: str
    update: int

    def repeats(self, other: Sitting) -> bool:
        """Whether there is nothing new to it."""
        same = self.learner is other.learner and self[2:] == other[2:]
        return same and np.array_equal(self.theta, other.theta)


class Portraits:
    """The thread that makes them.

    `newest` is the last that is done; `failed` hears what went wrong, from that thread.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self.newest: Portrait | None = None
        self._failed = failed
        self._lock = threading.Lock()
        self._waiting: Sitting | None = None
        self._last: Sitting | None = None
        self._busy = False
        self._pool = ThreadPoolExecutor(1, "portraits")
        self._pool.submit(np.seterr, all="ignore").result()  # started here, as the threads of the runs are

    def offer(self, sitting: Sitting) -> None:
        """Portray this state as soon as the last portrait is done, unless a newer one comes before."""
        with self._lock:
            if self._last is not None and sitting.repeats(self._last):
                return
            self._last = self._waiting = sitting
            if not self._busy:
                self._busy = True
                self._pool.submit(self._work)

    def release(self) -> None:
        """Let the thread end and wait for it."""
        with self._lock:
            self._waiting = None
        self._pool.shutdown()

    def _work(self) -> None:
        while True:
            with self._lock:
                sitting, self._waiting = self._waiting, None
                if sitting is None:
                    self._busy = False
                    return
            try:
                self.newest = portrait(*sitting)
            except BaseException as error:
                self._failed(error)
