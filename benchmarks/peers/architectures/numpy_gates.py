"""GRU and LSTM in NumPy: step by step, the products for all gates at once, and weight gradients for all steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.peers.architectures import Array, Work
from engine.architectures.recurrent.network import RecurrentNetwork

Slope = Callable[[Array, Array], None]


def _sigmoid(z: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def gated_slope(work: Work, network: RecurrentNetwork, theta: Array, gradient: Array) -> Slope:
    """take(x, y) writes the gradient of the mean squared error of one output at the last step."""
    return (_gru if network.cell == "gru" else _lstm)(work, network, theta, gradient)


def _gru(work: Work, network: RecurrentNetwork, theta: Array, gradient: Array) -> Slope:
    entering, recurrent, biases, inner, last, bias = (theta[a:b].reshape(shape) for a, b, shape in work.parts)
    into, between, onto, onto_inner, to_last, to_bias = (gradient[a:b].reshape(shape) for a, b, shape in work.parts)
    length, hidden, batch = network.length, network.hidden, work.batch
    states = np.zeros((length + 1, batch, hidden))
    gates, products = np.empty((length, batch, 3 * hidden)), np.empty((length, batch, hidden))
    deltas, backs = np.empty_like(gates), np.empty_like(gates)  # of what comes from the inputs, and from the state
    r, z, n = (slice(place * hidden, (place + 1) * hidden) for place in range(3))

    def take(x: Array, y: Array) -> None:
        given = np.ascontiguousarray(x.swapaxes(0, 1)) @ entering.T + biases
        for t in range(length):
            before, gate = states[t], gates[t]
            from_state = before @ recurrent.T
            gate[:, : 2 * hidden] = _sigmoid(given[t, :, : 2 * hidden] + from_state[:, : 2 * hidden])
            products[t] = from_state[:, n] + inner
            gate[:, n] = np.tanh(given[t, :, n] + gate[:, r] * products[t])
            states[t + 1] = gate[:, n] + gate[:, z] * (before - gate[:, n])
        slope = _ended(states[-1], last, bias, y, to_last, to_bias)
        for t in range(length - 1, -1, -1):
            gate, delta, back = gates[t], deltas[t], backs[t]
            delta[:, n] = slope * (1.0 - gate[:, z]) * (1.0 - gate[:, n] ** 2)
            delta[:, z] = slope * (states[t] - gate[:, n]) * gate[:, z] * (1.0 - gate[:, z])
            delta[:, r] = delta[:, n] * products[t] * gate[:, r] * (1.0 - gate[:, r])
            back[:, : 2 * hidden] = delta[:, : 2 * hidden]
            back[:, n] = delta[:, n] * gate[:, r]
            slope = slope * gate[:, z] + back @ recurrent
        rows, sent = deltas.reshape(-1, 3 * hidden), backs.reshape(-1, 3 * hidden)
        np.dot(rows.T, x.swapaxes(0, 1).reshape(length * batch, -1), out=into)
        np.dot(sent.T, states[:-1].reshape(-1, hidden), out=between)
        rows.sum(axis=0, out=onto)
        sent[:, n].sum(axis=0, out=onto_inner)

    return take


def _lstm(work: Work, network: RecurrentNetwork, theta: Array, gradient: Array) -> Slope:
    entering, recurrent, biases, last, bias = (theta[a:b].reshape(shape) for a, b, shape in work.parts)
    into, between, onto, to_last, to_bias = (gradient[a:b].reshape(shape) for a, b, shape in work.parts)
    length, hidden, batch = network.length, network.hidden, work.batch
    states, cells = (np.zeros((length + 1, batch, hidden)) for _ in range(2))
    gates, bent = np.empty((length, batch, 4 * hidden)), np.empty((length, batch, hidden))
    deltas = np.empty_like(gates)
    i, f, g, o = (slice(place * hidden, (place + 1) * hidden) for place in range(4))

    def take(x: Array, y: Array) -> None:
        given = np.ascontiguousarray(x.swapaxes(0, 1)) @ entering.T + biases
        for t in range(length):
            gate = gates[t]
            sums = given[t] + states[t] @ recurrent.T
            gate[:] = _sigmoid(sums)
            np.tanh(sums[:, g], out=gate[:, g])
            cells[t + 1] = gate[:, f] * cells[t] + gate[:, i] * gate[:, g]
            np.tanh(cells[t + 1], out=bent[t])
            states[t + 1] = gate[:, o] * bent[t]
        slope = _ended(states[-1], last, bias, y, to_last, to_bias)
        kept = np.zeros((batch, hidden))
        for t in range(length - 1, -1, -1):
            gate, delta = gates[t], deltas[t]
            kept = kept + slope * gate[:, o] * (1.0 - bent[t] ** 2)
            delta[:, o] = slope * bent[t] * gate[:, o] * (1.0 - gate[:, o])
            delta[:, i] = kept * gate[:, g] * gate[:, i] * (1.0 - gate[:, i])
            delta[:, g] = kept * gate[:, i] * (1.0 - gate[:, g] ** 2)
            delta[:, f] = kept * cells[t] * gate[:, f] * (1.0 - gate[:, f])
            kept = kept * gate[:, f]
            slope = delta @ recurrent
        rows = deltas.reshape(-1, 4 * hidden)
        np.dot(rows.T, x.swapaxes(0, 1).reshape(length * batch, -1), out=into)
        np.dot(rows.T, states[:-1].reshape(-1, hidden), out=between)
        rows.sum(axis=0, out=onto)

    return take


def _ended(state: Array, last: Array, bias: Array, y: Array, to_last: Array, to_bias: Array) -> Array:
    """The gradient of the output layer, and what it sends back to the last state."""
    delta = 2.0 * (state @ last[0] + bias[0] - y) / len(y)
    to_bias[0] = delta.sum()
    to_last[0] = delta @ state
    return np.asarray(delta[:, None] * last[0])
