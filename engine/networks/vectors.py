"""Explicit SIMD for kernels on raw pointers: a vector is LANES doubles, one register of this CPU.

A plain loop leaves the instructions to the compiler's moods (the same loop ran 2 times slower at another
block size); these pieces do not. Everything here is for use inside compiled functions only, and becomes one or a few
instructions there. Vectors know `+ - * /` and the sign; places and offsets count doubles.
Nothing assumes that numbers are finite, so a divergence stays visible.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import config
from numba.core.cgutils import get_or_insert_function
from numba.core.codegen import get_host_cpu_features
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

from engine.contracts import Floats


def _lanes() -> int:
    """How many doubles the widest registers hold that Numba compiles for."""
    features = (config.CPU_FEATURES or get_host_cpu_features()).split(",")
    return 8 if "+avx512f" in features else 4 if "+avx" in features else 2


LANES = _lanes()
# Added to a number below 2**51 in size, it leaves no room for a fraction: what is added rounds to a whole
# number, which stands in the last bits and comes out again when this is taken off.
ROUNDER = 1.5 * 2.0**52
FUSED = ("contract",)  # as contracts.OPTIONS: a product and a sum may become one instruction, no more


class VectorType(types.Type):
    """Numba's type of a vector."""


VECTOR = VectorType(f"vector of {LANES} float64")
_double, _int64, _int32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_doubles, _int64s = ir.VectorType(_double, LANES), ir.VectorType(_int64, LANES)


@register_model(VectorType)
class VectorModel(models.PrimitiveModel):
    """A vector lives in a register, as LLVM's own vector."""

    def __init__(self, manager, kind):
        super().__init__(manager, kind, _doubles)


def _all(number: float) -> ir.Constant:
    return ir.Constant(_doubles, [number] * LANES)


def _bits(number: int) -> ir.Constant:
    return ir.Constant(_int64s, [number] * LANES)


def _repeat(builder, number):
    """A vector of one number LANES times."""
    nothing = ir.Constant(ir.VectorType(number.type, LANES), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_int32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_int32, LANES), [0] * LANES))


def _place(builder, p, i):
    """The address of a vector that starts at p[i]."""
    return builder.bitcast(builder.gep(p, [i]), _doubles.as_pointer())


def _call(builder, name, *arguments, result=_doubles):
    """Call LLVM's intrinsic of this name for vectors."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64"), arguments)


# Memory


@intrinsic
def at(typing_context, p, offset):
    """The pointer `offset` items behind p (of any items)."""
    return p(p, types.intp), lambda context, builder, signature, given: builder.gep(given[0], [given[1]])


@intrinsic
def load(typing_context, p, i):
    """The vector p[i], ..., p[i + LANES - 1]; no alignment is asked for."""

    def generate(context, builder, signature, given):
        return builder.load(_place(builder, *given), align=8)

    return VECTOR(Floats, types.intp), generate


@intrinsic
def store(typing_context, p, i, v):
    """Write v to p[i], ..., p[i + LANES - 1]."""

    def generate(context, builder, signature, given):
        builder.store(given[2], _place(builder, given[0], given[1]), align=8)
        return context.get_dummy_value()

    return types.none(Floats, types.intp, VECTOR), generate


@intrinsic
def spread(typing_context, p, i):
    """The number p[i] in every lane."""

    def generate(context, builder, signature, given):
        return _repeat(builder, builder.load(builder.gep(given[0], [given[1]])))

    return VECTOR(Floats, types.intp), generate


@intrinsic
def splat(typing_context, x):
    """The number x in every lane; of a literal, a constant."""
    return VECTOR(types.float64), lambda context, builder, signature, given: _repeat(builder, given[0])


# Arithmetic


def _operator(symbol, instruction):
    @type_callable(symbol)
    def declare(context):
        def result(x, y):
            return VECTOR if x == VECTOR and y == VECTOR else None

        return result

    @lower_builtin(symbol, VectorType, VectorType)
    def generate(context, builder, signature, given):
        return getattr(builder, instruction)(*given, flags=FUSED)


for _symbol, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _operator(_symbol, _instruction)


@type_callable(operator.neg)
def _declare_minus(context):
    return lambda x: VECTOR if x == VECTOR else None


@lower_builtin(operator.neg, VectorType)
def _minus(context, builder, signature, given):
    return builder.fneg(given[0])


@intrinsic
def fma(typing_context, x, y, z):
    """x * y + z, rounded once where the CPU can."""
    return VECTOR(VECTOR, VECTOR, VECTOR), lambda context, builder, signature, given: _call(
        builder, "llvm.fmuladd", *given
    )


@intrinsic
def root(typing_context, x):
    """Square root; NaN below zero."""
    return VECTOR(VECTOR), lambda context, builder, signature, given: _call(builder, "llvm.sqrt", *given)


@intrinsic
def absolute(typing_context, x):
    """|x|."""
    return VECTOR(VECTOR), lambda context, builder, signature, given: _call(builder, "llvm.fabs", *given)


@intrinsic
def total(typing_context, v):
    """The sum of all lanes: halves are added until one number is left, always in the same order."""

    def generate(context, builder, signature, given):
        half, width = given[0], LANES
        while width > 1:
            width //= 2
            low, high = (
                builder.shuffle_vector(
                    half,
                    ir.Constant(half.type, ir.Undefined),
                    ir.Constant(ir.VectorType(_int32, width), list(range(start, start + width))),
                )
                for start in (0, width)
            )
            half = builder.fadd(low, high)
        return builder.extract_element(half, ir.Constant(_int32, 0))

    return types.float64(VECTOR), generate


# Selection


@intrinsic
def minimum(typing_context, x, y):
    """The smaller one; a NaN in x is kept, one in y is not seen."""

    def generate(context, builder, signature, given):
        x, y = given
        return builder.select(builder.fcmp_ordered(">", x, y), y, x)

    return VECTOR(VECTOR, VECTOR), generate


@intrinsic
def maximum(typing_context, x, y):
    """The larger one; a NaN in x is kept, one in y is not seen."""

    def generate(context, builder, signature, given):
        x, y = given
        return builder.select(builder.fcmp_ordered("<", x, y), y, x)

    return VECTOR(VECTOR, VECTOR), generate


@intrinsic
def positive(typing_context, x, y, z):
    """y where x > 0, else z; where x is NaN, z."""

    def generate(context, builder, signature, given):
        x, y, z = given
        return builder.select(builder.fcmp_ordered(">", x, _all(0.0)), y, z)

    return VECTOR(VECTOR, VECTOR, VECTOR), generate


@intrinsic
def below(typing_context, x, limit, y, z):
    """y where x < limit, else z; where x or limit is NaN, z."""

    def generate(context, builder, signature, given):
        x, limit, y, z = given
        return builder.select(builder.fcmp_ordered("<", x, limit), y, z)

    return VECTOR(VECTOR, VECTOR, VECTOR, VECTOR), generate


# The parts of a number


@intrinsic
def bit(typing_context, shifted, place, y, z):
    """y where the bit of value 2**place of the whole number n = shifted - ROUNDER is set, else z."""

    def generate(context, builder, signature, given):
        shifted, place, y, z = given
        one = builder.shl(ir.Constant(_int64, 1), place)
        taken = builder.and_(builder.bitcast(shifted, _int64s), _repeat(builder, one))
        return builder.select(builder.icmp_unsigned("!=", taken, _bits(0)), y, z)

    return VECTOR(VECTOR, types.int64, VECTOR, VECTOR), generate


@intrinsic
def power_of_two(typing_context, shifted):
    """2**n of the whole number n = shifted - ROUNDER from -1022 to 1023."""

    def generate(context, builder, signature, given):
        biased = builder.add(builder.bitcast(given[0], _int64s), _bits(1023))
        return builder.bitcast(builder.shl(biased, _bits(52)), _doubles)

    return VECTOR(VECTOR), generate


@intrinsic
def signed(typing_context, size, sign):
    """|size| with the sign of `sign`."""
    return VECTOR(VECTOR, VECTOR), lambda context, builder, signature, given: _call(builder, "llvm.copysign", *given)


_SQRT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)


@intrinsic
def exponent(typing_context, x):
    """The n of x = m * 2**n with m in [sqrt(1/2), sqrt(2)), for normal positive x."""

    def generate(context, builder, signature, given):
        bits = builder.add(builder.bitcast(given[0], _int64s), _bits((1023 << 52) - _SQRT_HALF))
        # As the last bits of 2**52 + 1023 + n: integers have no conversion before AVX-512.
        biased = builder.or_(builder.lshr(bits, _bits(52)), _bits(0x433 << 52))
        return builder.fsub(builder.bitcast(biased, _doubles), _all(2.0**52 + 1023.0))

    return VECTOR(VECTOR), generate


@intrinsic
def mantissa(typing_context, x):
    """The m of x = m * 2**n with m in [sqrt(1/2), sqrt(2)), for normal positive x."""

    def generate(context, builder, signature, given):
        bits = builder.bitcast(given[0], _int64s)
        raised = builder.and_(builder.sub(bits, _bits(_SQRT_HALF)), _bits(0xFFF << 52))
        return builder.bitcast(builder.sub(bits, raised), _doubles)

    return VECTOR(VECTOR), generate


# Blocks and functions


def _transposed(builder, rows):
    """The columns of a square block in registers: halves change places, then quarters, and so on."""
    step = LANES // 2
    while step:
        first, second = (
            ir.Constant(
                ir.VectorType(_int32, LANES),
                [i + shift if i & step == taken else i + away for i in range(LANES)],
            )
            for taken, shift, away in ((0, 0, LANES - step), (0, step, LANES))
        )
        for row in (row for row in range(LANES) if not row & step):
            upper, lower = rows[row], rows[row + step]
            rows[row] = builder.shuffle_vector(upper, lower, first)
            rows[row + step] = builder.shuffle_vector(upper, lower, second)
        step //= 2
    return rows


@intrinsic
def transpose(typing_context, source, source_stride, target, target_stride):
    """target[c * target_stride + r] = source[r * source_stride + c] of a block of LANES x LANES."""

    def generate(context, builder, signature, given):
        source, source_stride, target, target_stride = given
        starts = [ir.Constant(_int64, row) for row in range(LANES)]
        rows = [builder.load(_place(builder, source, builder.mul(start, source_stride)), align=8) for start in starts]
        for start, column in zip(starts, _transposed(builder, rows), strict=True):
            builder.store(column, _place(builder, target, builder.mul(start, target_stride)), align=8)
        return context.get_dummy_value()

    return types.none(Floats, types.intp, Floats, types.intp), generate


@intrinsic
def stay_outside(typing_context):
    """Keeps the function that says it a function of its own: LLVM would inline it wherever it is called."""

    def generate(context, builder, signature, given):
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), generate
