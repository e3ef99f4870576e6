"""JAX: many updates in one compiled loop, in float64."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.networks import BETA1, BETA2, EPS, MOMENTUM, Peer, Work, flat


def start(work: Work) -> Peer:
    try:
        import jax
    except ImportError:
        raise Missing("JAX is not installed") from None
    jax.config.update("jax_enable_x64", True)
    numpy, tree = jax.numpy, jax.tree_util.tree_map
    kept = work.batches * work.batch
    inputs = numpy.asarray(work.inputs[:kept].reshape(work.batches, work.batch, -1))
    shape = (work.batches, work.batch) if work.targets.ndim == 1 else (work.batches, work.batch, -1)
    targets = numpy.asarray(work.targets[:kept].reshape(shape))
    bend = {"tanh": numpy.tanh, "relu": jax.nn.relu, "identity": lambda z: z}

    def loss(weights, x, y):  # type: ignore[no-untyped-def]
        for (w, b), activation in zip(weights, work.activations, strict=True):
            x = bend[activation](x @ w.T + b)
        if work.loss == "half_mse":
            return 0.5 * numpy.mean((x - y) ** 2)
        return -numpy.mean(numpy.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1))

    slope = jax.grad(loss)

    def step(state, batch):  # type: ignore[no-untyped-def]
        weights, first, second, t = state
        gradient = slope(weights, *batch)
        t = t + 1
        if work.optimizer == "sgd":
            weights = tree(lambda w, g: w - work.rate * g, weights, gradient)
        elif work.optimizer == "momentum":
            first = tree(lambda v, g: MOMENTUM * v + g, first, gradient)
            weights = tree(lambda w, v: w - work.rate * v, weights, first)
        else:
            first = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
            second = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
            rate, share = work.rate / (1 - BETA1**t), 1 - BETA2**t
            weights = tree(lambda w, m, v: w - rate * m / (numpy.sqrt(v / share) + EPS), weights, first, second)
        return weights, first, second, t

    @partial(jax.jit, donate_argnums=0)
    def many(state, begun, count):  # type: ignore[no-untyped-def]
        def body(i, state):  # type: ignore[no-untyped-def]
            place = (begun + i) % work.batches
            return step(state, (inputs[place], targets[place]))

        return jax.lax.fori_loop(0, count, body, state)

    @partial(jax.jit, donate_argnums=0)
    def epochs(state, count):  # type: ignore[no-untyped-def]
        def body(_, state):  # type: ignore[no-untyped-def]
            return jax.lax.scan(lambda s, batch: (step(s, batch), None), state, (inputs, targets))[0]

        return jax.lax.fori_loop(0, count, body, state)

    weights = [(numpy.asarray(w), numpy.asarray(b)) for w, b in work.weights]
    zeros = tree(numpy.zeros_like, weights)
    held = {"state": (weights, zeros, tree(numpy.zeros_like, weights), 0.0), "update": 0}

    def run(count: int) -> None:
        whole = 0 if held["update"] % work.batches else count // work.batches
        if whole:  # the scan over whole epochs is JAX's fastest form
            held["state"] = epochs(held["state"], whole)
        if rest := count - whole * work.batches:
            held["state"] = many(held["state"], held["update"] % work.batches, rest)
        held["update"] += count
        jax.block_until_ready(held["state"])

    return Peer("JAX scan", run, lambda: flat([(np.asarray(w), np.asarray(b)) for w, b in held["state"][0]]))
