"""Muon's matrices: against PyTorch and Optax, and against closed forms."""

from __future__ import annotations

import ctypes
import json
from pathlib import Path

import numpy as np
import pytest

from engine import OPTIMIZERS, Block
from engine.blocks import block_table
from engine.optimizers.context import BLOCKS, COMMON, CONTEXT, SCRATCH, TABLE
from tests.each import each

with np.load(Path(__file__).parent / "reference" / "matrices.npz") as file:
    STORED = dict(file)
CASES = json.loads(str(STORED["cases"]))

_DOUBLES, _COUNTS = ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64)
_STEP = ctypes.CFUNCTYPE(
    None, _DOUBLES, _DOUBLES, _DOUBLES, _DOUBLES, ctypes.c_double, ctypes.c_int64, ctypes.c_int64, _COUNTS
)


class Stepper:
    """The kernel on one matrix W (rows, columns)."""

    def __init__(self, W, role="hidden", **settings):
        entry = OPTIMIZERS["muon"]
        values = {knob.name: knob.default for knob in entry.knobs} | settings
        self.hyper = np.array([number for knob in entry.knobs for number in knob.pack(values[knob.name])])
        self.W, self.t = np.array(W, float), 0
        blocks = (Block("W", 0, self.W.shape, role, decays=True),)
        self.slots = np.zeros(entry.size(self.W.size))
        self._table, self._scratch = block_table(blocks), np.full(entry.scratch(blocks) + 1, np.nan)
        self._scratch[-1] = 7.0
        self._context = np.zeros(CONTEXT, np.int64)
        self._context[BLOCKS], self._context[TABLE] = 1, self._table.ctypes.data
        self._context[COMMON], self._context[SCRATCH] = self.hyper[entry.own :].ctypes.data, self._scratch.ctypes.data
        self._call = _STEP(entry.kernel.address)

    def step(self, G, rate):
        """Change W in place, and return it."""
        self.t += 1
        G = np.ascontiguousarray(G, float).copy()
        arrays = (self.W, G, self.slots, self.hyper)
        self._call(
            *(array.ctypes.data_as(_DOUBLES) for array in arrays), rate, self.t, self.W.size,
            self._context.ctypes.data_as(_COUNTS),
        )  # fmt: skip
        assert self._scratch[-1] == 7.0, "it keeps to its scratch"
        return self.W


def with_singular_values(values, rows, columns, seed=0):
    random, count = np.random.default_rng(seed), len(values)
    left, _ = np.linalg.qr(random.standard_normal((rows, rows)))
    right, _ = np.linalg.qr(random.standard_normal((columns, columns)))
    return left[:, :count] * values @ right[:count]


@each("case", CASES)
def test_same_path_as_the_libraries(case):
    stepper = Stepper(STORED[f"start/{case['shape']}"], **case["settings"])
    path = [stepper.step(G, case["rate"]).copy() for G in STORED[f"gradients/{case['shape']}"]]
    np.testing.assert_allclose(path, STORED[f"path/{case['name']}"], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    ("coefficients", "low", "high"),
    [("keller", 0.682, 1.134), ("quintic", 0.978, 1.032), ("polar", 0.859, 1.141), ("classical", 0.076, 1.0)],
)
@pytest.mark.parametrize(("rows", "columns"), [(8, 8), (8, 13), (20, 8)])
def test_singular_values_land_where_the_polynomials_lead(coefficients, low, high, rows, columns):
    for seed in range(20):
        values = np.geomspace(1.0, 0.01, 8)
        G = with_singular_values(values / np.linalg.norm(values), rows, columns, seed)
        G *= 0.01 / np.linalg.svd(G, compute_uv=False)[-1]  # so that the least is 0.01 of a norm of 1 or more
        stepper = Stepper(np.zeros((rows, columns)), coefficients=coefficients, scale="spectral")
        found = np.linalg.svd(stepper.step(G / max(np.linalg.norm(G), 1.0), 1.0), compute_uv=False)
        found /= np.sqrt(rows / columns)
        smallest = 0.01 / max(np.linalg.norm(G), 1.0) >= 0.01
        assert found.max() <= high + 5e-4 and (found.min() >= low - 5e-4 or not smallest)


def test_every_singular_value_grows_alike_until_it_is_there():
    """Along the exact polar factor W's singular values are min(s, eta t): the large ones come last."""
    rate, values = 0.01, 2.0 ** -np.arange(8.0)
    goal = with_singular_values(values, 8, 8)
    stepper = Stepper(np.zeros((8, 8)), momentum=0.0, nesterov=False, coefficients="classical", steps=20)
    arrived = np.zeros(8, int)
    for t in range(1, 101):
        W = stepper.step(stepper.W - goal, rate)
        left, _, right = np.linalg.svd(goal)
        found = np.einsum("ij,ik,jk->k", W, left, right.T)
        np.testing.assert_allclose(found, np.minimum(values, rate * t), atol=rate * 1.01)
        arrived[(arrived == 0) & (found >= 0.9 * values - 1e-9)] = t
    assert arrived.tolist() == [90, 45, 23, 12, 6, 3, 2, 1]


def test_further_steps_of_polar_express_arrive_at_one():
    G = with_singular_values(np.geomspace(1.0, 0.001, 6), 6, 6)
    step = Stepper(np.zeros((6, 6)), coefficients="polar", steps=8).step(G, 1.0)
    np.testing.assert_allclose(np.linalg.svd(step, compute_uv=False), 1.0, rtol=1e-9)


@pytest.mark.parametrize(("coefficients", "length"), [("keller", 0.6964364), ("polar", 0.9035374)])
@pytest.mark.parametrize("role", ["hidden", "point"])
def test_a_vector_has_one_singular_value_so_its_step_has_one_length(role, coefficients, length):
    random = np.random.default_rng(5)
    for scale in (1e-6, 1.0, 1e6):
        G = scale * random.standard_normal((1, 2))
        step = Stepper(np.zeros((1, 2)), role, coefficients=coefficients).step(G, 1.0)
        assert np.linalg.norm(step) == pytest.approx(length, abs=1e-7)
        np.testing.assert_allclose(step / np.linalg.norm(step), -G / np.linalg.norm(G), rtol=1e-12)


def test_no_gradient_no_step_and_nan_reaches_theta():
    stepper = Stepper(np.ones((3, 4)))
    assert (stepper.step(np.zeros((3, 4)), 0.1) == 1.0).all()
    G = np.ones((3, 4))
    G[1, 2] = np.nan
    assert np.isnan(stepper.step(G, 0.1)).any()


@pytest.mark.parametrize("role", ["input", "output", "embedding"])
def test_other_matrices_are_taken_if_all_are(role):
    G = with_singular_values(np.geomspace(1.0, 0.1, 4), 4, 6)
    (adam, muon), hidden = (
        (Stepper(np.zeros((4, 6)), role, layers=layers) for layers in ("hidden", "all")),
        Stepper(np.zeros((4, 6))),
    )
    expected = hidden.step(G, 0.1)
    np.testing.assert_array_equal(muon.step(G, 0.1), expected)
    np.testing.assert_allclose(adam.step(G, 0.1), -0.1 * 0.015 * np.sign(G), rtol=1e-6)


@pytest.mark.parametrize("role", ["bias", "gain"])
def test_what_is_no_matrix_is_never_taken(role):
    step = Stepper(np.zeros(5), role, layers="all").step(np.arange(-2.0, 3.0), 0.1)
    np.testing.assert_allclose(step, -0.0015 * np.sign(np.arange(-2.0, 3.0)), rtol=1e-6)
