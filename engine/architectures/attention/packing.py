"""A transformer and its sequences packed into the flat constants that its objective reads."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.architectures import layout
from engine.architectures.activations import ACTIVATIONS
from engine.architectures.attention import passes
from engine.architectures.attention.attending import GAP
from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.attention.passes import attention_backward, attention_forward
from engine.architectures.chunked import OWN, begun_head, checked_inputs, packed_chunks, passes_of, rows_of
from engine.architectures.layout import CHUNK, Allocator, padded
from engine.architectures.packing import Packed, encoded_sequences
from engine.contracts import SettingError
from engine.simd.registers import LANES

Array = np.ndarray

_KEPT_CLOSE = 1 << 18  # numbers of a chunk: with more, a chunk takes fewer examples, but not fewer than _FEWEST
_FEWEST = 16


def packed_attention(
    network: AttentionNetwork, inputs: Array, targets: Array | None = None, weights: Array | None = None
) -> Packed:
    """Pack inputs, tokens (n, length) as places in their vocabulary or numbers (n, length, inputs), or rows of as many,
    and encoded targets (n, outputs), or of outputs at every step (n, length, outputs), which outputs alone do not need.

    weights (n,): how much each sequence counts in the loss, relative to the others; without any, all the same. Raises
    SettingError.
    """
    inputs = checked_inputs(inputs, network.shape)
    if network.tokens and inputs.size:
        strange = inputs[(inputs != np.floor(inputs)) | (inputs < 0) | (inputs >= network.tokens)]
        if strange.size:
            told = f"a token is a whole number from 0 to {network.tokens - 1}, its place in the vocabulary"
            raise SettingError(f"{told}, got {strange.flat[0]:g}")
    wanted = (len(inputs), network.length, network.outputs) if network.every else (len(inputs), network.outputs)
    assert targets is None or targets.shape == wanted
    head, work_size = _laid_out(network, len(inputs))
    rows = rows_of(head)
    rows[0, layout.ACTIVATION] = ACTIVATIONS[network.activation].kernel.address
    rows[-1, layout.ACTIVATION] = ACTIVATIONS[network.output].kernel.address
    return packed_chunks(head, work_size, attention_forward, attention_backward, network.loss, inputs, targets, weights)


def packed_attention_set(
    network: AttentionNetwork, inputs: Array, targets: Array, classes: int, weights: Array | None = None
) -> Packed:
    """Pack inputs, see packed_attention, and raw targets, numbers or class indices: (n,), or (n, length) if there are
    outputs at every step. Raises SettingError.
    """
    return packed_attention(network, inputs, encoded_sequences(network, len(inputs), targets, classes), weights)


@lru_cache(maxsize=256)
def attention_numbers(network: AttentionNetwork, examples: int) -> tuple[int, int]:
    """How many float64 numbers so many examples take, told before they are: in the constants, as scratch memory."""
    head, work_size = _laid_out(network, examples)
    return head.size + layout.OWN_NUMBERS + examples * (network.sizes[0] + network.sizes[-1]), work_size


def _columns(network: AttentionNetwork, examples: int) -> int:
    """How many examples a chunk has at most: as many as keep their steps in the cache."""
    fitting = _KEPT_CLOSE // network.work_of_an_example // LANES * LANES
    return min(CHUNK, max(fitting, _FEWEST), padded(max(examples, 1)))


def _laid_out(network: AttentionNetwork, examples: int) -> tuple[Array, int]:
    """The integers at the start of the constants, without the kernels' addresses, and the size of work."""
    columns, work = _columns(network, examples), Allocator()
    length, width, hidden, depth = network.length, network.width, network.mlp, network.depth
    places = np.arange(max(width, hidden, network.inputs))
    head = begun_head(
        network.layers, network.parameters, network.sizes[0], network.sizes[-1], network.steps, network.loss, examples,
        columns, passes.FIXED + depth * passes.BLOCK + len(places), work,
    )  # fmt: skip
    start = int(passes_of(head)[OWN])
    own = head[start : start + passes.FIXED]
    own[passes.BLOCKS] = start + passes.FIXED
    own[passes.PLACES] = own[passes.BLOCKS] + depth * passes.BLOCK
    head[own[passes.PLACES] :] = places
    for place, value in (
        (passes.LENGTH, length), (passes.INPUTS, network.inputs), (passes.TOKENS, network.tokens),
        (passes.WIDTH, width), (passes.HEADS, network.heads), (passes.DEPTH, depth), (passes.MLP, hidden),
        (passes.CAUSAL, network.causal), (passes.NORMS, network.norm),
    ):  # fmt: skip
        own[place] = value
    begins = {block.name: block.start for block in network.blocks}
    own[passes.EMBEDDING] = begins["embedding" if network.tokens else "input weights"]
    own[passes.POSITIONS], own[passes.OUTPUT] = begins["positions"], begins["output weights"]
    own[passes.NORM] = begins.get("output gains", 0)

    def steps(count: int, numbers: int) -> int:
        """Room for so many steps; a square of vectors reaches beyond the last."""
        return work.take((count * numbers + LANES) * columns)

    found = rows_of(head)
    found[:, layout.UNITS] = network.sizes[1:]
    found[:, layout.READ_AT] = work.take(padded(network.sizes[0]) * columns)
    rows = head[own[passes.BLOCKS] : own[passes.PLACES]].reshape(depth, passes.BLOCK)
    comes = found[0, layout.VALUES_AT] = steps(length, width)
    for place, row in enumerate(rows):
        near, attention, mlp = network.queries(place), f"attention {place + 1}", f"MLP {place + 1}"
        row[passes.FIRST] = network.first(place)
        row[passes.NORM_1], row[passes.NORM_2] = (begins.get(f"{part} gains", 0) for part in (attention, mlp))
        row[passes.MIX], row[passes.JOIN] = begins[f"{attention} query weights"], begins[f"{attention} output weights"]
        row[passes.UP], row[passes.DOWN] = begins[f"{mlp} weights"], begins[f"{mlp} output weights"]
        row[passes.IN_AT] = row[passes.READ_AT] = comes
        row[passes.MIXED_AT] = work.take(length * (3 * width * columns + GAP))
        row[passes.SHARES_AT] = work.take(network.heads * near * length * columns)
        row[passes.GATHERED_AT], row[passes.MIDDLE_AT] = (steps(near, width) for _ in range(2))
        row[passes.ENTERS_AT] = row[passes.MIDDLE_AT]
        row[passes.UNITS_AT], row[passes.BENT_AT] = (work.take(near * hidden * columns) for _ in range(2))
        if network.norm:
            row[passes.READ_AT], row[passes.ENTERS_AT] = steps(length, width), steps(near, width)
            row[passes.MOMENTS_1_AT], row[passes.MOMENTS_2_AT] = (
                work.take(2 * count * columns) for count in (length, near)
            )  # fmt: skip
        comes = row[passes.OUT_AT] = steps(near, width)
        seen = row[passes.SHARES_AT], row[passes.GATHERED_AT], row[passes.UNITS_AT]
        found[1 + 3 * place : 4 + 3 * place, layout.VALUES_AT] = seen
        # Of the shares and of what they gather no deltas remain.
        found[1 + 3 * place : 4 + 3 * place, layout.SLOPES_AT] = *seen[:2], row[passes.BENT_AT]
    own[passes.FINAL_AT] = own[passes.READY_AT] = comes
    if network.norm:
        own[passes.READY_AT] = steps(network.steps, width)
        own[passes.MOMENTS_AT] = work.take(2 * network.steps * columns)
    own[passes.BACK_AT], own[passes.ASIDE_AT] = (steps(length, width) for _ in range(2))
    found[0, layout.SLOPES_AT] = own[passes.BACK_AT]
    own[passes.DELTAS_AT] = work.take(length * (3 * width * columns + GAP))
    own[passes.HIDDEN_AT] = work.take(hidden * columns)
    own[passes.SLOPES_AT] = work.take(length * length * LANES)
    own[passes.SUMS_AT] = work.take(2 * width * LANES)
    own[passes.ROWS_AT] = work.take(columns * padded(width))
    head[layout.BACK_AT] = work.take(network.sizes[-1] * columns)
    found[-1, layout.LINEAR] = network.output == "identity"
    found[-1, layout.VALUES_AT], found[-1, layout.SLOPES_AT] = (
        work.take(network.sizes[-1] * columns) for _ in range(2)
    )
    return head, work.size
