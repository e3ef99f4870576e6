"""Where the centres begin."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.problems.clustering.shape import Shape
from engine.random_generator import RandomGenerator

Array = np.ndarray

RANDOM, PLUS_PLUS, TOGETHER = STARTS = ("points", "plus_plus", "together")
START = Hyper(
    "start",
    "",
    PLUS_PLUS,
    kind="choice",
    options=STARTS,
    titles=("random points", "k-means++", "all in one place"),
    help="where the centres begin: at points chosen at random; at points far from each other (Arthur & Vassilvitskii "
    "2007); or around a single point, from where they rarely find every group",
    tier="basic",
)
_APART = 0.05  # standard deviation of the centres that begin in one place, in those of the points
_CHOOSING, _SCATTERING = range(2)  # independent random sequences of a seed


def start_of(shape: Shape, points: Array, how: str, seed: int, given: tuple[float, ...] = ()) -> Array:
    """theta (n,) before the first update: centres as `how` says, or as they are given (2 k numbers); all weights the
    same, and circles of a size with which the components share the plane of the points (n, 2).
    """
    rng = RandomGenerator(seed)
    with np.errstate(over="ignore", invalid="ignore"):
        wide = float(np.sqrt(0.5 * points.var(axis=0).sum()))
    if given:
        centres = np.array(given).reshape(shape.k, 2)
    elif how == TOGETHER:
        place = points[int(rng.child(_CHOOSING).permutation(len(points))[0])]
        centres = place + _APART * wide * rng.child(_SCATTERING).normal((shape.k, 2))
    elif how == PLUS_PLUS:
        centres = _far_apart(points, shape.k, rng.child(_CHOOSING))
    else:
        order = rng.child(_CHOOSING).permutation(len(points))
        centres = points[np.resize(order, shape.k)]
    deviation = wide / np.sqrt(shape.k) if wide > 0.0 and np.isfinite(wide) else 1.0
    factors = np.broadcast_to(deviation * np.eye(2), (shape.k, 2, 2))
    return shape.packed(centres, np.full(shape.k, 1.0 / shape.k), factors)


def _far_apart(points: Array, k: int, rng: RandomGenerator) -> Array:
    """k of the points: each next one with a chance in proportion to its squared distance from those before it."""
    shares = rng.uniform(k)
    chosen = [min(int(shares[0] * len(points)), len(points) - 1)]
    nearest = np.full(len(points), np.inf)
    for share in shares[1:]:
        with np.errstate(over="ignore"):
            nearest = np.minimum(nearest, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        sums = np.cumsum(nearest)
        if not 0.0 < sums[-1] < np.inf:  # all points lie on those that are chosen, or too far apart to be squared
            chosen.append((chosen[-1] + 1) % len(points))
            continue
        chosen.append(min(int(np.searchsorted(sums, share * sums[-1])), len(points) - 1))
    return points[chosen]
