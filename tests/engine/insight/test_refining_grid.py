"""The grid that becomes finer: every node is asked for once."""

from __future__ import annotations

import numpy as np
import pytest

from engine.insight.refining_grid import SIDES, RefiningGrid

REGION = (-2.0, 1.0, 3.0, 7.0)


def plain(places):
    return 2.0 * places[:, 0] - 3.0 * places[:, 1]


def fill(grid, function, most=50):
    """Put the function's values everywhere; the places that were asked for."""
    asked = []
    while not grid.complete:
        nodes, places = grid.next(most)
        assert 0 < len(nodes) <= most
        grid.put(nodes, function(places))
        asked += map(tuple, np.round(places, 9).tolist())
    return asked


def expected(grid):
    x, y = np.meshgrid(grid.xs, grid.ys)
    return plain(np.column_stack((x.ravel(), y.ravel()))).reshape(x.shape)


def test_finer_grids_ask_only_for_what_is_new():
    grid = RefiningGrid(REGION)
    asked = fill(grid, plain)
    for side in SIDES[1:]:
        new = grid.nodes_of_finer
        assert grid.refine()
        assert grid.shown().shape == (side, side), "also when it is cancelled before the first new node is known"
        found = fill(grid, plain)
        assert len(found) == new
        asked += found
        assert (len(grid.xs), len(grid.ys)) == (side, side)
        np.testing.assert_allclose(grid.shown(), expected(grid), atol=1e-12)
    assert not grid.refine()
    assert len(set(asked)) == len(asked) == SIDES[-1] ** 2


def test_it_spans_its_region():
    grid = RefiningGrid(REGION)
    assert (grid.xs[0], grid.xs[-1], grid.ys[0], grid.ys[-1]) == REGION


def test_what_is_not_known_yet_is_between_the_coarser_nodes():
    grid = RefiningGrid(REGION)
    assert not grid.drawn and np.isnan(grid.shown()).all()
    fill(grid, plain)
    assert grid.drawn
    grid.refine()
    assert not grid.complete and grid.drawn
    np.testing.assert_allclose(grid.shown(), expected(grid), atol=1e-12)  # of a plane the guess is exact
    nodes, _ = grid.next(10)
    grid.put(nodes, np.full(10, 99.0))
    now = grid.shown()
    assert np.count_nonzero(now == 99.0) == 10 and grid.shown() is now
    grid.put(grid.next(1)[0], np.array([99.0]))
    assert np.count_nonzero(now == 99.0) == 10 and np.count_nonzero(grid.shown() == 99.0) == 11


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_known_all_the_same(value):
    grid = RefiningGrid(REGION)
    fill(grid, lambda places: np.full(len(places), value))
    assert grid.complete
    np.testing.assert_array_equal(grid.shown(), np.full((SIDES[0], SIDES[0]), value))
