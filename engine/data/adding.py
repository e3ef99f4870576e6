"""The adding problem: sequences of numbers of which two are marked, and the answer is their sum."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, deviation, samples
from engine.random_generator import RandomGenerator

STEPS = 50


@dataset(
    "adding",
    "Adding problem",
    samples(1000),
    Hyper(
        "length",
        "T",
        STEPS,
        2,
        STEPS,
        kind="integer",
        help="steps that hold numbers; those before are 0",
    ),
    deviation(0.0, 1.0, "standard deviation of the noise added to the sum"),
    group="Sequences",
    names=tuple(f"{kind} {step}" for step in range(1, STEPS + 1) for kind in ("number", "mark")),
    target="sum",
    shape=(STEPS, 2),
    share=0.8,
    summary="Two marked numbers in a sequence, one in each half: the answer is their sum.",
    source="Hochreiter & Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735, as in Le et al. 2015, "
    "https://arxiv.org/abs/1504.00941",
)
def adding(rng: RandomGenerator, samples: int, length: int, noise: float) -> tuple[Array, Array]:
    numbers = rng.child(0).uniform((samples, length))
    half = length // 2
    first = np.minimum((rng.child(1).uniform(samples) * half).astype(np.int64), half - 1)
    second = half + np.minimum((rng.child(2).uniform(samples) * (length - half)).astype(np.int64), length - half - 1)
    rows = np.arange(samples)
    inputs = np.zeros((samples, STEPS, 2))
    inputs[:, STEPS - length :, 0] = numbers
    for marked in (first, second):
        inputs[rows, STEPS - length + marked, 1] = 1.0
    sums = numbers[rows, first] + numbers[rows, second] + noise * rng.child(3).normal(samples)
    return inputs.reshape(samples, -1), sums
