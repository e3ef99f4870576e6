"""The objective of an associative memory: cross-entropy over the values, weighted by how frequent each key is."""

from __future__ import annotations

import math

import numpy as np

from engine.architectures import layout
from engine.architectures.batch import batch_order
from engine.architectures.layout import Allocator, floats, integers, padded
from engine.contracts import OBJECTIVE, is_raised, kernel
from engine.simd.vectors import at
from engine.training.stream import DONE, FLAG, PART, TAKEN

Array = np.ndarray

CHUNK = 8  # keys between two looks at the flag
# Constants: a head of integers as batch_order reads it, and after it where the keys (k, k), the values (k, k) and the
# frequencies (k,) are; HIDDEN_AT, LOGITS_AT: scratch of k numbers each.
KEYS, VALUES, FREQUENCIES, HIDDEN_AT, LOGITS_AT, HEAD = (layout.HEAD + place for place in range(6))


def packed(keys: Array, values: Array, frequencies: Array) -> tuple[Array, int]:
    """The constants for keys (k, k), values (k, k) and frequencies (k,), and the size of scratch memory."""
    k, work = len(frequencies), Allocator()
    head = np.zeros(HEAD, np.int64)
    head[layout.EXAMPLES] = k
    head[layout.ORDER_AT] = work.take(max(padded(k), CHUNK))
    head[HIDDEN_AT], head[LOGITS_AT] = work.take(k), work.take(k)
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
    hidden, logits = at(work, table[HIDDEN_AT]), at(work, table[LOGITS_AT])
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
        chosen = batch_order(stream, table, work, start, count)
        for b in range(count):
            i = chosen[b]
            key = at(keys, i * k)
            weight = frequencies[i] * k / taken
            for r in range(k):
                row, total = at(theta, r * k), 0.0
                for c in range(k):
                    total += row[c] * key[c]
                hidden[r] = total
            highest = -math.inf
            for j in range(k):
                value, total = at(values, j * k), 0.0
                for r in range(k):
                    total += value[r] * hidden[r]
                logits[j] = total
                highest = max(highest, total)
            right, total = logits[i] - highest, 0.0
            for j in range(k):
                logits[j] = math.exp(logits[j] - highest)
                total += logits[j]
            loss += weight * (math.log(total) - right)
            for j in range(k):
                logits[j] /= total
            logits[i] -= 1.0
            for r in range(k):
                hidden[r] = 0.0
            for j in range(k):
                value = at(values, j * k)
                for r in range(k):
                    hidden[r] += logits[j] * value[r]
            for r in range(k):
                row, slope = at(grad, r * k), weight * hidden[r]
                for c in range(k):
                    row[c] += slope * key[c]
        if start + count < taken and is_raised(stream[FLAG]):
            stream[DONE] = start + count
            part[0] = loss
            return loss
    return loss
