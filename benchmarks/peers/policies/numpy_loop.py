"""NumPy: a step of the cart after the other, then the gradient of the whole episode at once."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.peers.networks import Peer
from benchmarks.peers.policies import BETA1, BETA2, EPS, TINY, Work

Array = np.ndarray


def start(work: Work) -> Peer:
    held = {"theta": work.theta.copy()}

    def run(count: int) -> None:
        for _ in range(count):
            held["theta"] = _trained(work)

    return Peer("NumPy", run, lambda: held["theta"].copy())


def _trained(work: Work) -> Array:
    theta = work.theta.copy()
    first, second = np.zeros_like(theta), np.zeros_like(theta)
    tensors = [theta[a:b].reshape(shape) for a, b, shape in work.parts]  # views: they change with theta
    for update in range(work.updates):
        gradient = _gradient(work, tensors, update)
        first = BETA1 * first + (1 - BETA1) * gradient
        second = BETA2 * second + (1 - BETA2) * gradient * gradient
        rate = work.rate / (1 - BETA1 ** (update + 1))
        theta -= rate * first / (np.sqrt(second / (1 - BETA2 ** (update + 1))) + EPS)
    return theta


def _gradient(work: Work, tensors: list[Array], update: int) -> Array:
    entering, biases, weights, last = tensors
    state, lots = work.starts[update], work.lots[update].tolist()
    states, units, chances, chosen = [], [], [], []
    for lot in lots:
        hidden = np.tanh(entering @ state + biases)
        raised = weights @ hidden + last
        raised = np.exp(raised - raised.max())
        chance = raised / raised.sum()
        action = 0 if lot <= chance[0] else 1
        for kept, value in ((states, state), (units, hidden), (chances, chance), (chosen, action)):
            kept.append(value)
        state = _moved(state, action)
        if abs(state[0]) > 2.4 or abs(state[2]) > 12 * 2 * math.pi / 360:
            break
    length = len(states)
    returns, ahead = np.empty(length), 0.0
    for t in range(length - 1, -1, -1):
        returns[t] = ahead = 1.0 + work.discount * ahead
    credits = (returns - returns.mean()) / (returns.std() + TINY)
    slopes = np.array(chances)
    slopes[np.arange(length), chosen] -= 1.0
    slopes *= credits[:, None]
    hidden = np.array(units)
    back = (slopes @ weights) * (1.0 - hidden * hidden)
    return np.concatenate(
        [(back.T @ np.array(states)).ravel(), back.sum(0), (slopes.T @ hidden).ravel(), slopes.sum(0)]
    )


def _moved(state: Array, action: int) -> Array:
    x, v, angle, turning = state.tolist()
    force = 10.0 if action else -10.0
    cosine, sine = math.cos(angle), math.sin(angle)
    pushed = (force + 0.05 * turning * turning * sine) / 1.1
    swing = (9.8 * sine - cosine * pushed) / (0.5 * (4.0 / 3.0 - 0.1 * cosine * cosine / 1.1))
    drive = pushed - 0.05 * swing * cosine / 1.1
    return np.array([x + 0.02 * v, v + 0.02 * drive, angle + 0.02 * turning, turning + 0.02 * swing])
