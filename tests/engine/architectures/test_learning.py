"""What the architectures are for: filters find a pattern wherever it lies, gates remember."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Pooling
from engine.architectures.convolutional.packing import packed_convolutional, packed_convolutional_set
from engine.architectures.convolutional.start import initial_convolutional
from engine.architectures.forward import layer_pieces
from engine.architectures.initializers import INITIALIZERS, initial_theta
from engine.architectures.losses import LOSSES
from engine.architectures.packing import packed_set
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent, packed_recurrent_set
from engine.architectures.recurrent.start import initial_recurrent
from engine.choices import choose
from engine.interruption import finish
from engine.training.stream import RESHUFFLED
from tests.engine.architectures.objective import PackedObjective, network
from tests.engine.data.made import make

BATCH = 32
SOFTMAX, MSE = (choose(LOSSES, key, {}) for key in ("softmax", "mse"))
HE, GLOROT = (choose(INITIALIZERS, key, {}) for key in ("he_uniform", "glorot_uniform"))


def trained(packed, theta, updates, rate):
    """Theta after updates of Adam, with the gradient clipped at a norm of 1."""
    objective, theta = PackedObjective(packed), theta.copy()
    first, second, batches = np.zeros_like(theta), np.zeros_like(theta), packed.examples // BATCH
    for t in range(1, updates + 1):
        epoch, batch = divmod(t - 1, batches)
        _, gradient = objective(theta, taken=BATCH, cursor=batch * BATCH, epoch=epoch, order=RESHUFFLED)
        gradient *= min(1.0, 1.0 / np.linalg.norm(gradient))
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient * gradient - second)
        theta -= rate * first / (1.0 - 0.9**t) / (np.sqrt(second / (1.0 - 0.999**t)) + 1e-8)
    return theta


def outputs(net, theta, packed):
    return finish(layer_pieces(net, theta, packed, net.layers - 1, None))[0]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_convolution_finds_patterns_that_a_perceptron_misses(seed) -> None:
    """With fewer parameters."""
    examples = make("patterns", seed, samples=4000)
    order = np.random.default_rng(seed).permutation(4000)
    (seen, new), inputs, places = np.split(order, [3000]), examples.shaped, examples.targets
    stages = (
        Convolution(16, 5, padding=2), Pooling(), Convolution(16, 5, padding=2), Pooling(),
        Convolution(16, 3, padding=1), Pooling(window=10),
    )  # fmt: skip
    net = ConvolutionalNetwork((40,), stages, 10, SOFTMAX, dimensions=1)
    flat = network((40, 48, 24, 10), "relu", "softmax")
    assert net.parameters < flat.parameters
    theta = trained(
        packed_convolutional_set(net, inputs[seen], places[seen], 10), initial_convolutional(net, HE, seed), 1500, 3e-3
    )
    found = outputs(net, theta, packed_convolutional(net, inputs[new])).argmax(1)
    theta = trained(packed_set(flat, inputs[seen], places[seen], 10), initial_theta(flat, HE, seed), 1500, 3e-3)
    missed = outputs(flat, theta, packed_set(flat, inputs[new], places[new], 10)).argmax(1)
    right, less = (found == places[new]).mean(), (missed == places[new]).mean()
    assert right > 0.95 and less < 0.85


def error(cell, length, seed, rate=5e-3, start="as the others", activation="tanh"):
    """The mean squared error of new sequences after training on the adding problem."""
    examples = make("adding", seed, samples=2000, length=length)
    inputs, sums = examples.shaped[:, 50 - length :], examples.targets
    net = RecurrentNetwork(length, 2, 32, 1, MSE, cell, activation=activation, start=start)
    packed = packed_recurrent_set(net, inputs[:1600], sums[:1600], 0)
    theta = trained(packed, initial_recurrent(net, GLOROT, seed), 2500, rate)
    return np.mean((outputs(net, theta, packed_recurrent(net, inputs[1600:]))[:, 0] - sums[1600:]) ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_gates_remember_what_a_plain_state_forgets(seed) -> None:
    """Who always answers 1 has an error of 1/6. The identity start helps a plain state with ReLU: Le et al. 2015."""
    assert error("gru", 50, seed) < 0.01
    assert error("elman", 50, seed) > 0.1
    assert error("elman", 50, seed, 1e-3, "identity", "relu") < 0.1
    assert error("elman", 15, seed) < 0.05


@pytest.mark.slow
def test_an_lstm_adds_over_fifty_steps() -> None:
    assert error("lstm", 50, 1) < 0.01
