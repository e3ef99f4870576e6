"""Matrix products of layers, on raw pointers.

Matrices are row-major. W (units, reads) are weights; A (reads, columns) is a layer's input, Z (units, columns) its
pre-activations and D (units, columns) their gradient. They are feature-major: a column is an example, so vectors run
along the batch and even a layer of two units fills them. columns is a multiple of LANES; for a correct gradient,
padding columns must be 0 in D and finite in A.

Nothing is allocated, and the order of operations depends only on the shapes: the same numbers give the same bits.
"""

from numba import int64

from engine.contracts import inline, inline_ir, standalone
from engine.simd.registers import LANES
from engine.simd.tiles import BIAS, SUM, ZERO, inner_tile, rank_one_tile
from engine.simd.vectors import at, noinline, transpose

# Sizes as measured: a tile must fit the registers, 32 with AVX-512 and 16 otherwise.
WIDE = 4 if LANES == 8 else 2


def _panel(width, tallest, cut=False):
    """A function that computes all rows of `width` vectors (see rank_one_tile), in tiles as tall as possible."""
    tall, four, two, one = (rank_one_tile(height, width, cut) for height in (tallest, 4, 2, 1))

    @inline
    def panel(U, u_row, u_step, A, a_row, depth, start, S, Z, z_row, rows, room):
        r = 0
        while rows - r >= tallest:
            tall(at(U, r * u_row), u_row, u_step, A, a_row, depth, start, at(S, r), at(Z, r * z_row), z_row, room)
            r += tallest
        if rows - r >= 4:
            four(at(U, r * u_row), u_row, u_step, A, a_row, depth, start, at(S, r), at(Z, r * z_row), z_row, room)
            r += 4
        if rows - r >= 2:
            two(at(U, r * u_row), u_row, u_step, A, a_row, depth, start, at(S, r), at(Z, r * z_row), z_row, room)
            r += 2
        if rows - r >= 1:
            one(at(U, r * u_row), u_row, u_step, A, a_row, depth, start, at(S, r), at(Z, r * z_row), z_row, room)

    return panel


_wide, _double, _single, _rest = _panel(WIDE, 6), _panel(2, 8), _panel(1, 8), _panel(1, 8, cut=True)


@standalone
def _product(U, u_row, u_step, A, a_row, start, S, Z, z_row, rows, depth, columns):
    """Z (rows, columns) = start + U A, in panels of columns whose part of A stays in the cache."""
    noinline()
    q = 0
    while columns - q >= WIDE * LANES:
        _wide(U, u_row, u_step, at(A, q), a_row, depth, start, S, at(Z, q), z_row, rows, LANES)
        q += WIDE * LANES
    if WIDE > 2 and columns - q >= 2 * LANES:
        _double(U, u_row, u_step, at(A, q), a_row, depth, start, S, at(Z, q), z_row, rows, LANES)
        q += 2 * LANES
    if columns - q >= LANES:
        _single(U, u_row, u_step, at(A, q), a_row, depth, start, S, at(Z, q), z_row, rows, LANES)
        q += LANES
    if columns > q:
        _rest(U, u_row, u_step, at(A, q), a_row, depth, start, S, at(Z, q), z_row, rows, columns - q)


# int64() everywhere, because Numba would compile a separate copy for every literal count.


@inline_ir
def forward_product(W, A, biases, Z, units, reads, columns):
    """Z (units, columns) = biases (units,) + W A."""
    u, r, c = int64(units), int64(reads), int64(columns)
    _product(W, r, int64(1), A, c, int64(BIAS), biases, Z, c, u, r, c)


@inline_ir
def adding_product(W, A, Z, units, reads, columns):
    """Z (units, columns) += W A."""
    u, r, c = int64(units), int64(reads), int64(columns)
    _product(W, r, int64(1), A, c, int64(SUM), W, Z, c, u, r, c)


@inline_ir
def backward_product(W, D, Z, units, reads, columns, adds):
    """Z (reads, columns) = W^T D; adds: Z += W^T D."""
    u, r, c = int64(units), int64(reads), int64(columns)
    _product(W, int64(1), r, D, c, int64(SUM if adds else ZERO), W, Z, c, r, u, c)


@inline_ir
def gradient_product(D, T, t_row, G, units, reads, columns, adds):
    """G (units, reads) = D T, where T (columns, t_row) is the layer's input, one row per example; adds: G += D T.

    A row of T may be longer than `reads` (see transpose_block); the rest is ignored.
    """
    u, r, c = int64(units), int64(reads), int64(columns)
    _product(D, c, int64(1), T, int64(t_row), int64(SUM if adds else ZERO), D, G, r, u, c, r)


_four_two, _four_one, _one_two, _one_one = (inner_tile(*size) for size in ((4, 2), (4, 1), (1, 2), (1, 1)))


@standalone
def _inner_products(D, A, G, units, reads, columns, start):
    noinline()
    j = 0
    while units - j >= 4:
        d, g = at(D, j * columns), at(G, j * reads)
        k = 0
        while reads - k >= 2:
            _four_two(d, at(A, k * columns), columns, start, at(g, k), reads)
            k += 2
        if reads > k:
            _four_one(d, at(A, k * columns), columns, start, at(g, k), reads)
        j += 4
    while units > j:
        d, g = at(D, j * columns), at(G, j * reads)
        k = 0
        while reads - k >= 2:
            _one_two(d, at(A, k * columns), columns, start, at(g, k), reads)
            k += 2
        if reads > k:
            _one_one(d, at(A, k * columns), columns, start, at(g, k), reads)
        j += 1


@inline_ir
def narrow_gradient_product(D, A, G, units, reads, columns, adds):
    """G (units, reads) = D A^T, by inner products of rows, without a transpose; adds: G += D A^T."""
    _inner_products(D, A, G, int64(units), int64(reads), int64(columns), int64(SUM if adds else ZERO))


def is_narrow(units: int, reads: int) -> bool:
    """Whether narrow_gradient_product is faster than transpose_block and gradient_product, as measured."""
    return reads <= LANES or units <= 3


@standalone
def _transpose(A, a_row, T, t_row, rows, columns):
    noinline()
    for r in range(0, rows, LANES):
        for c in range(0, columns, LANES):
            transpose(at(A, r * a_row + c), a_row, at(T, c * t_row + r), t_row)


@inline_ir
def transpose_block(A, a_row, T, t_row, rows, columns):
    """T[c, r] = A[r, c]; a_row and t_row are the row strides.

    It works in squares of LANES, so both need room for rows and columns rounded up to multiples of LANES.
    """
    _transpose(A, int64(a_row), T, int64(t_row), int64(rows), int64(columns))
