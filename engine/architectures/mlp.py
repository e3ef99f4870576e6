"""The objective of a network: the mean loss of a batch and its exact gradient, by backpropagation.

Matrices of a chunk of examples have one row per unit and one column per example, so that even the narrowest layer fills
the vectors. Padding columns repeat the first example: they have weight 0, and are non-finite only if the first one is.
"""

import numpy as np

from engine.architectures import layout
from engine.architectures.activations import call_activation
from engine.architectures.batch import DROPPED, batch_order, gather_columns, gather_rows, purpose_seed
from engine.architectures.losses import call_loss
from engine.architectures.resuming import flag_of, pauses, resumed, suspend
from engine.contracts import OBJECTIVE, inline, inline_ir, is_raised, kernel, standalone
from engine.rng import uniform
from engine.simd.products import (
    backward_product,
    forward_product,
    gradient_product,
    narrow_gradient_product,
    transpose_block,
)
from engine.simd.vectors import LANES, at, load, noinline, rare, splat, store, total
from engine.training.stream import CURSOR, DONE, EXAMPLES, FLAG, PART, QUIET, TAKEN, UPDATE

# stream[QUIET]; dropout is active only in training, and the last two do not write the gradient.
TRAINING, MEASURING, LOSS_ONLY, OUTPUTS_ONLY = range(4)


@inline
def padded_columns(count):
    """Round up to a multiple of the vector length."""
    return -(-count // LANES) * LANES


# What few networks use is kept out of the objective, which would set up its constants for every batch.
@standalone
def _dropout(values, slopes, units, columns, stream, layer, start, kept):
    """Dropout: keep a share of the activations; the same ones at every call within an update."""
    rare()
    seed = purpose_seed(stream, DROPPED, stream[UPDATE])
    scale = 1.0 / kept
    for j in range(units):
        for b in range(columns):
            index = (((layer << 20) + j) << 32) + start + b
            factor = scale if uniform(seed, index) <= kept else 0.0
            values[j * columns + b] *= factor
            slopes[j * columns + b] *= factor


@inline
def _add(target, other, n):
    """target (n,) += other (n,)."""
    whole = n // LANES * LANES
    for i in range(0, whole, LANES):
        store(target, i, load(target, i) + load(other, i))
    for i in range(whole, n):
        target[i] += other[i]


@inline_ir
def _forward(theta, stream, constants, work, start, columns, place, flag):
    """Values and slopes of every layer from `place` on for the examples in the first layer's input; where it stands if
    it sees the flag, else 0.
    """
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    kept = constants[table[layout.NUMBERS] + layout.KEPT]
    spent, stands = 0, 0
    for layer in range(place, layers):
        if pauses(spent, flag):
            stands = layer
            break
        row = at(table, layout.HEAD + layout.ROW * layer)
        reads = row[layout.READS]
        units = row[layout.UNITS]
        inputs = at(work, row[layout.READ_AT])
        values = at(work, row[layout.VALUES_AT])
        slopes = at(work, row[layout.SLOPES_AT])
        forward_product(
            at(theta, row[layout.WEIGHTS]), inputs, at(theta, row[layout.BIASES]),
            values if row[layout.LINEAR] else slopes, units, reads, columns,
        )  # fmt: skip
        spent += units * reads * columns
        if row[layout.LINEAR]:
            continue
        call_activation(row[layout.ACTIVATION], values, slopes, units * columns)
        if kept < 1.0 and stream[QUIET] == TRAINING and layer < layers - 1:
            _dropout(values, slopes, units, columns, stream, layer, start, kept)
        if row[layout.SKIPS]:
            _add(values, inputs, units * columns)
    return stands


@standalone
def finish_deltas(slopes, back, linear, units, columns, biases, adds):
    """slopes (units, columns) become deltas: multiplied by back, unless the loss has written them; biases: their
    sums.
    """
    noinline()
    for j in range(units):
        place = j * columns
        sums = splat(0.0)
        for i in range(place, place + columns, LANES):
            delta = load(slopes, i)
            if linear == 0:
                delta = delta * load(back, i)
                store(slopes, i, delta)
            sums = sums + delta
        biases[j] = total(sums) + (biases[j] if adds else 0.0)


@inline_ir
def _backward(theta, grad, constants, work, columns, wide, adds, place, flag):
    """The whole grad from the slopes of every layer and the loss's deltas; adds: accumulate in grad. It goes on after
    the last `place` layers, and returns after how many it stands if it sees the flag, else 0.
    """
    table = layout.integers(constants)
    back = at(work, table[layout.BACK_AT])
    spent, stands = 0, 0
    for layer in range(table[layout.LAYERS] - 1 - place, -1, -1):
        if pauses(spent, flag):
            stands = table[layout.LAYERS] - 1 - layer
            break
        row = at(table, layout.HEAD + layout.ROW * layer)
        reads = row[layout.READS]
        units = row[layout.UNITS]
        inputs = at(work, row[layout.READ_AT])
        deltas = at(work, row[layout.SLOPES_AT])
        into = at(grad, row[layout.WEIGHTS])
        finish_deltas(deltas, back, row[layout.LINEAR], units, columns, at(grad, row[layout.BIASES]), adds)
        if row[layout.NARROW]:
            narrow_gradient_product(deltas, inputs, into, units, reads, columns, adds)
        else:
            stride = padded_columns(reads)
            rows = at(work, table[layout.COPY_AT])
            if wide and layer == 0:
                rows = at(work, table[layout.ROWS_AT])
            else:
                transpose_block(inputs, columns, rows, stride, reads, columns)
            gradient_product(deltas, rows, stride, into, units, reads, columns, adds)
        if layer > 0:
            backward_product(at(theta, row[layout.WEIGHTS]), deltas, back, units, reads, columns, row[layout.SKIPS])
        spent += 2 * units * reads * columns
    return stands


@standalone
def _set_weights(weights, stamp, place, k, columns, count, share):
    """weights (k, columns): share for every example, 0 for padding; stamp tells for what."""
    rare()
    for c in range(0, k * columns, columns):
        for b in range(columns):
            weights[c + b] = share if b < count else 0.0
    stamp[0] = place
    stamp[1] = k
    stamp[2] = count
    stamp[3] = share


@standalone
def _set_importance(weights, shares, importance, chosen, k, columns, count, share):
    """weights (k, columns): share times the weight of each of the chosen examples, 0 for padding; shares (columns,):
    share alone.
    """
    rare()
    for b in range(columns):
        shares[b] = share if b < count else 0.0
        weight = share * importance[chosen[b]] if b < count else 0.0
        for c in range(0, k * columns, columns):
            weights[c + b] = weight


@inline
def weigh(table, constants, work, chosen, k, columns, count, share):
    """Set what each loss term of a chunk counts, see layout.WEIGHTS_AT."""
    weights = at(work, table[layout.WEIGHTS_AT])
    if table[layout.IMPORTANCE] > 0:
        importance = at(constants, table[layout.IMPORTANCE])
        _set_importance(weights, at(work, table[layout.SHARES_AT]), importance, chosen, k, columns, count, share)
    else:
        place, stamp = table[layout.WEIGHTS_AT], at(work, layout.WEIGHTS_STAMP_AT)
        if stamp[0] != place or stamp[1] != k or stamp[2] != count or stamp[3] != share:
            _set_weights(weights, stamp, place, k, columns, count, share)


@kernel(OBJECTIVE)
def network_objective(theta, grad, stream, constants, work):
    """Mean loss of the batch that the stream selects, each example times its weight; grad: its gradient.

    A call that measures may take the EXAMPLES in pieces: it returns their part of the mean over all of them, and grad
    accumulates from CURSOR 0 on. Interrupted between two pieces it leaves stream[DONE] above 0, and grad, work and what
    stands in the stream after DONE as the next call needs them to go on; nothing else has changed.
    """
    table = layout.integers(constants)
    features = table[layout.FEATURES]
    k = table[layout.OUTPUTS]
    quiet = stream[QUIET]
    inputs = at(work, table[layout.HEAD + layout.READ_AT])
    last = at(table, layout.HEAD + layout.ROW * (table[layout.LAYERS] - 1))
    targets = at(work, table[layout.TARGETS_AT])
    weights = at(work, table[layout.WEIGHTS_AT])
    deltas = at(work, last[layout.SLOPES_AT] if last[layout.LINEAR] else table[layout.BACK_AT])
    taken = stream[TAKEN]
    most = -(-taken // -(-taken // table[layout.COLUMNS]))
    share = 1.0 / ((taken if quiet == TRAINING else stream[EXAMPLES]) * table[layout.ELEMENTS])
    continues = quiet == MEASURING and stream[CURSOR] > 0
    wide = features >= LANES
    within = resumed(stream, work)
    flag = flag_of(stream, within)
    whole, within = min(within, 0), max(within, 0)
    done = max(stream[DONE] - 1, 0)
    part = at(layout.floats(stream), PART)
    loss = part[0] if stream[DONE] > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    for start in range(done, taken, most):
        count = min(most, taken - start)
        columns = padded_columns(count)
        if within == 0:
            chosen = batch_order(stream, table, work, start, count)
            if wide:
                rows = at(work, table[layout.ROWS_AT])
                stride = padded_columns(features)
                gather_rows(at(constants, table[layout.INPUTS]), features, chosen, count, columns, rows, stride)
                transpose_block(rows, stride, inputs, columns, columns, features)
            else:
                gather_columns(at(constants, table[layout.INPUTS]), features, chosen, count, columns, inputs)
            if quiet != OUTPUTS_ONLY:
                gather_columns(at(constants, table[layout.TARGETS]), k, chosen, count, columns, targets)
                weigh(table, constants, work, chosen, k, columns, count, share)
        if within & 1 == 0:
            place = _forward(theta, stream, constants, work, start, columns, within >> 1, flag)
            if place > 0:
                suspend(stream, work, start, loss, 2 * place)
                return loss
            within = 1
            if quiet != OUTPUTS_ONLY:
                loss += call_loss(
                    table[layout.LOSS], at(work, last[layout.VALUES_AT]), targets, weights, deltas, k, columns,
                    constants[table[layout.NUMBERS] + layout.KNOB],
                )  # fmt: skip
        if quiet <= MEASURING:
            adds = np.int64(continues or start > 0)
            place = _backward(theta, grad, constants, work, columns, wide, adds, within >> 1, flag)
            if place > 0:
                suspend(stream, work, start, loss, 2 * place + 1)
                return loss
        within = 0
        if start + count < taken and is_raised(stream[FLAG]):
            suspend(stream, work, start + count, loss, whole)
            return loss
    return loss
