"""The pairs that are to be remembered: keys and values as vectors, and how frequent each pair is."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.random_generator import RandomGenerator

Array = np.ndarray

ONE_HOT, ROTATED = BASES = ("one_hot", "rotated")
BASIS = Hyper(
    "basis",
    "",
    ONE_HOT,
    kind="choice",
    options=BASES,
    titles=("one-hot", "rotated"),
    help="one-hot: each pair has a number of the matrix of its own; rotated: keys and values are the columns of random "
    "rotations, so that every pair has a part of every number. Gradient descent and Muon cannot tell the two apart",
    tier="basic",
)


def rotation(rng: RandomGenerator, size: int) -> Array:
    """A random orthogonal matrix (size, size), every one as likely as any other.

    Mezzadri 2007, https://arxiv.org/abs/math-ph/0609050
    """
    q, r = np.linalg.qr(rng.normal((size, size)))
    found: Array = q * np.sign(np.diag(r))
    return found


def pairs_of(count: int, basis: str, seed: int) -> tuple[Array, Array]:
    """Keys and values, a row (count,) for each pair."""
    if basis == ONE_HOT:
        return np.eye(count), np.eye(count)
    rng = RandomGenerator(seed)
    return rotation(rng.child(0), count), rotation(rng.child(1), count)


def frequencies_of(count: int, exponent: float) -> Array:
    """Zipf's law: the n-th pair is n^-exponent as frequent as the first; their sum is 1."""
    shares: Array = np.arange(1.0, count + 1.0) ** -exponent
    found: Array = shares / shares.sum()
    return found
