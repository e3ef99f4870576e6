"""Norms, distances and copies of parameter vectors, in SIMD registers."""

from __future__ import annotations

import math

from numba import njit

from engine.contracts import OPTIONS
from engine.simd.vectors import LANES, fma, load, load_first, noinline, splat, store, store_first, total

_standalone = njit(forceinline=False, **{**OPTIONS, "cache": False})
_BLOCK = 4 * LANES  # four independent sums: each addition has to wait for the one before it
_LARGEST = 1.7976931348623157e308


@_standalone
def norm(vector, n):
    """The Euclidean norm of a vector (n,)."""
    noinline()
    a = b = c = d = splat(0.0)
    i = 0
    while i <= n - _BLOCK:
        x, y = load(vector, i), load(vector, i + LANES)
        a, b = fma(x, x, a), fma(y, y, b)
        x, y = load(vector, i + 2 * LANES), load(vector, i + 3 * LANES)
        c, d = fma(x, x, c), fma(y, y, d)
        i += _BLOCK
    while i < n:
        x = load_first(vector, i, min(n - i, LANES))
        a = fma(x, x, a)
        i += LANES
    return math.sqrt(total((a + b) + (c + d)))


@_standalone
def distance(one, other, n):
    """The Euclidean distance between two vectors (n,)."""
    noinline()
    a = b = c = d = splat(0.0)
    i = 0
    while i <= n - _BLOCK:
        x, y = load(one, i) - load(other, i), load(one, i + LANES) - load(other, i + LANES)
        a, b = fma(x, x, a), fma(y, y, b)
        x = load(one, i + 2 * LANES) - load(other, i + 2 * LANES)
        y = load(one, i + 3 * LANES) - load(other, i + 3 * LANES)
        c, d = fma(x, x, c), fma(y, y, d)
        i += _BLOCK
    while i < n:
        left = min(n - i, LANES)
        x = load_first(one, i, left) - load_first(other, i, left)
        a = fma(x, x, a)
        i += LANES
    return math.sqrt(total((a + b) + (c + d)))


@_standalone
def scaled_norm(vector, n):
    """The norm of a vector (n,) whose squares overflow: finite if every entry is."""
    noinline()
    largest = 0.0
    for i in range(n):
        size = abs(vector[i])
        if size - size != 0.0:
            return math.nan
        largest = max(largest, size)
    squares = 0.0
    for i in range(n):
        part = vector[i] / largest
        squares += part * part
    return min(largest * math.sqrt(squares), _LARGEST)


@_standalone
def scaled_distance(one, other, n):
    """The distance of two vectors (n,) the squares of whose differences overflow: finite if every difference is."""
    noinline()
    largest = 0.0
    for i in range(n):
        size = abs(one[i] - other[i])
        if size - size != 0.0:
            return math.nan
        largest = max(largest, size)
    squares = 0.0
    for i in range(n):
        part = (one[i] - other[i]) / largest
        squares += part * part
    return min(largest * math.sqrt(squares), _LARGEST)


@_standalone
def copy(source, target, n):
    """Copy source (n,) to target (n,)."""
    noinline()
    i = 0
    while i <= n - LANES:
        store(target, i, load(source, i))
        i += LANES
    if i < n:
        store_first(target, i, load_first(source, i, n - i), n - i)
