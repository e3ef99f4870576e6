"""Feeds the stage of a surface with its values: on a grid of the region on screen, and at single points."""

from __future__ import annotations

import numpy as np

from app.stage.surface.surface_stage import SurfaceStage
from app.stage.terrain import Terrain
from app.workers.surface_grids import SurfaceGrid, SurfaceGrids
from engine import Problem, SurfaceInfo, Task, problem_of

FIRST_GRID = 240  # nodes along each axis, before the stage has said what it needs


class SurfaceFeed:
    """Holds the problem whose surface is on the stage, and passes on the grids that are computed of it."""

    def __init__(self, stage: SurfaceStage, grids: SurfaceGrids) -> None:
        self._stage, self._grids = stage, grids
        self._problem: Problem | None = None
        self._shown: SurfaceGrid | None = None

    def show(self, task: Task, surface_info: SurfaceInfo) -> None:
        """Switch to another surface, starting with its default region."""
        self._problem = problem = problem_of(task)
        self._stage.value_at = lambda x, y: float(problem.values(np.array([x, x]), np.array([y]))[0, 0])
        self.request(*surface_info.view, FIRST_GRID, FIRST_GRID)

    def request(self, x0: float, x1: float, y0: float, y1: float, columns: int, rows: int) -> None:
        """Request the values on a grid of a region."""
        if self._problem is not None:
            self._grids.request(self._problem, (x0, x1, y0, y1), columns, rows)

    def deliver(self) -> None:
        """Show the newest grid on the stage, unless it is of the surface before."""
        grid = self._grids.newest
        if grid is None or grid is self._shown or grid.problem is not self._problem:
            return
        self._shown = grid
        surface_info = grid.problem.surface_info
        assert surface_info is not None
        self._stage.set_terrain(Terrain(surface_info, grid.xs, grid.ys, grid.values, grid.number))
