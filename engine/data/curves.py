"""Regressions with one input: curves on [-1, 1] to fit."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, deviation, samples
from engine.random_generator import RandomGenerator

SPACING = Hyper(
    "spacing",
    "",
    "equispaced",
    kind="choice",
    options=("equispaced", "random"),
    help="equispaced: evenly spaced from -1 to 1; random: uniformly distributed between them",
    tier="expert",
)

curve = partial(dataset, group="Curves", names=("x",), target="y", view=(-1.2, 1.2, -1.8, 1.8), source="", share=0.7)


def noise(default: float) -> Hyper:
    """The knob for the noise of the targets."""
    return deviation(default, 2.0, "standard deviation of the noise added to the targets")


@curve(
    "sine",
    "Sine",
    Hyper("cycles", "", 1.0, 0.25, 10.0, help="number of periods between -1 and 1", tier="basic"),
    samples(100),
    noise(0.1),
    SPACING,
    summary="A noisy sine wave: enough neurons fit it, too many may fit the noise.",
    tier="basic",
)
def sine(rng: RandomGenerator, cycles: float, samples: int, noise: float, spacing: str) -> tuple[Array, Array]:
    inputs = _inputs(rng, samples, spacing)
    return inputs, np.sin(math.pi * cycles * inputs[:, 0]) + _noise(rng, samples, noise)


@curve(
    "step",
    "Step",
    Hyper("steps", "", 1, 1, 10, kind="integer", help="number of steps from -1 up to 1", tier="basic"),
    samples(100),
    noise(0.0),
    SPACING,
    summary="A staircase: smooth activations round off the edges, piecewise linear ones keep them sharp.",
)
def step(rng: RandomGenerator, steps: int, samples: int, noise: float, spacing: str) -> tuple[Array, Array]:
    inputs = _inputs(rng, samples, spacing)
    stair = np.minimum(np.floor((inputs[:, 0] + 1.0) * 0.5 * (steps + 1)), steps)
    return inputs, 2.0 * stair / steps - 1.0 + _noise(rng, samples, noise)


@curve(
    "chebyshev",
    "Chebyshev polynomial",
    Hyper("degree", "", 6, 1, 20, kind="integer", help="degree of the polynomial", tier="basic"),
    samples(20),
    noise(0.0),
    SPACING,
    share=1.0,
    summary="A polynomial that oscillates between -1 and 1: the classic example of training at the edge of stability.",
    source="Cohen et al. 2021, Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability, "
    "https://arxiv.org/abs/2103.00065",
    tier="expert",
)
def chebyshev(rng: RandomGenerator, degree: int, samples: int, noise: float, spacing: str) -> tuple[Array, Array]:
    inputs = _inputs(rng, samples, spacing)
    x = inputs[:, 0]
    before, last = np.ones_like(x), x
    for _ in range(degree - 1):
        before, last = last, 2.0 * x * last - before
    return inputs, last + _noise(rng, samples, noise)


def _inputs(rng: RandomGenerator, count: int, spacing: str) -> Array:
    if spacing == "random":
        return rng.child(0).uniform((count, 1), -1.0, 1.0)
    return np.linspace(-1.0, 1.0, count)[:, None]


def _noise(rng: RandomGenerator, count: int, deviation: float) -> Array:
    return deviation * rng.child(1).normal(count)
