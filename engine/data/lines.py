"""Points about a straight line: what a linear autoencoder of one number finds is their principal direction."""

from __future__ import annotations

import math

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, deviation, samples
from engine.random_generator import RandomGenerator

REACH = 4.0  # along the line, on either side of its middle
MIDDLE = 1.0, -0.5
EDGE = 6.0


@dataset(
    "line",
    "About a line",
    samples(300),
    deviation(0.5, 2.0, "standard deviation across the line"),
    Hyper("angle", "α", 30.0, -90.0, 90.0, unit="°", help="between the x axis and the line", tier="basic"),
    group="Curves",
    names=("x", "y"),
    target="place",
    share=0.8,
    view=(MIDDLE[0] - EDGE, MIDDLE[0] + EDGE, MIDDLE[1] - EDGE, MIDDLE[1] + EDGE),
    summary="Points spread about a line in the plane; the target is how far along it they lie.",
    source="",
)
def line(rng: RandomGenerator, samples: int, noise: float, angle: float) -> tuple[Array, Array]:
    along, across = rng.child(0).uniform(samples, -REACH, REACH), noise * rng.child(1).normal(samples)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    inputs = np.column_stack([MIDDLE[0] + c * along - s * across, MIDDLE[1] + s * along + c * across])
    return inputs, along
