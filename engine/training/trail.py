"""Where a run has been in the space of its parameters: a bounded number of points, and what it took to get there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.memory import trail_kept

Array = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """Where a run has been: theta (n,) before each of the updates (k,), the last being where it stands now.

    losses (k,): of the training set as it was measured there, NaN where it was not. Nothing in it will change.
    """

    updates: Array
    thetas: tuple[Array, ...]
    losses: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """trained: the work that had gone into training up to there."""

    update: int
    theta: Array
    loss: float
    trained: int


class TrailRecord:
    """The growing trail of one run."""

    def __init__(self) -> None:
        self._points: list[_Point] = []

    @property
    def last_at(self) -> int:
        """The update of the newest point."""
        return self._points[-1].update

    @property
    def trained(self) -> int:
        """The work that had gone into training by then."""
        return self._points[-1].trained

    @property
    def nbytes(self) -> int:
        return sum(int(point.theta.nbytes) for point in self._points)

    def append(self, update: int, theta: Array, loss: float, trained: int) -> None:
        """Keep a point; theta (n,) is copied, loss is NaN where it was not measured."""
        self._points.append(_Point(update, theta.copy(), loss, trained))
        if len(self._points) > trail_kept(theta.nbytes):
            self._points = self._points[::2]

    def cut(self, update: int) -> None:
        """Forget the points after an update."""
        self._points = [point for point in self._points if point.update <= update]

    def fork(self) -> TrailRecord:
        """The same points for another run."""
        twin = TrailRecord()
        twin._points = list(self._points)
        return twin

    def view(self, update: int, theta: Array) -> Trail:
        """The trail of a run that stands at an update, at theta (n,)."""
        points = [point for point in self._points if point.update <= update]
        if not points or points[-1].update < update or not np.array_equal(points[-1].theta, theta):
            points = [point for point in points if point.update < update]
            points.append(_Point(update, theta.copy(), np.nan, 0))
        return Trail(
            np.array([point.update for point in points], float),
            tuple(point.theta for point in points),
            np.array([point.loss for point in points], float),
        )
