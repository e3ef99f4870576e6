"""Register tiles for matrix products: a few rows by a few vectors, kept in registers for the whole inner loop.

Each number read serves a whole row or column of the tile, which keeps the arithmetic units busy. The loops are emitted
as LLVM code, so that one source makes tiles of every size.
"""

from itertools import product

from numba import types
from numba.core.cgutils import alloca_once_value, for_range
from numba.extending import intrinsic

from engine.contracts import Floats
from engine.simd.registers import (
    ALIGNED,
    DOUBLE,
    LANES,
    broadcast,
    call_llvm,
    constant_vector,
    horizontal_sum,
    lanes_before,
    masked_load,
    masked_store,
    number,
    vector_at,
)

ZERO, BIAS, SUM = range(3)  # initial value of a product: zero, one number per row, or what Z holds


def _row(builder, p, stride, r):
    return builder.gep(p, [builder.mul(stride, number(r))])


def rank_one_tile(height, width, cut=False):
    """A function that computes `height` rows of `width` vectors of Z = start + U A by rank-one updates.

    U[r, k] is at U[r * u_row + k * u_step], so U may be a matrix or its transpose. A[k] are `depth` rows of vectors,
    `a_row` apart, Z[r] rows `z_row` apart. start is ZERO, BIAS (S[r] in all of row r) or SUM (Z itself). cut: only the
    first `room` lanes of the last vector of Z exist.
    """

    @intrinsic
    def tile(typing_context, U, u_row, u_step, A, a_row, depth, start, S, Z, z_row, room):
        def generate(context, builder, signature, given):
            U, u_row, u_step, A, a_row, depth, start, S, Z, z_row, room = given
            cells = list(product(range(height), range(width)))
            sums = [alloca_once_value(builder, constant_vector(0.0)) for _ in cells]
            targets = [vector_at(builder, _row(builder, Z, z_row, r), number(c * LANES)) for r, c in cells]
            mask = lanes_before(builder, room) if cut else None
            for value in sums:
                builder.store(constant_vector(0.0), value)
            with builder.if_then(builder.icmp_signed("==", start, number(BIAS))):
                biases = [broadcast(builder, builder.load(builder.gep(S, [number(r)]))) for r in range(height)]
                for (r, _), value in zip(cells, sums, strict=True):
                    builder.store(biases[r], value)
            with builder.if_then(builder.icmp_signed("==", start, number(SUM))):
                for target, value in zip(targets, sums, strict=True):
                    old = masked_load(builder, target, mask) if cut else builder.load(target, align=ALIGNED)
                    builder.store(old, value)
            rows = [_row(builder, U, u_row, r) for r in range(height)]
            with for_range(builder, depth) as loop:
                a = builder.gep(A, [builder.mul(loop.index, a_row)])
                vectors = [builder.load(vector_at(builder, a, number(c * LANES)), align=ALIGNED) for c in range(width)]
                step = builder.mul(loop.index, u_step)
                factors = [broadcast(builder, builder.load(builder.gep(row, [step]))) for row in rows]
                for (r, c), value in zip(cells, sums, strict=True):
                    term = call_llvm(builder, "llvm.fmuladd", factors[r], vectors[c], builder.load(value))
                    builder.store(term, value)
            for target, value in zip(targets, sums, strict=True):
                if cut:
                    masked_store(builder, builder.load(value), target, mask)
                else:
                    builder.store(builder.load(value), target, align=ALIGNED)
            return context.get_dummy_value()

        integer = types.int64
        given = (Floats, integer, integer, Floats, integer, integer, integer, Floats, Floats, integer, integer)
        return types.none(*given), generate

    return tile


def inner_tile(height, width):
    """A function that computes `height` x `width` numbers of G = start + D A^T, each as the inner product of two rows.

    Rows of D and A have length and stride `columns`, those of G stride `g_row`. start is ZERO or SUM (G itself).
    """

    @intrinsic
    def tile(typing_context, D, A, columns, start, G, g_row):
        def generate(context, builder, signature, given):
            D, A, columns, start, G, g_row = given
            cells = list(product(range(height), range(width)))
            sums = [alloca_once_value(builder, constant_vector(0.0)) for _ in cells]
            for value in sums:
                builder.store(constant_vector(0.0), value)
            firsts = [_row(builder, D, columns, r) for r in range(height)]
            seconds = [_row(builder, A, columns, c) for c in range(width)]
            with for_range(builder, builder.sdiv(columns, number(LANES))) as loop:
                place = builder.mul(loop.index, number(LANES))
                left = [builder.load(vector_at(builder, row, place), align=ALIGNED) for row in firsts]
                right = [builder.load(vector_at(builder, row, place), align=ALIGNED) for row in seconds]
                for (r, c), value in zip(cells, sums, strict=True):
                    builder.store(call_llvm(builder, "llvm.fmuladd", left[r], right[c], builder.load(value)), value)
            keeps = builder.icmp_signed("==", start, number(SUM))
            for (r, c), value in zip(cells, sums, strict=True):
                target = builder.gep(_row(builder, G, g_row, r), [number(c)])
                old = alloca_once_value(builder, DOUBLE(0.0))
                builder.store(DOUBLE(0.0), old)
                with builder.if_then(keeps):
                    builder.store(builder.load(target), old)
                builder.store(builder.fadd(builder.load(old), horizontal_sum(builder, builder.load(value))), target)
            return context.get_dummy_value()

        return types.none(Floats, Floats, types.int64, types.int64, Floats, types.int64), generate

    return tile
