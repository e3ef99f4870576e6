"""The objective of every network: mean loss of a batch and its exact gradient, by backpropagation."""

from __future__ import annotations

import math

from engine.contracts import OBJECTIVE, inline, kernel
from engine.networks.activations import activate
from engine.networks.losses import SOFTMAX, compared
from engine.networks.packing import (
    ACTIVATION, BACK_AT, BIASES, COLUMNS, EXAMPLES, FEATURES, HEAD, INPUTS, INPUTS_AT, KEPT, KNOB, LAYERS, LOSS,
    NUMBERS, ORDER_AT, OUTPUTS, PARAMETERS, READ, READ_AT, ROW, SECOND_AT, SKIPS, SLOPES_AT, STAMP_AT, TARGETS,
    TARGETS_AT, UNITS, VALUES_AT, WEIGHTS, integers,
)  # fmt: skip
from engine.networks.vectors import at
from engine.rng import bits, uniform
from engine.stream import CURSOR, EPOCH, FIXED, ORDER, QUIET, REPLACED, SEED, TAKEN, UPDATE

import numpy as np

FORWARD_ONLY = 2  # a value of stream[QUIET]: the gradient is left as it is
_SHUFFLED, _DRAWN, _DROPPED = range(3)
_HALF = np.uint64(32)


@inline
def _draws(stream, what, number):
    """The seed of the numbers that `what` draws, apart from those that gradient noise draws."""
    return np.int64(bits(stream[SEED], -1 - what - 3 * number))


@inline
def _below(draws, index, limit):
    return np.int64(((bits(draws, index) >> _HALF) * np.uint64(limit)) >> _HALF)


@inline
def _arrange(stream, n, stamp, order):
    """order (n,): the examples in the order of the epoch, shuffled (Fisher & Yates) if it is not there yet."""
    kind = stream[ORDER]
    fresh = stamp[0] != n or stamp[1] != kind or stamp[2] != stream[SEED]
    if fresh or (kind != FIXED and stamp[3] != stream[EPOCH]):
        for i in range(n):
            order[i] = i
        if kind != FIXED:
            draws = _draws(stream, _SHUFFLED, stream[EPOCH])
            for i in range(n - 1, 0, -1):
                j = _below(draws, i, i + 1)
                other = order[j]
                order[j] = order[i]
                order[i] = other
        stamp[0] = n
        stamp[1] = kind
        stamp[2] = stream[SEED]
        stamp[3] = stream[EPOCH]


@inline
def _gather(source, width, stream, n, order, start, count, columns, target):
    """target (width, columns): examples start, start + 1, ... of the batch, then the first of them again."""
    drawn = stream[ORDER] == REPLACED
    draws = _draws(stream, _DRAWN, stream[UPDATE])
    for b in range(columns):
        place = start + (b if b < count else 0)
        example = _below(draws, place, n) if drawn else order[stream[CURSOR] + place]
        for i in range(width):
            target[i * columns + b] = source[example * width + i]


@inline
def _drop(values, slopes, units, columns, count, kept, stream, layer, start):
    draws = _draws(stream, _DROPPED, stream[UPDATE])
    scale = 1.0 / kept
    for j in range(units):
        for b in range(columns):
            index = ((np.int64(layer) * 65536 + j) << 40) + start + b
            factor = scale if uniform(draws, index) <= kept else 0.0
            values[j * columns + b] *= factor
            slopes[j * columns + b] *= factor


@inline
def _compare(code, knob, outputs, targets, back, k, columns, count, share):
    total = 0.0
    for i in range(k * columns):
        back[i] = 0.0
    if code == SOFTMAX:
        for b in range(count):
            most = outputs[b]
            for c in range(1, k):
                most = max(most, outputs[c * columns + b])
            mass = 0.0
            for c in range(k):
                mass += math.exp(outputs[c * columns + b] - most)
            log_mass = math.log(mass)
            for c in range(k):
                i = c * columns + b
                shifted = outputs[i] - most
                y = (1.0 - knob) * targets[i] + knob / k
                total += y * (log_mass - shifted)
                back[i] = (math.exp(shifted) / mass - y) * share
        return total * share
    share = share / k
    for c in range(k):
        for b in range(count):
            i = c * columns + b
            value, slope = compared(code, outputs[i], targets[i], knob)
            total += value
            back[i] = slope * share
    return total * share


@kernel(OBJECTIVE)
def network_objective(theta, grad, stream, constants, work):
    """Mean loss of the batch that the stream names; grad: its gradient."""
    table = integers(constants)
    layers = table[LAYERS]
    k = table[OUTPUTS]
    n = table[EXAMPLES]
    knob = constants[table[NUMBERS] + KNOB]
    kept = constants[table[NUMBERS] + KEPT]
    quiet = stream[QUIET]
    order = integers(at(work, table[ORDER_AT]))
    if stream[ORDER] != REPLACED:
        _arrange(stream, n, integers(at(work, table[STAMP_AT])), order)
    taken = stream[TAKEN]
    chunks = -(-taken // table[COLUMNS])
    wide = -(-taken // chunks)
    share = 1.0 / taken
    loss = 0.0
    if quiet < FORWARD_ONLY:
        for i in range(table[PARAMETERS]):
            grad[i] = 0.0
    for start in range(0, taken, wide):
        count = min(wide, taken - start)
        columns = -(-count // 8) * 8
        _gather(
            at(constants, table[INPUTS]),
            table[FEATURES],
            stream,
            n,
            order,
            start,
            count,
            columns,
            at(work, table[INPUTS_AT]),
        )
        _gather(at(constants, table[TARGETS]), k, stream, n, order, start, count, columns, at(work, table[TARGETS_AT]))
        for layer in range(layers):
            row = at(table, HEAD + ROW * layer)
            reads = row[READ]
            units = row[UNITS]
            x = at(work, row[READ_AT])
            a = at(work, row[VALUES_AT])
            s = at(work, row[SLOPES_AT])
            for j in range(units):
                for b in range(columns):
                    z = theta[row[BIASES] + j]
                    for i in range(reads):
                        z += theta[row[WEIGHTS] + j * reads + i] * x[i * columns + b]
                    s[j * columns + b] = z
            activate(row[ACTIVATION], a, s, units * columns)
            if kept < 1.0 and quiet == 0 and layer < layers - 1:
                _drop(a, s, units, columns, count, kept, stream, layer, start)
            if row[SKIPS]:
                for i in range(units * columns):
                    a[i] += x[i]
        row = at(table, HEAD + ROW * (layers - 1))
        back = at(work, table[BACK_AT])
        loss += _compare(
            table[LOSS], knob, at(work, row[VALUES_AT]), at(work, table[TARGETS_AT]), back, k, columns, count, share
        )
        if quiet >= FORWARD_ONLY:
            continue
        for layer in range(layers - 1, -1, -1):
            row = at(table, HEAD + ROW * layer)
            reads = row[READ]
            units = row[UNITS]
            x = at(work, row[READ_AT])
            s = at(work, row[SLOPES_AT])
            for i in range(units * columns):
                s[i] *= back[i]
            for j in range(units):
                for b in range(columns):
                    grad[row[BIASES] + j] += s[j * columns + b]
                    for i in range(reads):
                        grad[row[WEIGHTS] + j * reads + i] += s[j * columns + b] * x[i * columns + b]
            if layer > 0:
                if row[SKIPS] == 0:
                    for i in range(reads * columns):
                        back[i] = 0.0
                for j in range(units):
                    for i in range(reads):
                        for b in range(columns):
                            back[i * columns + b] += theta[row[WEIGHTS] + j * reads + i] * s[j * columns + b]
    return loss
