"""Forward passes against plain NumPy, however the examples are cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.forward import activations, loss_of, losses_along, outputs
from engine.architectures.losses import LOSSES
from tests.engine.architectures.objective import Objective, network, random_theta


def plain(net, theta, inputs):
    """What every layer passes on, in NumPy."""
    passed, h = [], inputs
    for layer, (weights, biases) in enumerate(net.unpacked(theta)):
        a = ACTIVATIONS[net.activations[layer]].value(h @ weights.T + biases)
        h = a + h if net.skips(layer) else a
        passed.append(h)
    return passed


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_layer_is_that_of_numpy(key, residual) -> None:
    random = np.random.default_rng(1)
    net = network((3, 7, 7, 10, 2), (key, key, key, "tanh"), residual=residual)
    theta, inputs = random_theta(net, random), random.standard_normal((333, 3))
    expected = plain(net, theta, inputs)
    found = activations(net, theta, inputs)
    assert len(found) == 4
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= 1e-14 * max(1.0, np.abs(theirs).max())
    assert outputs(net, theta, inputs).tobytes() == found[-1].tobytes()


@pytest.mark.parametrize("sizes", [(2, 1), (1, 1, 1), (9, 20, 3), (13, 5, 5, 1)])
def test_an_answer_does_not_depend_on_what_else_is_asked(sizes) -> None:
    random = np.random.default_rng(2)
    net = network(sizes, "silu", residual=True)
    theta, inputs = random_theta(net, random), random.standard_normal((300, sizes[0]))
    together = outputs(net, theta, inputs)
    for count in (1, 2, 7, 8, 9, 31, 128, 129):
        assert outputs(net, theta, inputs[:count]).tobytes() == together[:count].tobytes()
    order = random.permutation(300)
    assert outputs(net, theta, inputs[order]).tobytes() == together[order].tobytes()
    assert outputs(net, theta, inputs[::-1][::2]).tobytes() == together[::-1][::2].tobytes()


def test_dropout_takes_no_part_in_answers() -> None:
    random = np.random.default_rng(3)
    inputs, net = random.standard_normal((20, 4)), network((4, 30, 2), "relu")
    theta = random_theta(net, random)
    dropping = network((4, 30, 2), "relu", dropout=0.9)
    assert outputs(dropping, theta, inputs).tobytes() == outputs(net, theta, inputs).tobytes()


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_those_of_the_objective(loss) -> None:
    random = np.random.default_rng(4)
    net = network((3, 6, 4), "sine", loss, dropout=0.5)
    inputs, targets = random.standard_normal((310, 3)), random.integers(0, 4, 310)
    thetas = random.standard_normal((9, net.parameters))
    objective = Objective(network((3, 6, 4), "sine", loss), inputs, targets, 4)
    expected, _ = objective.many(thetas.copy())
    assert losses_along(net, thetas, inputs, targets, 4).tolist() == expected.tolist()
    assert loss_of(net, thetas[5], inputs, targets, 4) == expected[5]


def test_no_examples_have_no_answers_and_no_loss() -> None:
    net = network((2, 3, 1), "tanh")
    theta, nobody = np.zeros(net.parameters), np.empty((0, 2))
    assert outputs(net, theta, nobody).shape == (0, 1)
    assert [layer.shape for layer in activations(net, theta, nobody)] == [(0, 3), (0, 1)]
    assert np.isnan(loss_of(net, theta, nobody, np.empty(0), 0))
