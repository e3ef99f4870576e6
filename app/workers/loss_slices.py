"""Loss slices through the parameters of a network, computed beside the training and refined step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from engine import Learner, LossSlice, PathRequest, SlicePlan, coordinates, error_of

Array = np.ndarray

CHUNK_SECONDS = 0.012  # of points between two looks at what has been offered
FIRST_CHUNK = 4  # points, while it is not known how long one takes
SHOW_SECONDS = 0.25  # between two patches of one grid that is not complete
RENEW_SECONDS = 0.8  # between two planes of a race that goes on
PATIENCE, PATIENCE_MOVING = 12.0, 0.5  # seconds that the next finer grid may take
REST = 2.0  # of a race that goes on: rest after a chunk, as a part of the time it took
MOST_COMPARED = 33  # points of the path whose losses are compared with those of the plane


Job = Generator[None, None, None]


class LossSlices:
    """The thread that computes them. `newest` is the last patch; `failed` hears what went wrong, from that thread."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self.newest: LossSlice | None = None
        self._failed = failed
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._over = self._resting = False
        self._waiting: PathRequest | None = None
        self._last: PathRequest | None = None
        self._busy = False
        self._plan: SlicePlan | None = None
        self._job: Job | None = None
        self._pace = 0.0  # seconds that the loss at a point takes
        self._began = self._compared = 0.0
        self._pool = ThreadPoolExecutor(1, "planes")
        self._pool.submit(np.seterr, all="ignore").result()  # started here, as the threads of the runs are

    def offer(self, request: PathRequest) -> None:
        """Map this race from now on; what is under way goes on if it still fits."""
        with self._lock:
            if self._over or (self._last is not None and request.repeats(self._last)):
                return
            self._last = self._waiting = request
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
        job, plan = self._job, self._plan
        assert plan is not None
        if job is not None and next(job, self) is self and job is self._job:
            self._job = None
        if plan.request.moving and self._job is not None:  # the runs and the window need the cores as well
            self._woken.wait(REST * (time.perf_counter() - begun))

    def _follow(self, request: PathRequest) -> None:
        """Take up where the runs are now, on another plan if this one does not fit any longer."""
        plan = self._plan
        if plan is not None and plan.learner is not request.learner:
            self._pace = 0.0
        if plan is None or not plan.answers(request) or (self._may_renew(request) and plan.is_outgrown(request)):
            self._begin(request)
        else:
            plan.follow(request)
            if plan.grid.drawn:
                self._show(plan)
            if self._job is None or not request.moving:  # else it would never be done, if its pieces are large
                self._job = self._pieces(plan)

    def _may_renew(self, request: PathRequest) -> bool:
        """Whether a plan may be given up only because the runs have moved on."""
        plan = self._plan
        assert plan is not None
        if not request.moving or not plan.grid.drawn:
            return plan.grid.drawn
        told = plan.error is not None or request.run not in request.trails
        return told and time.perf_counter() - self._began >= RENEW_SECONDS

    def _begin(self, request: PathRequest) -> None:
        self._began = time.perf_counter()
        before = self._plan
        self._plan = plan = SlicePlan(request, before)
        if before is None or not np.array_equal(plan.start, before.start):
            self._show(plan)  # what came before has nothing to do with it
        self._job = self._pieces(plan)

    def _pieces(self, plan: SlicePlan) -> Job:
        """All that is still to be done on a plan, a piece at a time."""
        if not plan.grid.complete:
            yield from self._fill(plan)
        request = plan.request
        if not request.moving and request is not plan.first and plan.is_outgrown(request):
            self._begin(request)
            return
        if not request.moving or plan.error is None or time.perf_counter() - self._compared > RENEW_SECONDS:
            yield from self._compare(plan)
        patience = PATIENCE_MOVING if request.moving else PATIENCE
        while plan.grid.nodes_of_finer * self._pace <= patience and plan.grid.refine():
            yield from self._fill(plan)

    def _fill(self, plan: SlicePlan) -> Job:
        shown = time.perf_counter()
        while not plan.grid.complete:
            nodes, thetas = plan.next(self._points)
            plan.grid.put(nodes, self._losses(plan.learner, thetas))
            now = time.perf_counter()
            if plan.grid.drawn and now - shown > SHOW_SECONDS:
                self._show(plan)
                shown = now
            yield
        self._show(plan)

    def _compare(self, plan: SlicePlan) -> Job:
        """Find how far the plane is from the path of the run that is looked at."""
        request = plan.request
        trail = request.trails.get(request.run)
        if trail is None:
            plan.error = None
            return
        found: list[tuple[Array, Array]] = []
        rows = np.unique(np.linspace(0, len(trail.thetas) - 1, MOST_COMPARED).astype(int)).tolist()
        while rows:
            now, rows = rows[: self._points], rows[self._points :]
            path = np.stack([trail.thetas[row] for row in now])
            beside = plan.plane.at(coordinates(plan.plane, path))
            found.append((self._losses(plan.learner, beside), self._losses(plan.learner, path)))
            yield
        on_plane, on_path = (np.concatenate(part) for part in zip(*found, strict=True))
        plan.error = error_of(on_plane, on_path)
        self._compared = time.perf_counter()
        self._show(plan)

    @property
    def _points(self) -> int:
        """How many points to ask for at once."""
        return max(1, int(CHUNK_SECONDS / self._pace)) if self._pace else FIRST_CHUNK

    def _losses(self, learner: Learner, thetas: Array) -> Array:
        begun = time.perf_counter()
        losses = learner.losses(thetas)
        self._pace = (time.perf_counter() - begun) / len(thetas)
        return losses

    def _show(self, plan: SlicePlan) -> None:
        request = plan.request
        self.newest = LossSlice(
            wanted=plan.wanted,
            learner=plan.learner,
            plane=plan.plane,
            weights=plan.weights,
            run=request.run,
            update=plan.update,
            paths=plan.projected_paths(),
            home=plan.home,
            xs=plan.grid.xs,
            ys=plan.grid.ys,
            values=plan.grid.shown(),
            drawn=plan.grid.drawn,
            error=plan.error,
        )
