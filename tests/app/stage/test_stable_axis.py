from __future__ import annotations

import numpy as np
import pytest

from app.stage.stable_axis import PATIENCE, STEPS, WASTE, StableAxis, rounded


@pytest.mark.parametrize("low, high", [(-0.37, 1.2), (0.0, 3e-9), (-4e8, -3.9e8), (1.0, 1.0), (0.0, 0.0), (-7.0, -7.0)])
def test_round_ends_hold_what_is_asked_for_and_little_more(low, high):
    first, last = rounded(low, high)
    assert first <= low <= high <= last
    assert last > first
    if high > low:
        assert last - first <= (high - low) * (1 + 10 / STEPS)


def test_it_grows_at_once_and_never_leaves_a_value_out():
    axis, draw = StableAxis(), np.random.default_rng(1)
    for _ in range(300):
        low, high = sorted(draw.normal(size=2) * 10.0 ** draw.integers(-3, 3))
        first, last = axis.follow(low, high)
        assert first <= low <= high <= last


def test_small_changes_do_not_move_it():
    axis = StableAxis()
    ends = axis.follow(-1.0, 1.0)
    assert {axis.follow(-1.0 + each, 1.0 - each) for each in np.linspace(0, 0.5, 200)} == {ends}


def test_it_shrinks_only_after_less_was_asked_for_a_while():
    axis = StableAxis()
    ends = axis.follow(-10.0, 10.0)
    little = WASTE * 9.0
    assert all(axis.follow(-little, little) == ends for _ in range(PATIENCE - 1))
    axis.follow(-9.9, 9.9)
    assert all(axis.follow(-little, little) == ends for _ in range(PATIENCE - 1))
    low, high = axis.follow(-little, little)
    assert ends[0] < low <= -little and little <= high < ends[1]
