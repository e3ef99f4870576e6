"""Weights of examples in the objective of every architecture."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Pooling
from engine.architectures.convolutional.packing import packed_convolutional_set
from engine.architectures.forward import loss_pieces
from engine.architectures.inspection import inspection_pieces
from engine.architectures.losses import LOSSES
from engine.architectures.mlp import LOSS_ONLY, MEASURING
from engine.architectures.packing import packed, packed_set
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent_set
from engine.choices import choose
from engine.data import Examples, training_data
from engine.data.weights import checked_weights
from engine.interruption import finish
from engine.training.stream import RESHUFFLED
from tests.engine.architectures.objective import PackedObjective, network

SOFTMAX = choose(LOSSES, "softmax", {})
COUNT = 150
R = np.random.default_rng(6)
WEIGHTS, PLACES = R.random(COUNT) ** 2, R.integers(0, 3, COUNT)
WEIGHTS[:5] = 0.0


def perceptron(weights=None, count=COUNT):
    net = network((4, 6, 3), "tanh", "softmax", residual=True)
    inputs = np.random.default_rng(1).standard_normal((COUNT, 4))
    return net, packed_set(net, inputs[:count], PLACES[:count], 3, weights)


def convolutional(weights=None, count=COUNT):
    net = ConvolutionalNetwork((5, 5), (Convolution(4, 2, activation="tanh"), Pooling("max")), 3, SOFTMAX)
    inputs = np.random.default_rng(1).standard_normal((COUNT, 5, 5))
    return net, packed_convolutional_set(net, inputs[:count], PLACES[:count], 3, weights)


def recurrent(weights=None, count=COUNT):
    net = RecurrentNetwork(4, 2, 5, 3, SOFTMAX, "gru", every=True)
    inputs = np.random.default_rng(1).standard_normal((COUNT, 4, 2))
    return net, packed_recurrent_set(net, inputs[:count], np.tile(PLACES[:count, None], 4), 3, weights)


EACH = pytest.mark.parametrize("make", [perceptron, convolutional, recurrent])


def theta_of(net):
    return 0.5 * np.random.default_rng(3).standard_normal(net.parameters)


@EACH
def test_loss_and_gradient_are_the_weighted_means(make) -> None:
    net, packed = make(WEIGHTS)
    theta, whole = theta_of(net), PackedObjective(make()[1])
    single = [whole(theta, taken=1, cursor=place) for place in range(COUNT)]
    shares = WEIGHTS / WEIGHTS.sum()
    objective = PackedObjective(packed)
    objective.dirty()
    for quiet in (0, MEASURING):
        loss, gradient = objective(theta, quiet=quiet)
        assert loss == pytest.approx(
            sum(share * one for share, (one, _) in zip(shares, single, strict=True)), rel=1e-12
        )
        mean = sum(share * slopes for share, (_, slopes) in zip(shares, single, strict=True))
        assert np.abs(gradient - mean).max() <= 1e-12 * np.abs(mean).max()
    assert objective(theta, quiet=LOSS_ONLY)[0] == loss
    assert finish(loss_pieces(net, theta[None], packed, None))[0] == loss


@EACH
def test_a_shuffled_batch_finds_the_weights_of_its_examples(make) -> None:
    net, packed = make(WEIGHTS)
    objective, theta = PackedObjective(packed), theta_of(net)
    where = {"taken": 11, "cursor": 5, "order": RESHUFFLED, "epoch": 2, "update": 9}
    _, gradient = objective(theta, **where)
    error = np.linalg.norm(objective.slope(theta, **where) - gradient)
    assert error < 1e-6 * np.linalg.norm(gradient)
    parts = [objective(theta, taken=30, cursor=30 * part, order=RESHUFFLED)[0] for part in range(5)]
    assert np.mean(parts) == pytest.approx(objective(theta)[0], rel=1e-12)


@EACH
def test_equal_weights_change_no_bit(make) -> None:
    theta = theta_of(make()[0])
    loss, gradient = PackedObjective(make()[1])(theta)
    again, same = PackedObjective(make(np.full(COUNT, 0.25))[1])(theta)
    assert (again, same.tobytes()) == (loss, gradient.tobytes())


@EACH
def test_an_example_without_weight_does_not_count(make) -> None:
    weights = np.ones(COUNT)
    weights[100:] = 0.0
    theta = theta_of(make()[0])
    loss, gradient = PackedObjective(make(weights)[1])(theta)
    fewer, slopes = PackedObjective(make(count=100)[1])(theta)
    assert loss == pytest.approx(fewer, rel=1e-12)
    assert np.abs(gradient - slopes).max() <= 1e-12 * np.abs(slopes).max()


def test_statistics_of_units_are_of_all_examples_alike() -> None:
    net, weighted = perceptron(WEIGHTS)
    theta = theta_of(net)
    plain, found = (finish(inspection_pieces(net, theta, each, None)) for each in (perceptron()[1], weighted))
    for name in ("activation_mean", "activation_deviation", "dead", "saturated", "outputs"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
    assert found.loss != plain.loss and (found.gradient_norm != plain.gradient_norm).all()


def test_the_training_set_brings_its_weights() -> None:
    examples = Examples(R.standard_normal((COUNT, 2)), PLACES.astype(float), ("x", "y"), tuple("abc"), weights=WEIGHTS)
    data = training_data(examples, ("x", "y"), "none", 0.5, 1)
    net = network((2, 3, 3), "tanh", "softmax")
    theta = theta_of(net)
    assert data.weights is not None
    part = slice(0, data.train)
    expected = packed_set(
        net, data.inputs[part], data.targets[part], 3, checked_weights(data.weights[part], data.train)
    )
    assert PackedObjective(packed(net, data))(theta)[0] == pytest.approx(PackedObjective(expected)(theta)[0], rel=1e-14)
