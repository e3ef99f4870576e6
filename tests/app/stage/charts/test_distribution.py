from __future__ import annotations

import numpy as np
import pytest

from app.stage.charts.distribution import distribution_of, limit


def test_counts_are_those_of_a_histogram():
    values = np.random.default_rng(1).normal(size=(300, 20))
    distribution = distribution_of(values, 10_000)
    low, high = distribution.low - 0.1, distribution.high + 0.3
    assert (distribution.total, distribution.every, distribution.unknown) == (6000, 1, 0)
    assert np.array_equal(distribution.counts(low, high, 37), np.histogram(values, 37, (low, high))[0])
    assert (distribution.mean, distribution.deviation) == (values.mean(), values.std())


def test_the_ends_themselves_are_counted():
    for size in (1.0, 1e-310, 1e100):
        assert distribution_of(np.array([0.0, 0.5, 1.0]) * size, 10).counts(0.0, size, 4).tolist() == [1, 0, 1, 1]


@pytest.mark.parametrize("columns", [1, 8, 10, 12, 64, 100])
def test_a_sample_takes_as_much_of_every_column(columns):
    numbers = np.broadcast_to(np.arange(columns, dtype=float), (5000, columns)).copy()
    distribution = distribution_of(numbers, 2000)
    taken = np.bincount(distribution.values.astype(int), minlength=columns)
    assert len(distribution.values) <= 2000
    assert taken.max() - taken.min() <= 1


def test_what_is_not_finite_is_counted_apart():
    distribution = distribution_of(np.array([1.0, np.nan, 3.0, np.inf, -1e200]), 10)
    assert (distribution.unknown, distribution.low, distribution.high, distribution.mean) == (3, 1.0, 3.0, 2.0)
    nothing = distribution_of(np.full(4, np.nan), 10)
    assert nothing.unknown == 4 and not len(nothing.values)
    assert nothing.counts(-1.0, 1.0, 5).tolist() == [0] * 5


@pytest.mark.parametrize("sizes", [(10,), (10, 1000, 50), (400, 400, 400), (7, 7, 10_000)])
@pytest.mark.parametrize("most", [30, 600, 100_000])
def test_the_room_is_shared_out_and_none_is_cut_in_vain(sizes, most):
    each = limit(sizes, most)
    taken = sum(min(size, each) for size in sizes)
    assert taken <= most
    assert taken == sum(sizes) or taken > most - len(sizes)
