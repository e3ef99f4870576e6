"""NumPy: arrays of all points or pairs at once, gradients written out."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from benchmarks.peers.descents import Centres, Memory, Mixture, Work
from benchmarks.peers.networks import Peer

Array = np.ndarray


def start(work: Work) -> Peer:
    theta, slope = work.theta.copy(), slope_of(work)

    def run(count: int) -> None:
        nonlocal theta
        for _ in range(count):
            theta = theta - work.rate * slope(theta)

    return Peer("NumPy", run, lambda: theta.copy())


def slope_of(work: Work) -> Callable[[Array], Array]:
    """The gradient (n,) at a theta (n,)."""
    if isinstance(work, Centres):
        return lambda theta: _of_centres(work, theta)
    if isinstance(work, Mixture):
        return lambda theta: _of_mixture(work, theta)
    return lambda theta: _of_memory(work, theta)


def _of_centres(work: Centres, theta: Array) -> Array:
    x, y = work.points.T
    across, up = theta[::2, None] - x, theta[1::2, None] - y
    nearest = (across * across + up * up).argmin(axis=0)
    each = np.arange(len(x))
    gradient = np.empty_like(theta)
    gradient[::2] = np.bincount(nearest, across[nearest, each], work.clusters)
    gradient[1::2] = np.bincount(nearest, up[nearest, each], work.clusters)
    return gradient / len(x)


def _of_mixture(work: Mixture, theta: Array) -> Array:
    k, n = work.clusters, len(work.points)
    x, y = work.points.T
    logits, spreads = theta[2 * k : 3 * k], theta[3 * k :].reshape(k, 3)
    raised = np.exp(logits - logits.max())
    weights = raised / raised.sum()
    first, cross, second = work.floor + np.exp(spreads[:, 0]), spreads[:, 1], work.floor + np.exp(spreads[:, 2])
    z1 = (x - theta[: 2 * k : 2, None]) / first[:, None]
    z2 = (y - theta[1 : 2 * k : 2, None] - cross[:, None] * z1) / second[:, None]
    terms = np.log(weights / (first * second))[:, None] - math.log(2 * math.pi) - 0.5 * (z1 * z1 + z2 * z2)
    terms = np.exp(terms - terms.max(axis=0))
    shares = terms / (terms.sum(axis=0) * n)
    q2 = z2 / second[:, None]
    q1 = (z1 - cross[:, None] * q2) / first[:, None]
    along, sums = shares * q1, shares.sum(axis=1)
    gradient = np.empty_like(theta)
    gradient[: 2 * k : 2], gradient[1 : 2 * k : 2] = -along.sum(axis=1), -(shares * q2).sum(axis=1)
    gradient[2 * k : 3 * k] = weights - sums
    told = gradient[3 * k :].reshape(k, 3)
    told[:, 0] = (sums / first - (along * z1).sum(axis=1)) * (first - work.floor)
    told[:, 1] = -(shares * z1 * q2).sum(axis=1)
    told[:, 2] = (sums / second - (shares * z2 * q2).sum(axis=1)) * (second - work.floor)
    return gradient


def _of_memory(work: Memory, theta: Array) -> Array:
    k = len(work.frequencies)
    logits = work.keys @ theta.reshape(k, k).T @ work.values.T  # a row of each key
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    slopes = raised / raised.sum(axis=1, keepdims=True)
    slopes[np.arange(k), np.arange(k)] -= 1.0
    slopes *= work.frequencies[:, None]
    return np.asarray(((slopes @ work.values).T @ work.keys).ravel())
