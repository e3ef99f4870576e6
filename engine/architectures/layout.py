"""Memory layout of a network's objective: its constants, and its scratch memory."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

from engine.architectures.losses import LOSSES
from engine.architectures.network import Network
from engine.contracts import Floats, Ints
from engine.simd.products import is_narrow
from engine.simd.registers import LANES

Array = np.ndarray

# Examples processed at once, as the columns of matrices; more would not fit the cache.
CHUNK = 128

# constants: HEAD integers (int64 bit patterns), ROW more per layer, the loss's knob and the share of activations
# that dropout keeps, then inputs (n, features) and encoded targets (n, outputs), and if examples have weights, at
# IMPORTANCE, these (n,). Where INPUT_WIDTH is above 0, inputs are places (n, features / width): of so many numbers each
# that one is 1 and the others are 0; where GOAL_WIDTH is, targets are, of numbers that are OFF but for one that is ON,
# float64 both. WEIGHTS_AT: what each loss term of a chunk counts; SHARES_AT: what it would without weights of
# the examples (the same memory where there are none). STEPS: how often an example is answered, at the steps of a
# sequence; its OUTPUTS and targets are those of the first step, then those of the second ...
# Offsets count from the start of constants, those named ..._AT from the start of work (scratch).
(
    LAYERS, FEATURES, OUTPUTS, EXAMPLES, PARAMETERS, COLUMNS, LOSS, ELEMENTS, NUMBERS, INPUTS, TARGETS,
    ORDER_AT, ROWS_AT, COPY_AT, TARGETS_AT, WEIGHTS_AT, BACK_AT, SHARES_AT, IMPORTANCE, STEPS,
    INPUT_WIDTH, GOAL_WIDTH, OFF, ON, HEAD,
) = range(25)  # fmt: skip
# per layer; LINEAR: an identity output, NARROW: its gradient needs no transpose
(READS, UNITS, ACTIVATION, LINEAR, NARROW, SKIPS, WEIGHTS, BIASES, READ_AT, VALUES_AT, SLOPES_AT, ROW) = range(12)
KNOB, KEPT, OWN_NUMBERS = range(3)
# work begins with stamps, which tell what is cached from the previous call, and whose chunk it holds (resuming.py)
ORDER_STAMP_AT, WEIGHTS_STAMP_AT, HELD_STAMP_AT, RESERVED = 0, 4, 8, 16


@intrinsic
def integers(typing_context, floats):
    """The memory behind a float64 pointer, reinterpreted as int64."""

    def generate(context, builder, signature, given):
        return builder.bitcast(given[0], ir.IntType(64).as_pointer())

    return Ints(Floats), generate


@intrinsic
def floats(typing_context, integers):
    """The memory behind an int64 pointer, reinterpreted as float64."""

    def generate(context, builder, signature, given):
        return builder.bitcast(given[0], ir.DoubleType().as_pointer())

    return Floats(Ints), generate


def padded(count: int) -> int:
    """Round up to a multiple of the vector length."""
    return -(-count // LANES) * LANES


class Allocator:
    """Allocates consecutive blocks of scratch memory, each at a multiple of LANES."""

    def __init__(self) -> None:
        self.size = RESERVED

    def take(self, numbers: int) -> int:
        first = self.size
        self.size += padded(numbers)
        return first


def memory_layout(network: Network, examples: int) -> tuple[Array, int]:
    """The integers at the start of the constants, without the kernels' addresses, and the size of work."""
    sizes, columns, work = network.sizes, min(CHUNK, padded(max(examples, 1))), Allocator()
    widest = padded(max(sizes))
    head = np.zeros(HEAD + ROW * network.layers, np.int64)
    head[LAYERS], head[FEATURES], head[OUTPUTS] = network.layers, sizes[0], sizes[-1]
    head[EXAMPLES], head[PARAMETERS], head[COLUMNS] = examples, network.parameters, columns
    head[STEPS] = 1
    head[ELEMENTS] = LOSSES[network.loss.kind].elements(sizes[-1])
    head[NUMBERS] = head.size
    head[INPUTS] = head.size + OWN_NUMBERS
    head[TARGETS] = head[INPUTS] + examples * sizes[0]
    head[ORDER_AT] = work.take(max(padded(examples), columns))
    head[ROWS_AT] = work.take(columns * padded(sizes[0]))
    head[TARGETS_AT], head[WEIGHTS_AT] = (work.take(sizes[-1] * columns) for _ in range(2))
    head[SHARES_AT] = work.take(columns)
    head[COPY_AT], head[BACK_AT] = (work.take(widest * columns) for _ in range(2))
    read_at = work.take(padded(sizes[0]) * columns)
    for layer, row in enumerate(head[HEAD:].reshape(-1, ROW)):
        row[READS], row[UNITS] = sizes[layer], sizes[layer + 1]
        row[LINEAR] = layer == network.layers - 1 and network.activations[layer] == "identity"
        row[NARROW] = is_narrow(sizes[layer + 1], sizes[layer])
        row[SKIPS] = network.skips(layer)
        row[WEIGHTS], row[BIASES] = network.weights(layer).start, network.biases(layer).start
        row[READ_AT] = read_at
        row[VALUES_AT], row[SLOPES_AT] = (work.take(padded(sizes[layer + 1]) * columns) for _ in range(2))
        read_at = row[VALUES_AT]
    return head, work.size
