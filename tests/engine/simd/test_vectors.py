"""The pieces of SIMD, lane by lane against what they say they do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit

from engine.contracts import pointer
from engine.simd.vectors import (
    LANES,
    ROUNDER,
    absolute,
    at,
    below,
    bit,
    exponent,
    fma,
    load,
    load_first,
    mantissa,
    maximum,
    minimum,
    noinline,
    positive,
    power_of_two,
    root,
    signed,
    splat,
    spread,
    store,
    store_first,
    total,
    transpose,
)

NAN, INFINITY = math.nan, math.inf
NUMBERS = np.array(
    [1.5, -2.0, 0.0, -0.0, 3.25e100, 7.5e-200, NAN, INFINITY, -INFINITY, -0.3, 4.0, 4.0, 1.0, 8.0, 9.0, 0.1]
)
OTHERS = np.roll(NUMBERS, 5)
THIRDS = np.roll(NUMBERS, 11)


def lanewise(piece: Callable[..., Any]) -> np.ndarray:
    """What a compiled piece of three vectors makes of NUMBERS, OTHERS and THIRDS."""

    @njit(error_model="numpy")
    def run(x, y, z, result):
        for i in range(0, x.size, LANES):
            store(pointer(result), i, piece(load(pointer(x), i), load(pointer(y), i), load(pointer(z), i)))

    result = np.empty_like(NUMBERS)
    run(NUMBERS, OTHERS, THIRDS, result)
    return result


PIECES = {
    "+": (lambda x, y, z: x + y, lambda x, y, z: x + y),
    "-": (lambda x, y, z: x - y, lambda x, y, z: x - y),
    "*": (lambda x, y, z: x * y, lambda x, y, z: x * y),
    "/": (lambda x, y, z: x / y, lambda x, y, z: x / y),
    "sign": (lambda x, y, z: -x, lambda x, y, z: -x),
    "splat": (lambda x, y, z: x * splat(2.5) + splat(1), lambda x, y, z: x * 2.5 + 1.0),
    "root": (lambda x, y, z: root(x), lambda x, y, z: np.sqrt(x)),
    "absolute": (lambda x, y, z: absolute(x), lambda x, y, z: np.abs(x)),
    "signed": (lambda x, y, z: signed(x, y), lambda x, y, z: np.copysign(x, y)),
    "positive": (lambda x, y, z: positive(x, y, z), lambda x, y, z: np.where(x > 0.0, y, z)),
    "below": (lambda x, y, z: below(x, y, z, x), lambda x, y, z: np.where(x < y, z, x)),
}


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_does_in_every_lane_what_numpy_does(name: str) -> None:
    piece, expected = PIECES[name]
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(lanewise(njit(piece)), expected(NUMBERS, OTHERS, THIRDS))


def test_a_fused_product_and_sum_is_that_of_numpy_up_to_its_rounding() -> None:
    with np.errstate(all="ignore"):
        expected = NUMBERS * OTHERS + THIRDS
    np.testing.assert_allclose(lanewise(njit(lambda x, y, z: fma(x, y, z))), expected, rtol=1e-15)


@pytest.mark.parametrize(("piece", "of_numpy"), [(minimum, np.minimum), (maximum, np.maximum)])
def test_the_smaller_and_the_larger_keep_a_nan_of_the_first(piece: Any, of_numpy: Any) -> None:
    result = lanewise(njit(lambda x, y, z: piece(x, y)))
    seen = ~np.isnan(OTHERS)
    np.testing.assert_array_equal(result[seen], of_numpy(NUMBERS, OTHERS)[seen])
    np.testing.assert_array_equal(result[~seen], NUMBERS[~seen])


def over(piece: Callable[..., Any], x: np.ndarray) -> np.ndarray:
    """What a compiled piece makes of x, of any length."""

    @njit(error_model="numpy")
    def run(x, result):
        for i in range(0, x.size, LANES):
            store(pointer(result), i, piece(load(pointer(x), i)))

    padded = np.ones(-(-x.size // LANES) * LANES)
    padded[: x.size] = x
    result = np.empty_like(padded)
    run(padded, result)
    return result[: x.size]


def test_whole_numbers_round_to_even_and_come_out_of_the_shift() -> None:
    x = np.array([0.5, 1.5, -2.5, 2.4999, 1e9 + 0.5, -1e15, 0.0, 2.0**50 + 1.0])
    np.testing.assert_array_equal(over(njit(lambda x: (x + splat(ROUNDER)) - splat(ROUNDER)), x), np.rint(x))


def test_powers_of_two_in_all_their_range() -> None:
    n = np.arange(-1022.0, 1024.0)
    np.testing.assert_array_equal(over(njit(lambda n: power_of_two(n + splat(ROUNDER))), n), np.exp2(n))


@pytest.mark.parametrize("place", [0, 1, 5])
def test_bits_of_whole_numbers_also_below_zero(place: int) -> None:
    n = np.arange(-70, 70)
    found = over(njit(lambda n: bit(n + splat(ROUNDER), place, splat(1.0), splat(0.0))), n.astype(float))
    np.testing.assert_array_equal(found, (n >> place) & 1)


def test_exponent_and_mantissa_are_the_number_and_lie_around_one() -> None:
    x = np.concatenate([2.0 ** np.arange(-1022, 1024), np.geomspace(2.3e-308, 1.7e308, 1001), np.linspace(0.5, 2, 999)])
    n, m = over(njit(lambda x: exponent(x)), x), over(njit(lambda x: mantissa(x)), x)
    np.testing.assert_array_equal(np.ldexp(m, n.astype(int)), x)
    assert m.min() >= math.sqrt(0.5) and m.max() <= math.sqrt(2.0)


def test_memory_is_read_and_written_where_it_was_asked_for() -> None:
    @njit
    def copy(source, target, shift):
        p, q = pointer(source), pointer(target)
        store(at(q, 2), 1, load(p, shift))
        store(q, LANES + 3, spread(at(p, shift), 1))

    source, target = np.arange(40.0), np.full(30, -1.0)
    copy(source, target, 5)
    expected = np.full(30, -1.0)
    expected[3 : 3 + LANES] = source[5 : 5 + LANES]
    expected[3 + LANES : 3 + 2 * LANES] = source[6]
    np.testing.assert_array_equal(target, expected)


def test_the_first_lanes_alone_are_read_and_written() -> None:
    @njit
    def copy(source, target, count, written):
        store_first(pointer(target), 1, load_first(pointer(source), 0, count) + splat(1.0), written)

    for count in range(1, LANES + 1):
        for written in range(1, LANES + 1):
            source, target = np.full(LANES, 5.0), np.full(LANES + 2, -1.0)
            source[count:] = NAN
            copy(source, target, count, written)
            expected = np.full(LANES + 2, -1.0)
            expected[1 : 1 + written] = np.where(np.arange(written) < count, 6.0, 1.0)
            np.testing.assert_array_equal(target, expected)


def test_the_sum_of_the_lanes_halves_them() -> None:
    @njit
    def run(x):
        return total(load(pointer(x), 0))

    x = np.random.default_rng(0).standard_normal(LANES) * 10.0 ** np.arange(LANES)
    halves = x
    while halves.size > 1:
        halves = halves[: halves.size // 2] + halves[halves.size // 2 :]
    assert run(x) == halves[0]


def test_a_block_is_transposed_between_any_strides() -> None:
    @njit
    def run(source, source_stride, target, target_stride):
        transpose(pointer(source), source_stride, pointer(target), target_stride)

    source, target = np.arange(LANES * (LANES + 3.0)), np.full(LANES * (LANES + 1), -1.0)
    run(source, LANES + 3, target, LANES + 1)
    rows = target.reshape(LANES, LANES + 1)
    np.testing.assert_array_equal(rows[:, :LANES], source.reshape(LANES, LANES + 3)[:, :LANES].T)
    assert (rows[:, LANES] == -1.0).all()


def test_a_function_that_stays_outside_is_called() -> None:
    @njit(forceinline=False)
    def outside(x):
        noinline()
        return x + 1.0

    @njit(forceinline=False)
    def inside(x):
        return x + 2.0

    @njit
    def caller(x):
        return outside(x) * inside(x)

    assert caller(1.0) == 6.0
    code = next(iter(caller.inspect_llvm().values()))
    calls = [line for line in code.splitlines() if " call " in line]
    assert any("outside" in line for line in calls)
    assert not any("inside" in line for line in calls)
