"""JAX: all updates in one compiled loop, in float64, gradients by jax.grad."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.descents import Centres, Mixture, Work
from benchmarks.peers.networks import Peer


def start(work: Work) -> Peer:
    try:
        import jax
    except ImportError:
        raise Missing("JAX is not installed") from None
    jax.config.update("jax_enable_x64", True)
    numpy, lax = jax.numpy, jax.lax

    def loss(theta):  # type: ignore[no-untyped-def]
        if isinstance(work, Centres):
            x, y = numpy.asarray(work.points).T
            across, up = theta[::2, None] - x, theta[1::2, None] - y
            return 0.5 * numpy.mean(numpy.min(across * across + up * up, axis=0))
        if isinstance(work, Mixture):
            k = work.clusters
            x, y = numpy.asarray(work.points).T
            spreads = theta[3 * k :].reshape(k, 3)
            first, second = (work.floor + numpy.exp(spreads[:, place]) for place in (0, 2))
            z1 = (x - theta[: 2 * k : 2, None]) / first[:, None]
            z2 = (y - theta[1 : 2 * k : 2, None] - spreads[:, 1, None] * z1) / second[:, None]
            logs = jax.nn.log_softmax(theta[2 * k : 3 * k]) - numpy.log(first * second) - math.log(2 * math.pi)
            return -numpy.mean(jax.nn.logsumexp(logs[:, None] - 0.5 * (z1 * z1 + z2 * z2), axis=0))
        k = len(work.frequencies)
        logits = numpy.asarray(work.keys) @ theta.reshape(k, k).T @ numpy.asarray(work.values).T
        return -numpy.sum(work.frequencies * numpy.diagonal(jax.nn.log_softmax(logits)))

    slope = jax.grad(loss)

    @partial(jax.jit, donate_argnums=0)
    def many(theta, count):  # type: ignore[no-untyped-def]
        return lax.fori_loop(0, count, lambda _, theta: theta - work.rate * slope(theta), theta)

    held = {"theta": numpy.asarray(work.theta) + 0.0}

    def run(count: int) -> None:
        held["theta"] = many(held["theta"], count)
        jax.block_until_ready(held["theta"])

    return Peer("JAX loop", run, lambda: np.array(held["theta"]))
