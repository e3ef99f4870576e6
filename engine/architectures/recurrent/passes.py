"""The passes of a recurrent network, forward through the steps of a sequence and back.

The memory of a step is one block of rows: its state h, then its inputs x, so that U h + W x is one product. A whole
weight gradient is one sum over steps and examples (Werbos 1990, https://doi.org/10.1109/5.58337).
"""

from __future__ import annotations

from engine.architectures import layout
from engine.architectures.activations import call_activation
from engine.architectures.chunked import BACKWARD_PASS, FORWARD_PASS, OWN
from engine.architectures.mlp import MEASURING, finish_deltas
from engine.architectures.recurrent.gates import elman_back, gru_back, gru_step, lstm_back, lstm_step
from engine.architectures.resuming import PIECE, pauses
from engine.contracts import inline, kernel, standalone
from engine.simd.gathered import BAND, summed_product
from engine.simd.products import backward_product, forward_product
from engine.simd.vectors import LANES, at, fma, load, noinline, splat, store, total
from engine.training.stream import QUIET

# The kind of the cell, and the architecture's own integers. Offsets: PLACES in the constants; INPUT_WEIGHTS ...
# OUTPUT_BIASES in theta; the others in work. STATES_AT: length + 1 blocks (hidden + inputs, columns), GATES_AT: length
# blocks (ROWS, columns), CELLS_AT and BENT_AT: an LSTM's cell states and their tanh, JOINED_AT: U and W side by side,
# SUMS_AT: see gates.py, CARRY_AT and CELL_CARRY_AT: the derivatives that reach the step before, NORMS_AT: (length,)
# sums of squares of dl/dh, when measuring.
ELMAN, GRU, LSTM = range(3)
(
    KIND, LENGTH, INPUTS, HIDDEN, ROWS, SEGMENT, PLACES, INPUT_WEIGHTS, WEIGHTS, BIASES, RESET_BIASES, OUTPUT_WEIGHTS,
    OUTPUT_BIASES, STATES_AT, GATES_AT, CELLS_AT, BENT_AT, JOINED_AT, SUMS_AT, CARRY_AT, CELL_CARRY_AT, NORMS_AT, FIXED,
) = range(23)  # fmt: skip


@inline
def _clear(target, n):
    for i in range(0, n, LANES):
        store(target, i, splat(0.0))


@inline
def _join(theta, own, joined):
    """joined (gates * hidden, hidden + inputs): the recurrent and the input weights of each unit."""
    hidden, inputs = own[HIDDEN], own[INPUTS]
    rows = (own[RESET_BIASES] if own[KIND] == GRU else own[OUTPUT_WEIGHTS]) - own[BIASES]
    recurrent, entering = at(theta, own[WEIGHTS]), at(theta, own[INPUT_WEIGHTS])
    for j in range(rows):
        row = at(joined, j * (hidden + inputs))
        for i in range(hidden):
            row[i] = recurrent[j * hidden + i]
        for i in range(inputs):
            row[hidden + i] = entering[j * inputs + i]


@inline
def _products(theta, own, joined, states, gates, columns):
    """gates: the pre-activations of one step."""
    hidden, inputs = own[HIDDEN], own[INPUTS]
    wide = hidden + inputs
    biases = at(theta, own[BIASES])
    if own[KIND] != GRU:
        forward_product(joined, states, biases, gates, own[ROWS], wide, columns)
        return
    # The reset gate stands between the two parts of the candidate, so these stay apart.
    forward_product(joined, states, biases, gates, 2 * hidden, wide, columns)
    forward_product(
        at(theta, own[WEIGHTS] + 2 * hidden * hidden), states, at(theta, own[RESET_BIASES]),
        at(gates, 2 * hidden * columns), hidden, hidden, columns,
    )  # fmt: skip
    forward_product(
        at(theta, own[INPUT_WEIGHTS] + 2 * hidden * inputs), at(states, hidden * columns), at(biases, 2 * hidden),
        at(gates, 3 * hidden * columns), hidden, inputs, columns,
    )  # fmt: skip


@kernel(FORWARD_PASS)
def recurrent_forward(theta, stream, constants, work, columns, place, flag):
    """The states, gates and outputs of every step for the sequences in the first layer's input. place: a time step."""
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    passes = at(table, layout.HEAD + layout.ROW * layers)
    own = at(table, passes[OWN])
    first, last = at(table, layout.HEAD), at(table, layout.HEAD + layout.ROW * (layers - 1))
    length, hidden, inputs, rows = own[LENGTH], own[HIDDEN], own[INPUTS], own[ROWS]
    state, block, gate = hidden * columns, (hidden + inputs) * columns, rows * columns
    states, gates = at(work, own[STATES_AT]), at(work, own[GATES_AT])
    cells, bent, joined = at(work, own[CELLS_AT]), at(work, own[BENT_AT]), at(work, own[JOINED_AT])
    read = at(work, first[layout.READ_AT])
    if place == 0:
        _join(theta, own, joined)
        _clear(states, state)
        if own[KIND] == LSTM:
            _clear(cells, state)
    each, spent = rows * block, 0
    for t in range(place, length):
        if pauses(spent, flag):
            return t
        spent += each
        here, after, pre = at(states, t * block), at(states, (t + 1) * block), at(gates, t * gate)
        entering, given = at(here, state), at(read, t * inputs * columns)
        for i in range(0, inputs * columns, LANES):
            store(entering, i, load(given, i))
        _products(theta, own, joined, here, pre, columns)
        if own[KIND] == ELMAN:
            call_activation(first[layout.ACTIVATION], after, pre, state)
        elif own[KIND] == GRU:
            gru_step(pre, here, after, hidden, columns)
        else:
            lstm_step(
                pre, at(cells, t * state), at(cells, (t + 1) * state), at(bent, t * state), after, hidden, columns
            )
    steps = table[layout.STEPS]
    k = last[layout.UNITS] // steps
    values, slopes = at(work, last[layout.VALUES_AT]), at(work, last[layout.SLOPES_AT])
    target = values if last[layout.LINEAR] else slopes
    for step in range(steps):
        forward_product(
            at(theta, own[OUTPUT_WEIGHTS]), at(states, (length - steps + 1 + step) * block),
            at(theta, own[OUTPUT_BIASES]), at(target, step * k * columns), k, hidden, columns,
        )  # fmt: skip
    if last[layout.LINEAR] == 0:
        call_activation(last[layout.ACTIVATION], values, slopes, steps * k * columns)
    return 0


@standalone
def _squares(vector, n):
    """The sum of squares of a vector; n is a multiple of LANES."""
    noinline()
    found = splat(0.0)
    for i in range(0, n, LANES):
        found = fma(load(vector, i), load(vector, i), found)
    return total(found)


@inline
def _through_time(theta, stream, own, work, deltas, steps, k, columns, adds, place, flag):
    """gates become deltas, from the last step to the first; see SEGMENT for where the gradient is cut. place: how many
    steps are done, as it returns if it sees the flag; else it returns 0.
    """
    kind, length, hidden, inputs, rows = own[KIND], own[LENGTH], own[HIDDEN], own[INPUTS], own[ROWS]
    state, block, gate = hidden * columns, (hidden + inputs) * columns, rows * columns
    states, gates, sums = at(work, own[STATES_AT]), at(work, own[GATES_AT]), at(work, own[SUMS_AT])
    cells, bent, norms = at(work, own[CELLS_AT]), at(work, own[BENT_AT]), at(work, own[NORMS_AT])
    carry, cell_carry = at(work, own[CARRY_AT]), at(work, own[CELL_CARRY_AT])
    read = 3 * hidden if kind == GRU else rows
    if place == 0:
        _clear(sums, rows * LANES)
        _clear(carry, state)
        if kind == LSTM:
            _clear(cell_carry, state)
    each, spent, stands = (read * hidden + (k * hidden if steps > 1 else 0)) * columns, 0, 0
    for t in range(length - 1 - place, -1, -1):
        if pauses(spent, flag):
            stands = length - 1 - t
            break
        spent += each
        if steps > 1 or t == length - 1:
            first = t * k * columns if steps > 1 else 0
            backward_product(at(theta, own[OUTPUT_WEIGHTS]), at(deltas, first), carry, k, hidden, columns, True)
        if stream[QUIET] == MEASURING:
            norms[t] = _squares(carry, state) + (norms[t] if adds else 0.0)
        here, pre = at(states, t * block), at(gates, t * gate)
        if kind == ELMAN:
            elman_back(pre, carry, sums, hidden, columns)
        elif kind == GRU:
            gru_back(pre, here, carry, sums, hidden, columns)
        else:
            lstm_back(pre, at(cells, t * state), at(bent, t * state), carry, cell_carry, sums, hidden, columns)
        if t > 0 and (length - t) % own[SEGMENT] == 0:
            _clear(carry, state)
            if kind == LSTM:
                _clear(cell_carry, state)
        elif t > 0:
            backward_product(at(theta, own[WEIGHTS]), pre, carry, read, hidden, columns, kind == GRU)
    return stands


@inline
def _add_up(sums, grad, rows, adds):
    """grad (rows,) = the bias gradients; adds: += them."""
    for j in range(rows):
        grad[j] = total(load(sums, j * LANES)) + (grad[j] if adds else 0.0)


@kernel(BACKWARD_PASS)
def recurrent_backward(theta, grad, stream, constants, work, columns, adds, place, flag):
    """The whole grad by back-propagation through time, from the states, the gates and the loss's derivatives.

    place: how many time steps are done, then of how many rows the recurrent weights have their gradient, then of how
    many the input weights have it.
    """
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    passes = at(table, layout.HEAD + layout.ROW * layers)
    own = at(table, passes[OWN])
    last = at(table, layout.HEAD + layout.ROW * (layers - 1))
    length, hidden, inputs, rows, steps = own[LENGTH], own[HIDDEN], own[INPUTS], own[ROWS], table[layout.STEPS]
    k = last[layout.UNITS] // steps
    block, gate = (hidden + inputs) * columns, rows * columns
    states, gates, sums = at(work, own[STATES_AT]), at(work, own[GATES_AT]), at(work, own[SUMS_AT])
    deltas, back = at(work, last[layout.SLOPES_AT]), at(work, table[layout.BACK_AT])
    places = at(table, own[PLACES])
    if place == 0:
        for step in range(steps):
            first = step * k * columns
            finish_deltas(
                at(deltas, first), at(back, first), last[layout.LINEAR], k, columns, at(grad, own[OUTPUT_BIASES]),
                adds + step,
            )  # fmt: skip
        summed_product(
            deltas, columns, k * columns, 0, at(states, (length - steps + 1) * block), places, columns, block, 0, steps,
            1, columns, at(grad, own[OUTPUT_WEIGHTS]), k, hidden, adds,
        )  # fmt: skip
    if place < length:
        stands = _through_time(theta, stream, own, work, deltas, steps, k, columns, adds, place, flag)
        if stands > 0:
            return stands
    gated = 3 * hidden if own[KIND] == GRU else rows
    plain = 2 * hidden if own[KIND] == GRU else rows
    entering, into, biases = at(states, hidden * columns), at(grad, own[INPUT_WEIGHTS]), at(grad, own[BIASES])
    done, spent = max(place - length, 0), 0
    # The first state is 0: it adds nothing to the gradient of the recurrent weights.
    band = max(PIECE // (hidden * length * columns) // BAND, 1) * BAND
    for unit in range(done, gated, band):
        if pauses(spent, flag):
            return length + unit
        count = min(band, gated - unit)
        spent += count * hidden * length * columns
        summed_product(
            at(gates, gate + unit * columns), columns, gate, 0, at(states, block), places, columns, block, 0,
            length - 1, 1, columns, at(grad, own[WEIGHTS] + unit * hidden), count, hidden, adds,
        )  # fmt: skip
    band = max(PIECE // (inputs * length * columns) // BAND, 1) * BAND
    for unit in range(max(done - gated, 0), plain, band):
        if pauses(spent, flag):
            return length + gated + unit
        count = min(band, plain - unit)
        spent += count * inputs * length * columns
        summed_product(
            at(gates, unit * columns), columns, gate, 0, entering, places, columns, block, 0, length, 1, columns,
            at(into, unit * inputs), count, inputs, adds,
        )  # fmt: skip
    _add_up(sums, biases, plain, adds)
    if own[KIND] == GRU:
        summed_product(
            at(gates, 3 * hidden * columns), columns, gate, 0, entering, places, columns, block, 0, length, 1, columns,
            at(into, plain * inputs), hidden, inputs, adds,
        )  # fmt: skip
        _add_up(at(sums, 3 * hidden * LANES), at(biases, plain), hidden, adds)
        _add_up(at(sums, plain * LANES), at(grad, own[RESET_BIASES]), hidden, adds)
    return 0
