"""Weights after four epochs, against a training loop in plain NumPy: all that the engine adds is rounding."""

from __future__ import annotations

import numpy as np
import pytest

from engine import DATASETS, LOSSES, Experiment, Session, Table, choose, new_network, new_run

EPOCHS = 4
RATE, BETA1, BETA2, EPS = 1e-3, 0.9, 0.999, 1e-8


def learned(experiment: Experiment, gradient, step) -> tuple[np.ndarray, np.ndarray]:
    """theta after four epochs in the order of the examples: the engine's, and that of NumPy."""
    session = Session(experiment)
    learner, size = session.problem.subject, int(session.runs[0].settings.batch.values["size"])
    inputs, goals = learner.training
    targets = LOSSES[learner.network.loss.kind].encode(goals, learner.classes)
    theta = session.problem.start.copy()
    layers = learner.network.unpacked(theta)  # views
    update = 0
    for _ in range(EPOCHS):
        for start in range(0, len(inputs), size):
            update += 1
            batch = slice(start, start + size)
            parts = gradient(layers, inputs[batch], targets[batch])
            theta += step(np.concatenate([part.ravel() for part in parts]), update)
    session.advance(update)
    return session.runs[0].machine.theta, theta


def tanh_gradient(layers, inputs, targets):
    """Of half the mean squared error, W and b of each layer in turn."""
    passed = [inputs]
    for weights, biases in layers:
        passed.append(np.tanh(passed[-1] @ weights.T + biases))
    delta, found = (passed[-1] - targets) / targets.size, []
    for (weights, _), reads, values in zip(layers[::-1], passed[-2::-1], passed[:0:-1], strict=True):
        delta = delta * (1.0 - values * values)
        found = [delta.T @ reads, delta.sum(axis=0), *found]
        delta = delta @ weights
    return found


def relu_gradient(layers, inputs, targets):
    """Of the softmax cross-entropy."""
    passed = [inputs]
    for place, (weights, biases) in enumerate(layers, 1):
        values = passed[-1] @ weights.T + biases
        passed.append(np.maximum(values, 0.0) if place < len(layers) else values)
    shares = np.exp(passed[-1] - passed[-1].max(axis=1, keepdims=True))
    delta, found = (shares / shares.sum(axis=1, keepdims=True) - targets) / len(targets), []
    for (weights, _), reads in zip(layers[::-1], passed[-2::-1], strict=True):
        found = [delta.T @ reads, delta.sum(axis=0), *found]
        delta = (delta @ weights) * (reads > 0.0)
    return found


class Adam:
    """Kingma & Ba 2015, algorithm 1."""

    def __init__(self) -> None:
        self.m = self.v = 0.0

    def __call__(self, gradient, update):
        self.m = BETA1 * self.m + (1.0 - BETA1) * gradient
        self.v = BETA2 * self.v + (1.0 - BETA2) * gradient**2
        return -RATE * (self.m / (1.0 - BETA1**update)) / (np.sqrt(self.v / (1.0 - BETA2**update)) + EPS)


@pytest.mark.parametrize("data", ["circle", "spiral", "xor", "gauss"])
def test_playgrounds_network(data: str) -> None:
    experiment = new_network(
        data,
        [new_run("sgd", learning_rate=0.03, batch=10, order="fixed")],
        (4, 2),
        output="tanh",
        loss="half_mse",
        initializer="playground",
    )
    found, expected = learned(experiment, tanh_gradient, lambda gradient, update: -0.03 * gradient)
    assert np.abs(found - expected).max() < 1e-13


def test_a_network_on_the_spiral_with_adam() -> None:
    experiment = new_network(
        "spiral",
        [new_run("adam", learning_rate=RATE, batch=32, order="fixed")],
        (16, 16),
        output="tanh",
        loss="half_mse",
        share=1.0,
    )
    found, expected = learned(experiment, tanh_gradient, Adam())
    assert np.abs(found - expected).max() < 1e-13


def test_a_network_on_digits_with_adam() -> None:
    raw = DATASETS["digits"].make(choose(DATASETS, "digits").values, 1)
    table = Table("digits", raw.names, raw.target, raw.inputs / 16.0, raw.targets, raw.classes)
    experiment = new_network(
        table, [new_run("adam", learning_rate=RATE, batch=32, order="fixed")], (64, 32), activation="relu", share=1.0
    )
    found, expected = learned(experiment, relu_gradient, Adam())
    assert np.abs(found - expected).max() < 1e-13
