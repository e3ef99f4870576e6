"""Matrix products whose rows lie at given places: convolutions, and sums over the steps of a sequence.

Memory is feature-major as in products.py: a number of a unit is a row of `unit` doubles, one per example, and places
count such rows. The matrix that a convolution multiplies with is never written out: its row k begins at A[places[k]].

Nothing is allocated, and the order of operations depends only on the shapes: the same numbers give the same bits.
"""

from itertools import product

from numba import int64, types
from numba.core.cgutils import alloca_once_value, for_range
from numba.extending import intrinsic

from engine.contracts import Floats, Ints, inline, inline_ir, standalone
from engine.simd.registers import (
    ALIGNED,
    DOUBLE,
    LANES,
    broadcast,
    call_llvm,
    constant_vector,
    horizontal_sum,
    number,
    vector_at,
)
from engine.simd.tiles import SUM, ZERO
from engine.simd.vectors import at, noinline

_integer = types.int64


def _apart(builder, p, stride, r):
    return builder.gep(p, [builder.mul(stride, number(r))])


def _placed(builder, p, places, unit, k):
    """The row of p at places[k]."""
    return builder.gep(p, [builder.mul(builder.load(builder.gep(places, [k])), unit)])


def _vectors(builder, row, width):
    return [builder.load(vector_at(builder, row, number(c * LANES)), align=ALIGNED) for c in range(width)]


def _gathering_tile(height, width):
    """A function that computes `height` rows of `width` vectors of Z = S + U A: U[r, k] is at U[r * u_row + k], row k
    of A at A[places[k]].
    """

    @intrinsic
    def tile(typing_context, U, u_row, A, places, unit, depth, S, Z, z_row):
        def generate(context, builder, signature, given):
            U, u_row, A, places, unit, depth, S, Z, z_row = given
            cells = list(product(range(height), range(width)))
            biases = [broadcast(builder, builder.load(builder.gep(S, [number(r)]))) for r in range(height)]
            sums = [alloca_once_value(builder, constant_vector(0.0)) for _ in cells]
            for (r, _), value in zip(cells, sums, strict=True):
                builder.store(biases[r], value)
            rows = [_apart(builder, U, u_row, r) for r in range(height)]
            with for_range(builder, depth) as loop:
                vectors = _vectors(builder, _placed(builder, A, places, unit, loop.index), width)
                factors = [broadcast(builder, builder.load(builder.gep(row, [loop.index]))) for row in rows]
                for (r, c), value in zip(cells, sums, strict=True):
                    term = call_llvm(builder, "llvm.fmuladd", factors[r], vectors[c], builder.load(value))
                    builder.store(term, value)
            for (r, c), value in zip(cells, sums, strict=True):
                target = vector_at(builder, _apart(builder, Z, z_row, r), number(c * LANES))
                builder.store(builder.load(value), target, align=ALIGNED)
            return context.get_dummy_value()

        kinds = (Floats, _integer, Floats, Ints, _integer, _integer, Floats, Floats, _integer)
        return types.none(*kinds), generate

    return tile


def _scattering_tile(height, width):
    """A function that adds `height` rows of `width` vectors of U^T D to the rows of Z at places[0], places[1], ...:
    U[k, r] is at U[k * u_row + r], row k of D at D[k * d_row].
    """

    @intrinsic
    def tile(typing_context, U, u_row, D, d_row, depth, Z, places, unit):
        def generate(context, builder, signature, given):
            U, u_row, D, d_row, depth, Z, places, unit = given
            cells = list(product(range(height), range(width)))
            rows = [_placed(builder, Z, places, unit, number(r)) for r in range(height)]
            targets = [vector_at(builder, rows[r], number(c * LANES)) for r, c in cells]
            sums = [alloca_once_value(builder, constant_vector(0.0)) for _ in cells]
            for target, value in zip(targets, sums, strict=True):
                builder.store(builder.load(target, align=ALIGNED), value)
            with for_range(builder, depth) as loop:
                vectors = _vectors(builder, builder.gep(D, [builder.mul(loop.index, d_row)]), width)
                u = builder.gep(U, [builder.mul(loop.index, u_row)])
                factors = [broadcast(builder, builder.load(builder.gep(u, [number(r)]))) for r in range(height)]
                for (r, c), value in zip(cells, sums, strict=True):
                    term = call_llvm(builder, "llvm.fmuladd", factors[r], vectors[c], builder.load(value))
                    builder.store(term, value)
            for target, value in zip(targets, sums, strict=True):
                builder.store(builder.load(value), target, align=ALIGNED)
            return context.get_dummy_value()

        kinds = (Floats, _integer, Floats, _integer, _integer, Floats, Ints, _integer)
        return types.none(*kinds), generate

    return tile


def _summing_tile(height, width):
    """A function that computes `height` x `width` inner products of rows of D, `d_row` apart, with the rows of A at
    places[0], places[1], ..., summed over `lines` lines (d_line and a_line apart) of `blocks` blocks (d_block and
    a_block apart) of `run` numbers. G[r * g_row + c] = or, where start is SUM, += the product.
    """

    @intrinsic
    def tile(
        typing_context, D, d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, start, G, g_row
    ):
        def generate(context, builder, signature, given):
            D, d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, start, G, g_row = given
            cells = list(product(range(height), range(width)))
            sums = [alloca_once_value(builder, constant_vector(0.0)) for _ in cells]
            for value in sums:
                builder.store(constant_vector(0.0), value)
            firsts = [_apart(builder, D, d_row, r) for r in range(height)]
            seconds = [_placed(builder, A, places, unit, number(c)) for c in range(width)]
            vectors = builder.sdiv(run, number(LANES))
            with for_range(builder, lines) as line, for_range(builder, blocks) as block:
                d = builder.add(builder.mul(line.index, d_line), builder.mul(block.index, d_block))
                a = builder.add(builder.mul(line.index, a_line), builder.mul(block.index, a_block))
                with for_range(builder, vectors) as loop:
                    i = builder.mul(loop.index, number(LANES))
                    left = [vector_at(builder, row, builder.add(d, i)) for row in firsts]
                    right = [vector_at(builder, row, builder.add(a, i)) for row in seconds]
                    left = [builder.load(place, align=ALIGNED) for place in left]
                    right = [builder.load(place, align=ALIGNED) for place in right]
                    for (r, c), value in zip(cells, sums, strict=True):
                        builder.store(call_llvm(builder, "llvm.fmuladd", left[r], right[c], builder.load(value)), value)
            keeps = builder.icmp_signed("==", start, number(SUM))
            for (r, c), value in zip(cells, sums, strict=True):
                target = builder.gep(_apart(builder, G, g_row, r), [number(c)])
                old = alloca_once_value(builder, DOUBLE(0.0))
                builder.store(DOUBLE(0.0), old)
                with builder.if_then(keeps):
                    builder.store(builder.load(target), old)
                builder.store(builder.fadd(builder.load(old), horizontal_sum(builder, builder.load(value))), target)
            return context.get_dummy_value()

        integers = [_integer] * 6
        kinds = (Floats, *[_integer] * 3, Floats, Ints, *integers, _integer, Floats, _integer)
        return types.none(*kinds), generate

    return tile


# A tile must fit the registers, 32 with AVX-512 and 16 otherwise.
_TALL = 8 if LANES == 8 else 4
BAND = 8  # rows: a product that is taken in bands of so many, one after the other, has the same bits


def _gathering(width):
    tall, four, two, one = (_gathering_tile(height, width) for height in (_TALL, 4, 2, 1))

    @inline
    def panel(U, u_row, A, places, unit, depth, S, Z, z_row, rows):
        r = 0
        while rows - r >= _TALL:
            tall(at(U, r * u_row), u_row, A, places, unit, depth, at(S, r), at(Z, r * z_row), z_row)
            r += _TALL
        if rows - r >= 4:
            four(at(U, r * u_row), u_row, A, places, unit, depth, at(S, r), at(Z, r * z_row), z_row)
            r += 4
        if rows - r >= 2:
            two(at(U, r * u_row), u_row, A, places, unit, depth, at(S, r), at(Z, r * z_row), z_row)
            r += 2
        if rows - r >= 1:
            one(at(U, r * u_row), u_row, A, places, unit, depth, at(S, r), at(Z, r * z_row), z_row)

    return panel


_gather_two, _gather_one = _gathering(2), _gathering(1)


@standalone
def _gathered(U, A, places, unit, S, Z, z_row, z_line, z_block, a_line, a_block, lines, blocks, run, rows, depth):
    noinline()
    for line in range(lines):
        for block in range(blocks):
            a = at(A, line * a_line + block * a_block)
            z = at(Z, line * z_line + block * z_block)
            q = 0
            while run - q >= 2 * LANES:
                _gather_two(U, depth, at(a, q), places, unit, depth, S, at(z, q), z_row, rows)
                q += 2 * LANES
            if run > q:
                _gather_one(U, depth, at(a, q), places, unit, depth, S, at(z, q), z_row, rows)


def _scattering(width):
    tall, four, two, one = (_scattering_tile(height, width) for height in (_TALL, 4, 2, 1))

    @inline
    def panel(U, u_row, D, d_row, depth, Z, places, unit, rows):
        r = 0
        while rows - r >= _TALL:
            tall(at(U, r), u_row, D, d_row, depth, Z, at(places, r), unit)
            r += _TALL
        if rows - r >= 4:
            four(at(U, r), u_row, D, d_row, depth, Z, at(places, r), unit)
            r += 4
        if rows - r >= 2:
            two(at(U, r), u_row, D, d_row, depth, Z, at(places, r), unit)
            r += 2
        if rows - r >= 1:
            one(at(U, r), u_row, D, d_row, depth, Z, at(places, r), unit)

    return panel


_scatter_two, _scatter_one = _scattering(2), _scattering(1)


@standalone
def _scattered(U, D, d_row, d_line, d_block, Z, places, unit, z_line, z_block, lines, blocks, rows, depth):
    """One block at a time: the rows of Z that a block adds to never overlap within it."""
    noinline()
    for line in range(lines):
        for block in range(blocks):
            d = at(D, line * d_line + block * d_block)
            z = at(Z, line * z_line + block * z_block)
            q = 0
            while unit - q >= 2 * LANES:
                _scatter_two(U, rows, at(d, q), d_row, depth, at(z, q), places, unit, rows)
                q += 2 * LANES
            if unit > q:
                _scatter_one(U, rows, at(d, q), d_row, depth, at(z, q), places, unit, rows)


_BROAD = 3 if LANES == 8 else 2


def _summing(height):
    broad, two, one = (_summing_tile(height, width) for width in (_BROAD, 2, 1))

    @inline
    def band(D, d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, start, G, g_row, depth):
        k = 0
        while depth - k >= _BROAD:
            broad(
                D, d_row, d_line, d_block, A, at(places, k), unit, a_line, a_block, lines, blocks, run, start,
                at(G, k), g_row,
            )  # fmt: skip
            k += _BROAD
        if depth - k >= 2:
            two(
                D, d_row, d_line, d_block, A, at(places, k), unit, a_line, a_block, lines, blocks, run, start,
                at(G, k), g_row,
            )  # fmt: skip
            k += 2
        if depth > k:
            one(
                D, d_row, d_line, d_block, A, at(places, k), unit, a_line, a_block, lines, blocks, run, start,
                at(G, k), g_row,
            )  # fmt: skip

    return band


_sum_tall, _sum_one = _summing(_TALL), _summing(1)


@standalone
def _summed(
    D, d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, G, g_row, rows, depth, start
):
    noinline()
    r = 0
    while rows - r >= _TALL:
        _sum_tall(
            at(D, r * d_row), d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, start,
            at(G, r * g_row), g_row, depth,
        )  # fmt: skip
        r += _TALL
    while rows > r:
        _sum_one(
            at(D, r * d_row), d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, start,
            at(G, r * g_row), g_row, depth,
        )  # fmt: skip
        r += 1


# int64() everywhere, because Numba would compile a separate copy for every literal count.


@inline_ir
def gathered_product(
    U, A, places, unit, biases, Z, z_row, z_line, z_block, a_line, a_block, lines, blocks, run, rows, depth
):
    """For every block of every line, Z (rows, run) = biases (rows,) + U (rows, depth) A, where row k of A is `run`
    numbers from A[places[k] * unit] on.

    Blocks of A are a_block apart and lines a_line; those of Z z_block and z_line, its rows z_row. run is a multiple of
    LANES.
    """
    _gathered(
        U, A, places, int64(unit), biases, Z, int64(z_row), int64(z_line), int64(z_block), int64(a_line),
        int64(a_block), int64(lines), int64(blocks), int64(run), int64(rows), int64(depth),
    )  # fmt: skip


@inline_ir
def scattered_product(U, D, d_row, d_line, d_block, Z, places, unit, z_line, z_block, lines, blocks, rows, depth):
    """The transpose of gathered_product with blocks of `unit` numbers: the rows of Z at places[r] += U^T D.

    U (depth, rows), D rows d_row apart. What is added to is set before.
    """
    _scattered(
        U, D, int64(d_row), int64(d_line), int64(d_block), Z, places, int64(unit), int64(z_line), int64(z_block),
        int64(lines), int64(blocks), int64(rows), int64(depth),
    )  # fmt: skip


@inline_ir
def summed_product(
    D, d_row, d_line, d_block, A, places, unit, a_line, a_block, lines, blocks, run, G, rows, depth, adds
):
    """G (rows, depth) = the inner products of the rows of D, d_row apart, with those of A at places[k] * unit, over all
    blocks of `run` numbers of all lines; adds: G += that.
    """
    _summed(
        D, int64(d_row), int64(d_line), int64(d_block), A, places, int64(unit), int64(a_line), int64(a_block),
        int64(lines), int64(blocks), int64(run), G, int64(depth), int64(rows), int64(depth),
        int64(SUM if adds else ZERO),
    )  # fmt: skip
