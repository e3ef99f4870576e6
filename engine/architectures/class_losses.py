"""The loss of each class by itself, from the outputs of a classifier."""

from __future__ import annotations

import numpy as np
from numba import types

from engine.architectures.losses import LOSSES, call_loss
from engine.choices import Choice
from engine.contracts import pointer, routine
from engine.simd.registers import LANES
from engine.simd.vectors import at

Array = np.ndarray

COLUMNS = 128  # examples that are compared at once
_f, _i = types.float64, types.int64


@routine(types.void(_i, _f[:, ::1], _f[:, ::1], _i[::1], _i[::1], _f, _f[::1], _f[::1]))
def sum_losses(address, outputs, goals, order, ends, knob, scratch, sums):
    """Add to sums (classes,) the loss terms of each class: of the examples order[ends[c]] to order[ends[c + 1] - 1].

    address: of the loss. outputs, goals (n, k): what is compared; scratch (4 k COLUMNS,).
    """
    k = outputs.shape[1]
    block = k * COLUMNS
    values = pointer(scratch)
    targets, weights, deltas = at(values, block), at(values, 2 * block), at(values, 3 * block)
    for c in range(sums.size):
        for start in range(ends[c], ends[c + 1], COLUMNS):
            count = min(COLUMNS, ends[c + 1] - start)
            columns = -(-count // LANES) * LANES
            for b in range(columns):
                example = order[start + (b if b < count else 0)]
                for j in range(k):
                    values[j * columns + b] = outputs[example, j]
                    targets[j * columns + b] = goals[example, j]
                    weights[j * columns + b] = 1.0 if b < count else 0.0
            sums[c] += call_loss(address, values, targets, weights, deltas, k, columns, knob)


def class_losses(loss: Choice, outputs: Array, targets: Array, classes: int) -> Array:
    """The mean loss of the examples of each class, (classes,), without weights; NaN for a class without any.

    outputs (n, k); targets (n,): places of classes.
    """
    entry = LOSSES[loss.kind]
    places = targets.astype(np.int64)
    goals = np.ascontiguousarray(entry.encode(places, classes), np.float64)
    counts = np.bincount(places, minlength=classes)
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    sums, scratch = np.zeros(classes), np.empty(4 * outputs.shape[1] * COLUMNS)
    knob = next(iter(loss.packed(entry.knobs)), 0.0)
    sum_losses(
        entry.kernel.address,
        np.ascontiguousarray(outputs, np.float64),
        goals,
        np.argsort(places, kind="stable"),
        ends,
        knob,
        scratch,
        sums,
    )
    with np.errstate(all="ignore"):
        found: Array = sums / (counts * entry.elements(outputs.shape[1]))
    return found
