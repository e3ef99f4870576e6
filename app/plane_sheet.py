"""One plane through the parameters with a grid over it: which plane goes with the paths, and until when it does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine import Plane, coordinates, framed, principal_plane, weights_plane

if TYPE_CHECKING:
    from app.planes import Outing
    from engine import SliceError, Trail

Array = np.ndarray
Region = tuple[float, float, float, float]

SIDES = (17, 33, 65, 129)  # nodes of a side of the grid, which hold those of the coarser ones
BLOCK = 1 << 19  # numbers in the points that are asked for at once
MOST_POINTS = 256  # of all paths, that tell the plane
FAR = 10.0  # times the loss of the start: points beyond it tell neither plane nor frame
MARGIN, ROOM = 0.22, 0.4  # of the extent of the paths, on each side; in a race that goes on
FLAT = 0.3  # of the longer side of the frame is the shorter one at least
GROWTH = 1.1  # of the paths since the plane was chosen, with which it is outgrown
LEFT_OUT = 0.05  # of their variance that has since come to lie beside it
SHRUNK = 0.3  # of both sides of the frame, below which the paths would be lost in it
OVERTAKEN = 1.5  # times the variance of the first axis is that of the second, when they are exchanged
NO_PATH = (0, 1)  # the parameters that are shown while there is no path


class Walk(NamedTuple):
    """The path of a run in a plane: places (k, 2) before the updates (k,), losses (k,) measured on the path itself."""

    updates: Array
    places: Array
    losses: Array


class Sheet:
    """It belongs to the thread of the planes. outing: the race as it stands."""

    def __init__(self, outing: Outing, before: Sheet | None) -> None:
        """The next sheet after another, which it resembles as far as it can."""
        self.outing = outing
        self.learner, self.wanted = outing.learner, outing.wanted
        self.error: SliceError | None = None
        self._known: dict[int, tuple[Array, Array]] = {}
        self._values: Array
        self._guess: Array
        self._todo: Array
        if before is not None and before._size != self._size:
            before = None
        cloud = _cloud(outing)
        if before is not None and before._keeps_plane(outing):
            self.plane, self.weights, self.update = before.plane, before.weights, before.update
            self._spread, self._share = before._spread, before._share
            self._known = before._known
        else:
            self._choose_plane(cloud, before)
        self.home = self._frame(cloud, before)
        self.region = self.wanted.region or self.home
        if before is not None and self._shares_grid(before):
            self.xs, self.ys, self._level = before.xs, before.ys, before._level
            self._values, self._guess, self._todo = before._values, before._guess, before._todo
            self.error = before.error
        else:
            self._rule(0)
            self._guess = np.full_like(self._values, np.nan)

    @property
    def _size(self) -> int:
        return len(self.outing.theta)

    # The plane

    def _keeps_plane(self, outing: Outing) -> bool:
        return self.wanted.weights == outing.wanted.weights and not self._turns(outing)

    def _choose_plane(self, cloud: list[Array], before: Sheet | None) -> None:
        self._share, self._spread = None, _spread(cloud)
        self.weights, self.update = self.wanted.weights, self.outing.update
        if (self.weights is None and self._spread == 0.0) or max(self.weights or (0,)) >= self._size:
            self.weights = NO_PATH
        if self.weights is not None:
            self.plane = weights_plane(self.outing.theta, *self.weights)
            return
        plane = principal_plane(cloud)
        if before is not None and before.weights is None:
            plane = aligned(plane, before.plane)
        # The start of the runs is the point (0, 0), whatever direction the paths have taken since.
        self.plane = replace(plane, origin=plane.at(coordinates(plane, self._start[np.newaxis]))[0])
        self._share = plane.explained

    def begins_as(self, other: Sheet) -> bool:
        """Whether the runs have the same start, and so the two planes something in common."""
        return np.array_equal(self._start, other._start)

    @property
    def _start(self) -> Array:
        """theta (n,) at the beginning of the runs."""
        return next((trail.thetas[0] for trail in self.outing.trails.values()), self.outing.theta)

    def answers(self, outing: Outing) -> bool:
        """Whether this is what is wanted, of these runs."""
        same = self.wanted == outing.wanted and self.outing.trails.keys() == outing.trails.keys()
        return same and self.learner is outing.learner and (self.weights is None or self.outing.run == outing.run)

    def is_outgrown(self, outing: Outing) -> bool:
        """Whether the runs have come so far that another plane or another frame shows them better."""
        return self._turns(outing) or (self.wanted.region is None and not self._holds(_cloud(outing), self.home))

    def _turns(self, outing: Outing) -> bool:
        """Whether another plane goes with where the runs are now. One that a person looks into closely stays."""
        if self.weights is not None and self.wanted.weights is None:
            return _spread(_cloud(outing)) > 0.0
        if self.weights is not None:
            others = outing.theta.copy()
            others[list(self.weights)] = 0.0
            return not np.array_equal(others, self.plane.origin)
        if outing.wanted.region is not None:
            return False
        cloud = _cloud(outing)
        spread = _spread(cloud)
        if spread == 0.0 or not self._spread / GROWTH**4 <= spread <= self._spread * GROWTH:
            return True
        return self._share is not None and sum(_explained(self.plane, cloud)) < sum(self._share) - LEFT_OUT

    def follow(self, outing: Outing) -> None:
        """Take up where the runs are now."""
        self.outing = outing
        if self.weights is None:
            self.plane = replace(self.plane, explained=_explained(self.plane, _cloud(outing)))

    # The frame

    def _frame(self, cloud: list[Array], before: Sheet | None) -> Region:
        if before is not None and before.weights == self.weights and self._holds(cloud, before.home):
            return before.home
        x0, x1, y0, y1 = framed(coordinates(self.plane, np.concatenate(cloud)), ROOM if self.outing.moving else MARGIN)
        least = FLAT * max(x1 - x0, y1 - y0)
        across, up = max(0.0, least - (x1 - x0)) / 2, max(0.0, least - (y1 - y0)) / 2
        return x0 - across, x1 + across, y0 - up, y1 + up

    def _holds(self, cloud: list[Array], home: Region) -> bool:
        """Whether a frame has the paths inside, and not too small."""
        places = coordinates(self.plane, np.concatenate(cloud))
        corners, sides = np.array([home[0], home[2]]), np.array([home[1] - home[0], home[3] - home[2]])
        parts = (places - corners) / sides
        inside = bool((parts >= 0.0).all() and (parts <= 1.0).all())
        small = bool((np.ptp(parts, axis=0) < SHRUNK).all()) and _spread(cloud) > 0.0
        return inside and not small

    def walks(self) -> dict[str, Walk]:
        """Where the runs have been, in this plane."""
        known: dict[int, tuple[Array, Array]] = {}
        found = {}
        for id, trail in self.outing.trails.items():
            self._place(trail)
            for theta in trail.thetas:
                known[key(theta)] = self._known[key(theta)]
            places = np.array([known[key(theta)][1] for theta in trail.thetas])
            found[id] = Walk(trail.updates, places, trail.losses)
        self._known = known
        return found

    def _place(self, trail: Trail) -> None:
        new = [theta for theta in trail.thetas if key(theta) not in self._known]
        length = max(1, BLOCK // self._size)
        for first in range(0, len(new), length):
            part = new[first : first + length]
            places = coordinates(self.plane, np.stack(part))
            self._known |= {key(theta): (theta, place) for theta, place in zip(part, places, strict=True)}

    # The grid

    def _shares_grid(self, before: Sheet) -> bool:
        same = self.learner is before.learner and self.region == before.region
        return same and self.plane.origin is before.plane.origin

    def _rule(self, level: int) -> None:
        """Begin a grid."""
        self._level = level
        x0, x1, y0, y1 = self.region
        self.xs, self.ys = np.linspace(x0, x1, SIDES[level]), np.linspace(y0, y1, SIDES[level])
        self._values = np.full((SIDES[level], SIDES[level]), np.nan)
        self._todo = np.arange(SIDES[level] ** 2)

    @property
    def values(self) -> Array:
        """Losses (rows, columns) at ys and xs; where they are not known yet, what the coarser grid makes likely."""
        shown: Array = self._values.copy()
        shown.flat[self._todo] = self._guess.flat[self._todo]
        return shown

    @property
    def complete(self) -> bool:
        """Whether every node is known."""
        return not len(self._todo)

    @property
    def drawn(self) -> bool:
        """Whether the coarsest grid is known."""
        return self._level > 0 or self.complete

    @property
    def points_of_finer(self) -> int:
        """How many points the next finer grid has that are not known."""
        finer = SIDES[min(self._level + 1, len(SIDES) - 1)]
        return finer**2 - SIDES[self._level] ** 2

    def refine(self) -> bool:
        """Begin the next finer grid; False if there is none."""
        if self._level + 1 == len(SIDES):
            return False
        coarse = self._values
        self._rule(self._level + 1)
        self._guess = _between(_between(coarse).T).T
        self._values[::2, ::2] = coarse
        new = np.ones(self._values.shape, bool)
        new[::2, ::2] = False
        self._todo = np.flatnonzero(new)
        return True

    def next(self, points: int) -> tuple[Array, Array]:
        """The next nodes to compute, as places in the grid (b,), and theta there (b, n)."""
        nodes = self._todo[: min(points, max(1, BLOCK // self._size))]
        rows, columns = np.divmod(nodes, len(self.xs))
        return nodes, self.plane.at(np.column_stack((self.xs[columns], self.ys[rows])))

    def put(self, nodes: Array, losses: Array) -> None:
        """The losses at what `next` has told."""
        self._values.flat[nodes] = losses
        self._todo = self._todo[len(nodes) :]


def aligned(plane: Plane, before: Plane) -> Plane:
    """The same plane with its axes turned round so that they point as those of another do.

    They are also exchanged if that is more alike, while neither has much more of the variance.
    """
    first, second, (one, two) = plane.first, plane.second, plane.explained or (0.0, 0.0)
    kept = abs(first @ before.first) + abs(second @ before.second)
    exchanged = abs(second @ before.first) + abs(first @ before.second)
    if exchanged > kept and one < OVERTAKEN * two:
        first, second, one, two = second, first, two, one
    first = -first if first @ before.first < 0.0 else first
    second = -second if second @ before.second < 0.0 else second
    return replace(plane, first=first, second=second, explained=(one, two))


def key(theta: Array) -> int:
    """What a point of a trail is known by, for as long as somebody holds it."""
    return id(theta)


def _cloud(outing: Outing) -> list[Array]:
    """The points (k, n) of each path that tell the plane: not those of a run that is leaving for infinity."""
    trails = outing.trails
    starts = [float(trail.losses[0]) for trail in trails.values()]
    limit = FAR * max((loss for loss in starts if loss > 0.0), default=np.inf)
    most = max(2, MOST_POINTS // max(len(trails), 1))
    found = []
    for name, trail in trails.items():
        kept = ~(trail.losses > limit)
        if name in outing.lost:
            kept[-1] &= len(kept) == 1
        rows = np.flatnonzero(kept)
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int))]
        if len(rows):
            found.append(np.stack([trail.thetas[row] for row in rows]))
    return found or [outing.theta[np.newaxis]]


def _spread(cloud: list[Array]) -> float:
    """How far the points are from their mean, by the root of the mean square."""
    points = np.concatenate(cloud)
    points -= points.mean(axis=0)
    spread = float(np.sqrt((points * points).sum() / len(points)))
    size = float(max(np.abs(part).max() for part in cloud))
    return spread if spread > 1e-12 * size else 0.0


def _explained(plane: Plane, cloud: list[Array]) -> tuple[float, float]:
    """The shares of the variance of the points that lie along the directions."""
    total = _spread(cloud) ** 2
    along = coordinates(plane, np.concatenate(cloud)).var(axis=0)
    return (float(along[0] / total), float(along[1] / total)) if total > 0.0 else (0.0, 0.0)


def _between(values: Array) -> Array:
    """The rows (k, m) with the mean of each two neighbours between them: (2 k - 1, m)."""
    found = np.empty((2 * len(values) - 1, values.shape[1]))
    found[::2] = values
    found[1::2] = 0.5 * (values[:-1] + values[1:])
    return found
