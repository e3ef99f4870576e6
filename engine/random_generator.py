"""Random arrays for data and initial weights: the numbers of `rng`, drawn in sequence, without compiling."""

from __future__ import annotations

import math

import numpy as np

from engine.contracts import Check, no_check
from engine.interruption import row_pieces

Array = np.ndarray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_WORD = 2**64 - 1
_S30, _S27, _S31, _S11, _S48 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(48)


class RandomGenerator:
    """A sequential generator for one seed (int64): number i is bits(seed, i) of `rng`.

    Bits, uniforms and permutations are the same on every machine, normals up to rounding of log and cos.
    """

    def __init__(self, seed: int) -> None:
        self._start = _mixed_word((int(seed) + int(_GOLDEN)) & _WORD)
        self._drawn = 0

    def bits(self, count: int) -> Array:
        """The next random words, (count,) uint64."""
        places = np.arange(self._drawn + 1, self._drawn + count + 1, dtype=np.uint64)
        self._drawn += count
        return _mixed(np.uint64(self._start) + places * _GOLDEN)

    def uniform(self, shape: int | tuple[int, ...], low: float = 0.0, high: float = 1.0) -> Array:
        """Uniform in (low, high]; uses one number each."""
        shares = ((self.bits(math.prod(_sizes(shape))) >> _S11).astype(float) + 1.0) * 2.0**-53
        found: Array = low + (high - low) * shares
        return found.reshape(shape)

    def normal(self, shape: int | tuple[int, ...]) -> Array:
        """Standard normal (Box & Muller 1958); uses two numbers each."""
        pairs = self.uniform((math.prod(_sizes(shape)), 2))
        found: Array = np.sqrt(-2.0 * np.log(pairs[:, 0])) * np.cos(2.0 * np.pi * pairs[:, 1])
        return found.reshape(shape)

    def permutation(self, count: int, check: Check = no_check) -> Array:
        """The indices 0 .. count - 1 in random order, (count,) int64; uses one number each.

        check: called between pieces, of which for ten million numbers one takes a tenth of a second, the others less.
        """
        words = np.empty(count, np.uint64)
        for piece in row_pieces(count, 1, check):
            words[piece] = self.bits(piece.stop - piece.start)
        # In a third of the time of one sort: 16 bits are sorted by counting, and then every word is near its place.
        high = (words >> _S48).astype(np.uint16)
        order: Array = np.argsort(high, kind="stable")
        ends = np.cumsum(np.bincount(high))  # of the words whose 16 bits are the same
        start = 0
        for piece in row_pieces(count, 1, check):
            stop = int(ends[np.searchsorted(ends, piece.stop)])
            near = order[start:stop]
            order[start:stop] = near[np.argsort(words[near], kind="stable")]
            start = stop
        return order

    def child(self, index: int) -> RandomGenerator:
        """An independent generator for part `index` (from 0), whatever is drawn from the others."""
        return RandomGenerator(_mixed_word((self._start + (int(index) + 1) * int(_GOLDEN)) & _WORD))


def _mixed(number: Array) -> Array:
    """Each uint64 with its 64 bits mixed (see `rng`)."""
    number = (number ^ (number >> _S30)) * _FIRST
    number = (number ^ (number >> _S27)) * _SECOND
    stirred: Array = number ^ (number >> _S31)
    return stirred


def _mixed_word(number: int) -> int:
    """The same of one number, without the arrays."""
    number = (number ^ (number >> 30)) * int(_FIRST) & _WORD
    number = (number ^ (number >> 27)) * int(_SECOND) & _WORD
    return number ^ (number >> 31)


def _sizes(shape: int | tuple[int, ...]) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else shape
