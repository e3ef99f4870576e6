"""JAX: a whole training in one compiled loop, in float64; an episode is a loop that ends when the pole falls."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.networks import Peer
from benchmarks.peers.policies import BETA1, BETA2, EPS, TINY, Work


def start(work: Work) -> Peer:
    try:
        import jax
    except ImportError:
        raise Missing("JAX is not installed") from None
    jax.config.update("jax_enable_x64", True)
    numpy, lax = jax.numpy, jax.lax
    starts, lots, longest = numpy.asarray(work.starts), numpy.asarray(work.lots), work.longest
    places = numpy.arange(longest)

    def preferences(theta, states):  # type: ignore[no-untyped-def]
        entering, biases, weights, last = [theta[a:b].reshape(shape) for a, b, shape in work.parts]
        return numpy.tanh(states @ entering.T + biases) @ weights.T + last

    def moved(state, action):  # type: ignore[no-untyped-def]
        x, v, angle, turning = state
        force = numpy.where(action == 1, 10.0, -10.0)
        cosine, sine = numpy.cos(angle), numpy.sin(angle)
        pushed = (force + 0.05 * turning * turning * sine) / 1.1
        swing = (9.8 * sine - cosine * pushed) / (0.5 * (4.0 / 3.0 - 0.1 * cosine * cosine / 1.1))
        drive = pushed - 0.05 * swing * cosine / 1.1
        return numpy.stack([x + 0.02 * v, v + 0.02 * drive, angle + 0.02 * turning, turning + 0.02 * swing])

    def played(theta, update):  # type: ignore[no-untyped-def]
        def goes_on(held):  # type: ignore[no-untyped-def]
            t, state, _, _ = held
            return (t < longest) & (numpy.abs(state[0]) <= 2.4) & (numpy.abs(state[2]) <= 12 * 2 * math.pi / 360)

        def step(held):  # type: ignore[no-untyped-def]
            t, state, states, chosen = held
            chance = jax.nn.softmax(preferences(theta, state))
            action = numpy.where(lots[update, t] <= chance[0], 0, 1)
            return t + 1, moved(state, action), states.at[t].set(state), chosen.at[t].set(action)

        begun = 0, starts[update], numpy.zeros((longest, 4)), numpy.zeros(longest, int)
        length, _, states, chosen = lax.while_loop(goes_on, step, begun)
        return length, states, chosen

    def surrogate(theta, states, chosen, credits):  # type: ignore[no-untyped-def]
        likely = jax.nn.log_softmax(preferences(theta, states))
        return -numpy.sum(credits * numpy.take_along_axis(likely, chosen[:, None], 1)[:, 0])

    slope = jax.grad(surrogate)

    @jax.jit
    def trained(theta):  # type: ignore[no-untyped-def]
        def body(update, held):  # type: ignore[no-untyped-def]
            theta, first, second = held
            length, states, chosen = played(theta, update)
            there = places < length
            returns = (1.0 - work.discount ** (length - places)) / (1.0 - work.discount)
            mean = numpy.sum(numpy.where(there, returns, 0.0)) / length
            spread = numpy.sqrt(numpy.sum(numpy.where(there, (returns - mean) ** 2, 0.0)) / length)
            credits = numpy.where(there, (returns - mean) / (spread + TINY), 0.0)
            gradient = slope(theta, states, chosen, credits)
            first = BETA1 * first + (1 - BETA1) * gradient
            second = BETA2 * second + (1 - BETA2) * gradient * gradient
            rate = work.rate / (1 - BETA1 ** (update + 1.0))
            step = rate * first / (numpy.sqrt(second / (1 - BETA2 ** (update + 1.0))) + EPS)
            return theta - step, first, second

        zeros = numpy.zeros_like(theta)
        return lax.fori_loop(0, work.updates, body, (theta, zeros, zeros))[0]

    theta = numpy.asarray(work.theta)
    held = {"theta": theta}

    def run(count: int) -> None:
        for _ in range(count):
            held["theta"] = trained(theta)
        jax.block_until_ready(held["theta"])

    return Peer("JAX loop", run, lambda: np.array(held["theta"]))
