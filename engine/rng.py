"""Counter-based random numbers for kernels: number i of a seed is a pure function of (seed, i).

Nothing is drawn in sequence, so two runs with one seed see the same numbers at the same update, a replay needs no
stored state, and a run can be resumed at any update. SplitMix64: Steele, Lea & Flood 2014,
https://doi.org/10.1145/2660193.2660195
"""

from __future__ import annotations

import math

import numpy as np

from engine.contracts import inline

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_ONE = np.uint64(1)
_UNIT = 2.0**-53


@inline
def mixed(number):
    """A uint64 with its 64 bits mixed (the SplitMix64 finaliser)."""
    number = (number ^ (number >> _S30)) * _FIRST
    number = (number ^ (number >> _S27)) * _SECOND
    return number ^ (number >> _S31)


@inline
def bits(seed, index):
    """64 random bits, number `index` of `seed` (both int64, index from 0)."""
    start = mixed(np.uint64(seed) + _GOLDEN)
    return mixed(start + (np.uint64(index) + _ONE) * _GOLDEN)


@inline
def uniform(seed, index):
    """A float64 in (0, 1], number `index` of `seed`."""
    return (np.float64(bits(seed, index) >> _S11) + 1.0) * _UNIT


@inline
def normal(seed, index):
    """A standard normal number (Box & Muller 1958), number `index` of `seed`."""
    radius = math.sqrt(-2.0 * math.log(uniform(seed, 2 * index)))
    return radius * math.cos(2.0 * math.pi * uniform(seed, 2 * index + 1))
