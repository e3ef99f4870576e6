"""Sine prediction: at every step of a noisy sine whose frequency drifts, the next value."""

from __future__ import annotations

import math

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, deviation, samples
from engine.random_generator import RandomGenerator

STEPS = 40
SLOWEST, FASTEST = 0.04, 0.16  # periods a step


@dataset(
    "sine_ahead",
    "Sine prediction",
    samples(400),
    deviation(0.05, 1.0, "standard deviation of the noise of each value that is read; what is asked for has none"),
    Hyper(
        "drift", "d", 0.5, 0.0, 1.0, help="how far the frequency drifts: 0 not at all, 1 from end to end of its range"
    ),
    group="Sequences",
    names=tuple(f"value {step}" for step in range(1, STEPS + 1)),
    target="next value",
    shape=(STEPS, 1),
    steps=STEPS,
    share=0.8,
    summary="At every step of a noisy sine, whose frequency drifts, its next value is the answer.",
    source="A task of our own, in the manner of time series prediction: every step is an example of the one after it",
)
def sine_ahead(rng: RandomGenerator, samples: int, noise: float, drift: float) -> tuple[Array, Array]:
    first, other, phase = (rng.child(kind).uniform((samples, 1)) for kind in range(3))
    last = first + drift * (other - first)
    share = np.arange(STEPS + 1) / STEPS
    frequency = SLOWEST + (FASTEST - SLOWEST) * (first + (last - first) * share)
    values = np.sin(2.0 * math.pi * (phase + np.cumsum(frequency, axis=1)))
    return values[:, :-1] + noise * rng.child(3).normal((samples, STEPS)), values[:, 1:].copy()
