"""A look at a network, against NumPy and against the gradients of single examples."""

from __future__ import annotations

import numpy as np
import pytest

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.forward import activations, loss_of
from engine.architectures.inspection import inspect
from engine.architectures.losses import LOSSES
from tests.engine.architectures.objective import Objective, network, random_theta


@pytest.mark.parametrize("examples", [1, 5, 128, 300])
@pytest.mark.parametrize("loss", ["mse", "softmax", "hinge"])
def test_gradients_and_deltas_are_those_of_single_examples(loss, examples) -> None:
    random = np.random.default_rng(examples)
    net = network((3, 6, 6, 4), "tanh", loss, residual=True, dropout=0.4)
    inputs, targets = random.standard_normal((examples, 3)), random.integers(0, 4, examples)
    theta = random_theta(net, random)
    objective = Objective(network((3, 6, 6, 4), "tanh", loss, residual=True), inputs, targets, 4)
    look = inspect(net, theta, inputs, targets, 4)
    total, gradient = objective(theta)
    assert look.loss == total == loss_of(net, theta, inputs, targets, 4)
    assert look.gradient.tobytes() == gradient.tobytes()
    assert look.outputs.tobytes() == activations(net, theta, inputs)[-1].tobytes()
    single = [objective(theta, taken=1, cursor=place)[1] for place in range(examples)]
    for layer in range(net.layers):
        parts = np.concatenate([gradient[net.weights(layer)], gradient[net.biases(layer)]])
        assert look.gradient_norm[layer] == pytest.approx(np.linalg.norm(parts), rel=1e-12)
        # The derivative by a bias is that by z.
        squares = [np.sum(slopes[net.biases(layer)] ** 2) for slopes in single]
        assert look.delta_norm[layer] == pytest.approx(np.sqrt(np.mean(squares)), rel=1e-12)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_statistics_are_those_of_the_activations(key) -> None:
    random = np.random.default_rng(7)
    net = network((3, 40, 40, 1), (key, key, "sigmoid"), residual=True)
    theta = 3.0 * random_theta(net, random)
    theta[net.biases(0)][:6] -= 60.0  # units that sleep or saturate
    inputs = random.standard_normal((203, 3))
    look = inspect(net, theta, inputs, random.standard_normal(203), 0)
    h = inputs
    for layer, (weights, biases) in enumerate(net.unpacked(theta)):
        entry = ACTIVATIONS[net.activations[layer]]
        a = entry.value(h @ weights.T + biases)
        assert look.activation_mean[layer] == pytest.approx(a.mean(), rel=1e-10, abs=1e-12)
        assert look.activation_deviation[layer] == pytest.approx(a.std(), rel=1e-9, abs=1e-7)
        if entry.gates:
            assert look.dead[layer] == np.mean((a <= 0.0).all(axis=0))
        else:
            assert np.isnan(look.dead[layer])
        if entry.range:
            low, high = entry.range
            near = 0.01 * (high - low)
            assert look.saturated[layer] == pytest.approx(np.mean((a < low + near) | (a > high - near)), abs=1e-12)
            assert 0.0 < look.saturated[layer] <= 1.0
        else:
            assert np.isnan(look.saturated[layer])
        h = a + h if net.skips(layer) else a
    assert look.dead[0] > 0.1 or not ACTIVATIONS[key].gates


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_dead_units_have_no_gradient(key) -> None:
    """Units that are only below 0 still learn, unless their activation has no slope there."""
    random = np.random.default_rng(3)
    net = network((3, 20, 1), (key, "identity"))
    theta = random_theta(net, random)
    theta[net.biases(0)][:10] -= 4.0
    inputs = 0.1 * random.standard_normal((50, 3))
    look = inspect(net, theta, inputs, random.standard_normal(50), 0)
    weights = look.gradient[net.weights(0)].reshape(20, 3)
    still = np.mean(~weights.any(axis=1) & (look.gradient[net.biases(0)] == 0.0))
    assert (still if np.isfinite(look.dead[0]) else 0.0) == np.nan_to_num(look.dead[0])
    assert np.isfinite(look.dead[0]) == (still > 0.0)


def test_a_look_is_the_same_every_time() -> None:
    random = np.random.default_rng(9)
    net = network((5, 9, 3), "gelu", "softmax")
    inputs, targets = random.standard_normal((150, 5)), random.integers(0, 3, 150)
    theta = random_theta(net, random)
    first, second = (inspect(net, theta, inputs, targets, 3) for _ in range(2))
    assert first.loss == second.loss
    for name in ("outputs", "gradient", "gradient_norm", "delta_norm", "activation_mean", "activation_deviation"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_diverged_network_can_be_looked_at(loss) -> None:
    net = network((2, 4, 3), "relu", loss)
    inputs = np.ones((5, 2))
    for number in (np.nan, 1e200):
        look = inspect(net, np.full(net.parameters, number), inputs, np.arange(5) % 3, 3)
        assert (
            not np.isfinite(look.loss)
            or not np.isfinite(look.outputs).all()
            or not np.isfinite(look.gradient_norm).all()
        )
