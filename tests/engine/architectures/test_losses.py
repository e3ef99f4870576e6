"""Losses against PyTorch's, and what they make of targets and outputs."""

from __future__ import annotations

import ctypes
import json
from pathlib import Path

import numpy as np
import pytest

from engine.architectures.losses import LOSSES
from engine.choices import choose
from engine.simd.vectors import LANES

with np.load(Path(__file__).parents[1] / "reference" / "networks.npz") as file:
    STORED = dict(file)
RAW = json.loads(str(STORED["raw"]))
EVERY = pytest.mark.parametrize("key", LOSSES)
CLASSIFIERS = pytest.mark.parametrize("key", [key for key in LOSSES if "classification" in LOSSES[key].purposes])

DOUBLES = ctypes.POINTER(ctypes.c_double)
CALL = ctypes.CFUNCTYPE(
    ctypes.c_double, DOUBLES, DOUBLES, DOUBLES, DOUBLES, ctypes.c_int64, ctypes.c_int64, ctypes.c_double
)


def compared(key, outputs, targets, **settings):
    """(loss, its derivative (n, k)) of outputs (n, k) and target numbers (n, k)."""
    entry, (n, k) = LOSSES[key], outputs.shape
    columns = -(-n // LANES) * LANES
    standing = [
        np.ascontiguousarray(np.vstack([rows, np.full((columns - n, k), 7.0)]).T, float) for rows in (outputs, targets)
    ]
    weights, deltas = np.zeros((k, columns)), np.full((k, columns), np.nan)
    weights[:, :n] = 1.0 / (n * entry.elements(k))
    pointers = [array.ctypes.data_as(DOUBLES) for array in (*standing, weights, deltas)]
    knob = [*choose(LOSSES, key, settings).packed(entry.knobs), 0.0][0]
    value = CALL(entry.kernel.address)(*pointers, k, columns, knob)
    assert not deltas[:, n:].any()  # what stands behind the examples weighs nothing
    return value, deltas[:, :n].T


def test_those_that_files_name_stay() -> None:
    assert {"mse", "half_mse", "mae", "huber", "bce", "softmax", "hinge"} <= set(LOSSES)


@pytest.mark.parametrize("place", range(len(RAW)), ids=[f"{case['loss']}-{case['outputs']}" for case in RAW])
def test_losses_and_derivatives_are_those_of_pytorch(place) -> None:
    case = RAW[place]
    targets = LOSSES[case["loss"]].encode(STORED["places"], 4)
    value, slope = compared(case["loss"], STORED[case["outputs"]], targets, **case["settings"])
    expected, expected_slope = STORED[f"value/{place}"], STORED[f"slope/{place}"]
    assert abs(value - expected) <= 1e-12 * abs(expected)
    assert np.abs(slope - expected_slope).max() <= 1e-12 * np.abs(expected_slope).max()


@EVERY
def test_a_loss_that_is_not_finite_is_seen(key) -> None:
    classes = 3
    outputs = np.ones((5, classes))
    targets = LOSSES[key].encode(np.arange(5) % classes, classes)
    assert np.isfinite(compared(key, outputs, targets)[0])
    for place in range(classes):
        outputs[2] = 1.0
        outputs[2, place] = np.nan
        assert np.isnan(compared(key, outputs, targets)[0])


@EVERY
def test_regression_has_one_output_and_its_own_targets(key) -> None:
    loss, reals = LOSSES[key], np.array([0.3, -2.0])
    assert loss.outputs(0) == 1
    if "regression" in loss.purposes:
        assert loss.encode(reals, 0).tolist() == [[0.3], [-2.0]]


@CLASSIFIERS
def test_classes_become_numbers_as_documented(key) -> None:
    loss, places = LOSSES[key], np.array([0, 1, 1])
    if key == "softmax":
        assert loss.outputs(2) == 2
        assert loss.encode(places, 2).tolist() == [[1, 0], [0, 1], [0, 1]]
    else:
        low = 0.0 if key == "bce" else -1.0
        assert loss.outputs(2) == 1
        assert loss.encode(places, 2).tolist() == [[low], [1], [1]]
    other = -1.0 if key == "hinge" else 0.0
    assert loss.outputs(3) == 3
    assert loss.encode(np.array([2, 0]), 3).tolist() == [[other, other, 1], [1, other, other]]
    assert loss.encode(places, 2).dtype == np.float64


@CLASSIFIERS
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_probabilities_go_with_predictions(key, classes) -> None:
    loss = LOSSES[key]
    outputs = np.random.default_rng(3).standard_normal((200, loss.outputs(classes)))
    outputs[:4] *= 1e3
    found = loss.probabilities(outputs)
    assert found.shape == (200, classes)
    assert found.min() >= 0.0 and found.max() <= 1.0
    if loss.outputs(classes) == 1 or key == "softmax":
        np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-15)
    predicted = loss.predictions(outputs)
    assert predicted.shape == (200,) and predicted.dtype == np.int64
    rows = np.arange(200)
    assert (found[rows, predicted] >= found.max(axis=1)).all()


@CLASSIFIERS
@pytest.mark.parametrize("classes", [2, 4])
def test_outputs_equal_to_their_targets_are_predicted(key, classes) -> None:
    loss, places = LOSSES[key], np.arange(40) % classes
    assert (loss.predictions(loss.encode(places, classes) - (0.5 if loss.single[0] == 0.0 else 0.0)) == places).all()


def test_playgrounds_loss_is_half_of_the_other() -> None:
    outputs, targets = np.random.default_rng(1).standard_normal((2, 9, 2))
    (whole, slope), (half, half_slope) = (compared(key, outputs, targets) for key in ("mse", "half_mse"))
    assert whole == pytest.approx(2.0 * half, rel=1e-15)
    np.testing.assert_allclose(slope, 2.0 * half_slope, rtol=1e-15)
