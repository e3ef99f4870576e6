"""The classical algorithms, whose fixed points are where the gradient of a model vanishes: Lloyd's, and EM."""

from __future__ import annotations

import math

import numpy as np

from engine.problems.clustering.shape import DIAGONAL, SPHERICAL, Shape

Array = np.ndarray

MOST = 300  # rounds
_NUMBERS = 1 << 23  # points times clusters times rounds that may be spent
_STILL = 1e-9  # relative change of the loss, from which it is taken to stand


def fixed_point(shape: Shape, theta: Array, points: Array, rounds: int = MOST) -> Array:
    """Where Lloyd's algorithm (of k-means) or EM (of a mixture) comes to from theta (n,), in at most so many rounds."""
    before = math.inf
    for _ in range(rounds):
        logs = shape.log_densities(theta, points)
        loss = float(shape.losses(logs).mean())
        if not math.isfinite(loss) or before - loss <= _STILL * abs(loss):
            break
        before = loss
        theta = _round(shape, theta, points, logs)
    return theta


def reached(shape: Shape, theta: Array, points: Array) -> float | None:
    """The loss at that fixed point; None where so many points take too long, or it is not finite."""
    rounds = min(_NUMBERS // (len(points) * shape.k), MOST)
    if rounds < 20:
        return None
    with np.errstate(all="ignore"):
        theta = fixed_point(shape, theta, points, rounds)
        loss = float(shape.losses(shape.log_densities(theta, points)).mean())
    return loss if math.isfinite(loss) else None


def _round(shape: Shape, theta: Array, points: Array, logs: Array) -> Array:
    """One round; a cluster without points stays as it is."""
    shares = _shares(shape, logs)
    counts = shares.sum(axis=0)
    held = counts > 1e-12 * len(points)
    centres = shape.centres(theta).copy()
    centres[held] = (shares.T @ points)[held] / counts[held, None]
    if not shape.is_mixture:
        return shape.packed(centres, np.empty(0), np.empty(0))
    factors = shape.factors(theta)
    for j in np.flatnonzero(held):
        away = points - centres[j]
        factors[j] = _factor(shape, (shares[:, j, None] * away).T @ away / counts[j], factors[j])
    return shape.packed(centres, counts / len(points), factors)


def _shares(shape: Shape, logs: Array) -> Array:
    """(n, k): how much of each point belongs to each cluster."""
    if not shape.is_mixture:
        return np.asarray(logs.argmax(axis=1)[:, None] == np.arange(shape.k), np.float64)
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: Array = raised / raised.sum(axis=1, keepdims=True)
    return found


def _factor(shape: Shape, covariance: Array, before: Array) -> Array:
    """The factor L (2, 2) of a covariance as far as the shape allows it; no spread falls to the floor."""
    least = 1.000001 * shape.floor + 1e-300
    if shape.spread in (SPHERICAL, DIAGONAL):
        variances = np.diag(covariance)
        if shape.spread == SPHERICAL:
            variances = np.full(2, variances.mean())
        return np.diag(np.maximum(np.sqrt(variances), least))
    first = max(math.sqrt(covariance[0, 0]), least)
    cross = covariance[0, 1] / first
    second = max(math.sqrt(max(covariance[1, 1] - cross * cross, 0.0)), least)
    found = np.array([[first, 0.0], [cross, second]])
    return found if np.isfinite(found).all() else before
