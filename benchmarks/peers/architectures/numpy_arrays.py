"""NumPy: a recurrent network vectorised over the batch, step by step, BLAS for the products."""

from __future__ import annotations

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import BETA1, BETA2, EPS, Work
from benchmarks.peers.networks import Peer
from engine.architectures.recurrent.network import RecurrentNetwork


def start(work: Work) -> Peer:
    network = work.network
    if not isinstance(network, RecurrentNetwork):
        raise Missing("NumPy has no convolution")
    theta = work.theta.copy()
    gradient, first, second = (np.zeros_like(theta) for _ in range(3))
    entering, recurrent, biases, last, bias = (theta[a:b].reshape(shape) for a, b, shape in work.parts)
    into, between, onto, to_last, to_bias = (gradient[a:b].reshape(shape) for a, b, shape in work.parts)
    states = np.zeros((network.length + 1, work.batch, network.hidden))
    held = {"update": 0}

    def run(count: int) -> None:
        for _ in range(count):
            at = held["update"] % work.batches * work.batch
            held["update"] += 1
            x, y = work.inputs[at : at + work.batch], work.targets[at : at + work.batch]
            given = x @ entering.T + biases
            for t in range(network.length):
                np.tanh(states[t] @ recurrent.T + given[:, t], out=states[t + 1])
            delta = 2.0 * (states[-1] @ last[0] + bias[0] - y) / work.batch
            gradient[:] = 0.0
            to_bias[0] = delta.sum()
            to_last[0] = delta @ states[-1]
            slope = delta[:, None] * last[0]
            for t in range(network.length - 1, -1, -1):
                slope = slope * (1.0 - states[t + 1] ** 2)
                between[:] += slope.T @ states[t]
                into[:] += slope.T @ x[:, t]
                onto[:] += slope.sum(0)
                slope = slope @ recurrent
            first[:] = BETA1 * first + (1.0 - BETA1) * gradient
            second[:] = BETA2 * second + (1.0 - BETA2) * gradient * gradient
            root = np.sqrt(second / (1.0 - BETA2 ** held["update"])) + EPS
            theta[:] -= work.rate / (1.0 - BETA1 ** held["update"]) * first / root

    return Peer("NumPy", run, lambda: theta)
