"""Planes through the parameters of a network, computed beside the training: a few points at a time, ever finer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine import DIVERGED, Learner, Plane, Session, SessionPicture, SliceError, Trail, coordinates, error_of
from engine.insight.refining_grid import Region
from engine.insight.slice_plan import Sheet, Walk

Array = np.ndarray

CHUNK_SECONDS = 0.012  # of points between two looks at what has been offered
FIRST_CHUNK = 4  # points, while it is not known how long one takes
SHOW_SECONDS = 0.25  # between two patches of one grid that is not complete
RENEW_SECONDS = 0.8  # between two planes of a race that goes on
PATIENCE, PATIENCE_MOVING = 12.0, 0.5  # seconds that the next finer grid may take
REST = 2.0  # of a race that goes on: rest after a chunk, as a part of the time it took
MOST_COMPARED = 33  # points of the path whose losses are compared with those of the plane


@dataclass(frozen=True, slots=True)
class PlaneWanted:
    """weights: the places of two parameters in theta, or None for the principal plane of the paths.

    region: (x0, x1, y0, y1) of that plane, or None for where the paths are.
    """

    weights: tuple[int, int] | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlanePatch:
    """A plane with the paths of the runs in it and the loss over it, as far as it is done.

    weights: the parameters that are x and y, None for a principal plane. run, update: whose other parameters those of a
    plane of weights are. paths: by the id of a run. home: (x0, x1, y0, y1) that holds the paths. values
    (rows, columns): training loss at xs (columns,) and ys (rows,), all NaN while not even the coarsest grid is drawn.
    error: how far the plane is from the losses the run had on its path.
    """

    wanted: PlaneWanted
    learner: Learner
    plane: Plane
    weights: tuple[int, int] | None
    run: str
    update: int
    paths: Mapping[str, Walk]
    home: Region
    xs: Array
    ys: Array
    values: Array
    drawn: bool
    error: SliceError | None


class Outing(NamedTuple):
    """A race to be mapped: where its visible runs have been, and the one that is looked at, with theta (n,) as shown.

    lost: the runs that have diverged. moving: whether the race goes on.
    """

    learner: Learner
    wanted: PlaneWanted
    run: str
    update: int
    theta: Array
    trails: Mapping[str, Trail]
    lost: frozenset[str]
    moving: bool

    def repeats(self, other: Outing) -> bool:
        """Whether there is nothing new to it."""
        if self.learner is not other.learner or (self.wanted, self.run) != (other.wanted, other.run):
            return False
        if (self.lost, self.moving, self.trails.keys()) != (other.lost, other.moving, other.trails.keys()):
            return False
        pairs = [(trail, other.trails[id]) for id, trail in self.trails.items()]
        return np.array_equal(self.theta, other.theta) and all(
            np.array_equal(one.updates, two.updates) and np.array_equal(one.thetas[-1], two.thetas[-1])
            for one, two in pairs
        )


def outing_of(picture: SessionPicture, session: Session, run: str, wanted: PlaneWanted, moving: bool) -> Outing:
    """A session of networks as it stands, with the run as it is shown in the picture. For the session's own thread."""
    assert picture.learner is not None
    runs = {one.settings.id: one for one in session.runs if one.settings.visible}
    shown = next(one.shown for one in picture.runs if one.id == run)
    trails = {id: one.trail() for id, one in runs.items()}
    lost = frozenset(id for id, one in runs.items() if one.status == DIVERGED)
    return Outing(picture.learner, wanted, run, shown.update, shown.theta, trails, lost, moving)


Job = Generator[None, None, None]


class Planes:
    """The thread that computes them. `newest` is the last patch; `failed` hears what went wrong, from that thread."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self.newest: PlanePatch | None = None
        self._failed = failed
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._over = self._resting = False
        self._waiting: Outing | None = None
        self._last: Outing | None = None
        self._busy = False
        self._sheet: Sheet | None = None
        self._job: Job | None = None
        self._pace = 0.0  # seconds that the loss at a point takes
        self._began = self._compared = 0.0
        self._pool = ThreadPoolExecutor(1, "planes")
        self._pool.submit(np.seterr, all="ignore").result()  # started here, as the threads of the runs are

    def offer(self, outing: Outing) -> None:
        """Map this race from now on; what is under way goes on if it still fits."""
        with self._lock:
            if self._over or (self._last is not None and outing.repeats(self._last)):
                return
            self._last = self._waiting = outing
            self._resting = False
            self._woken.set()
            if not self._busy:
                self._busy = True
                self._pool.submit(self._work)

    def rest(self) -> None:
        """Nobody looks: do nothing until the next offer."""
        with self._lock:
            self._last = self._waiting = None
            self._resting = True
            self._woken.set()

    def release(self) -> None:
        """Let the thread end and wait for it."""
        with self._lock:
            self._over = True
            self._woken.set()
        self._pool.shutdown()

    def _work(self) -> None:
        while True:
            with self._lock:
                offered, self._waiting = self._waiting, None
                if self._resting:
                    self._job = None
                if self._over or (offered is None and self._job is None):
                    self._busy = False
                    return
                self._woken.clear()
            try:
                if offered is not None:
                    self._follow(offered)
                self._go_on()
            except BaseException as error:
                self._job = None
                self._failed(error)

    def _go_on(self) -> None:
        """Do the next piece of what is under way."""
        begun = time.perf_counter()
        job, sheet = self._job, self._sheet
        assert sheet is not None
        if job is not None and next(job, self) is self and job is self._job:
            self._job = None
        if sheet.outing.moving and self._job is not None:  # the runs and the window need the cores as well
            self._woken.wait(REST * (time.perf_counter() - begun))

    def _follow(self, outing: Outing) -> None:
        """Take up where the runs are now, on another sheet if this one does not fit any longer."""
        sheet = self._sheet
        if sheet is not None and sheet.learner is not outing.learner:
            self._pace = 0.0
        if sheet is None or not sheet.answers(outing) or (self._may_renew(outing) and sheet.is_outgrown(outing)):
            self._begin(outing)
        else:
            sheet.follow(outing)
            if sheet.grid.drawn:
                self._show(sheet)
            if self._job is None or not outing.moving:  # else it would never be done, if its pieces are large
                self._job = self._pieces(sheet)

    def _may_renew(self, outing: Outing) -> bool:
        """Whether a sheet may be given up only because the runs have moved on."""
        sheet = self._sheet
        assert sheet is not None
        if not outing.moving or not sheet.grid.drawn:
            return sheet.grid.drawn
        told = sheet.error is not None or outing.run not in outing.trails
        return told and time.perf_counter() - self._began >= RENEW_SECONDS

    def _begin(self, outing: Outing) -> None:
        self._began = time.perf_counter()
        before = self._sheet
        self._sheet = sheet = Sheet(outing, before)
        if before is None or not np.array_equal(sheet.start, before.start):
            self._show(sheet)  # what came before has nothing to do with it
        self._job = self._pieces(sheet)

    def _pieces(self, sheet: Sheet) -> Job:
        """All that is still to be done on a sheet, a piece at a time."""
        if not sheet.grid.complete:
            yield from self._fill(sheet)
        outing = sheet.outing
        if not outing.moving and outing is not sheet.first and sheet.is_outgrown(outing):
            self._begin(outing)
            return
        if not outing.moving or sheet.error is None or time.perf_counter() - self._compared > RENEW_SECONDS:
            yield from self._compare(sheet)
        patience = PATIENCE_MOVING if outing.moving else PATIENCE
        while sheet.grid.nodes_of_finer * self._pace <= patience and sheet.grid.refine():
            yield from self._fill(sheet)

    def _fill(self, sheet: Sheet) -> Job:
        shown = time.perf_counter()
        while not sheet.grid.complete:
            nodes, thetas = sheet.next(self._points)
            sheet.grid.put(nodes, self._losses(sheet.learner, thetas))
            now = time.perf_counter()
            if sheet.grid.drawn and now - shown > SHOW_SECONDS:
                self._show(sheet)
                shown = now
            yield
        self._show(sheet)

    def _compare(self, sheet: Sheet) -> Job:
        """Find how far the plane is from the path of the run that is looked at."""
        outing = sheet.outing
        trail = outing.trails.get(outing.run)
        if trail is None:
            sheet.error = None
            return
        found: list[tuple[Array, Array]] = []
        rows = np.unique(np.linspace(0, len(trail.thetas) - 1, MOST_COMPARED).astype(int)).tolist()
        while rows:
            now, rows = rows[: self._points], rows[self._points :]
            path = np.stack([trail.thetas[row] for row in now])
            beside = sheet.plane.at(coordinates(sheet.plane, path))
            found.append((self._losses(sheet.learner, beside), self._losses(sheet.learner, path)))
            yield
        on_plane, on_path = (np.concatenate(part) for part in zip(*found, strict=True))
        sheet.error = error_of(on_plane, on_path)
        self._compared = time.perf_counter()
        self._show(sheet)

    @property
    def _points(self) -> int:
        """How many points to ask for at once."""
        return max(1, int(CHUNK_SECONDS / self._pace)) if self._pace else FIRST_CHUNK

    def _losses(self, learner: Learner, thetas: Array) -> Array:
        begun = time.perf_counter()
        losses = learner.losses(thetas)
        self._pace = (time.perf_counter() - begun) / len(thetas)
        return losses

    def _show(self, sheet: Sheet) -> None:
        outing = sheet.outing
        self.newest = PlanePatch(
            wanted=sheet.wanted,
            learner=sheet.learner,
            plane=sheet.plane,
            weights=sheet.weights,
            run=outing.run,
            update=sheet.update,
            paths=sheet.walks(),
            home=sheet.home,
            xs=sheet.grid.xs,
            ys=sheet.grid.ys,
            values=sheet.grid.shown(),
            drawn=sheet.grid.drawn,
            error=sheet.error,
        )
