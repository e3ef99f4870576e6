"""The SIMD vector type for Numba and LLVM: LANES doubles in one register of the target CPU.

These functions emit LLVM code while Numba compiles; kernels use those of vectors.py.
"""

from llvmlite import ir
from numba import types
from numba.core import config
from numba.core.cgutils import get_or_insert_function
from numba.core.codegen import get_host_cpu_features
from numba.extending import models, register_model


def _lanes() -> int:
    """How many doubles fit the widest registers that Numba compiles for."""
    features = (config.CPU_FEATURES or get_host_cpu_features()).split(",")
    return 8 if "+avx512f" in features else 4 if "+avx" in features else 2


LANES = _lanes()


class VectorType(types.Type):
    """The Numba type of a vector."""


VECTOR = VectorType(f"vector of {LANES} float64")
DOUBLE, INT64, INT32 = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
DOUBLES, INT64S = ir.VectorType(DOUBLE, LANES), ir.VectorType(INT64, LANES)
ALIGNED = 8  # bytes: vectors may start at any double


@register_model(VectorType)
class VectorModel(models.PrimitiveModel):
    """A vector is held in a register, as an LLVM vector."""

    def __init__(self, manager, kind):
        super().__init__(manager, kind, DOUBLES)


def number(value: int) -> ir.Constant:
    """A constant index or offset."""
    return ir.Constant(INT64, value)


def constant_vector(value: float) -> ir.Constant:
    """A constant in all lanes."""
    return ir.Constant(DOUBLES, [value] * LANES)


def bits(value: int) -> ir.Constant:
    """Constant bits in all lanes."""
    return ir.Constant(INT64S, [value] * LANES)


def shuffle_mask(indices) -> ir.Constant:
    """The lanes that a shuffle selects, in order."""
    return ir.Constant(ir.VectorType(INT32, len(indices)), list(indices))


def broadcast(builder, value):
    """A vector with a value (of any type) in all lanes."""
    nothing = ir.Constant(ir.VectorType(value.type, LANES), ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(INT32, 0))
    return builder.shuffle_vector(first, nothing, shuffle_mask([0] * LANES))


def vector_at(builder, p, i):
    """The address of the vector that starts at p[i]."""
    return builder.bitcast(builder.gep(p, [i]), DOUBLES.as_pointer())


def lanes_before(builder, count):
    """The mask of the first `count` lanes."""
    return builder.icmp_signed("<", ir.Constant(INT64S, list(range(LANES))), broadcast(builder, count))


def call_llvm(builder, name, *arguments):
    """Call the LLVM intrinsic of this name on vectors."""
    kind = ir.FunctionType(DOUBLES, [argument.type for argument in arguments])
    return builder.call(get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64"), arguments)


def call_avx512(builder, name, vector):
    """Call the instruction of this name on all lanes of a vector; LANES must be 8."""
    mask = ir.IntType(8)
    kind = ir.FunctionType(DOUBLES, [DOUBLES, DOUBLES, mask])
    called = get_or_insert_function(builder.module, kind, f"llvm.x86.avx512.{name}.pd.512")
    return builder.call(called, [vector, constant_vector(0.0), mask(-1)])


def masked_load(builder, address, mask):
    """Load the vector at an address, with zeros where the mask is off; nothing is read there."""
    arguments = [address, ir.Constant(INT32, ALIGNED), mask, constant_vector(0.0)]
    kind = ir.FunctionType(DOUBLES, [argument.type for argument in arguments])
    return builder.call(get_or_insert_function(builder.module, kind, f"llvm.masked.load.v{LANES}f64.p0"), arguments)


def masked_store(builder, vector, address, mask):
    """Store the lanes of a vector at an address where the mask is on."""
    arguments = [vector, address, ir.Constant(INT32, ALIGNED), mask]
    kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
    builder.call(get_or_insert_function(builder.module, kind, f"llvm.masked.store.v{LANES}f64.p0"), arguments)


def horizontal_sum(builder, vector):
    """The sum of a vector's lanes, by adding halves until one number is left."""
    width = LANES
    while width > 1:
        width //= 2
        nothing = ir.Constant(vector.type, ir.Undefined)
        low = builder.shuffle_vector(vector, nothing, shuffle_mask(range(width)))
        high = builder.shuffle_vector(vector, nothing, shuffle_mask(range(width, 2 * width)))
        vector = builder.fadd(low, high)
    return builder.extract_element(vector, ir.Constant(INT32, 0))
