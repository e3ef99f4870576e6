"""NumPy: vectorised over the batch, BLAS for the products; a sequence step by step, filters over copied windows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.peers.architectures import BETA1, BETA2, EPS, Array, Work
from benchmarks.peers.architectures.numpy_attention import attention_slope
from benchmarks.peers.architectures.numpy_gates import gated_slope
from benchmarks.peers.networks import Peer
from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.convolutional.network import ConvolutionalNetwork
from engine.architectures.recurrent.network import RecurrentNetwork

Slope = Callable[[Array, Array], None]


def start(work: Work) -> Peer:
    network = work.network
    theta = work.theta.copy()
    gradient, first, second = (np.zeros_like(theta) for _ in range(3))
    if isinstance(network, RecurrentNetwork) and network.gates > 1:
        slope = gated_slope(work, network, theta, gradient)
    elif isinstance(network, RecurrentNetwork):
        slope = _recurrent(work, network, theta, gradient)
    elif isinstance(network, AttentionNetwork):
        slope = attention_slope(network, theta, gradient)
    else:
        slope = _convolutional(work, network, theta, gradient)
    held = {"update": 0}

    def run(count: int) -> None:
        for _ in range(count):
            at = held["update"] % work.batches * work.batch
            held["update"] += 1
            slope(work.inputs[at : at + work.batch], work.targets[at : at + work.batch])
            first[:] = BETA1 * first + (1.0 - BETA1) * gradient
            second[:] = BETA2 * second + (1.0 - BETA2) * gradient * gradient
            root = np.sqrt(second / (1.0 - BETA2 ** held["update"])) + EPS
            theta[:] -= work.rate / (1.0 - BETA1 ** held["update"]) * first / root

    return Peer("NumPy", run, lambda: theta)


def _recurrent(work: Work, network: RecurrentNetwork, theta: Array, gradient: Array) -> Slope:
    entering, recurrent, biases, last, bias = (theta[a:b].reshape(shape) for a, b, shape in work.parts)
    into, between, onto, to_last, to_bias = (gradient[a:b].reshape(shape) for a, b, shape in work.parts)
    states = np.zeros((network.length + 1, work.batch, network.hidden))

    def take(x: Array, y: Array) -> None:
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

    return take


def _convolutional(work: Work, network: ConvolutionalNetwork, theta: Array, gradient: Array) -> Slope:
    filters, biases, last, bias = (theta[a:b].reshape(shape) for a, b, shape in work.parts)
    to_filters, to_biases, to_last, to_bias = (gradient[a:b].reshape(shape) for a, b, shape in work.parts)
    (channels, height, width), batch = network.planes[1], work.batch
    side, high, wide = filters.shape[-1], height // 2, width // 2
    flat, into = filters.reshape(channels, -1), to_filters.reshape(channels, -1)
    places = np.arange(batch)

    def take(x: Array, y: Array) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(1, 2))
        columns = windows.reshape(-1, side * side)
        maps = columns @ flat.T
        maps += biases
        np.maximum(maps, 0.0, out=maps)
        # (batch, places in a window, pooled places, channels)
        parts = maps.reshape(batch, height, width, channels)[:, : 2 * high, : 2 * wide]
        parts = parts.reshape(batch, high, 2, wide, 2, channels).transpose(0, 2, 4, 1, 3, 5)
        parts = parts.reshape(batch, 4, high * wide, channels)
        chosen = parts.argmax(axis=1)[:, None]
        pooled = np.take_along_axis(parts, chosen, 1)[:, 0].transpose(0, 2, 1).reshape(batch, -1)
        answers = pooled @ last.T + bias
        shares = np.exp(answers - answers.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[places, y] -= 1.0
        shares /= batch
        np.dot(shares.T, pooled, out=to_last)
        shares.sum(axis=0, out=to_bias)
        back = (shares @ last).reshape(batch, channels, -1).transpose(0, 2, 1)[:, None]
        slopes = np.zeros_like(parts)
        np.put_along_axis(slopes, chosen, back, 1)
        slopes *= parts > 0.0
        deltas = np.zeros((batch, height, width, channels))
        spread = slopes.reshape(batch, 2, 2, high, wide, channels).transpose(0, 3, 1, 4, 2, 5)
        deltas[:, : 2 * high, : 2 * wide] = spread.reshape(batch, 2 * high, 2 * wide, channels)
        rows = deltas.reshape(-1, channels)
        np.dot(rows.T, columns, out=into)
        rows.sum(axis=0, out=to_biases)

    return take
