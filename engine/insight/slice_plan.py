"""Plans of loss slices: which plane through parameter space fits the paths of the runs, with a refining grid over
it, and when to replan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.insight.parameter_plane import (
    Plane,
    SliceError,
    coordinates,
    framed,
    principal_plane,
    weights_plane,
)
from engine.insight.refining_grid import RefiningGrid, Region
from engine.memory import MAX_CLOUD, MAX_PATH_POINTS
from engine.problems.problem import Problem
from engine.training.run import DIVERGED
from engine.training.session import Session, SessionPicture
from engine.training.trail import Trail

Array = np.ndarray

BLOCK = 1 << 19  # numbers in the points requested at once
FAR = 10.0  # times the initial loss: points beyond it affect neither plane nor region
MARGIN, ROOM = 0.22, 0.4  # padding as a share of the paths' extent: when finished, and while still running
FLAT = 0.3  # minimum ratio of the region's shorter to its longer side
GROWTH, DECLINE = 1.1, 0.7  # changes of the paths' extent since the plane was chosen that require another
LEFT_OUT = 0.05  # loss of explained variance that requires another plane
SHRUNK = 0.3  # of both sides of the region, below which the paths would be too small in it
OVERTAKEN = 1.5  # ratio of the second axis's variance to the first's from which the axes are swapped
NO_PATH = (0, 1)  # the parameters shown while there is no path


class ProjectedPath(NamedTuple):
    """A run's path projected onto a plane: places (k, 2) before the updates (k,), losses (k,) as measured on the
    path.
    """

    updates: Array
    places: Array
    losses: Array


@dataclass(frozen=True, slots=True)
class SliceRequest:
    """weights: the indices of two parameters in theta, or None for the principal plane of the paths.

    region: (x0, x1, y0, y1) in that plane, or None to enclose the paths.
    """

    weights: tuple[int, int] | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LossSlice:
    """A plane with the projected paths of the runs and the loss over it, as far as computed.

    weights: the parameters that are x and y, None for a principal plane. run, update: where the other parameters of a
    plane of weights come from. paths: by run id. home: (x0, x1, y0, y1) that encloses the paths. values (rows,
    columns): training loss at xs (columns,) and ys (rows,), all NaN until the coarsest grid is complete. error: how far
    the slice is from the losses measured on the selected run's path.
    """

    wanted: SliceRequest
    problem: Problem
    plane: Plane
    weights: tuple[int, int] | None
    run: str
    update: int
    paths: Mapping[str, ProjectedPath]
    home: Region
    xs: Array
    ys: Array
    values: Array
    drawn: bool
    error: SliceError | None


class PathRequest(NamedTuple):
    """A request to map a race: the trails of its visible runs, and the selected run with its displayed theta (n,).

    lost: ids of the diverged runs. moving: whether the race is still running.
    """

    problem: Problem
    wanted: SliceRequest
    run: str
    update: int
    theta: Array
    trails: Mapping[str, Trail]
    lost: frozenset[str]
    moving: bool

    def repeats(self, other: PathRequest) -> bool:
        """Whether it asks for nothing new compared with another."""
        if self.problem is not other.problem or (self.wanted, self.run) != (other.wanted, other.run):
            return False
        if (self.lost, self.moving, self.trails.keys()) != (other.lost, other.moving, other.trails.keys()):
            return False
        pairs = [(trail, other.trails[id]) for id, trail in self.trails.items()]
        return np.array_equal(self.theta, other.theta) and all(
            np.array_equal(one.updates, two.updates) and np.array_equal(one.thetas[-1], two.thetas[-1])
            for one, two in pairs
        )


def path_request(
    picture: SessionPicture, session: Session, run: str, wanted: SliceRequest, moving: bool
) -> PathRequest:
    """A request for a session's current state, with the run as shown in the picture. Call it in the session's
    thread.
    """
    layout = picture.run_task.layout  # paths of other networks have no place among these parameters
    runs = {one.settings.id: one for one in session.runs if one.settings.visible and one.task.layout == layout}
    shown = next(one.shown for one in picture.runs if one.id == run)
    trails = {id: one.trail() for id, one in runs.items()}
    lost = frozenset(id for id, one in runs.items() if one.status == DIVERGED)
    return PathRequest(picture.problem, wanted, run, shown.update, shown.evaluated, trails, lost, moving)


class SlicePlan:
    """The plane and grid of one slice. request: the latest state of the race; first: the initial one.

    Used by one thread only. weights: the parameters that are x and y, None for a principal plane; update: of the run
    that provides the others. home: the region that encloses the paths. error: how far the slice is from the selected
    path, if known.
    """

    plane: Plane
    weights: tuple[int, int] | None
    update: int
    grid: RefiningGrid

    def __init__(self, request: PathRequest, before: SlicePlan | None) -> None:
        """A plan that keeps as much as possible of the one before it. Raises SettingError where the loss is sampled."""
        request.problem.refuse_sampled("slice of its loss")
        self.request = self.first = request
        self.problem, self.wanted = request.problem, request.wanted
        self.error: SliceError | None = None
        self._places: dict[int, tuple[Array, Array]] = {}
        self._spread, self._share = 0.0, 0.0
        if before is not None and before.problem.task.layout != self.problem.task.layout:
            before = None
        cloud = _cloud(request)
        if (
            before is not None
            and before.wanted.weights == self.wanted.weights
            and not before._needs_other_plane(request, cloud)
        ):
            self.plane, self.weights, self.update = before.plane, before.weights, before.update
            self._spread, self._share, self._places = before._spread, before._share, before._places
        else:
            self._choose_plane(cloud, before)
        self.home = self._frame(cloud, before)
        region = self.wanted.region or self.home
        same = before is not None and self.problem is before.problem and self.plane.origin is before.plane.origin
        if before is not None and same and region == before.grid.region:
            self.grid, self.error = before.grid, before.error
        else:
            self.grid = RefiningGrid(region)

    @property
    def size(self) -> int:
        """The number of parameters."""
        return len(self.request.theta)

    @property
    def start(self) -> Array:
        """theta (n,) at the start of the runs."""
        return next((trail.thetas[0] for trail in self.request.trails.values()), self.request.theta)

    def follow(self, request: PathRequest) -> None:
        """Take over the current state of the runs."""
        self.request = request
        if self.weights is None:
            self.plane = replace(self.plane, explained=_explained(self.plane, _cloud(request)))

    def serves(self, request: PathRequest) -> bool:
        """Whether this plan serves a request, for the same runs."""
        same = self.wanted == request.wanted and self.request.trails.keys() == request.trails.keys()
        return same and self.problem is request.problem and (self.weights is None or self.request.run == request.run)

    def is_outgrown(self, request: PathRequest) -> bool:
        """Whether another plane or region would show the runs better by now."""
        cloud = _cloud(request)
        if self._needs_other_plane(request, cloud):
            return True
        return self.wanted.region is None and not _fits_region(
            self.home, coordinates(self.plane, np.concatenate(cloud))
        )

    def next(self, most: int) -> tuple[Array, Array]:
        """Up to `most` nodes of the grid to compute: their flat indices (b,), and theta there (b, n)."""
        nodes, places = self.grid.next(min(most, max(1, BLOCK // self.size)))
        return nodes, self.plane.at(places)

    def projected_paths(self) -> dict[str, ProjectedPath]:
        """The paths of the runs, projected onto the plane."""
        known: dict[int, tuple[Array, Array]] = {}
        projected_paths = {}
        for run, trail in self.request.trails.items():
            self._place(trail)
            found = [self._places[id(theta)] for theta in trail.thetas]
            known.update(zip(map(id, trail.thetas), found, strict=True))
            projected_paths[run] = ProjectedPath(trail.updates, np.array([place for _, place in found]), trail.losses)
        self._places = known
        return projected_paths

    def _place(self, trail: Trail) -> None:
        """Project the new points of a trail; each theta is kept alive, so that its id stays unique."""
        new = [theta for theta in trail.thetas if id(theta) not in self._places]
        length = max(1, BLOCK // self.size)
        for first in range(0, len(new), length):
            part = new[first : first + length]
            for theta, place in zip(part, coordinates(self.plane, np.stack(part)), strict=True):
                self._places[id(theta)] = theta, place

    def _choose_plane(self, cloud: list[Array], before: SlicePlan | None) -> None:
        self.weights, self.update, self._spread = self.wanted.weights, self.request.update, _spread(cloud)
        if (self.weights is None and self._spread == 0.0) or max(self.weights or (0,)) >= self.size:
            self.weights = NO_PATH
        if self.weights is not None:
            self.plane = weights_plane(self.request.theta, *self.weights)
            return
        plane = principal_plane(cloud)
        if before is not None and before.weights is None:
            plane = aligned(plane, before.plane)
        # The origin is the start of the runs, in whatever direction they went since.
        self.plane = replace(plane, origin=plane.at(coordinates(plane, self.start[np.newaxis]))[0])
        self._share = sum(plane.explained or (0.0,))

    def _needs_other_plane(self, request: PathRequest, cloud: list[Array]) -> bool:
        """Whether another plane fits the runs better. A plane that the user zooms into stays."""
        if self.weights is not None and request.wanted.weights is None:
            return _spread(cloud) > 0.0
        if self.weights is not None:
            others = request.theta.copy()
            others[list(self.weights)] = 0.0
            return not np.array_equal(others, self.plane.origin)
        if request.wanted.region is not None:
            return False
        spread = _spread(cloud)
        if spread == 0.0 or not self._spread * DECLINE <= spread <= self._spread * GROWTH:
            return True
        return sum(_explained(self.plane, cloud)) < self._share - LEFT_OUT

    def _frame(self, cloud: list[Array], before: SlicePlan | None) -> Region:
        """The previous region while it will do, else one with padding around the paths."""
        places = coordinates(self.plane, np.concatenate(cloud))
        if before is not None and before.weights == self.weights and _fits_region(before.home, places):
            return before.home
        x0, x1, y0, y1 = framed(places, ROOM if self.request.moving else MARGIN)
        least = FLAT * max(x1 - x0, y1 - y0)
        across, up = max(0.0, least - (x1 - x0)) / 2, max(0.0, least - (y1 - y0)) / 2
        return x0 - across, x1 + across, y0 - up, y1 + up


def aligned(plane: Plane, before: Plane) -> Plane:
    """The same plane with its axes flipped to point like those of another plane.

    They are also swapped if that matches better, unless the first explains much more variance.
    """
    first, second, (one, two) = plane.first, plane.second, plane.explained or (0.0, 0.0)
    kept = abs(first @ before.first) + abs(second @ before.second)
    exchanged = abs(second @ before.first) + abs(first @ before.second)
    if exchanged > kept and one < OVERTAKEN * two:
        first, second, one, two = second, first, two, one
    return replace(plane, first=_flipped(first, before), second=_flipped(second, before), explained=(one, two))


def _flipped(axis: Array, before: Plane) -> Array:
    """An axis (n,), with the sign of the more similar axis of the previous plane."""
    along = max(axis @ before.first, axis @ before.second, key=abs)
    return -axis if along < 0.0 else axis


def _cloud(request: PathRequest) -> list[Array]:
    """The points (k, n) of each path to fit the plane to, without those of a run that is diverging."""
    trails = request.trails
    starts = [float(trail.losses[0]) for trail in trails.values()]
    limit = FAR * max((loss for loss in starts if loss > 0.0), default=np.inf)
    most = max(2, min(MAX_PATH_POINTS, MAX_CLOUD // len(request.theta)) // max(len(trails), 1))
    found = []
    for run, trail in trails.items():
        kept = ~(_around(trail.losses) > limit)
        if run in request.lost:
            kept[-1] = len(kept) == 1
        rows = np.flatnonzero(kept)
        if len(rows):
            some = rows[np.unique(np.linspace(0, len(rows) - 1, most).astype(int))]
            found.append(np.stack([trail.thetas[row] for row in some]))
    return found or [request.theta[np.newaxis]]


def _around(losses: Array) -> Array:
    """For each point of a trail the larger of the losses (k,) that were measured last and next."""
    places, unknown = np.arange(len(losses)), np.isnan(losses)
    last = np.maximum.accumulate(np.where(unknown, 0, places))
    following = np.minimum.accumulate(np.where(unknown, len(losses) - 1, places)[::-1])[::-1]
    return np.asarray(np.fmax(losses[last], losses[following]))


def _spread(cloud: list[Array]) -> float:
    """The root mean square distance of the points from their mean; 0 if it is rounding error."""
    points = np.concatenate(cloud)
    size = float(np.abs(points).max())
    points -= points.mean(axis=0)
    spread = float(np.sqrt((points * points).sum() / len(points)))
    return spread if spread > 1e-12 * size else 0.0


def _explained(plane: Plane, cloud: list[Array]) -> tuple[float, float]:
    """The shares of the points' variance along the two directions."""
    total = _spread(cloud) ** 2
    along = coordinates(plane, np.concatenate(cloud)).var(axis=0)
    return (float(along[0] / total), float(along[1] / total)) if total > 0.0 else (0.0, 0.0)


def _fits_region(home: Region, places: Array) -> bool:
    """Whether a region contains the places (k, 2), and they do not look too small in it."""
    x0, x1, y0, y1 = home
    parts = (places - (x0, y0)) / (x1 - x0, y1 - y0)
    inside = bool((parts >= 0.0).all() and (parts <= 1.0).all())
    extents = np.ptp(parts, axis=0)
    return inside and (len(places) < 2 or not extents.any() or bool((extents >= SHRUNK).any()))
