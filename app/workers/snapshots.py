"""Snapshots of a run for the views, computed beside the training: always of the newest state."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from app.workers.latest_job import LatestJob, Ticket
from engine import Problem, Query, Snapshot, snapshot_pieces

REST = 6.0  # while the runs move: rest after a snapshot, as a multiple of the time it took


class SnapshotRequest(NamedTuple):
    """A state of a run, and what is asked of its problem there. theta (n,) will not change."""

    problem: Problem
    theta: np.ndarray
    queries: frozenset[Query[Any]]
    run: str
    update: int

    def resembles(self, other: SnapshotRequest) -> bool:
        """Whether it asks the same, of the same run at any update."""
        return self.problem is other.problem and self.queries == other.queries and self.run == other.run

    def repeats(self, other: SnapshotRequest) -> bool:
        """Whether there is nothing new to it."""
        same = self.problem is other.problem and self[2:] == other[2:]
        return same and np.array_equal(self.theta, other.theta)


class Snapshots:
    """Takes snapshots in a thread of its own; `newest` is the last that is done."""

    def __init__(self, failed: Callable[[int, BaseException], None]) -> None:
        self.newest: Snapshot | None = None
        self._last: SnapshotRequest | None = None
        self._rest_until = 0.0
        self._jobs = LatestJob("snapshots", failed, gives_way=True)
        self._jobs.start()

    @property
    def idle(self) -> bool:
        """Whether everything that was requested is done."""
        return self._jobs.idle

    def request(self, request: SnapshotRequest, moving: bool) -> None:
        """Take this snapshot once the one that is under way is done, unless a newer request comes before.

        Of a run that is moving, and of which another will be requested soon, none is taken too soon after the last:
        the runs and the window need the cores as well.
        """
        last = self._last
        if moving and last is not None and request.resembles(last) and not self._rested():
            return
        if last is None or not request.repeats(last):
            if last is not None and last.problem is not request.problem:
                self._jobs.cancel()  # nobody will look at what is under way
            self._last = request
            self._jobs.offer(partial(self._take, request))

    def cancel(self) -> None:
        self._jobs.cancel()

    def release(self) -> None:
        self._jobs.release()

    def _rested(self) -> bool:
        return self.idle and time.perf_counter() >= self._rest_until

    def _take(self, request: SnapshotRequest, ticket: Ticket) -> None:
        begun = time.perf_counter()
        with np.errstate(all="ignore"):
            self.newest = ticket.finish(snapshot_pieces(*request, ticket.interruption))
        ended = time.perf_counter()
        self._rest_until = ended + REST * (ended - begun)
