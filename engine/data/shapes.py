"""Classes in the plane: moons, rings, blobs, a checkerboard, and multi-arm spirals."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, Values, dataset, deviation, samples
from engine.random_generator import RandomGenerator

VIEW = (-6.0, 6.0, -6.0, 6.0)
RADIUS = 5.0
BLOBS_AT = 4.0  # radius of the circle of their centres

shape = partial(dataset, group="Shapes", source="", view=VIEW)


def letters(values: Values) -> tuple[str, ...]:
    """A, B, C ..., one per class."""
    return tuple("ABCDEFGHIJ"[: int(values["classes"])])  # type: ignore[arg-type]


def classes(default: int) -> Hyper:
    """The knob for the number of classes."""
    return Hyper("classes", "k", default, 2, 10, kind="integer", help="number of classes", tier="basic")


@shape(
    "moons",
    "Two moons",
    samples(500),
    deviation(0.1, 1.0, "standard deviation of the noise; a moon has radius 1"),
    labels=("upper", "lower"),
    view=(-1.75, 2.75, -2.0, 2.5),
    summary="Two interleaving half circles.",
    source="scikit-learn's make_moons, https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html",
    tier="basic",
)
def moons(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    upper, lower = (np.linspace(0.0, math.pi, count) for count in (samples // 2, samples - samples // 2))
    inputs = np.vstack(
        [
            np.column_stack([np.cos(upper), np.sin(upper)]),
            np.column_stack([1.0 - np.cos(lower), 0.5 - np.sin(lower)]),
        ]
    )
    return inputs + noise * rng.child(0).normal((samples, 2)), np.repeat([0.0, 1.0], [len(upper), len(lower)])


@shape(
    "rings",
    "Rings",
    classes(3),
    samples(600),
    deviation(0.15, 1.0, "standard deviation of the noise; the rings are 1 apart"),
    labels=letters,
    summary="Concentric rings, one per class.",
)
def rings(rng: RandomGenerator, classes: int, samples: int, noise: float) -> tuple[Array, Array]:
    places = np.arange(samples) % classes
    angles = rng.child(0).uniform(samples, 0.0, 2.0 * math.pi)
    inputs = (places + 1)[:, None] * _directions(angles) + noise * rng.child(1).normal((samples, 2))
    return inputs * (RADIUS / classes), places.astype(float)


@shape(
    "blobs",
    "Blobs",
    classes(3),
    samples(500),
    deviation(0.9, 4.0, "standard deviation of each blob; the centres lie on a circle of radius 4"),
    labels=letters,
    summary="Gaussian blobs arranged in a circle, one per class.",
    tier="basic",
)
def blobs(rng: RandomGenerator, classes: int, samples: int, noise: float) -> tuple[Array, Array]:
    places = np.arange(samples) % classes
    centres = BLOBS_AT * _directions(2.0 * math.pi * places / classes)
    return centres + noise * rng.child(0).normal((samples, 2)), places.astype(float)


@shape(
    "checkerboard",
    "Checkerboard",
    Hyper("squares", "", 4, 2, 8, kind="integer", help="squares per side of the board", tier="basic"),
    samples(1000),
    deviation(0.0, 1.0, "standard deviation of the noise; a square has side 1"),
    labels=("dark", "light"),
    summary="Squares of alternating classes: many small regions to learn.",
)
def checkerboard(rng: RandomGenerator, squares: int, samples: int, noise: float) -> tuple[Array, Array]:
    board = squares * (1.0 - rng.child(0).uniform((samples, 2)))  # in [0, squares)
    colours = np.floor(board).sum(axis=1) % 2.0
    moved = board + noise * rng.child(1).normal((samples, 2))
    return (moved * (2.0 / squares) - 1.0) * RADIUS, colours


@shape(
    "spirals",
    "Spirals",
    classes(3),
    Hyper("turns", "", 0.75, 0.1, 3.0, help="turns of an arm around the centre", tier="basic"),
    samples(600),
    deviation(0.1, 2.0, "standard deviation of the noise; the arms end at radius 5"),
    labels=letters,
    summary="Spiral arms around one centre, one per class.",
)
def spirals(rng: RandomGenerator, classes: int, turns: float, samples: int, noise: float) -> tuple[Array, Array]:
    places = np.arange(samples) % classes
    along = (np.arange(samples) // classes + 1) / math.ceil(samples / classes)
    directions = _directions(2.0 * math.pi * (turns * along + places / classes))
    return RADIUS * along[:, None] * directions + noise * rng.child(0).normal((samples, 2)), places.astype(float)


def _directions(angles: Array) -> Array:
    return np.column_stack([np.cos(angles), np.sin(angles)])
