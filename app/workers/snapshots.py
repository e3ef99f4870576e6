"""Snapshots of a network for its views, computed beside the training: always of the newest state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from app.workers.latest_job import LatestJob, Ticket
from engine import Learner, NetworkSnapshot, SnapshotParts, snapshot_pieces


class SnapshotRequest(NamedTuple):
    """A state of a network, and what is wanted of it. theta (n,) will not change."""

    learner: Learner
    theta: np.ndarray
    wanted: SnapshotParts
    run: str
    update: int

    def repeats(self, other: SnapshotRequest) -> bool:
        """Whether there is nothing new to it."""
        same = self.learner is other.learner and self[2:] == other[2:]
        return same and np.array_equal(self.theta, other.theta)


class Snapshots:
    """Takes snapshots in a thread of its own; `newest` is the last that is done."""

    def __init__(self, failed: Callable[[int, BaseException], None]) -> None:
        self.newest: NetworkSnapshot | None = None
        self._last: SnapshotRequest | None = None
        self._jobs = LatestJob("snapshots", failed)
        self._jobs.start()

    def request(self, request: SnapshotRequest) -> None:
        """Take this snapshot once the one that is under way is done, unless a newer request comes before."""
        if self._last is None or not request.repeats(self._last):
            if self._last is not None and self._last.learner is not request.learner:
                self._jobs.cancel()  # nobody will look at what is under way
            self._last = request
            self._jobs.offer(partial(self._take, request))

    def cancel(self) -> None:
        self._jobs.cancel()

    def release(self) -> None:
        self._jobs.release()

    def _take(self, request: SnapshotRequest, ticket: Ticket) -> None:
        with np.errstate(all="ignore"):
            self.newest = ticket.finish(snapshot_pieces(*request, ticket.interruption))
