"""Loss slices through the parameters of a problem, computed beside the training and refined step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial

import numpy as np

from app.workers.latest_job import LatestJob, Ticket
from engine import LossSlice, PathRequest, Problem, SlicePlan, coordinates, error_of

Array = np.ndarray

CHUNK_SECONDS = 0.012  # of points between two looks at what has been requested
FIRST_CHUNK = 4  # points, while it is not known how long one takes
SHOW_SECONDS = 0.25  # between two publications of a grid that is not complete
RENEW_SECONDS = 0.8  # between two planes while the runs move
PATIENCE, PATIENCE_MOVING = 12.0, 0.5  # seconds that the next finer grid may take
REST = 4.0  # while the runs move: rest after a chunk, as a multiple of the time it took
MAX_COMPARED = 33  # points of the path whose losses are compared with those of the plane

Steps = Generator[None, None, None]


class LossSlices:
    """Computes loss slices in a thread of its own, coarse to fine; `newest` is the last that was published."""

    def __init__(self, failed: Callable[[int, BaseException], None]) -> None:
        self.newest: LossSlice | None = None
        self._last: PathRequest | None = None
        self._plan: SlicePlan | None = None
        self._pieces: Steps | None = None  # what is still to be done on the plan
        self._ticket: Ticket | None = None  # of the job that is under way
        self._pace = 0.0  # seconds that the loss at a point takes
        self._began = self._compared = self._rest_until = 0.0
        self._jobs = LatestJob("slices", failed, gives_way=True)
        self._jobs.start()

    @property
    def idle(self) -> bool:
        """Whether everything that was requested is done."""
        return self._jobs.idle

    @property
    def resting(self) -> bool:
        """Whether a request would wake it too soon, while the runs move."""
        return time.perf_counter() < self._rest_until

    def request(self, request: PathRequest) -> None:
        """Compute the loss around these paths from now on; what is under way goes on if it still fits."""
        if self._last is None or not request.repeats(self._last):
            if self._last is not None and self._last.problem is not request.problem:
                self._jobs.cancel()  # nobody will look at what is under way
            self._last = request
            self._jobs.offer(partial(self._refine, request))

    def rest(self) -> None:
        """Do nothing until the next request: no view shows a slice."""
        if self._last is not None:
            self._last = None
            self._jobs.cancel()

    def cancel(self) -> None:
        self._jobs.cancel()

    def release(self) -> None:
        self._jobs.release()

    def _refine(self, request: PathRequest, ticket: Ticket) -> None:
        """Compute piece by piece until all is done or the next request waits, which then goes on from there."""
        self._ticket = ticket
        try:
            with np.errstate(all="ignore"):
                self._follow(request)
                while self._pieces is not None:
                    ticket.check()
                    self._compute_piece(ticket)
                    if not ticket.wanted:
                        break
        except BaseException:
            self._pieces = None
            raise
        if ticket.cancelled:
            self._pieces = None

    def _compute_piece(self, ticket: Ticket) -> None:
        begun = time.perf_counter()
        pieces, plan = self._pieces, self._plan
        assert pieces is not None and plan is not None
        if next(pieces, self) is self and pieces is self._pieces:
            self._pieces = None
        if plan.request.moving:  # the runs and the window need the cores as well
            ended = time.perf_counter()
            rest = REST * (ended - begun)
            self._rest_until = ended + rest
            if self._pieces is not None:
                ticket.pause(rest)

    def _follow(self, request: PathRequest) -> None:
        """Take up where the runs are now, on another plan if this one does not fit any longer."""
        plan = self._plan
        if plan is not None and plan.problem is not request.problem:
            self._pace = 0.0
        if plan is None or not plan.serves(request) or (self._may_renew(request) and plan.is_outgrown(request)):
            self._begin(request)
        else:
            plan.follow(request)
            if plan.grid.drawn:
                self._show(plan)
            if self._pieces is None or not request.moving:  # else it would never be done, if its pieces are large
                self._pieces = self._all_pieces(plan)

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
        self._pieces = self._all_pieces(plan)

    def _all_pieces(self, plan: SlicePlan) -> Steps:
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

    def _fill(self, plan: SlicePlan) -> Steps:
        shown = time.perf_counter()
        while not plan.grid.complete:
            nodes, thetas = plan.next(self._points)
            plan.grid.put(nodes, self._losses(plan.problem, thetas))
            now = time.perf_counter()
            if plan.grid.drawn and now - shown > SHOW_SECONDS:
                self._show(plan)
                shown = now
            yield
        self._show(plan)

    def _compare(self, plan: SlicePlan) -> Steps:
        """Find how far the plane is from the path of the run that is looked at."""
        request = plan.request
        trail = request.trails.get(request.run)
        if trail is None:
            plan.error = None
            return
        found: list[tuple[Array, Array]] = []
        rows = np.unique(np.linspace(0, len(trail.thetas) - 1, MAX_COMPARED).astype(int)).tolist()
        while rows:
            now, rows = rows[: self._points], rows[self._points :]
            path = np.stack([trail.thetas[row] for row in now])
            beside = plan.plane.at(coordinates(plan.plane, path))
            found.append((self._losses(plan.problem, beside), self._losses(plan.problem, path)))
            yield
        on_plane, on_path = (np.concatenate(part) for part in zip(*found, strict=True))
        plan.error = error_of(on_plane, on_path)
        self._compared = time.perf_counter()
        self._show(plan)

    @property
    def _points(self) -> int:
        """How many points to ask for at once."""
        return max(1, int(CHUNK_SECONDS / self._pace)) if self._pace else FIRST_CHUNK

    def _losses(self, problem: Problem, thetas: Array) -> Array:
        begun, ticket = time.perf_counter(), self._ticket
        assert ticket is not None
        losses = ticket.finish(problem.loss_pieces(thetas, ticket.interruption))
        self._pace = (time.perf_counter() - begun) / len(thetas)
        return losses

    def _show(self, plan: SlicePlan) -> None:
        request = plan.request
        self.newest = LossSlice(
            wanted=plan.wanted,
            problem=plan.problem,
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
