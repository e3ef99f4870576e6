"""The elementwise part of recurrent cells, forward and back.

All blocks are (rows, columns) with one column per example: h, c and their derivatives have `hidden` rows, gates have
the rows of all gates. sums (rows, LANES) collects the derivatives with respect to biases.
"""

from engine.contracts import inline, standalone
from engine.simd.elementary import sigmoid, tanh
from engine.simd.vectors import LANES, at, load, noinline, splat, store

# Rows of hidden units. A GRU's INNER is what its reset gate multiplies, U h + c.
RESET, UPDATE, INNER, CANDIDATE = range(4)
IN, FORGET, NEW, OUT = range(4)


@inline
def _note(sums, row, total):
    """Add to the sums of one row."""
    store(sums, row * LANES, load(sums, row * LANES) + total)


@standalone
def elman_back(deltas, back, sums, hidden, columns):
    """deltas (hidden, columns), the activation's slopes on entry, are multiplied by back = dl/dh."""
    noinline()
    for j in range(hidden):
        total = splat(0.0)
        for i in range(j * columns, (j + 1) * columns, LANES):
            delta = load(deltas, i) * load(back, i)
            store(deltas, i, delta)
            total = total + delta
        _note(sums, j, total)


@standalone
def gru_step(gates, before, after, hidden, columns):
    """gates: pre-activations on entry, activations on return (INNER stays); after: the next h."""
    noinline()
    n = hidden * columns
    r, z, p, q = at(gates, RESET * n), at(gates, UPDATE * n), at(gates, INNER * n), at(gates, CANDIDATE * n)
    for i in range(0, n, LANES):
        reset, update = sigmoid(load(r, i)), sigmoid(load(z, i))
        candidate = tanh(load(q, i) + reset * load(p, i))
        store(r, i, reset)
        store(z, i, update)
        store(q, i, candidate)
        store(after, i, candidate + update * (load(before, i) - candidate))


@standalone
def gru_back(gates, before, back, sums, hidden, columns):
    """gates become deltas; back = dl/dh becomes its part that reaches the previous h directly."""
    noinline()
    n = hidden * columns
    r, z, p, q = at(gates, RESET * n), at(gates, UPDATE * n), at(gates, INNER * n), at(gates, CANDIDATE * n)
    one = splat(1.0)
    for j in range(hidden):
        total_r = total_z = total_p = total_q = splat(0.0)
        for i in range(j * columns, (j + 1) * columns, LANES):
            reset, update, inner, candidate = load(r, i), load(z, i), load(p, i), load(q, i)
            slope = load(back, i)
            dq = slope * (one - update) * (one - candidate * candidate)
            dz = slope * (load(before, i) - candidate) * (update * (one - update))
            dr = dq * inner * (reset * (one - reset))
            dp = dq * reset
            store(r, i, dr)
            store(z, i, dz)
            store(p, i, dp)
            store(q, i, dq)
            store(back, i, slope * update)
            total_r, total_z, total_p, total_q = total_r + dr, total_z + dz, total_p + dp, total_q + dq
        _note(sums, RESET * hidden + j, total_r)
        _note(sums, UPDATE * hidden + j, total_z)
        _note(sums, INNER * hidden + j, total_p)
        _note(sums, CANDIDATE * hidden + j, total_q)


@standalone
def lstm_step(gates, before, after, bent, state, hidden, columns):
    """gates: pre-activations on entry, activations on return; before, after: the cell states; bent: tanh of the new
    one; state: the next h.
    """
    noinline()
    n = hidden * columns
    pi, pf, pg, po = at(gates, IN * n), at(gates, FORGET * n), at(gates, NEW * n), at(gates, OUT * n)
    for i in range(0, n, LANES):
        enters, keeps, new, leaves = (
            sigmoid(load(pi, i)), sigmoid(load(pf, i)), tanh(load(pg, i)), sigmoid(load(po, i))
        )  # fmt: skip
        cell = keeps * load(before, i) + enters * new
        curve = tanh(cell)
        store(pi, i, enters)
        store(pf, i, keeps)
        store(pg, i, new)
        store(po, i, leaves)
        store(after, i, cell)
        store(bent, i, curve)
        store(state, i, leaves * curve)


@standalone
def lstm_back(gates, before, bent, back, cell_back, sums, hidden, columns):
    """gates become deltas; back = dl/dh; cell_back = dl/dc from later steps becomes that of the previous cell state."""
    noinline()
    n = hidden * columns
    pi, pf, pg, po = at(gates, IN * n), at(gates, FORGET * n), at(gates, NEW * n), at(gates, OUT * n)
    one = splat(1.0)
    for j in range(hidden):
        total_i = total_f = total_g = total_o = splat(0.0)
        for i in range(j * columns, (j + 1) * columns, LANES):
            enters, keeps, new, leaves = load(pi, i), load(pf, i), load(pg, i), load(po, i)
            curve, slope = load(bent, i), load(back, i)
            cell = load(cell_back, i) + slope * leaves * (one - curve * curve)
            do = slope * curve * (leaves * (one - leaves))
            di = cell * new * (enters * (one - enters))
            dg = cell * enters * (one - new * new)
            df = cell * load(before, i) * (keeps * (one - keeps))
            store(pi, i, di)
            store(pf, i, df)
            store(pg, i, dg)
            store(po, i, do)
            store(cell_back, i, cell * keeps)
            total_i, total_f, total_g, total_o = total_i + di, total_f + df, total_g + dg, total_o + do
        _note(sums, IN * hidden + j, total_i)
        _note(sums, FORGET * hidden + j, total_f)
        _note(sums, NEW * hidden + j, total_g)
        _note(sums, OUT * hidden + j, total_o)
