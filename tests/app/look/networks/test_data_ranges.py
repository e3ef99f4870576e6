"""The range of values that a plot of data shows."""

from __future__ import annotations

import pytest

from app.look.networks.data_ranges import padded

ENDS = ((0.0, 1.0), (-2.0, -2.0), (0.0, 0.0), (1e18, 1e18), (-1e300, -1e300), (-1e300, 2e300))


@pytest.mark.parametrize("ends", ENDS)
def test_the_ends_are_apart_and_hold_the_data(ends) -> None:
    low, high = padded(*ends)
    assert low < ends[0] <= ends[1] < high


def test_one_number_stands_in_the_middle_of_a_unit() -> None:
    assert padded(3.0, 3.0) == (2.5, 3.5)
