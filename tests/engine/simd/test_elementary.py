"""Elementary functions on vectors, against references of more digits."""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numba import njit

from engine.contracts import pointer
from engine.simd import elementary
from engine.simd.vectors import LANES, load, store

Array = np.ndarray
Exact = np.longdouble
EPS = 2.0**-52
TINY = np.finfo(float).tiny


@cache
def compiled(name: str) -> Callable[[Array, Array], None]:
    function = getattr(elementary, name)

    @njit(error_model="numpy", fastmath={"contract"})
    def run(x, y):
        for i in range(0, x.size, LANES):
            store(pointer(y), i, function(load(pointer(x), i)))

    return run


def values(name: str, x: Array) -> Array:
    padded = np.ones(-(-x.size // LANES) * LANES)
    padded[: x.size] = x
    result = np.empty_like(padded)
    compiled(name)(padded, result)
    return result[: x.size]


def exact_erf(x: Array) -> Array:
    """2/sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n+1) / (2n+1)!!: no term takes from another."""
    x = x.astype(Exact)
    term = x.copy()
    result = x.copy()
    for n in range(1, 260):
        term = term * (2 * x * x / Exact(2 * n + 1))
        result += term
    return result * np.exp(-x * x) * 2 / np.sqrt(4 * np.arctan(Exact(1)))


def both(x: Array) -> Array:
    return np.concatenate([x, -x])


random = np.random.default_rng(1)
COUNT = 40_000
SMALL = both(10.0 ** random.uniform(-300, 0, COUNT // 8))
AROUND = random.uniform(-2.0, 2.0, COUNT)
SIZES = 10.0 ** random.uniform(-307, 308, COUNT)
QUARTER_TURNS = np.arange(1, 636_619) * (math.pi / 2)
ANGLES = np.concatenate([SMALL, AROUND, random.uniform(-1e6, 1e6, COUNT), both(QUARTER_TURNS)])

# The measured error in eps, as the docstrings state it; what the exact value is; where.
CASES: dict[str, tuple[float, Callable[[Array], Array], Array]] = {
    "exp": (0.7, np.exp, np.concatenate([SMALL, AROUND, random.uniform(-708, 709.7, COUNT)])),
    "expm1": (1.1, np.expm1, np.concatenate([SMALL, AROUND, random.uniform(-50, 709.7, COUNT)])),
    "log": (0.7, np.log, np.concatenate([SIZES, random.uniform(0.4, 2.2, COUNT)])),
    "log1p": (
        0.9,
        np.log1p,
        np.concatenate([SMALL * 0.99, SIZES, 10.0 ** random.uniform(-15, 0, COUNT) - 1.0, AROUND[AROUND > -0.99]]),
    ),
    "tanh": (2.2, np.tanh, np.concatenate([SMALL, AROUND, random.uniform(-25, 25, COUNT)])),
    "sigmoid": (
        1.5,
        lambda x: 1 / (1 + np.exp(-x)),
        np.concatenate([SMALL, AROUND, random.uniform(-40, 40, COUNT), random.uniform(-708, 708, COUNT)]),
    ),
    "softplus": (
        1.2,
        lambda x: np.maximum(x, 0) + np.log1p(np.exp(-abs(x))),
        np.concatenate([SMALL, AROUND, random.uniform(-40, 40, COUNT), random.uniform(-708, 708, COUNT)]),
    ),
    "erf": (
        0.8,
        exact_erf,
        np.concatenate([SMALL, AROUND[:8000], random.uniform(-6.5, 6.5, 8000), np.array([1.0, -1.0])]),
    ),
    "sine": (2.1, np.sin, ANGLES),
    "cosine": (2.1, np.cos, ANGLES),
}


@pytest.mark.skipif(np.finfo(Exact).eps > EPS / 1000, reason="long double has no more digits here")
@pytest.mark.parametrize("name", CASES)
def test_the_error_is_what_the_docstring_says(name: str) -> None:
    stated, exact, x = CASES[name]
    assert f"within {stated} eps" in getattr(elementary, name).__doc__ or name == "cosine"
    expected = exact(x.astype(Exact))
    normal = np.abs(expected) >= TINY
    errors = np.abs((values(name, x).astype(Exact) - expected)[normal] / expected[normal]) / EPS
    assert errors.max() <= stated, f"{errors.max():.3f} at {x[normal][errors.argmax()]!r}"
    below = ~normal
    np.testing.assert_allclose(values(name, x[below]), expected[below].astype(float), rtol=0, atol=5e-324)


INFINITY, NAN = math.inf, math.nan
LIMITS = {
    "exp": {-INFINITY: 0, -1e308: 0, -746: 0, -745: 5e-324, 0: 1, 709.8: INFINITY, 1e308: INFINITY, INFINITY: INFINITY},
    "expm1": {-INFINITY: -1, -1e308: -1, -745: -1, 0: 0, 709.8: INFINITY, 1e308: INFINITY, INFINITY: INFINITY},
    "log": {-INFINITY: NAN, -1e-300: NAN, 0: -INFINITY, 5e-324: -744.4400719213812, 1: 0, INFINITY: INFINITY},
    "log1p": {-INFINITY: NAN, -1.5: NAN, -1: -INFINITY, 0: 0, 1e308: 709.1962086421661, INFINITY: INFINITY},
    "tanh": {-INFINITY: -1, -1e308: -1, -745: -1, 5e-324: 5e-324, 0: 0, 20: 1, 1e308: 1, INFINITY: 1},
    "sigmoid": {-INFINITY: 0, -1e308: 0, -745: 5e-324, 0: 0.5, 745: 1, 1e308: 1, INFINITY: 1},
    "softplus": {-INFINITY: 0, -1e308: 0, -745: 5e-324, 0: math.log(2), 745: 745, 1e308: 1e308, INFINITY: INFINITY},
    "erf": {-INFINITY: -1, -1e308: -1, -6: -1, 5e-324: 5e-324, 0: 0, 6: 1, 1e308: 1, INFINITY: 1},
    "sine": {-INFINITY: NAN, 0: 0, 5e-324: 5e-324, 1e9: NAN, 1e308: NAN, INFINITY: NAN},
    "cosine": {-INFINITY: NAN, 0: 1, 5e-324: 1, 1e9: NAN, 1e308: NAN, INFINITY: NAN},
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_reached_and_nan_stays(name: str) -> None:
    x = np.array([*LIMITS[name], NAN], dtype=float)
    np.testing.assert_array_equal(values(name, x), [*LIMITS[name].values(), NAN])


@pytest.mark.parametrize("name", ["tanh", "erf", "sine"])
def test_odd_functions_are_odd_to_the_last_bit(name: str) -> None:
    x = np.concatenate([SMALL, AROUND, [0.0]])
    np.testing.assert_array_equal(values(name, -x), -values(name, x))


@pytest.mark.parametrize("name", ["sine", "cosine"])
def test_angles_up_to_1e9_are_those_of_an_argument_one_eps_away(name: str) -> None:
    x = both(10.0 ** random.uniform(6, 9, 5000))
    error = np.abs(values(name, x) - getattr(np, {"sine": "sin", "cosine": "cos"}[name])(x))
    assert (error <= EPS * (np.abs(x) + 1.0)).all()


@njit(error_model="numpy", fastmath={"contract"})
def _quotients(x, y, ratios):
    for i in range(0, x.size, LANES):
        store(pointer(ratios), i, elementary.quotient(load(pointer(x), i), load(pointer(y), i)))


@pytest.mark.skipif(np.finfo(Exact).eps > EPS / 1000, reason="long double has no more digits here")
def test_quotients_are_exact_to_one_eps_and_no_number_where_division_gives_none() -> None:
    x, y = (random.normal(size=COUNT) * 10.0 ** random.uniform(-150, 150, COUNT) for _ in range(2))
    ratios, exact = np.empty(COUNT), x.astype(Exact) / y
    _quotients(x, y, ratios)
    assert (np.abs((ratios.astype(Exact) - exact) / exact) <= EPS).all()
    x = np.array([0.0, 0.0, 1.0, 1.0, -1.0, 1.0, 5e-324, 1e-320, 1e300, 0.0, INFINITY, NAN, 1.0, NAN, INFINITY, 0.0])
    y = np.array(
        [1.0, INFINITY, INFINITY, 0.0, 0.0, -0.0, 1e10, 1.0, 1e-30, 0.0, INFINITY, 1.0, NAN, INFINITY, NAN, 1e-30]
    )
    found = np.empty(16)
    _quotients(x, y, found)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(found, x / y)
    _quotients(np.full(LANES, INFINITY), np.full(LANES, 2.0), found)
    assert not np.isfinite(found[:LANES]).any()


@pytest.mark.parametrize("name", CASES)
def test_a_lane_does_not_depend_on_its_neighbours(name: str) -> None:
    x = np.abs(AROUND[: 4 * LANES])
    alone = [values(name, np.full(LANES, number))[0] for number in x]
    np.testing.assert_array_equal(values(name, x), alone)


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names processors of x86")
@pytest.mark.parametrize(
    ("processor", "features", "lanes"), [("x86-64", "+sse2", 2), ("haswell", "+avx,+avx2,+fma", 4)]
)
def test_processors_with_narrower_registers_compute_the_same(processor: str, features: str, lanes: int) -> None:
    environment = {**os.environ, "NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": features}
    here = os.path.dirname(__file__)
    files = [os.path.join(here, name) for name in ("test_vectors.py", "test_elementary.py", "test_products.py")]
    code = (
        "import sys, pytest; from engine.simd.vectors import LANES;"
        f"assert LANES == {lanes}; sys.exit(pytest.main({files!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
