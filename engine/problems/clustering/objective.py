"""The objectives of clusters: half the mean squared distance to the nearest centre, and the negative log-likelihood
of a mixture of Gaussians.
"""

from __future__ import annotations

import math

import numpy as np

from engine.architectures import layout
from engine.architectures.batch import batch_order
from engine.architectures.layout import Allocator, floats, integers, padded
from engine.contracts import OBJECTIVE, inline, is_raised, kernel
from engine.problems.clustering.shape import FULL, LOG_TURN, Shape
from engine.simd.elementary import exp, log
from engine.simd.vectors import LANES, at, below, equal, load, maximum, splat, spread, store, total
from engine.training.stream import DONE, FLAG, PART, TAKEN

Array = np.ndarray

CHUNK = 512  # points between two looks at the flag
# Constants: a head of integers as batch_order reads it, and after it the number of clusters, of spreads of each, and
# where the floor of the spreads and the points are, which follow; ..._AT is scratch: coordinates, weights and nearest
# centres of the points of a chunk, and what is known and summed of each cluster.
CLUSTERS, SPREAD, FLOOR, PLACES, X_AT, Y_AT, WEIGHTS_AT, NEAREST_AT, OWN_AT, TERMS_AT, SUMS_AT, HEAD = (
    layout.HEAD + place for place in range(12)
)
# Of each component: logarithm of its weight over the root of the determinant, L11, L21, L22, and 1 / L11, 1 / L22.
LOG_WEIGHT, FIRST, CROSS, SECOND, BY_FIRST, BY_SECOND, OWN = range(7)
# Sums over the points, a vector each: of r q1, r q2, r, r z1 q1, r z1 q2 and r z2 q2.
ALONG, UP, SHARE, ALONG_FIRST, UP_FIRST, UP_SECOND, SUMS = range(7)


def packed(shape: Shape, points: Array) -> tuple[Array, int]:
    """The constants of an objective on points (n, 2), and the size of its scratch memory."""
    n, work = len(points), Allocator()
    head = np.zeros(HEAD, np.int64)
    head[layout.EXAMPLES] = n
    head[layout.ORDER_AT] = work.take(max(padded(n), CHUNK))
    for place in (X_AT, Y_AT, WEIGHTS_AT, NEAREST_AT):
        head[place] = work.take(CHUNK)
    for place, numbers in ((OWN_AT, OWN), (TERMS_AT, LANES), (SUMS_AT, SUMS * LANES)):
        head[place] = work.take(numbers * shape.k)
    head[CLUSTERS], head[SPREAD], head[FLOOR], head[PLACES] = shape.k, shape.spread, HEAD, HEAD + 1
    return np.concatenate([head.view(np.float64), [shape.floor], np.ravel(points)]), work.size


@inline
def _gather(points, chosen, count, columns, share, x, y, weights):
    """The coordinates of the chosen points, padded to so many columns with copies of the first that count nothing."""
    for b in range(columns):
        place = 2 * chosen[b if b < count else 0]
        x[b], y[b] = points[place], points[place + 1]
        weights[b] = share if b < count else 0.0


@kernel(OBJECTIVE)
def kmeans_objective(theta, grad, stream, constants, work):
    """Half the mean squared distance of the batch to the nearest of the centres c (k, 2) in theta.

    grad of c_j: the mean over the batch of (c_j - x) where x is nearest to c_j; of equals the first is the nearest.
    """
    table = integers(constants)
    k, points = table[CLUSTERS], at(constants, table[PLACES])
    x, y, weights = at(work, table[X_AT]), at(work, table[Y_AT]), at(work, table[WEIGHTS_AT])
    nearest = at(work, table[NEAREST_AT])
    taken, done = stream[TAKEN], stream[DONE]
    part = at(floats(stream), PART)
    loss = part[0] if done > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    if done == 0:
        for i in range(2 * k):
            grad[i] = 0.0
    share = 1.0 / taken
    for start in range(done, taken, CHUNK):
        count = min(CHUNK, taken - start)
        columns = -(-count // LANES) * LANES
        _gather(points, batch_order(stream, table, work, start, count), count, columns, share, x, y, weights)
        losses = splat(0.0)
        for b in range(0, columns, LANES):
            px, py = load(x, b), load(y, b)
            least, found = splat(math.inf), splat(0.0)
            for j in range(k):
                dx, dy = spread(theta, 2 * j) - px, spread(theta, 2 * j + 1) - py
                away = dx * dx + dy * dy
                found = below(away, least, splat(float(j)), found)
                least = below(away, least, away, least)
            losses = losses + load(weights, b) * least
            store(nearest, b, found)
        loss += 0.5 * total(losses)
        for j in range(k):
            cx, cy, own = spread(theta, 2 * j), spread(theta, 2 * j + 1), splat(float(j))
            along, up = splat(0.0), splat(0.0)
            for b in range(0, columns, LANES):
                weight = equal(load(nearest, b), own, load(weights, b), splat(0.0))
                along = along + weight * (cx - load(x, b))
                up = up + weight * (cy - load(y, b))
            grad[2 * j] += total(along)
            grad[2 * j + 1] += total(up)
        if start + count < taken and is_raised(stream[FLAG]):
            stream[DONE] = start + count
            part[0] = loss
            return loss
    return loss


@inline
def _standardised(theta, one, j, x, y):
    """z = L^-1 (x - mu) of component j, whose numbers are in `one`."""
    z1 = (x - spread(theta, 2 * j)) * spread(one, BY_FIRST)
    return z1, (y - spread(theta, 2 * j + 1) - spread(one, CROSS) * z1) * spread(one, BY_SECOND)


@kernel(OBJECTIVE)
def mixture_objective(theta, grad, stream, constants, work):
    """Minus the mean log-likelihood of the batch under a mixture of Gaussians; theta: see Shape.

    With z = L^-1 (x - mu), q = L^-T z and r the share of a component in a point: the gradients of a point's loss are
    -r q for mu, pi - r for the logit, r (1 / L11 - z1 q1), -r z1 q2 and r (1 / L22 - z2 q2) for L11, L21 and L22.
    """
    table = integers(constants)
    k, spreads_each, floor = table[CLUSTERS], table[SPREAD], constants[table[FLOOR]]
    points, x, y, weights = (
        at(constants, table[PLACES]),
        at(work, table[X_AT]),
        at(work, table[Y_AT]),
        at(work, table[WEIGHTS_AT]),
    )
    logits, spreads = at(theta, 2 * k), at(theta, 3 * k)
    grad_logits, grad_spreads = at(grad, 2 * k), at(grad, 3 * k)
    own, terms, sums = at(work, table[OWN_AT]), at(work, table[TERMS_AT]), at(work, table[SUMS_AT])
    taken, done = stream[TAKEN], stream[DONE]
    part = at(floats(stream), PART)
    loss = part[0] if done > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    if done == 0:
        for i in range(k * (3 + spreads_each)):
            grad[i] = 0.0
    highest = logits[0]
    for j in range(1, k):
        highest = max(highest, logits[j])
    whole = 0.0
    for j in range(k):
        whole += math.exp(logits[j] - highest)
    whole = highest + math.log(whole)
    for j in range(k):
        one = at(own, OWN * j)
        one[FIRST] = floor + math.exp(spreads[spreads_each * j])
        one[CROSS] = spreads[spreads_each * j + 1] if spreads_each == FULL else 0.0
        one[SECOND] = floor + math.exp(spreads[spreads_each * j + spreads_each - 1])
        one[BY_FIRST], one[BY_SECOND] = 1.0 / one[FIRST], 1.0 / one[SECOND]
        one[LOG_WEIGHT] = logits[j] - whole - math.log(one[FIRST]) - math.log(one[SECOND]) - LOG_TURN
    share = 1.0 / taken
    for start in range(done, taken, CHUNK):
        count = min(CHUNK, taken - start)
        columns = -(-count // LANES) * LANES
        _gather(points, batch_order(stream, table, work, start, count), count, columns, share, x, y, weights)
        for i in range(0, SUMS * LANES * k, LANES):
            store(sums, i, splat(0.0))
        losses = splat(0.0)
        for b in range(0, columns, LANES):
            px, py, weight = load(x, b), load(y, b), load(weights, b)
            most = splat(-math.inf)
            for j in range(k):
                z1, z2 = _standardised(theta, at(own, OWN * j), j, px, py)
                term = spread(own, OWN * j + LOG_WEIGHT) - splat(0.5) * (z1 * z1 + z2 * z2)
                store(terms, LANES * j, term)
                most = maximum(term, most)
            likely = splat(0.0)
            for j in range(k):
                term = exp(load(terms, LANES * j) - most)
                store(terms, LANES * j, term)
                likely = likely + term
            losses = losses + weight * (most + log(likely))
            each = weight / likely
            for j in range(k):
                r = each * load(terms, LANES * j)
                z1, z2 = _standardised(theta, at(own, OWN * j), j, px, py)
                q2 = z2 * spread(own, OWN * j + BY_SECOND)
                q1 = (z1 - spread(own, OWN * j + CROSS) * q2) * spread(own, OWN * j + BY_FIRST)
                along, up, to = r * q1, r * q2, at(sums, SUMS * LANES * j)
                store(to, LANES * ALONG, load(to, LANES * ALONG) + along)
                store(to, LANES * UP, load(to, LANES * UP) + up)
                store(to, LANES * SHARE, load(to, LANES * SHARE) + r)
                store(to, LANES * ALONG_FIRST, load(to, LANES * ALONG_FIRST) + along * z1)
                store(to, LANES * UP_FIRST, load(to, LANES * UP_FIRST) + up * z1)
                store(to, LANES * UP_SECOND, load(to, LANES * UP_SECOND) + up * z2)
        loss -= total(losses)
        for j in range(k):
            one, of, row = at(own, OWN * j), at(sums, SUMS * LANES * j), at(grad_spreads, spreads_each * j)
            shared = total(load(of, LANES * SHARE))
            grad[2 * j] -= total(load(of, LANES * ALONG))
            grad[2 * j + 1] -= total(load(of, LANES * UP))
            grad_logits[j] -= shared
            row[0] += shared * one[BY_FIRST] - total(load(of, LANES * ALONG_FIRST))
            row[spreads_each - 1] += shared * one[BY_SECOND] - total(load(of, LANES * UP_SECOND))
            if spreads_each == FULL:
                row[1] -= total(load(of, LANES * UP_FIRST))
        if start + count < taken and is_raised(stream[FLAG]):
            stream[DONE] = start + count
            part[0] = loss
            return loss
    for j in range(k):
        one, row = at(own, OWN * j), at(grad_spreads, spreads_each * j)
        grad_logits[j] += math.exp(logits[j] - whole)
        row[0] *= one[FIRST] - floor
        if spreads_each > 1:
            row[spreads_each - 1] *= one[SECOND] - floor
    return loss
