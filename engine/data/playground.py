"""TensorFlow Playground's six data sets, with its formulas.

Daniel Smilkov, Shan Carter et al., https://github.com/tensorflow/playground/blob/master/src/dataset.ts
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, samples
from engine.random_generator import RandomGenerator

NOISE = Hyper(
    "noise",
    "",
    0.0,
    0.0,
    50.0,
    unit="%",
    help="random displacement of the points, or of where their targets are evaluated",
)
VIEW = (-6.0, 6.0, -6.0, 6.0)
RADIUS = 5.0
EDGE = 6.0  # half the side of the square for regressions
# x, y and sign of each hill
HILLS = ((-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0))

playground = partial(
    dataset,
    group="TensorFlow Playground",
    source="TensorFlow Playground, https://github.com/tensorflow/playground/blob/master/src/dataset.ts",
    view=VIEW,
)
classification = partial(playground, labels=("-1", "+1"))
regression = partial(playground, target="z")


@classification(
    "circle",
    "Circle",
    samples(500),
    NOISE,
    summary="A disc inside a ring: no straight line separates them.",
    tier="basic",
)
def circle(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    inner = _first_half(samples)
    u = rng.child(0).uniform(samples)
    r = np.where(inner, 0.5 * RADIUS * u, (0.7 + 0.3 * u) * RADIUS)
    inputs = _polar(r, rng.child(1).uniform(samples, 0.0, 2.0 * math.pi))
    seen = inputs + rng.child(2).uniform((samples, 2), -RADIUS, RADIUS) * (noise / 100.0)
    return inputs, (np.hypot(seen[:, 0], seen[:, 1]) < 0.5 * RADIUS).astype(float)


@classification(
    "xor",
    "Exclusive or",
    samples(500),
    NOISE,
    summary="Opposite quadrants share a class: the sign of x y decides.",
    tier="basic",
)
def xor(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    inputs = rng.child(0).uniform((samples, 2), -RADIUS, RADIUS)
    inputs += np.where(inputs > 0.0, 0.3, -0.3)
    seen = inputs + rng.child(1).uniform((samples, 2), -RADIUS, RADIUS) * (noise / 100.0)
    return inputs, (seen[:, 0] * seen[:, 1] >= 0.0).astype(float)


@classification(
    "gauss",
    "Gaussian",
    samples(500),
    NOISE,
    summary="Two Gaussian clouds: a straight line separates them.",
    tier="basic",
)
def gauss(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    positive = _first_half(samples)
    variance = 0.5 + 7.0 * (noise / 100.0)
    centres = np.where(positive, 2.0, -2.0)[:, None]
    return centres + math.sqrt(variance) * rng.child(0).normal((samples, 2)), positive.astype(float)


@classification(
    "spiral",
    "Spiral",
    samples(500),
    NOISE,
    summary="Two interleaved spiral arms: the hardest of the six.",
    tier="basic",
)
def spiral(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    positive = _first_half(samples)
    along = (np.arange(samples) - np.where(positive, 0, positive.sum())) / (samples / 2)
    angles = 1.75 * 2.0 * math.pi * along + np.where(positive, 0.0, math.pi)
    moved = rng.child(0).uniform((samples, 2), -1.0, 1.0) * (noise / 100.0)
    return _polar(RADIUS * along, angles) + moved, positive.astype(float)


@regression(
    "reg_plane",
    "Plane",
    samples(1200),
    NOISE,
    summary="A tilted plane: a single neuron can represent it.",
    tier="basic",
)
def reg_plane(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    inputs, seen = _square(rng, samples, noise)
    return inputs, (seen[:, 0] + seen[:, 1]) / 10.0


@regression(
    "reg_gauss",
    "Multi gaussian",
    samples(1200),
    NOISE,
    summary="Three hills and three hollows on a flat plane.",
    tier="basic",
)
def reg_gauss(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    inputs, seen = _square(rng, samples, noise)
    targets = np.zeros(samples)
    for x, y, sign in HILLS:
        height = sign * np.clip(1.0 - np.hypot(seen[:, 0] - x, seen[:, 1] - y) / 2.0, 0.0, 1.0)
        targets = np.where(np.abs(height) > np.abs(targets), height, targets)
    return inputs, targets


def _first_half(count: int) -> Array:
    """(count,) of bool: the first half is the larger one if count is odd."""
    return np.arange(count) < (count + 1) // 2


def _polar(radius: Array, angle: Array) -> Array:
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


def _square(rng: RandomGenerator, count: int, noise: float) -> tuple[Array, Array]:
    """Points of the square, and the displaced points at which their targets are evaluated, both (count, 2)."""
    inputs = rng.child(0).uniform((count, 2), -EDGE, EDGE)
    return inputs, inputs + rng.child(1).uniform((count, 2), -EDGE, EDGE) * (noise / 100.0)
