"""Batch selection inside a kernel: shuffling, sampling, and gathering examples into matrices."""

import numpy as np

from engine.architectures import layout
from engine.contracts import inline, standalone
from engine.rng import bits
from engine.simd.vectors import LANES, at, load, noinline, rare, splat, store
from engine.training.stream import CURSOR, EPOCH, FIXED, ORDER, REPLACED, SEED, UPDATE

_SHUFFLED, _DRAWN, DROPPED, _KINDS = range(4)
_HALF = np.uint64(32)
_EXAMPLES, _ORDER, _SEED, _EPOCH = range(4)  # entries of the stamp


@inline
def purpose_seed(stream, kind, number):
    """The seed of the random numbers for one purpose; gradient noise uses the non-negative indices."""
    return np.int64(bits(stream[SEED], -1 - kind - _KINDS * number))


@inline
def _below(seed, index, limit):
    """A random integer from 0 to limit - 1."""
    return np.int64(((bits(seed, index) >> _HALF) * np.uint64(limit)) >> _HALF)


@standalone
def _set_order(order, n, kind, seed):
    """The order of n examples in an epoch; if random, all swap partners first, so that drawing them vectorises.

    Fisher-Yates shuffle, inside out: https://en.wikipedia.org/wiki/Fisher-Yates_shuffle
    """
    rare()
    for i in range(n):
        order[i] = i if kind == FIXED else _below(seed, i, i + 1)
    if kind == FIXED:
        return
    for i in range(n):
        partner = order[i]
        order[i] = order[partner]
        order[partner] = i


@standalone
def _draw(order, count, seed, start, n):
    """Examples start, start + 1, ... of a batch that is drawn with replacement from n."""
    noinline()
    for b in range(count):
        order[b] = _below(seed, start + b, n)


@inline
def batch_order(stream, table, work, start, count):
    """Pointer to the indices of examples start, start + 1, ... of the batch; work caches the order of the epoch."""
    order = layout.integers(at(work, table[layout.ORDER_AT]))
    stamp = layout.integers(at(work, layout.ORDER_STAMP_AT))
    kind = stream[ORDER]
    n = table[layout.EXAMPLES]
    if kind == REPLACED:
        stamp[_EXAMPLES] = 0
        _draw(order, count, purpose_seed(stream, _DRAWN, stream[UPDATE]), start, n)
        return order
    known = stamp[_EXAMPLES] == n and stamp[_ORDER] == kind
    if not known or (kind != FIXED and (stamp[_SEED] != stream[SEED] or stamp[_EPOCH] != stream[EPOCH])):
        _set_order(order, n, kind, purpose_seed(stream, _SHUFFLED, stream[EPOCH]))
        stamp[_EXAMPLES] = n
        stamp[_ORDER] = kind
        stamp[_SEED] = stream[SEED]
        stamp[_EPOCH] = stream[EPOCH]
    return at(order, stream[CURSOR] + start)


@inline
def gather_rows(source, width, chosen, count, columns, rows, stride):
    """rows (columns, stride): the chosen examples of source, padded with copies of the first."""
    whole = width // LANES * LANES
    for b in range(columns):
        example = at(source, chosen[b if b < count else 0] * width)
        row = at(rows, b * stride)
        for i in range(0, whole, LANES):
            store(row, i, load(example, i))
        for i in range(whole, width):
            row[i] = example[i]


@inline
def spread_columns(source, width, groups, chosen, count, columns, off, on, target):
    """target (groups * width, columns): `off`, but `on` at the places (n, groups) of the chosen examples in source,
    padded with copies of the first.
    """
    for i in range(0, groups * width * columns, LANES):
        store(target, i, splat(off))
    for b in range(columns):
        places = at(source, chosen[b if b < count else 0] * groups)
        for group in range(groups):
            target[(group * width + np.int64(places[group])) * columns + b] = on


@standalone
def gather_columns(source, width, chosen, count, columns, target):
    """target (width, columns): the chosen examples of source, padded with copies of the first."""
    noinline()
    for i in range(width):
        row = at(target, i * columns)
        for b in range(count):
            row[b] = source[chosen[b] * width + i]
        for b in range(count, columns):
            row[b] = row[0]
