"""A robot arm: where its hand is, a vector of two numbers, from the angles of its joints."""

from __future__ import annotations

import math

import numpy as np

from engine.data.catalogue import Array, dataset, deviation, samples
from engine.random_generator import RandomGenerator

UPPER, LOWER = 0.6, 0.4  # lengths of the two parts


@dataset(
    "arm",
    "Robot arm",
    samples(500),
    deviation(0.0, 0.5, "standard deviation of the noise added to the place of the hand"),
    group="Curves",
    names=("shoulder", "elbow"),
    target="hand",
    target_names=("hand x", "hand y"),
    share=0.8,
    view=(-math.pi, math.pi, -math.pi, math.pi),
    summary="The place of a hand, two numbers at once, from the angles of an arm's shoulder and elbow.",
    source="",
)
def arm(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    angles = rng.child(0).uniform((samples, 2), -math.pi, math.pi)
    first, both = angles[:, 0], angles.sum(axis=1)
    hand = UPPER * np.column_stack([np.cos(first), np.sin(first)])
    hand += LOWER * np.column_stack([np.cos(both), np.sin(both)])
    return angles, hand + noise * rng.child(1).normal((samples, 2))
