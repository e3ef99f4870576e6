"""JAX: many updates in one compiled loop, in float64; the steps of a sequence in lax.scan."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import BETA1, BETA2, EPS, Work
from benchmarks.peers.networks import Peer
from engine.architectures.convolutional.network import ConvolutionalNetwork
from engine.architectures.recurrent.network import RecurrentNetwork


def start(work: Work) -> Peer:
    try:
        import jax
    except ImportError:
        raise Missing("JAX is not installed") from None
    jax.config.update("jax_enable_x64", True)
    numpy, lax = jax.numpy, jax.lax
    network, kept = work.network, work.batches * work.batch
    inputs = numpy.asarray(work.inputs[:kept].reshape(work.batches, work.batch, *work.inputs.shape[1:]))
    targets = numpy.asarray(work.targets[:kept].reshape(work.batches, work.batch, *work.targets.shape[1:]))

    def cut(theta):  # type: ignore[no-untyped-def]
        return [theta[a:b].reshape(shape) for a, b, shape in work.parts]

    def recurrent(theta, x, y):  # type: ignore[no-untyped-def]
        entering, weights, biases, last, bias = cut(theta)
        given = numpy.swapaxes(x, 0, 1) @ entering.T + biases
        begun = numpy.zeros((work.batch, weights.shape[0]))
        state, _ = lax.scan(lambda h, z: (numpy.tanh(h @ weights.T + z), None), begun, given)
        return numpy.mean((state @ last[0] + bias[0] - y) ** 2)

    def gru(theta, x, y):  # type: ignore[no-untyped-def]
        entering, weights, biases, inner, last, bias = cut(theta)
        given, hidden = numpy.swapaxes(x, 0, 1) @ entering.T + biases, weights.shape[1]

        def step(h, z):  # type: ignore[no-untyped-def]
            sent = h @ weights.T
            reset, update = numpy.split(jax.nn.sigmoid(z[:, : 2 * hidden] + sent[:, : 2 * hidden]), 2, axis=1)
            new = numpy.tanh(z[:, 2 * hidden :] + reset * (sent[:, 2 * hidden :] + inner))
            return new + update * (h - new), None

        state, _ = lax.scan(step, numpy.zeros((work.batch, hidden)), given)
        return numpy.mean((state @ last[0] + bias[0] - y) ** 2)

    def lstm(theta, x, y):  # type: ignore[no-untyped-def]
        entering, weights, biases, last, bias = cut(theta)
        given, begun = numpy.swapaxes(x, 0, 1) @ entering.T + biases, numpy.zeros((work.batch, weights.shape[1]))

        def step(held, z):  # type: ignore[no-untyped-def]
            h, cell = held
            enters, keeps, new, leaves = numpy.split(z + h @ weights.T, 4, axis=1)
            cell = jax.nn.sigmoid(keeps) * cell + jax.nn.sigmoid(enters) * numpy.tanh(new)
            return (jax.nn.sigmoid(leaves) * numpy.tanh(cell), cell), None

        (state, _), _ = lax.scan(step, (begun, begun), given)
        return numpy.mean((state @ last[0] + bias[0] - y) ** 2)

    def convolutional(theta, x, y):  # type: ignore[no-untyped-def]
        filters, biases, last, bias = cut(theta)
        maps = lax.conv_general_dilated(x[:, None], filters, (1, 1), "VALID") + biases[:, None, None]
        pooled = lax.reduce_window(jax.nn.relu(maps), -numpy.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        answers = pooled.reshape(len(x), -1) @ last.T + bias
        return -numpy.mean(numpy.take_along_axis(jax.nn.log_softmax(answers), y[:, None], 1))

    def attention(theta, x, y):  # type: ignore[no-untyped-def]
        cut = {block.name: theta[block.start : block.stop].reshape(block.shape) for block in network.blocks}

        def dense(name, z):  # type: ignore[no-untyped-def]
            return z @ cut[f"{name} weights"].T + cut[f"{name} biases"]

        def normed(name, z):  # type: ignore[no-untyped-def]
            away = z - z.mean(axis=-1, keepdims=True)
            deviation = numpy.sqrt((away * away).mean(axis=-1, keepdims=True) + 1e-5)
            return away / deviation * cut[f"{name} gains"] + cut[f"{name} shifts"]

        steps = cut["embedding"][x.astype(int)] + cut["positions"]
        read, apart = normed("attention 1", steps), (work.batch, network.length, network.heads, -1)
        q, k, v = (dense(f"attention 1 {name}", read).reshape(apart) for name in ("query", "key", "value"))
        gathered = jax.nn.dot_product_attention(q, k, v, is_causal=True)
        steps = steps + dense("attention 1 output", gathered.reshape(steps.shape))
        steps = steps + dense("MLP 1 output", jax.nn.relu(dense("MLP 1", normed("MLP 1", steps))))
        answers = dense("output", normed("output", steps))
        return -numpy.mean(numpy.take_along_axis(jax.nn.log_softmax(answers), y[..., None], -1))

    if isinstance(network, RecurrentNetwork):
        slope = jax.grad({"elman": recurrent, "gru": gru, "lstm": lstm}[network.cell])
    else:
        slope = jax.grad(convolutional if isinstance(network, ConvolutionalNetwork) else attention)

    @partial(jax.jit, donate_argnums=0)
    def many(state, begun, count):  # type: ignore[no-untyped-def]
        def body(i, state):  # type: ignore[no-untyped-def]
            theta, first, second, t = state
            place = (begun + i) % work.batches
            gradient, t = slope(theta, inputs[place], targets[place]), t + 1
            first = BETA1 * first + (1 - BETA1) * gradient
            second = BETA2 * second + (1 - BETA2) * gradient * gradient
            rate = work.rate / (1 - BETA1**t)
            return theta - rate * first / (numpy.sqrt(second / (1 - BETA2**t)) + EPS), first, second, t

        return lax.fori_loop(0, count, body, state)

    theta = numpy.asarray(work.theta)
    held = {"state": (theta + 0.0, numpy.zeros_like(theta), numpy.zeros_like(theta), 0.0), "update": 0}

    def run(count: int) -> None:
        held["state"] = many(held["state"], held["update"] % work.batches, count)
        held["update"] += count
        jax.block_until_ready(held["state"])

    return Peer("JAX scan", run, lambda: np.array(held["state"][0]))
