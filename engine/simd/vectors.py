"""Explicit SIMD for kernels on raw pointers: a vector is LANES doubles, one register of this CPU.

Auto-vectorisation of plain loops is fragile (the same loop took twice as long at another block size). These functions
are for compiled code only, where they become one or a few instructions. Vectors support `+ - * /` and negation; indices
and offsets count doubles. Nothing assumes finite numbers, so divergence stays visible.
"""

import operator

from numba import types
from numba.extending import intrinsic, lower_builtin, type_callable

from engine.contracts import Floats
from engine.simd.registers import (
    ALIGNED,
    DOUBLES,
    INT64S,
    VECTOR,
    VectorType,
    bits,
    broadcast,
    call_avx512,
    call_llvm,
    constant_vector,
    horizontal_sum,
    lanes_before,
    masked_load,
    masked_store,
    number,
    shuffle_mask,
    vector_at,
)
from engine.simd.registers import LANES as LANES

# Adding it to a number below 2**51 in magnitude rounds that to an integer, which is then in the lowest bits;
# subtracting it again gives the integer as a float.
ROUNDER = 1.5 * 2.0**52
FUSED = ("contract",)  # as in contracts.OPTIONS: a product and a sum may be fused, nothing more

# Memory


@intrinsic
def at(typing_context, p, offset):
    """The pointer `offset` items after p (of any type)."""
    return p(p, types.intp), lambda context, builder, signature, given: builder.gep(given[0], [given[1]])


@intrinsic
def load(typing_context, p, i):
    """The vector p[i], ..., p[i + LANES - 1]; need not be aligned."""

    def generate(context, builder, signature, given):
        return builder.load(vector_at(builder, *given), align=ALIGNED)

    return VECTOR(Floats, types.intp), generate


@intrinsic
def store(typing_context, p, i, v):
    """Store v at p[i], ..., p[i + LANES - 1]."""

    def generate(context, builder, signature, given):
        p, i, v = given
        builder.store(v, vector_at(builder, p, i), align=ALIGNED)
        return context.get_dummy_value()

    return types.none(Floats, types.intp, VECTOR), generate


@intrinsic
def load_first(typing_context, p, i, count):
    """The vector p[i], ..., p[i + count - 1], then zeros; nothing beyond is read."""

    def generate(context, builder, signature, given):
        p, i, count = given
        return masked_load(builder, vector_at(builder, p, i), lanes_before(builder, count))

    return VECTOR(Floats, types.intp, types.intp), generate


@intrinsic
def store_first(typing_context, p, i, v, count):
    """Store the first `count` lanes of v at p[i], ..., p[i + count - 1]."""

    def generate(context, builder, signature, given):
        p, i, v, count = given
        masked_store(builder, v, vector_at(builder, p, i), lanes_before(builder, count))
        return context.get_dummy_value()

    return types.none(Floats, types.intp, VECTOR, types.intp), generate


@intrinsic
def spread(typing_context, p, i):
    """The number p[i] in all lanes."""

    def generate(context, builder, signature, given):
        return broadcast(builder, builder.load(builder.gep(given[0], [given[1]])))

    return VECTOR(Floats, types.intp), generate


@intrinsic
def splat(typing_context, x):
    """The number x in all lanes; a literal becomes a constant."""
    return VECTOR(types.float64), lambda context, builder, signature, given: broadcast(builder, given[0])


# Arithmetic


def _operator(symbol, instruction):
    @type_callable(symbol)
    def declare(context):
        return lambda x, y: VECTOR if x == VECTOR and y == VECTOR else None

    @lower_builtin(symbol, VectorType, VectorType)
    def generate(context, builder, signature, given):
        return getattr(builder, instruction)(*given, flags=FUSED)


_operator(operator.add, "fadd")
_operator(operator.sub, "fsub")
_operator(operator.mul, "fmul")
_operator(operator.truediv, "fdiv")


@type_callable(operator.neg)
def _declare_minus(context):
    return lambda x: VECTOR if x == VECTOR else None


@lower_builtin(operator.neg, VectorType)
def _minus(context, builder, signature, given):
    return builder.fneg(given[0])


@intrinsic
def fma(typing_context, x, y, z):
    """x * y + z, with one rounding where the CPU has FMA."""

    def generate(context, builder, signature, given):
        return call_llvm(builder, "llvm.fmuladd", *given)

    return VECTOR(VECTOR, VECTOR, VECTOR), generate


@intrinsic
def root(typing_context, x):
    """Square root; NaN below zero."""
    return VECTOR(VECTOR), lambda context, builder, signature, given: call_llvm(builder, "llvm.sqrt", *given)


@intrinsic
def inverse_estimate(typing_context, x):
    """1 / x within 2**-14 where LANES is 8: infinite at 0, 0 at infinity; x and 1 / x must not be denormal.

    Of instructions that estimate float64 there are none without AVX-512.
    """
    return VECTOR(VECTOR), lambda context, builder, signature, given: call_avx512(builder, "rcp14", *given)


@intrinsic
def absolute(typing_context, x):
    """|x|."""
    return VECTOR(VECTOR), lambda context, builder, signature, given: call_llvm(builder, "llvm.fabs", *given)


@intrinsic
def signed(typing_context, size, sign):
    """|size| with the sign of `sign`."""
    return VECTOR(VECTOR, VECTOR), lambda context, builder, signature, given: call_llvm(
        builder, "llvm.copysign", *given
    )


@intrinsic
def total(typing_context, v):
    """The sum of all lanes, always in the same order."""
    return types.float64(VECTOR), lambda context, builder, signature, given: horizontal_sum(builder, given[0])


# Selection


@intrinsic
def minimum(typing_context, x, y):
    """The smaller one; NaN in x is kept, NaN in y is ignored."""

    def generate(context, builder, signature, given):
        x, y = given
        return builder.select(builder.fcmp_ordered(">", x, y), y, x)

    return VECTOR(VECTOR, VECTOR), generate


@intrinsic
def maximum(typing_context, x, y):
    """The larger one; NaN in x is kept, NaN in y is ignored."""

    def generate(context, builder, signature, given):
        x, y = given
        return builder.select(builder.fcmp_ordered("<", x, y), y, x)

    return VECTOR(VECTOR, VECTOR), generate


@intrinsic
def positive(typing_context, x, y, z):
    """y where x > 0, else z; where x is NaN, z."""

    def generate(context, builder, signature, given):
        x, y, z = given
        return builder.select(builder.fcmp_ordered(">", x, constant_vector(0.0)), y, z)

    return VECTOR(VECTOR, VECTOR, VECTOR), generate


@intrinsic
def below(typing_context, x, limit, y, z):
    """y where x < limit, else z; where x or limit is NaN, z."""

    def generate(context, builder, signature, given):
        x, limit, y, z = given
        return builder.select(builder.fcmp_ordered("<", x, limit), y, z)

    return VECTOR(VECTOR, VECTOR, VECTOR, VECTOR), generate


@intrinsic
def above(typing_context, x, limit, y, z):
    """y where x > limit or x is NaN, else z."""

    def generate(context, builder, signature, given):
        x, limit, y, z = given
        found = builder.or_(builder.fcmp_ordered(">", x, limit), builder.fcmp_unordered("uno", x, x))
        return builder.select(found, y, z)

    return VECTOR(VECTOR, VECTOR, VECTOR, VECTOR), generate


@intrinsic
def equal(typing_context, x, other, y, z):
    """y where x = other, else z; where one is NaN, z."""

    def generate(context, builder, signature, given):
        x, other, y, z = given
        return builder.select(builder.fcmp_ordered("==", x, other), y, z)

    return VECTOR(VECTOR, VECTOR, VECTOR, VECTOR), generate


# Parts of a number


@intrinsic
def bit(typing_context, shifted, place, y, z):
    """y where bit `place` of the integer n = shifted - ROUNDER is set, else z."""

    def generate(context, builder, signature, given):
        shifted, place, y, z = given
        asked = broadcast(builder, builder.shl(number(1), place))
        found = builder.and_(builder.bitcast(shifted, INT64S), asked)
        return builder.select(builder.icmp_unsigned("!=", found, bits(0)), y, z)

    return VECTOR(VECTOR, types.int64, VECTOR, VECTOR), generate


@intrinsic
def power_of_two(typing_context, shifted):
    """2**n for the integer n = shifted - ROUNDER from -1022 to 1023."""

    def generate(context, builder, signature, given):
        biased = builder.add(builder.bitcast(given[0], INT64S), bits(1023))
        return builder.bitcast(builder.shl(biased, bits(52)), DOUBLES)

    return VECTOR(VECTOR), generate


_SQRT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)


@intrinsic
def exponent(typing_context, x):
    """The n in x = m * 2**n with m in [sqrt(1/2), sqrt(2)), for normal positive x."""

    def generate(context, builder, signature, given):
        raised = builder.add(builder.bitcast(given[0], INT64S), bits((1023 << 52) - _SQRT_HALF))
        # As the lowest bits of 2**52 + 1023 + n: integer conversion needs AVX-512.
        biased = builder.or_(builder.lshr(raised, bits(52)), bits((1023 + 52) << 52))
        return builder.fsub(builder.bitcast(biased, DOUBLES), constant_vector(2.0**52 + 1023.0))

    return VECTOR(VECTOR), generate


@intrinsic
def mantissa(typing_context, x):
    """The m in x = m * 2**n with m in [sqrt(1/2), sqrt(2)), for normal positive x."""

    def generate(context, builder, signature, given):
        x = builder.bitcast(given[0], INT64S)
        n = builder.and_(builder.sub(x, bits(_SQRT_HALF)), bits(0xFFF << 52))
        return builder.bitcast(builder.sub(x, n), DOUBLES)

    return VECTOR(VECTOR), generate


# Transposition and inlining


def _transposed(builder, rows):
    """Transpose a square block in registers: exchange halves, then quarters, and so on."""
    step = LANES // 2
    while step:
        first = shuffle_mask([i + LANES - step if i & step else i for i in range(LANES)])
        second = shuffle_mask([i + LANES if i & step else i + step for i in range(LANES)])
        for row in (row for row in range(LANES) if not row & step):
            upper, lower = rows[row], rows[row + step]
            rows[row] = builder.shuffle_vector(upper, lower, first)
            rows[row + step] = builder.shuffle_vector(upper, lower, second)
        step //= 2
    return rows


@intrinsic
def transpose(typing_context, source, source_stride, target, target_stride):
    """target[c * target_stride + r] = source[r * source_stride + c] for a block of LANES x LANES."""

    def generate(context, builder, signature, given):
        source, source_stride, target, target_stride = given

        def row(p, stride, r):
            return vector_at(builder, p, builder.mul(stride, number(r)))

        rows = [builder.load(row(source, source_stride, r), align=ALIGNED) for r in range(LANES)]
        for c, column in enumerate(_transposed(builder, rows)):
            builder.store(column, row(target, target_stride, c), align=ALIGNED)
        return context.get_dummy_value()

    return types.none(Floats, types.intp, Floats, types.intp), generate


@intrinsic
def noinline(typing_context):
    """Prevents LLVM from inlining the function that calls it.

    If an inlined function calls it, it must be compiled with forceinline=False, or Numba forces it inline, too.
    """

    def generate(context, builder, signature, given):
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), generate


@intrinsic
def rare(typing_context):
    """Prevents LLVM from inlining the function that calls it, as `noinline`, and says that it is seldom called.

    Its callers then keep nothing in memory for its sake on their usual way.
    """

    def generate(context, builder, signature, given):
        builder.function.attributes.add("noinline")
        builder.function.attributes.add("cold")
        return context.get_dummy_value()

    return types.none(), generate
