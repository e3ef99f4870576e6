"""Activations against their own formulas, and their derivatives against differences of these."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from engine.architectures.activations import ACTIVATIONS
from engine.simd.vectors import LANES

DOUBLES = ctypes.POINTER(ctypes.c_double)
CALL = ctypes.CFUNCTYPE(None, DOUBLES, DOUBLES, ctypes.c_int64)
EVERY = pytest.mark.parametrize("key", ACTIVATIONS)


def compiled(key, z):
    """(a, da/dz) of the kernel."""
    values, slopes = np.full(len(z), np.nan), np.array(z, float)
    assert len(z) % LANES == 0
    CALL(ACTIVATIONS[key].kernel.address)(values.ctypes.data_as(DOUBLES), slopes.ctypes.data_as(DOUBLES), len(z))
    return values, slopes


def grid():
    around = np.concatenate([np.linspace(0.011, 9.0, 700), np.geomspace(1e-8, 1e-2, 50), np.geomspace(9.0, 700.0, 50)])
    return np.concatenate([around, -around])


def test_those_that_files_name_stay() -> None:
    names = "identity relu leaky_relu tanh sigmoid elu gelu silu mish softplus sine"
    assert set(names.split()) <= set(ACTIVATIONS)


@EVERY
def test_values_are_those_of_the_formula(key) -> None:
    z = grid()
    a, _ = compiled(key, z)
    assert np.abs(a - ACTIVATIONS[key].value(z)).max() <= 4e-16 * 700.0
    middle = np.abs(z) < 9.0
    assert np.abs(a - ACTIVATIONS[key].value(z))[middle].max() <= 3e-15


@EVERY
def test_slopes_are_the_derivatives_of_the_values(key) -> None:
    z = grid()
    z = z[(np.abs(z) > 1e-2) & (np.abs(z) < 9.0)]
    z = z[: len(z) // LANES * LANES]
    value, h = ACTIVATIONS[key].value, 1e-3
    differences = (8.0 * (value(z + h) - value(z - h)) - (value(z + 2 * h) - value(z - 2 * h))) / (12.0 * h)
    assert np.abs(compiled(key, z)[1] - differences).max() <= 5e-11


@EVERY
def test_extremes_are_finite_and_nan_is_seen(key) -> None:
    z = np.tile([1000.0, -1000.0, 1e5, -1e5, 0.0, -0.0, 1e-300, -1e-300], LANES)
    a, slopes = compiled(key, z)
    assert np.isfinite(a).all() and np.isfinite(slopes).all()
    assert np.abs(a - ACTIVATIONS[key].value(z)).max() <= 1e-11
    assert np.isnan(compiled(key, np.full(LANES, np.nan))[0]).all()


@EVERY
def test_declared_ends_are_reached_and_gates_close(key) -> None:
    entry = ACTIVATIONS[key]
    ends = entry.value(np.array([-60.0, 60.0]))
    if entry.range is not None:
        np.testing.assert_allclose(ends, entry.range, atol=1e-15)
    if entry.gates:
        assert ends[0] == 0.0 < ends[1]
        z = np.tile([-700.0, -3.0, -0.1, -1e-3], LANES)
        assert not compiled(key, z)[1].any(), "below 0 there is no gradient: a unit that is never above is dead"
    assert entry.source.count("https://") == (key != "identity")
