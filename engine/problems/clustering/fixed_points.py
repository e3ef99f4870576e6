"""The classical algorithms, whose fixed points are where the gradient of a model vanishes: Lloyd's, and EM."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from engine.contracts import Check, inline, no_check, routine
from engine.problems.clustering.shape import FULL, LOG_TURN, NEAREST, SPHERICAL, Shape

Array = np.ndarray

MOST = 300  # rounds
_NUMBERS = 1 << 23  # points times clusters times rounds that may be spent: less than a tenth of a second
_PIECE = 1 << 21  # of them without looking up
_STILL = 1e-9  # relative change of the loss, from which it is taken to stand

_TINY = float(np.finfo(float).tiny)

_f, _i, _b = types.float64, types.int64, types.boolean


def fixed_point(shape: Shape, theta: Array, points: Array, rounds: int = MOST) -> Array:
    """Where Lloyd's algorithm (of k-means) or EM (of a mixture) comes to from theta (n,), in at most so many rounds."""
    return _come_to(shape, theta, points, rounds)[0]


def reached(shape: Shape, theta: Array, points: Array, check: Check = no_check) -> float | None:
    """The loss at that fixed point; None where so many points take too long, or it is not finite.

    check: called between pieces of some rounds.
    """
    rounds = min(_NUMBERS // (len(points) * shape.k), MOST)
    if rounds < 20:
        return None
    _, loss = _come_to(shape, theta, points, rounds, check)
    return loss if math.isfinite(loss) else None


def _come_to(shape: Shape, theta: Array, points: Array, rounds: int, check: Check = no_check) -> tuple[Array, float]:
    """(theta (n,), its loss)."""
    centres = np.array(shape.centres(theta))
    weights, factors = shape.weights(theta), shape.factors(theta)
    shares = np.empty((len(points), shape.k))
    points = np.ascontiguousarray(points)
    most, last = max(_PIECE // max(shares.size, 1), 1), np.array([math.inf])
    while True:
        check()
        piece = min(rounds, most)
        loss, ended = classical_rounds(
            piece, shape.spread, shape.floor, points, centres, weights, factors, shares, last
        )
        rounds -= piece
        if ended or not rounds:
            return shape.packed(centres, weights, factors), float(loss)


@routine(types.Tuple((_f, _b))(_i, _i, _f, _f[:, ::1], _f[:, ::1], _f[::1], _f[:, :, ::1], _f[:, ::1], _f[::1]))
def classical_rounds(
    rounds: int,
    spread: int,
    floor: float,
    points: Array,
    centres: Array,
    weights: Array,
    factors: Array,
    shares: Array,
    last: Array,
) -> tuple[float, bool]:
    """Up to so many rounds, or until the loss stands still or is not finite; (the loss, whether it is so). Changes
    centres (k, 2), and of a mixture weights (k,) and factors (k, 2, 2); shares (n, k) is room. last (1,): the loss
    before the last round, infinite before the first; with it more rounds are as if there had been no end between.
    """
    while True:
        loss = _share(spread, points, centres, weights, factors, shares)
        if not math.isfinite(loss) or last[0] - loss <= _STILL * abs(loss):
            return loss, True
        if rounds == 0:
            return loss, False
        last[0] = loss
        rounds -= 1
        _move(spread, floor, points, centres, weights, factors, shares)


@inline
def _share(spread: int, points: Array, centres: Array, weights: Array, factors: Array, shares: Array) -> float:
    """How much of each point belongs to each cluster, as shares (n, k); returns the mean loss."""
    n, k = shares.shape
    constants, by_first, by_second = np.zeros(k), np.empty(k), np.empty(k)
    for j in range(k):
        by_first[j], by_second[j] = 1.0 / factors[j, 0, 0], 1.0 / factors[j, 1, 1]
    if spread != NEAREST:
        for j in range(k):
            constants[j] = math.log(weights[j]) - math.log(factors[j, 0, 0] * factors[j, 1, 1]) - LOG_TURN
    loss = 0.0
    for i in range(n):
        nearest, highest = 0, -math.inf
        for j in range(k):
            one = (points[i, 0] - centres[j, 0]) * by_first[j]
            two = (points[i, 1] - centres[j, 1] - factors[j, 1, 0] * one) * by_second[j]
            shares[i, j] = constants[j] - 0.5 * (one * one + two * two)
            if shares[i, j] > highest:
                nearest, highest = j, shares[i, j]
        loss -= highest
        if spread == NEAREST:
            for j in range(k):
                shares[i, j] = 1.0 if j == nearest else 0.0
            continue
        whole = 0.0
        for j in range(k):
            shares[i, j] = math.exp(shares[i, j] - highest)
            whole += shares[i, j]
        loss -= math.log(whole)
        part = 1.0 / whole
        for j in range(k):
            shares[i, j] *= part
    return float(loss / n)


@inline
def _move(
    spread: int, floor: float, points: Array, centres: Array, weights: Array, factors: Array, shares: Array
) -> None:
    """Put each cluster where its points are; one without points stays as it is."""
    n, k = shares.shape
    counts, sums = np.zeros(k), np.zeros((k, 3))
    for i in range(n):
        for j in range(k):
            counts[j] += shares[i, j]
            sums[j, 0] += shares[i, j] * points[i, 0]
            sums[j, 1] += shares[i, j] * points[i, 1]
    for j in range(k):
        weights[j] = max(counts[j] / n, _TINY)
        if counts[j] > 1e-12 * n:
            centres[j, 0], centres[j, 1] = sums[j, 0] / counts[j], sums[j, 1] / counts[j]
    if spread == NEAREST:
        return
    sums[:] = 0.0
    for i in range(n):
        for j in range(k):
            x, y = points[i, 0] - centres[j, 0], points[i, 1] - centres[j, 1]
            sums[j, 0] += shares[i, j] * x * x
            sums[j, 1] += shares[i, j] * x * y
            sums[j, 2] += shares[i, j] * y * y
    for j in range(k):
        if counts[j] > 1e-12 * n:
            xx, xy, yy = sums[j, 0] / counts[j], sums[j, 1] / counts[j], sums[j, 2] / counts[j]
            _spread_out(spread, floor, xx, xy, yy, factors[j])


@inline
def _spread_out(spread: int, floor: float, xx: float, xy: float, yy: float, factor: Array) -> None:
    """Set a factor L (2, 2) to that of a covariance, as far as the shape allows it; no spread falls to the floor."""
    least = 1.000001 * floor + 1e-300
    if spread == SPHERICAL:
        xx = yy = 0.5 * (xx + yy)
    first = max(math.sqrt(xx), least)
    cross = xy / first if spread == FULL else 0.0
    second = max(math.sqrt(max(yy - cross * cross, 0.0)), least)
    if math.isfinite(first) and math.isfinite(cross) and math.isfinite(second):
        factor[0, 0], factor[1, 0], factor[1, 1] = first, cross, second
