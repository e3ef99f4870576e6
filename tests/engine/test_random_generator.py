"""Arrays of random numbers, against the kernels' generator and the formulas of their distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

from engine import interruption, rng
from engine.random_generator import RandomGenerator


@njit
def compiled(seed, start, count):  # type: ignore[no-untyped-def]
    """bits, uniforms and normals of the kernels, numbers start ... of a seed."""
    bits, uniforms, normals = np.empty(count, np.uint64), np.empty(count), np.empty(count)
    for i in range(count):
        bits[i] = rng.bits(seed, start + i)
        uniforms[i] = rng.uniform(seed, start + i)
        normals[i] = rng.normal(seed, start + i)
    return bits, uniforms, normals


@pytest.mark.parametrize("seed", [0, 1, 12345, 2**53, -7])
def test_the_numbers_are_those_of_the_kernels(seed: int) -> None:
    bits, uniforms, normals = compiled(seed, 0, 1000)
    np.testing.assert_array_equal(RandomGenerator(seed).bits(1000), bits)
    np.testing.assert_array_equal(RandomGenerator(seed).uniform(1000), uniforms)
    np.testing.assert_allclose(RandomGenerator(seed).normal((10, 100)).ravel(), normals, rtol=1e-12, atol=1e-14)


def test_every_number_is_drawn_once() -> None:
    draws = RandomGenerator(5)
    parts = [draws.bits(3), draws.bits(0), draws.bits(4)]
    np.testing.assert_array_equal(np.concatenate(parts), RandomGenerator(5).bits(7))
    draws = RandomGenerator(5)
    draws.normal((2, 3))  # two numbers each
    np.testing.assert_array_equal(draws.bits(2), RandomGenerator(5).bits(14)[12:])


def test_uniform_fills_its_range_evenly() -> None:
    found = RandomGenerator(2).uniform((300, 400), -3.0, 5.0)
    assert found.shape == (300, 400)
    assert found.min() > -3.0
    assert found.max() <= 5.0
    counts, _ = np.histogram(found, 100, (-3.0, 5.0))
    # chi squared with 99 degrees of freedom: mean 99, deviation sqrt(2 * 99)
    assert abs(((counts - 1200) ** 2 / 1200).sum() - 99) < 5 * math.sqrt(198)


def test_normal_has_the_moments_of_the_distribution() -> None:
    found = RandomGenerator(3).normal(200_000)
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((found**power).mean() - moment) < 5 * math.sqrt(variance / 200_000)


@pytest.mark.parametrize("piece", [1000, 2**21])
@pytest.mark.parametrize("count", [0, 1, 2, 70_000])
def test_a_permutation_is_the_stable_order_of_the_words(
    count: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interruption, "_NUMBERS", piece)
    order = RandomGenerator(8).permutation(count)
    assert order.dtype == np.int64
    np.testing.assert_array_equal(order, np.argsort(RandomGenerator(8).bits(count), kind="stable"))


def test_permutations_hold_every_place_once_and_reach_all_orders() -> None:
    np.testing.assert_array_equal(np.sort(RandomGenerator(4).permutation(1000)), np.arange(1000))
    draws = RandomGenerator(6)
    orders, counts = np.unique([draws.permutation(4) for _ in range(2400)], axis=0, return_counts=True)
    assert len(orders) == 24
    assert np.abs(counts - 100).max() < 5 * 10


def test_parts_are_independent_of_each_other_and_of_what_was_drawn() -> None:
    draws = RandomGenerator(8)
    before = draws.child(1).normal(1000)
    draws.bits(100)
    np.testing.assert_array_equal(draws.child(1).normal(1000), before)
    rows = np.array([RandomGenerator(8).normal(1000), *(RandomGenerator(8).child(k).normal(1000) for k in range(9)),
                     *(RandomGenerator(9).child(k).normal(1000) for k in range(10))])  # fmt: skip
    assert np.abs(np.corrcoef(rows) - np.eye(20)).max() < 5 / math.sqrt(1000)
