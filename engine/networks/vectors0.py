from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def at(typing_context, p, offset):
    def generate(context, builder, _, arguments):
        return builder.gep(arguments[0], [arguments[1]])

    return p(p, types.int64), generate
