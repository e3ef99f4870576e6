"""The passes of a transformer, forward through its blocks and back.

Memory is step by step: a step is a block of rows, one number per example in each. A weight gradient is one sum over
steps and examples.
"""

from __future__ import annotations

import math

from numba import int64

from engine.architectures import layout
from engine.architectures.activations import call_activation
from engine.architectures.attention.attending import GAP, attend, attend_back, normalise, normalise_back
from engine.architectures.chunked import BACKWARD_PASS, FORWARD_PASS, OWN
from engine.architectures.mlp import finish_deltas, padded_columns
from engine.architectures.resuming import pauses
from engine.contracts import inline, kernel, standalone
from engine.simd.gathered import summed_product
from engine.simd.products import adding_product, backward_product, forward_product, transpose_block
from engine.simd.vectors import LANES, at, load, noinline, splat, store, total

# The architecture's own integers. Offsets: PLACES and BLOCKS in the constants; EMBEDDING, POSITIONS, NORM, OUTPUT in
# theta, biases right after weights and shifts after gains; those named ..._AT in work. FINAL_AT (steps, width): what
# comes out of the last block; READY_AT: that normalised, MOMENTS_AT (steps, 2). BACK_AT (length, width): the
# derivatives by what lies between two blocks, ASIDE_AT (length, width): by what was normalised or gathered,
# DELTAS_AT: by queries, keys and values, HIDDEN_AT (mlp,): by the hidden units of one step. SLOPES_AT, SUMS_AT: see
# attending.py. ROWS_AT: rows (columns, padded width) of examples.
(
    LENGTH, INPUTS, TOKENS, WIDTH, HEADS, DEPTH, MLP, CAUSAL, NORMS, PLACES, BLOCKS, EMBEDDING, POSITIONS, NORM, OUTPUT,
    FINAL_AT, READY_AT, MOMENTS_AT, BACK_AT, ASIDE_AT, DELTAS_AT, HIDDEN_AT, SLOPES_AT, SUMS_AT, ROWS_AT, FIXED,
) = range(26)  # fmt: skip
# And per block, FIRST: the first step at which its attention and MLP are computed. In theta: NORM_1, MIX (queries, keys
# and values), JOIN (the output of attention), NORM_2, UP and DOWN (the MLP). In work: IN_AT (length, width) what comes
# in, READ_AT that normalised, MIXED_AT queries, keys and values, SHARES_AT and GATHERED_AT of attention, MIDDLE_AT
# (queries, width) what lies between attention and MLP, ENTERS_AT that normalised, UNITS_AT and BENT_AT (queries, mlp)
# the hidden units and their slopes, OUT_AT what comes out. Without norms what is normalised lies where it was.
(
    FIRST, NORM_1, MIX, JOIN, NORM_2, UP, DOWN, IN_AT, READ_AT, MOMENTS_1_AT, MIXED_AT, SHARES_AT, GATHERED_AT,
    MIDDLE_AT, ENTERS_AT, MOMENTS_2_AT, UNITS_AT, BENT_AT, OUT_AT, BLOCK,
) = range(20)  # fmt: skip


@inline
def _clear(target, n):
    for i in range(0, n, LANES):
        store(target, i, splat(0.0))


@standalone
def _embed(theta, own, read, rows, steps, columns):
    """steps (length, width): the embedded tokens or steps of numbers in read, each with its position's vector."""
    noinline()
    width, inputs = own[WIDTH], own[INPUTS]
    stride = padded_columns(width)
    positions = at(theta, own[POSITIONS])
    for t in range(own[LENGTH]):
        step, position = at(steps, t * width * columns), at(positions, t * width)
        if own[TOKENS] == 0:
            given = at(read, t * inputs * columns)
            forward_product(at(theta, own[EMBEDDING]), given, position, step, width, inputs, columns)
            continue
        for b in range(columns):
            # A last vector reaches into the block after the embedding or the positions; its excess is never read.
            vector, row = at(theta, own[EMBEDDING] + int(read[t * columns + b]) * width), at(rows, b * stride)
            for i in range(0, width, LANES):
                store(row, i, load(vector, i) + load(position, i))
        transpose_block(rows, stride, step, columns, columns, width)


@standalone
def _embed_back(grad, own, read, rows, back, columns, adds):
    """The gradient of the embedding and of the positions from back (length, width)."""
    noinline()
    length, width, tokens = own[LENGTH], own[WIDTH], own[TOKENS]
    stride, whole = padded_columns(width), width // LANES * LANES
    embedding = at(grad, own[EMBEDDING])
    if tokens > 0 and adds == 0:
        for i in range(tokens * width):
            embedding[i] = 0.0
    for t in range(length):
        step = at(back, t * width * columns)
        finish_deltas(step, step, int64(1), width, columns, at(grad, own[POSITIONS] + t * width), adds)
        if tokens == 0:
            continue
        transpose_block(step, columns, rows, stride, width, columns)
        for b in range(columns):
            vector, row = at(embedding, int(read[t * columns + b]) * width), at(rows, b * stride)
            for i in range(0, whole, LANES):
                store(vector, i, load(vector, i) + load(row, i))
            for i in range(whole, width):
                vector[i] += row[i]


@inline
def _biased(biases, source, target, width, columns):
    """target (width, columns) = source + biases."""
    for j in range(width):
        bias = splat(biases[j])
        for i in range(j * columns, (j + 1) * columns, LANES):
            store(target, i, load(source, i) + bias)


@inline
def _block_forward(theta, own, row, work, activation, columns):
    length, width, heads, hidden, first = own[LENGTH], own[WIDTH], own[HEADS], own[MLP], row[FIRST]
    near, wide = length - first, width * columns
    stride, square = 3 * wide + GAP, width * width
    steps, read, mixed = at(work, row[IN_AT]), at(work, row[READ_AT]), at(work, row[MIXED_AT])
    mix = at(theta, row[MIX])
    for t in range(length):
        step = at(read, t * wide)
        if own[NORMS]:
            moments = at(work, row[MOMENTS_1_AT] + 2 * t * columns)
            normalise(at(steps, t * wide), at(theta, row[NORM_1]), step, moments, width, columns)
        if t >= first:
            forward_product(mix, step, at(mix, 3 * square), at(mixed, t * stride), 3 * width, width, columns)
        else:  # a step that asks nothing
            forward_product(
                at(mix, square), step, at(mix, 3 * square + width), at(mixed, t * stride + wide), 2 * width, width,
                columns,
            )  # fmt: skip
    gathered = at(work, row[GATHERED_AT])
    scale = 1.0 / math.sqrt(width // heads)
    attend(mixed, at(work, row[SHARES_AT]), gathered, width, heads, length, first, own[CAUSAL], scale, columns)
    middle, enters, units, bent = (
        at(work, row[MIDDLE_AT]), at(work, row[ENTERS_AT]), at(work, row[UNITS_AT]), at(work, row[BENT_AT])
    )  # fmt: skip
    for t in range(near):
        step, entering = at(middle, t * wide), at(enters, t * wide)
        _biased(at(theta, row[JOIN] + square), at(steps, (first + t) * wide), step, width, columns)
        adding_product(at(theta, row[JOIN]), at(gathered, t * wide), step, width, width, columns)
        if own[NORMS]:
            moments = at(work, row[MOMENTS_2_AT] + 2 * t * columns)
            normalise(step, at(theta, row[NORM_2]), entering, moments, width, columns)
        forward_product(
            at(theta, row[UP]), entering, at(theta, row[UP] + hidden * width), at(bent, t * hidden * columns), hidden,
            width, columns,
        )  # fmt: skip
    call_activation(activation, units, bent, near * hidden * columns)
    for t in range(near):
        step = at(work, row[OUT_AT] + t * wide)
        _biased(at(theta, row[DOWN] + width * hidden), at(middle, t * wide), step, width, columns)
        adding_product(at(theta, row[DOWN]), at(units, t * hidden * columns), step, width, hidden, columns)


@kernel(FORWARD_PASS)
def attention_forward(theta, stream, constants, work, columns, place, flag):
    """Every step of every block and the outputs, for the sequences in the first layer's input. place: a block."""
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    passes = at(table, layout.HEAD + layout.ROW * layers)
    own = at(table, passes[OWN])
    first, last = at(table, layout.HEAD), at(table, layout.HEAD + layout.ROW * (layers - 1))
    width, steps = own[WIDTH], table[layout.STEPS]
    wide = width * columns
    read = at(work, first[layout.READ_AT])
    if place == 0:
        _embed(theta, own, read, at(work, own[ROWS_AT]), at(work, at(table, own[BLOCKS])[IN_AT]), columns)
    each, spent = own[LENGTH] * wide * (4 * width + 2 * own[MLP] + 2 * own[LENGTH]), 0
    for block in range(place, own[DEPTH]):
        if pauses(spent, flag):
            return block
        spent += each
        row = at(table, own[BLOCKS] + block * BLOCK)
        _block_forward(theta, own, row, work, first[layout.ACTIVATION], columns)
    k = last[layout.UNITS] // steps
    values, slopes = at(work, last[layout.VALUES_AT]), at(work, last[layout.SLOPES_AT])
    target = values if last[layout.LINEAR] else slopes
    for t in range(steps):
        ready = at(work, own[READY_AT] + t * wide)
        if own[NORMS]:
            moments = at(work, own[MOMENTS_AT] + 2 * t * columns)
            normalise(at(work, own[FINAL_AT] + t * wide), at(theta, own[NORM]), ready, moments, width, columns)
        forward_product(
            at(theta, own[OUTPUT]), ready, at(theta, own[OUTPUT] + k * width), at(target, t * k * columns), k, width,
            columns,
        )  # fmt: skip
    if last[layout.LINEAR] == 0:
        call_activation(last[layout.ACTIVATION], values, slopes, steps * k * columns)
    return 0


@inline
def _add_up(sums, grad, rows, adds):
    """grad (rows,) = the sums (rows, LANES), which are cleared; adds: += them."""
    for j in range(rows):
        grad[j] = total(load(sums, j * LANES)) + (grad[j] if adds else 0.0)
        store(sums, j * LANES, splat(0.0))


@inline
def _mlp_back(theta, grad, table, own, row, work, back, columns, adds):
    """back (queries, width), the derivatives by what comes out of a block, become those by what enters its MLP."""
    width, hidden, near = own[WIDTH], own[MLP], own[LENGTH] - row[FIRST]
    wide, tall = width * columns, hidden * columns
    places, sums = at(table, own[PLACES]), at(work, own[SUMS_AT])
    units, bent, enters = at(work, row[UNITS_AT]), at(work, row[BENT_AT]), at(work, row[ENTERS_AT])
    behind = at(work, own[HIDDEN_AT])
    for t in range(near):
        step, deltas = at(back, t * wide), at(bent, t * tall)
        finish_deltas(step, step, int64(1), width, columns, at(grad, row[DOWN] + width * hidden), adds + t)
        backward_product(at(theta, row[DOWN]), step, behind, width, hidden, columns, False)
        finish_deltas(deltas, behind, int64(0), hidden, columns, at(grad, row[UP] + hidden * width), adds + t)
    summed_product(
        back, columns, wide, 0, units, places, columns, tall, 0, near, 1, columns, at(grad, row[DOWN]), width, hidden,
        adds,
    )  # fmt: skip
    summed_product(
        bent, columns, tall, 0, enters, places, columns, wide, 0, near, 1, columns, at(grad, row[UP]), hidden, width,
        adds,
    )  # fmt: skip
    for t in range(near):
        step, deltas = at(back, t * wide), at(bent, t * tall)
        if own[NORMS] == 0:
            backward_product(at(theta, row[UP]), deltas, step, hidden, width, columns, True)
            continue
        aside = at(work, own[ASIDE_AT])
        backward_product(at(theta, row[UP]), deltas, aside, hidden, width, columns, False)
        normalise_back(
            at(work, row[MIDDLE_AT] + t * wide), at(theta, row[NORM_2]), at(work, row[MOMENTS_2_AT] + 2 * t * columns),
            aside, step, sums, width, columns,
        )  # fmt: skip
    if own[NORMS]:
        _add_up(sums, at(grad, row[NORM_2]), 2 * width, adds)


@inline
def _attention_back(theta, grad, table, own, row, work, columns, adds):
    """BACK_AT: the derivatives by what enters the MLP, from step FIRST on, become those by what comes into a block."""
    length, width, heads, first = own[LENGTH], own[WIDTH], own[HEADS], row[FIRST]
    near, wide, square = length - first, width * columns, width * width
    stride, places, sums = 3 * wide + GAP, at(table, own[PLACES]), at(work, own[SUMS_AT])
    back, aside, deltas = at(work, own[BACK_AT]), at(work, own[ASIDE_AT]), at(work, own[DELTAS_AT])
    read, gathered = at(work, row[READ_AT]), at(work, row[GATHERED_AT])
    leaving = at(back, first * wide)
    for t in range(near):
        step = at(leaving, t * wide)
        finish_deltas(step, step, int64(1), width, columns, at(grad, row[JOIN] + square), adds + t)
        backward_product(at(theta, row[JOIN]), step, at(aside, t * wide), width, width, columns, False)
    summed_product(
        leaving, columns, wide, 0, gathered, places, columns, wide, 0, near, 1, columns, at(grad, row[JOIN]), width,
        width, adds,
    )  # fmt: skip
    attend_back(
        at(work, row[MIXED_AT]), at(work, row[SHARES_AT]), aside, deltas, at(work, own[SLOPES_AT]), width, heads,
        length, first, own[CAUSAL], 1.0 / math.sqrt(width // heads), columns,
    )  # fmt: skip
    mix, into = at(theta, row[MIX]), at(grad, row[MIX])
    if first > 0:
        summed_product(
            at(deltas, first * stride), columns, stride, 0, at(read, first * wide), places, columns, wide, 0, near, 1,
            columns, into, width, width, adds,
        )  # fmt: skip
        summed_product(
            at(deltas, wide), columns, stride, 0, read, places, columns, wide, 0, length, 1, columns, at(into, square),
            2 * width, width, adds,
        )  # fmt: skip
        _clear(back, first * wide)
    else:
        summed_product(
            deltas, columns, stride, 0, read, places, columns, wide, 0, length, 1, columns, into, 3 * width, width, adds
        )
    for t in range(length):
        given, step = at(deltas, t * stride), at(back, t * wide)
        target = aside if own[NORMS] else step
        biases = at(into, 3 * square)
        if t >= first:
            finish_deltas(given, given, int64(1), width, columns, biases, adds + t - first)
            backward_product(mix, given, target, 3 * width, width, columns, own[NORMS] == 0)
        else:
            backward_product(at(mix, square), at(given, wide), target, 2 * width, width, columns, own[NORMS] == 0)
        finish_deltas(at(given, wide), given, int64(1), 2 * width, columns, at(biases, width), adds + t)
        if own[NORMS]:
            normalise_back(
                at(work, row[IN_AT] + t * wide), at(theta, row[NORM_1]), at(work, row[MOMENTS_1_AT] + 2 * t * columns),
                aside, step, sums, width, columns,
            )  # fmt: skip
    if own[NORMS]:
        _add_up(sums, at(grad, row[NORM_1]), 2 * width, adds)


@inline
def _output_back(theta, grad, table, own, work, last, leaving, k, columns, adds):
    """leaving (steps, width): the derivatives by what comes out of the last block, from the loss's."""
    width, steps, wide = own[WIDTH], table[layout.STEPS], own[WIDTH] * columns
    deltas, given, sums = at(work, last[layout.SLOPES_AT]), at(work, table[layout.BACK_AT]), at(work, own[SUMS_AT])
    _clear(sums, 2 * width * LANES)
    if own[NORMS]:
        _clear(leaving, steps * wide)
    for t in range(steps):
        place, step = t * k * columns, at(leaving, t * wide)
        finish_deltas(
            at(deltas, place), at(given, place), last[layout.LINEAR], k, columns, at(grad, own[OUTPUT] + k * width),
            adds + t,
        )  # fmt: skip
        target = at(work, own[ASIDE_AT]) if own[NORMS] else step
        backward_product(at(theta, own[OUTPUT]), at(deltas, place), target, k, width, columns, False)
        if own[NORMS]:
            normalise_back(
                at(work, own[FINAL_AT] + t * wide), at(theta, own[NORM]), at(work, own[MOMENTS_AT] + 2 * t * columns),
                target, step, sums, width, columns,
            )  # fmt: skip
    if own[NORMS]:
        _add_up(sums, at(grad, own[NORM]), 2 * width, adds)
    summed_product(
        deltas, columns, k * columns, 0, at(work, own[READY_AT]), at(table, own[PLACES]), columns, wide, 0, steps, 1,
        columns, at(grad, own[OUTPUT]), k, width, adds,
    )  # fmt: skip


@kernel(BACKWARD_PASS)
def attention_backward(theta, grad, stream, constants, work, columns, adds, place, flag):
    """The whole grad, from what the forward pass left and the loss's derivatives. place: how many blocks are done."""
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    passes = at(table, layout.HEAD + layout.ROW * layers)
    own = at(table, passes[OWN])
    last = at(table, layout.HEAD + layout.ROW * (layers - 1))
    length, width, steps = own[LENGTH], own[WIDTH], table[layout.STEPS]
    wide, k = width * columns, last[layout.UNITS] // steps
    back = at(work, own[BACK_AT])
    leaving = at(back, (length - steps) * wide)
    if place == 0:
        _output_back(theta, grad, table, own, work, last, leaving, k, columns, adds)
    each, spent = 2 * length * wide * (4 * width + 2 * own[MLP] + 2 * length), 0
    for done in range(place, own[DEPTH]):
        if pauses(spent, flag):
            return done
        spent += each
        row = at(table, own[BLOCKS] + (own[DEPTH] - 1 - done) * BLOCK)
        _mlp_back(theta, grad, table, own, row, work, at(back, row[FIRST] * wide), columns, adds)
        _attention_back(theta, grad, table, own, row, work, columns, adds)
    first = at(table, layout.HEAD)
    read = at(work, first[layout.READ_AT])
    _embed_back(grad, own, read, at(work, own[ROWS_AT]), back, columns, adds)
    if own[TOKENS] == 0:
        inputs = own[INPUTS]
        summed_product(
            back, columns, wide, 0, read, at(table, own[PLACES]), columns, inputs * columns, 0, length, 1, columns,
            at(grad, own[EMBEDDING]), width, inputs, adds,
        )  # fmt: skip
    return 0
