"""A network and its examples as the flat constants of the objective, and where its scratch numbers stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.datasets.examples import TrainingData
from engine.networks.activations import ACTIVATIONS
from engine.networks.losses import LOSSES
from engine.networks.network import Network

Array = np.ndarray

# Examples that are worked on at once: the columns of every layer's matrices. More would not fit the cache.
CHUNK = 128
_LANES = 8

# constants: whole numbers (HEAD of them, then ROW for each layer), kept as int64 bits; then
# the loss's knob and the share of activations kept, then inputs (n, f) and target numbers (n, k).
(
    LAYERS, FEATURES, OUTPUTS, EXAMPLES, PARAMETERS, LOSS, COLUMNS, NUMBERS, INPUTS, TARGETS,
    ORDER_AT, STAMP_AT, TARGETS_AT, BACK_AT, SECOND_AT, INPUTS_AT, HEAD,
) = range(17)  # fmt: skip
# ... of each layer
(READ, UNITS, ACTIVATION, SKIPS, WEIGHTS, BIASES, READ_AT, VALUES_AT, SLOPES_AT, ROW) = range(10)
KNOB, KEPT, OWN_NUMBERS = range(3)
STAMP = 4


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """What the objective reads, and how many numbers it scribbles on (zeros at first)."""

    constants: Array
    work_size: int


@intrinsic
def integers(typing_context, floats):  # type: ignore[no-untyped-def]
    """The same memory as whole numbers."""

    def generate(context, builder, _, arguments):  # type: ignore[no-untyped-def]
        return builder.bitcast(arguments[0], ir.IntType(64).as_pointer())

    return types.CPointer(types.int64)(types.CPointer(types.float64)), generate


def _padded(count: int) -> int:
    return -(-count // _LANES) * _LANES


def _layout(network: Network, examples: int) -> tuple[Array, int]:
    """The whole numbers in front of the constants, and how many numbers of work they lay out."""
    head = np.zeros(HEAD, np.int64)
    columns = min(CHUNK, _padded(examples))
    head[LAYERS], head[FEATURES], head[OUTPUTS] = network.layers, network.sizes[0], network.sizes[-1]
    head[EXAMPLES], head[PARAMETERS], head[COLUMNS] = examples, network.parameters, columns
    head[LOSS] = LOSSES[network.loss.kind].code
    head[NUMBERS] = HEAD + ROW * network.layers
    head[INPUTS] = head[NUMBERS] + OWN_NUMBERS
    head[TARGETS] = head[INPUTS] + examples * network.sizes[0]
    size = 0

    def take(numbers: int) -> int:
        nonlocal size
        size += numbers
        return size - numbers

    head[STAMP_AT] = take(_padded(STAMP))
    head[ORDER_AT] = take(_padded(examples))
    widest = _padded(max(network.sizes))
    head[TARGETS_AT] = take(_padded(network.sizes[-1]) * columns)
    head[BACK_AT] = take(2 * widest * columns)
    head[SECOND_AT] = take(_padded(network.parameters))
    read_at = head[INPUTS_AT] = take(_padded(network.sizes[0]) * columns)
    rows = []
    for layer in range(network.layers):
        units = network.sizes[layer + 1]
        row = np.zeros(ROW, np.int64)
        row[READ], row[UNITS] = network.sizes[layer], units
        row[ACTIVATION] = ACTIVATIONS[network.activations[layer]].code
        row[SKIPS] = network.skips(layer)
        row[WEIGHTS], row[BIASES] = network.weights(layer).start, network.biases(layer).start
        row[READ_AT] = read_at
        read_at = row[VALUES_AT] = take(_padded(units) * columns)
        row[SLOPES_AT] = take(_padded(units) * columns)
        rows.append(row)
    return np.concatenate([head, *rows]), size


def packed_examples(network: Network, inputs: Array, targets: Array) -> Packed:
    """Constants and work for inputs (n, f) and target numbers (n, k)."""
    examples = len(inputs)
    whole, work_size = _layout(network, examples)
    knobs = network.loss.packed(LOSSES[network.loss.kind].knobs) or [0.0]
    constants = np.empty(whole[TARGETS] + examples * network.sizes[-1])
    constants[: whole.size] = whole.view(np.float64)
    numbers = constants[whole[NUMBERS] :]
    numbers[KNOB], numbers[KEPT] = knobs[0], 1.0 - network.dropout
    constants[whole[INPUTS] : whole[TARGETS]] = np.ravel(inputs)
    constants[whole[TARGETS] :] = np.ravel(targets)
    return Packed(constants, work_size)


def packed(network: Network, data: TrainingData) -> Packed:
    """What the objective of a network needs to learn from the training examples of `data`."""
    train = data.train
    loss = LOSSES[network.loss.kind]
    return packed_examples(network, data.inputs[:train], loss.encode(data.targets[:train], len(data.classes)))


def numbers_needed(network: Network, examples: int, features: int) -> int:
    """How many float64 numbers `packed` and its work take for so many training examples of so many features."""
    _, work_size = _layout(network, examples)
    return HEAD + ROW * network.layers + OWN_NUMBERS + examples * (features + network.sizes[-1]) + work_size
