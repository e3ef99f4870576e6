"""Temporal order: in which order two rare symbols stood in a sequence of others."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, samples
from engine.random_generator import RandomGenerator

STEPS = 30
SYMBOLS = ("a", "b", "c", "d", "X", "Y")
DISTRACTING = 4  # of the symbols; the others are rare


@dataset(
    "temporal_order",
    "Temporal order",
    samples(1000),
    Hyper(
        "length",
        "T",
        20,
        8,
        STEPS,
        kind="integer",
        help="steps that hold symbols; those before are empty",
        tier="basic",
    ),
    group="Sequences",
    names=tuple(f"{symbol} {step}" for step in range(1, STEPS + 1) for symbol in SYMBOLS),
    target="order",
    labels=("X X", "X Y", "Y X", "Y Y"),
    shape=(STEPS, len(SYMBOLS)),
    share=0.8,
    summary="Two rare symbols, far apart among others that mean nothing: the answer is which they were, in order.",
    source="Hochreiter & Schmidhuber 1997, task 6a, https://doi.org/10.1162/neco.1997.9.8.1735, shortened: the first "
    "stands between a tenth and a third of the length, the second between a half and three quarters",
)
def temporal_order(rng: RandomGenerator, samples: int, length: int) -> tuple[Array, Array]:
    symbols = _below(rng.child(0).uniform((samples, length)), DISTRACTING)
    rows, answer = np.arange(samples), np.zeros(samples, np.int64)
    for place, (low, high) in enumerate(((0.1, 1 / 3), (0.5, 0.75))):
        begin, end = int(low * length), max(int(high * length), int(low * length) + 1)
        which = _below(rng.child(1 + 2 * place).uniform(samples), 2)
        symbols[rows, begin + _below(rng.child(2 + 2 * place).uniform(samples), end - begin)] = DISTRACTING + which
        answer = 2 * answer + which
    inputs = np.zeros((samples, STEPS, len(SYMBOLS)))
    inputs[rows[:, None], STEPS - length + np.arange(length), symbols] = 1.0
    return inputs.reshape(samples, -1), answer.astype(float)


def _below(uniform: Array, limit: int) -> Array:
    """Uniform numbers in [0, 1) as integers from 0 to limit - 1."""
    return np.minimum((uniform * limit).astype(np.int64), limit - 1)
