"""Tables of tokens: where each pair is among the examples, and the frequencies in the vectors of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine import TrainingData

Array = np.ndarray


def places_of_pairs(data: TrainingData) -> Array:
    """The place (p, q) in the data of the example with each pair of tokens, the first two inputs."""
    first, second = data.raw[:, 0].astype(np.int64), data.raw[:, 1].astype(np.int64)
    found = np.zeros((int(first.max()) + 1, int(second.max()) + 1), np.int64)
    found[first, second] = np.arange(len(data.raw))
    return found


def spectrum(vectors: Array) -> Array:
    """The share of each frequency 1, 2, ... in vectors (p, width) as functions of their place, (p // 2,): their squared
    Fourier coefficients over all numbers. NaN where these are not finite or all the same.
    """
    with np.errstate(all="ignore"):
        power = (np.abs(np.fft.rfft(vectors, axis=0)) ** 2).sum(axis=1)[1:]
        if len(vectors) % 2 == 0 and len(power):
            power[-1] *= 0.5  # the others stand for two coefficients each
        found: Array = power / power.sum()
    return found
