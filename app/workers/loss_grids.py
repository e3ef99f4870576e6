"""The loss of a problem with two parameters on a grid of what the stage shows, computed beside the training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.workers.latest_job import LatestJob, Ticket
from engine import Problem

FEWEST_POINTS = 2  # along an axis


@dataclass(frozen=True, slots=True, eq=False)
class LossGrid:
    """The loss values (ny, nx) of a problem at xs (nx,) and ys (ny,). number: rises from one request to the next."""

    problem: Problem
    number: int
    xs: np.ndarray
    ys: np.ndarray
    values: np.ndarray


class LossGrids:
    """Computes the grid that was requested last; `newest` is the last that is done."""

    def __init__(self, failed: Callable[[int, BaseException], None]) -> None:
        self.newest: LossGrid | None = None
        self._jobs = LatestJob("grids", failed, gives_way=True)

    def request(self, problem: Problem, region: tuple[float, float, float, float], columns: int, rows: int) -> None:
        """region: (x0, x1, y0, y1)."""
        x0, x1, y0, y1 = region
        xs = np.linspace(x0, x1, max(columns, FEWEST_POINTS))
        ys = np.linspace(y0, y1, max(rows, FEWEST_POINTS))

        def compute(ticket: Ticket) -> None:
            with np.errstate(all="ignore"):
                values = ticket.finish(problem.value_pieces(xs, ys, ticket.interruption))
                self.newest = LossGrid(problem, ticket.number, xs, ys, values)

        self._jobs.offer(compute)

    def cancel(self) -> None:
        self._jobs.cancel()

    def release(self) -> None:
        self._jobs.release()
