"""A recurrent network and its sequences packed into the flat constants that its objective reads."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.architectures import layout
from engine.architectures.activations import ACTIVATIONS
from engine.architectures.chunked import OWN, begun_head, checked_inputs, packed_chunks, passes_of, rows_of
from engine.architectures.layout import CHUNK, Allocator, padded
from engine.architectures.packing import Packed, encoded_sequences
from engine.architectures.recurrent import passes
from engine.architectures.recurrent.network import CELLS, RecurrentNetwork
from engine.architectures.recurrent.passes import recurrent_backward, recurrent_forward
from engine.simd.registers import LANES

Array = np.ndarray

_KEPT_CLOSE = 1 << 17  # numbers of a chunk: with more, a chunk takes fewer examples, but not fewer than _FEWEST
_FEWEST = 32


def packed_recurrent(
    network: RecurrentNetwork, inputs: Array, targets: Array | None = None, weights: Array | None = None
) -> Packed:
    """Pack inputs (n, length, inputs), or rows of as many numbers, and encoded targets (n, outputs), or of outputs at
    every step (n, length, outputs), which outputs alone do not need.

    weights (n,): how much each sequence counts in the loss, relative to the others; without any, all the same. Raises
    SettingError.
    """
    inputs = checked_inputs(inputs, network.shape)
    wanted = (len(inputs), network.length, network.outputs) if network.every else (len(inputs), network.outputs)
    assert targets is None or targets.shape == wanted
    head, work_size = _laid_out(network, len(inputs))
    rows = rows_of(head)
    rows[0, layout.ACTIVATION] = ACTIVATIONS[network.activation].kernel.address
    rows[-1, layout.ACTIVATION] = ACTIVATIONS[network.output].kernel.address
    return packed_chunks(head, work_size, recurrent_forward, recurrent_backward, network.loss, inputs, targets, weights)


def packed_recurrent_set(
    network: RecurrentNetwork, inputs: Array, targets: Array, classes: int, weights: Array | None = None
) -> Packed:
    """Pack inputs (n, length, inputs) and raw targets, numbers or class indices: (n,), or (n, length) if there are
    outputs at every step; of vectors with the numbers as their last axis. Raises SettingError.
    """
    return packed_recurrent(network, inputs, encoded_sequences(network, len(inputs), targets, classes), weights)


@lru_cache(maxsize=256)
def recurrent_numbers(network: RecurrentNetwork, examples: int) -> tuple[int, int]:
    """How many float64 numbers so many examples take, told before they are: in the constants, as scratch memory."""
    head, work_size = _laid_out(network, examples)
    return head.size + layout.OWN_NUMBERS + examples * (network.sizes[0] + network.sizes[-1]), work_size


def _columns(network: RecurrentNetwork, examples: int) -> int:
    """How many examples a chunk has at most: as many as keep their steps in the cache."""
    fitting = _KEPT_CLOSE // network.work_of_an_example // LANES * LANES
    return min(CHUNK, max(fitting, _FEWEST), padded(max(examples, 1)))


def _laid_out(network: RecurrentNetwork, examples: int) -> tuple[Array, int]:
    """The integers at the start of the constants, without the kernels' addresses, and the size of work."""
    columns, work = _columns(network, examples), Allocator()
    length, hidden, inputs = network.length, network.hidden, network.inputs
    places = np.arange(hidden + inputs)
    head = begun_head(
        network.layers, network.parameters, network.sizes[0], network.sizes[-1], network.steps, network.loss, examples,
        columns, passes.FIXED + len(places), work,
    )  # fmt: skip
    start = int(passes_of(head)[OWN])
    own = head[start : start + passes.FIXED]
    head[start + passes.FIXED :] = places
    cell = CELLS[network.cell]
    rows = (4 if network.gates > 1 else 1) * hidden
    own[passes.KIND] = tuple(CELLS).index(network.cell)
    own[passes.LENGTH], own[passes.INPUTS], own[passes.HIDDEN], own[passes.ROWS] = length, inputs, hidden, rows
    own[passes.SEGMENT] = network.truncation or length
    own[passes.PLACES] = start + passes.FIXED
    for place, name in (
        (passes.INPUT_WEIGHTS, "input weights"), (passes.WEIGHTS, "recurrent weights"), (passes.BIASES, "biases"),
        (passes.OUTPUT_WEIGHTS, "output weights"), (passes.OUTPUT_BIASES, "output biases"),
    ):  # fmt: skip
        own[place] = network.block(name).start
    own[passes.RESET_BIASES] = network.block("reset biases").start if network.cell == "gru" else 0
    own[passes.STATES_AT] = work.take((length + 1) * (hidden + inputs) * columns)
    own[passes.GATES_AT] = work.take(length * rows * columns)
    kept = hidden * columns if cell.kept else 0
    own[passes.CELLS_AT], own[passes.BENT_AT] = work.take((length + 1) * kept), work.take(length * kept)
    own[passes.JOINED_AT] = work.take(padded(rows * (hidden + inputs)))
    own[passes.SUMS_AT] = work.take(rows * LANES)
    own[passes.CARRY_AT], own[passes.CELL_CARRY_AT] = (work.take(hidden * columns) for _ in range(2))
    own[passes.NORMS_AT] = work.take(padded(length))
    head[layout.BACK_AT] = work.take(network.sizes[-1] * columns)
    found = rows_of(head)
    found[:, layout.UNITS] = network.sizes[1:]
    found[:, layout.READ_AT] = work.take(padded(network.sizes[0]) * columns)
    found[0, layout.VALUES_AT] = own[passes.STATES_AT] + (hidden + inputs) * columns
    if network.gates > 1:
        found[1, layout.VALUES_AT] = own[passes.GATES_AT]
    if cell.kept:
        found[2, layout.VALUES_AT] = own[passes.CELLS_AT] + kept
    found[-1, layout.LINEAR] = network.output == "identity"
    found[-1, layout.VALUES_AT], found[-1, layout.SLOPES_AT] = (
        work.take(network.sizes[-1] * columns) for _ in range(2)
    )
    return head, work.size
