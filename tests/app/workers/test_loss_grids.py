"""The values of a surface for the stage, computed beside the window."""

from __future__ import annotations

import numpy as np
import pytest

from app.workers.loss_grids import LossGrids
from engine import SurfaceTask, new_experiment, problem_of


@pytest.fixture
def faults():
    return []


@pytest.fixture
def grids(qapp, faults):
    made = LossGrids(lambda _, error: faults.append(error))
    yield made
    made.release()
    assert not faults


def test_the_values_are_those_of_the_surface(grids, qtbot):
    problem = problem_of(new_experiment("rosenbrock", ["sgd"]).problem)
    grids.request(problem, (-2.0, 2.0, -1.0, 3.0), 9, 7)
    qtbot.waitUntil(lambda: grids.newest is not None)
    grid = grids.newest
    x, y = np.meshgrid(np.linspace(-2, 2, 9), np.linspace(-1, 3, 7))
    assert grid.problem is problem and isinstance(problem.task, SurfaceTask)
    assert grid.values == pytest.approx((1 - x) ** 2 + 100 * (y - x * x) ** 2)


def test_a_later_grid_has_a_higher_number_and_two_points_at_least(grids, qtbot):
    problem = problem_of(new_experiment("beale", ["sgd"]).problem)
    grids.request(problem, (0.0, 1.0, 0.0, 1.0), 5, 5)
    qtbot.waitUntil(lambda: grids.newest is not None)
    first = grids.newest
    grids.request(problem, (0.0, 2.0, 0.0, 2.0), 1, 0)
    qtbot.waitUntil(lambda: grids.newest is not first)
    assert grids.newest.number > first.number
    assert grids.newest.values.shape == (2, 2)
