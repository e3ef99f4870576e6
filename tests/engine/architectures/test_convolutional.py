"""Convolutional networks: shapes, refusals, initial weights, and what can be seen inside."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.convolutional.inside import feature_maps, filters
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Dense, Plane, Pooling
from engine.architectures.convolutional.packing import (
    convolutional_numbers,
    packed_convolutional,
    packed_convolutional_set,
)
from engine.architectures.convolutional.start import initial_convolutional
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.losses import LOSSES
from engine.choices import choose
from engine.contracts import SettingError
from tests.engine.architectures.objective import PackedObjective

SOFTMAX = choose(LOSSES, "softmax", {})


def network(shape, *stages, dimensions=2, outputs=3):
    return ConvolutionalNetwork(shape, stages, outputs, SOFTMAX, dimensions=dimensions)


def objective(net, examples, seed=1):
    random = np.random.default_rng(seed)
    targets = random.integers(0, net.outputs, examples)
    return PackedObjective(
        packed_convolutional_set(net, random.standard_normal((examples, *net.shape)), targets, net.outputs)
    )


def test_planes_and_blocks_follow_from_the_stages() -> None:
    net = network((2, 9, 8), Convolution(4, 3, 2, 1), Pooling("max", 2), Convolution(6, 2), Dense(5))
    assert net.planes[1:] == (Plane(4, 5, 4), Plane(4, 2, 2), Plane(6, 1, 1), Plane(5, 1, 1), Plane(3, 1, 1))
    named = {block.name: (block.shape, block.role, block.decays) for block in net.blocks}
    assert named == {
        "convolution 1 weights": ((4, 2, 3, 3), "input", True),
        "convolution 1 biases": ((4,), "bias", False),
        "convolution 2 weights": ((6, 4, 2, 2), "hidden", True),
        "convolution 2 biases": ((6,), "bias", False),
        "dense 1 weights": ((5, 6), "hidden", True),
        "dense 1 biases": ((5,), "bias", False),
        "output weights": ((3, 5), "output", True),
        "output biases": ((3,), "bias", False),
    }
    places = [0, *(block.stop for block in net.blocks)]
    assert places[:-1] == [block.start for block in net.blocks] and net.parameters == places[-1]
    flat = network((2, 9), Convolution(4, 3), dimensions=1)
    assert flat.planes[1] == Plane(4, 1, 7) and flat.blocks[0].shape == (4, 2, 3)


@pytest.mark.parametrize(
    ("shape", "stages", "dimensions", "message"),
    [
        ((8, 8), (Convolution(4, 9),), 2, "9 x 9 is larger than its input of 8 x 8: use a kernel of at most 8"),
        ((4, 4), (Convolution(4, 7, 1, 1),), 2, "7 x 7 is larger than its input of 4 x 4, 6 x 6 with its padding"),
        ((8, 3), (Convolution(4, 3), Pooling("max", 2)), 2, "window of 2 x 2 is larger than its input of 6 x 1"),
        ((9,), (Convolution(4, 9), Pooling("mean", 2)), 1, "window of 2 is larger than its input of 1"),
        ((8, 8), (Convolution(4, 3, 1, 3),), 2, "a padding of 3 is not smaller than the kernel of 3 x 3"),
        ((8, 8), (Convolution(0),), 2, "channels must be a whole number in [1, 256], got 0"),
        ((8, 8), (Convolution(4, 3, 0),), 2, "stride must be a whole number in [1, 32], got 0"),
        ((8, 8), (Dense(0),), 2, "units must be a whole number in [1, 4096], got 0"),
        ((8, 8), (Convolution(4, activation="bend"),), 2, "unknown activation 'bend'"),
        ((8,), (Convolution(4),), 2, "examples of 2 dimensions have the shape (height, width), or that after a number"),
        ((8, 8), (Convolution(4),) * 13, 2, "there may be up to 12 stages, got 13"),
        ((8, 8), (), 3, "a convolution has 1 or 2 dimensions, got 3"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_numbers(shape, stages, dimensions, message) -> None:
    with pytest.raises(SettingError) as refused:
        network(shape, *stages, dimensions=dimensions)
    assert message in str(refused.value)
    if len(stages) in (1, 2):
        assert refused.value.where in ("", f"stages[{len(stages)}]")


def test_the_memory_that_is_told_is_what_is_taken() -> None:
    small = network((8, 8), Convolution(8), Pooling())
    packed = packed_convolutional(small, np.zeros((100, 8, 8)), np.zeros((100, 3)))
    assert (packed.constants.size, packed.work_size) == convolutional_numbers(small, 100)


@pytest.mark.parametrize(
    "inputs", [np.zeros((5, 63)), np.zeros((5, 8, 9)), np.zeros((8, 8)), np.zeros((5, 1, 8, 8)), "five"]
)
def test_examples_of_another_shape_are_refused(inputs) -> None:
    with pytest.raises(SettingError):
        packed_convolutional(network((8, 8), Convolution(4)), inputs)


def test_examples_may_be_rows_of_numbers() -> None:
    net = network((2, 3, 4), Convolution(4, 2))
    inputs = np.random.default_rng(1).standard_normal((5, 2, 3, 4))
    rows = packed_convolutional(net, inputs.reshape(5, -1))
    assert rows.constants.tobytes() == packed_convolutional(net, inputs).constants.tobytes()


@pytest.mark.parametrize("taken", [1, 8, 31, 129, 300])
def test_a_batch_is_the_mean_of_its_examples(taken) -> None:
    net = network((7, 7), Convolution(4, 3, 2, 1, "gelu"), Pooling("max", 2, 1), Convolution(3, 2, activation="tanh"))
    whole = objective(net, 300)
    theta = np.random.default_rng(taken).standard_normal(net.parameters)
    loss, gradient = whole(theta, taken=taken)
    single = [whole(theta, taken=1, cursor=place) for place in range(taken)]
    assert loss == pytest.approx(np.mean([one for one, _ in single]), rel=1e-12)
    mean = np.mean([slopes for _, slopes in single], axis=0)
    assert np.abs(gradient - mean).max() <= 1e-12 * np.abs(mean).max()


def test_filters_and_maps_are_those_of_the_definition() -> None:
    net = network((2, 6, 5), Convolution(3, 3, 2, 1, "tanh"), Pooling("mean", 2), Dense(4))
    random = np.random.default_rng(3)
    theta, inputs = random.standard_normal(net.parameters), random.standard_normal((70, 2, 6, 5))
    w, b = filters(net, theta, 0), theta[net.biases(0)]
    assert w.shape == (3, 2, 3, 3) and np.shares_memory(w, theta)
    wide = np.pad(inputs, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(2, 3))[:, :, ::2, ::2]
    maps = np.tanh(np.einsum("ncyxij,ocij->noyx", windows, w) + b[:, None, None])
    assert np.abs(feature_maps(net, theta, inputs, 0) - maps).max() < 1e-14
    pooled = feature_maps(net, theta, inputs, 1)
    assert np.abs(pooled[:, :, 0, 0] - maps[:, :, :2, :2].mean(axis=(2, 3))).max() < 1e-14
    assert feature_maps(net, theta, inputs, 2).shape == (70, 4)
    with pytest.raises(SettingError, match="pooling 1 has no filters"):
        filters(net, theta, 1)
    with pytest.raises(SettingError, match="the layers 0 to 3, got 4"):
        feature_maps(net, theta, inputs, 4)


@pytest.mark.parametrize("window", [2, 3])
def test_the_first_of_several_largest_numbers_takes_the_gradient(window) -> None:
    """And a number that is none wins, so that it is seen."""
    net = network((window, window), Pooling("max", window), outputs=2)
    theta = np.array([1.0, -1.0, 0.0, 0.0])
    flat = np.ones((1, window, window))
    assert feature_maps(net, theta, flat, 0).item() == 1.0
    for place in range(window * window):
        broken = flat.copy()
        broken.reshape(-1)[place] = np.nan
        assert np.isnan(feature_maps(net, theta, broken, 0).item())


def test_fans_are_counted_as_pytorch_does() -> None:
    net = network((16, 20, 20), Convolution(32, 5), Pooling("max", 16))
    for key, deviation in (
        ("glorot_uniform", np.sqrt(2.0 / (16 * 25 + 32 * 25))),
        ("glorot_normal", np.sqrt(2.0 / (16 * 25 + 32 * 25))),
        ("he_normal", np.sqrt(2.0 / (16 * 25))),
        ("torch", 1.0 / np.sqrt(3 * 16 * 25)),
    ):
        theta = initial_convolutional(net, choose(INITIALIZERS, key, {}), 4)
        assert filters(net, theta, 0).std() == pytest.approx(deviation, rel=0.03), key
    turned = filters(net, initial_convolutional(net, choose(INITIALIZERS, "orthogonal", {}), 4), 0).reshape(32, -1)
    assert np.abs(turned @ turned.T - np.eye(32)).max() < 1e-12


def test_initial_weights_of_a_stage_do_not_depend_on_the_others() -> None:
    he = choose(INITIALIZERS, "he_uniform", {})
    one = network((8, 8), Convolution(4), Pooling())
    other = network((8, 8), Convolution(4), Convolution(5))
    assert (
        filters(one, initial_convolutional(one, he, 7), 0) == filters(other, initial_convolutional(other, he, 7), 0)
    ).all()
    assert (initial_convolutional(one, he, 7) != initial_convolutional(one, he, 8)).any()
