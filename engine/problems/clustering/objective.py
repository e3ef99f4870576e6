"""The objectives of clusters: half the mean squared distance to the nearest centre, and the negative log-likelihood
of a mixture of Gaussians.
"""

from __future__ import annotations

import math

import numpy as np

from engine.architectures import layout
from engine.architectures.batch import batch_order
from engine.architectures.layout import Allocator, floats, integers, padded
from engine.contracts import OBJECTIVE, is_raised, kernel
from engine.problems.clustering.shape import FULL, Shape
from engine.simd.vectors import at
from engine.training.stream import DONE, FLAG, PART, TAKEN

Array = np.ndarray

CHUNK = 512  # points between two looks at the flag
# Constants: a head of integers as batch_order reads it, and after it the number of clusters, of spreads of each, and
# where the floor of the spreads and the points are, which follow.
CLUSTERS, SPREAD, FLOOR, PLACES, SCRATCH_AT, HEAD = (layout.HEAD + place for place in range(6))
# Scratch of each component: logarithm of its weight over the root of the determinant, L11, L21, L22; a term of a point.
LOG_WEIGHT, FIRST, CROSS, SECOND, TERM, OWN = range(6)
_LOG_TURN = math.log(2.0 * math.pi)


def packed(shape: Shape, points: Array) -> tuple[Array, int]:
    """The constants of an objective on points (n, 2), and the size of its scratch memory."""
    n, work = len(points), Allocator()
    head = np.zeros(HEAD, np.int64)
    head[layout.EXAMPLES] = n
    head[layout.ORDER_AT] = work.take(max(padded(n), CHUNK))
    head[SCRATCH_AT] = work.take(OWN * shape.k)
    head[CLUSTERS], head[SPREAD], head[FLOOR], head[PLACES] = shape.k, shape.spread, HEAD, HEAD + 1
    return np.concatenate([head.view(np.float64), [shape.floor], np.ravel(points)]), work.size


@kernel(OBJECTIVE)
def kmeans_objective(theta, grad, stream, constants, work):
    """Half the mean squared distance of the batch to the nearest of the centres c (k, 2) in theta.

    grad of c_j: the mean over the batch of (c_j - x) where x is nearest to c_j; of equals the first is the nearest.
    """
    table = integers(constants)
    k, points = table[CLUSTERS], at(constants, table[PLACES])
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
        chosen = batch_order(stream, table, work, start, count)
        for b in range(count):
            x, y = points[2 * chosen[b]], points[2 * chosen[b] + 1]
            least, nearest = math.inf, 0
            for j in range(k):
                dx, dy = theta[2 * j] - x, theta[2 * j + 1] - y
                away = dx * dx + dy * dy
                if away < least:
                    least, nearest = away, j
            loss += 0.5 * least * share
            grad[2 * nearest] += share * (theta[2 * nearest] - x)
            grad[2 * nearest + 1] += share * (theta[2 * nearest + 1] - y)
        if start + count < taken and is_raised(stream[FLAG]):
            stream[DONE] = start + count
            part[0] = loss
            return loss
    return loss


@kernel(OBJECTIVE)
def mixture_objective(theta, grad, stream, constants, work):
    """Minus the mean log-likelihood of the batch under a mixture of Gaussians; theta: see Shape.

    With z = L^-1 (x - mu), q = L^-T z and r the share of a component in a point: the gradients of a point's loss are
    -r q for mu, pi - r for the logit, r (1 / L11 - z1 q1), -r z1 q2 and r (1 / L22 - z2 q2) for L11, L21 and L22.
    """
    table = integers(constants)
    k, spread, floor, points = table[CLUSTERS], table[SPREAD], constants[table[FLOOR]], at(constants, table[PLACES])
    logits, spreads = at(theta, 2 * k), at(theta, 3 * k)
    grad_logits, grad_spreads = at(grad, 2 * k), at(grad, 3 * k)
    own = at(work, table[SCRATCH_AT])
    taken, done = stream[TAKEN], stream[DONE]
    part = at(floats(stream), PART)
    loss = part[0] if done > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    if done == 0:
        for i in range(k * (3 + spread)):
            grad[i] = 0.0
    highest = logits[0]
    for j in range(1, k):
        highest = max(highest, logits[j])
    total = 0.0
    for j in range(k):
        total += math.exp(logits[j] - highest)
    total = highest + math.log(total)
    for j in range(k):
        one = at(own, OWN * j)
        one[FIRST] = floor + math.exp(spreads[spread * j])
        one[CROSS] = spreads[spread * j + 1] if spread == FULL else 0.0
        one[SECOND] = floor + math.exp(spreads[spread * j + spread - 1])
        one[LOG_WEIGHT] = logits[j] - total - math.log(one[FIRST]) - math.log(one[SECOND]) - _LOG_TURN
    share = 1.0 / taken
    for start in range(done, taken, CHUNK):
        count = min(CHUNK, taken - start)
        chosen = batch_order(stream, table, work, start, count)
        for b in range(count):
            x, y = points[2 * chosen[b]], points[2 * chosen[b] + 1]
            most = -math.inf
            for j in range(k):
                one = at(own, OWN * j)
                z1 = (x - theta[2 * j]) / one[FIRST]
                z2 = (y - theta[2 * j + 1] - one[CROSS] * z1) / one[SECOND]
                one[TERM] = one[LOG_WEIGHT] - 0.5 * (z1 * z1 + z2 * z2)
                if one[TERM] > most:
                    most = one[TERM]
            likely = 0.0
            for j in range(k):
                one = at(own, OWN * j)
                one[TERM] = math.exp(one[TERM] - most)
                likely += one[TERM]
            loss -= share * (most + math.log(likely))
            for j in range(k):
                one = at(own, OWN * j)
                r = share * one[TERM] / likely
                z1 = (x - theta[2 * j]) / one[FIRST]
                z2 = (y - theta[2 * j + 1] - one[CROSS] * z1) / one[SECOND]
                q2 = z2 / one[SECOND]
                q1 = (z1 - one[CROSS] * q2) / one[FIRST]
                grad[2 * j] -= r * q1
                grad[2 * j + 1] -= r * q2
                grad_logits[j] -= r
                row = at(grad_spreads, spread * j)
                row[0] += r * (1.0 / one[FIRST] - z1 * q1)
                row[spread - 1] += r * (1.0 / one[SECOND] - z2 * q2)
                if spread == FULL:
                    row[1] -= r * z1 * q2
        if start + count < taken and is_raised(stream[FLAG]):
            stream[DONE] = start + count
            part[0] = loss
            return loss
    for j in range(k):
        one, row = at(own, OWN * j), at(grad_spreads, spread * j)
        grad_logits[j] += math.exp(logits[j] - total)
        if spread == 1:
            row[0] *= one[FIRST] - floor
        else:
            row[0] *= one[FIRST] - floor
            row[spread - 1] *= one[SECOND] - floor
    return loss
