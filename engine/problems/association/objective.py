"""The objective of an associative memory: cross-entropy over the values, weighted by how frequent each key is."""

from __future__ import annotations

import numpy as np

from engine.architectures import layout
from engine.architectures.batch import batch_order, gather_columns, gather_rows
from engine.architectures.layout import Allocator, floats, integers, padded
from engine.contracts import OBJECTIVE, is_raised, kernel
from engine.simd.elementary import exp, log
from engine.simd.products import backward_product, gradient_product
from engine.simd.vectors import LANES, at, load, maximum, splat, store, total
from engine.training.stream import DONE, FLAG, PART, TAKEN

Array = np.ndarray

CHUNK = 32  # keys between two looks at the flag
# Constants: a head of integers as batch_order reads it, and after it where the keys (k, k), the values (k, k) and the
# frequencies (k,) are; scratch of a chunk: the keys as rows (CHUNK, k) and as columns, W X and then its gradient,
# logits and then their gradient (k, CHUNK), and of each key its weight and its own logit.
KEYS, VALUES, FREQUENCIES, ROWS_AT, KEYS_AT, HIDDEN_AT, LOGITS_AT, WEIGHTS_AT, RIGHT_AT, HEAD = (
    layout.HEAD + place for place in range(10)
)


def packed(keys: Array, values: Array, frequencies: Array) -> tuple[Array, int]:
    """The constants for keys (k, k), values (k, k) and frequencies (k,), and the size of scratch memory."""
    k, work = len(frequencies), Allocator()
    head = np.zeros(HEAD, np.int64)
    head[layout.EXAMPLES] = k
    head[layout.ORDER_AT] = work.take(max(padded(k), CHUNK))
    for place in (ROWS_AT, KEYS_AT, HIDDEN_AT, LOGITS_AT):
        head[place] = work.take(k * CHUNK)
    head[WEIGHTS_AT], head[RIGHT_AT] = work.take(CHUNK), work.take(CHUNK)
    head[KEYS], head[VALUES], head[FREQUENCIES] = HEAD, HEAD + k * k, HEAD + 2 * k * k
    return np.concatenate([head.view(np.float64), np.ravel(keys), np.ravel(values), frequencies]), work.size


@kernel(OBJECTIVE)
def association_objective(theta, grad, stream, constants, work):
    """Sum over the keys i of the batch of w_i (-log p_ii), with p_i = softmax(U W x_i) and W (k, k) in theta.

    w_i: the frequency of key i, times how much smaller the batch is than the whole. grad: the sum of
    w_i U^T (p_i - e_i) x_i^T.
    """
    table = integers(constants)
    k = table[layout.EXAMPLES]
    keys, values, frequencies = (
        at(constants, table[KEYS]),
        at(constants, table[VALUES]),
        at(constants, table[FREQUENCIES]),
    )
    rows, entering = at(work, table[ROWS_AT]), at(work, table[KEYS_AT])
    hidden, logits = at(work, table[HIDDEN_AT]), at(work, table[LOGITS_AT])
    weights, right = at(work, table[WEIGHTS_AT]), at(work, table[RIGHT_AT])
    taken, done = stream[TAKEN], stream[DONE]
    part = at(floats(stream), PART)
    loss = part[0] if done > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    if done == 0:
        for i in range(k * k):
            grad[i] = 0.0
    for start in range(done, taken, CHUNK):
        count = min(CHUNK, taken - start)
        columns = -(-count // LANES) * LANES
        chosen = batch_order(stream, table, work, start, count)
        gather_rows(keys, k, chosen, count, columns, rows, k)
        gather_columns(keys, k, chosen, count, columns, entering)
        gradient_product(theta, entering, columns, hidden, k, columns, k, 0)  # W X
        gradient_product(values, hidden, columns, logits, k, columns, k, 0)
        for b in range(columns):
            i = chosen[b if b < count else 0]
            weights[b] = frequencies[i] * k / taken if b < count else 0.0
            right[b] = logits[i * columns + b]
        losses = splat(0.0)
        for b in range(0, columns, LANES):
            highest, whole = load(logits, b), splat(0.0)
            for j in range(1, k):
                highest = maximum(load(logits, j * columns + b), highest)
            for j in range(k):
                raised = exp(load(logits, j * columns + b) - highest)
                store(logits, j * columns + b, raised)
                whole = whole + raised
            weight = load(weights, b)
            losses = losses + weight * (log(whole) - (load(right, b) - highest))
            each = weight / whole
            for j in range(k):
                store(logits, j * columns + b, each * load(logits, j * columns + b))
        loss += total(losses)
        for b in range(count):
            logits[chosen[b] * columns + b] -= weights[b]
        backward_product(values, logits, hidden, k, k, columns, 0)
        gradient_product(hidden, rows, k, grad, k, k, columns, 1)
        if start + count < taken and is_raised(stream[FLAG]):
            stream[DONE] = start + count
            part[0] = loss
            return loss
    return loss
