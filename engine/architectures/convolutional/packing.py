"""A convolutional network and its examples packed into the flat constants that its objective reads."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.architectures import layout
from engine.architectures.activations import ACTIVATIONS
from engine.architectures.chunked import OWN, begun_head, checked_inputs, packed_chunks, passes_of, rows_of
from engine.architectures.convolutional import passes
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Dense, Pooling, Stage
from engine.architectures.convolutional.passes import convolutional_backward, convolutional_forward
from engine.architectures.layout import CHUNK, Allocator, padded
from engine.architectures.losses import LOSSES
from engine.architectures.packing import Packed
from engine.simd.products import is_narrow
from engine.simd.registers import LANES

Array = np.ndarray

_KEPT_CLOSE = 1 << 16  # numbers of a chunk: with more, a chunk takes fewer examples


def packed_convolutional(
    network: ConvolutionalNetwork, inputs: Array, targets: Array | None = None, weights: Array | None = None
) -> Packed:
    """Pack inputs (n, *shape), or rows of as many numbers, and encoded targets (n, outputs), which outputs alone do not
    need.

    weights (n,): how much each example counts in the loss, relative to the others; without any, all the same. Raises
    SettingError.
    """
    inputs = checked_inputs(inputs, network.shape)
    assert targets is None or targets.shape == (len(inputs), network.outputs)
    head, work_size = _laid_out(network, len(inputs))
    for row, stage in zip(rows_of(head), network.layers_of_stages, strict=True):
        if not isinstance(stage, Pooling):
            row[layout.ACTIVATION] = ACTIVATIONS[stage.activation].kernel.address
    return packed_chunks(
        head, work_size, convolutional_forward, convolutional_backward, network.loss, inputs, targets, weights
    )


def packed_convolutional_set(
    network: ConvolutionalNetwork, inputs: Array, targets: Array, classes: int, weights: Array | None = None
) -> Packed:
    """Pack inputs (n, *shape) and raw targets (n,): numbers, or class indices. Raises SettingError."""
    return packed_convolutional(network, inputs, LOSSES[network.loss.kind].encode(targets, classes), weights)


@lru_cache(maxsize=256)
def convolutional_numbers(network: ConvolutionalNetwork, examples: int) -> tuple[int, int]:
    """How many float64 numbers so many examples take, told before they are: in the constants, as scratch memory."""
    head, work_size = _laid_out(network, examples)
    return head.size + layout.OWN_NUMBERS + examples * (network.sizes[0] + network.outputs), work_size


def _columns(network: ConvolutionalNetwork, examples: int) -> int:
    """How many examples a chunk has at most: as many as keep its widest plane in the cache."""
    fitting = max(_KEPT_CLOSE // max(network.sizes) // LANES, 1) * LANES
    return min(CHUNK, fitting, padded(max(examples, 1)))


def _laid_out(network: ConvolutionalNetwork, examples: int) -> tuple[Array, int]:
    """The integers at the start of the constants, without the kernels' addresses, and the size of work."""
    columns, work, stages = _columns(network, examples), Allocator(), network.layers_of_stages
    places = [_places(network, layer) for layer in range(network.layers)]
    own = passes.GEOMETRY * network.layers
    head = begun_head(
        network.layers, network.parameters, network.sizes[0], network.outputs, 1, network.loss, examples, columns,
        own + sum(map(len, places)), work,
    )  # fmt: skip
    start = int(passes_of(head)[OWN])
    dense = [network.planes[layer].size for layer, stage in enumerate(stages) if isinstance(stage, Dense)]
    head[layout.COPY_AT] = work.take(padded(max(dense)) * columns)
    backs = [work.take(padded(max(network.sizes)) * columns) for _ in range(2)]
    head[layout.BACK_AT] = backs[(network.layers - 1) % 2]
    maps = [network.sizes[layer + 1] for layer, stage in enumerate(stages) if isinstance(stage, Convolution)]
    deltas_at = work.take(max(maps, default=0) * columns)
    place = start + own
    read_at = work.take(padded(network.sizes[0]) * columns)
    for layer, (row, geometry) in enumerate(
        zip(rows_of(head), head[start : start + own].reshape(-1, passes.GEOMETRY), strict=True)
    ):
        stage, shape = stages[layer], network.weight_shape(layer)
        row[layout.READS] = 0 if shape is None else int(np.prod(shape[1:]))
        row[layout.UNITS] = network.sizes[layer + 1]
        row[layout.LINEAR] = layer == network.layers - 1 and network.output == "identity"
        row[layout.NARROW] = is_narrow(int(row[layout.UNITS]), int(row[layout.READS]))
        row[layout.WEIGHTS], row[layout.BIASES] = network.weights(layer).start, network.biases(layer).start
        row[layout.READ_AT] = read_at
        row[layout.VALUES_AT], row[layout.SLOPES_AT] = (
            work.take(padded(network.sizes[layer + 1]) * columns) for _ in range(2)
        )
        _describe(geometry, network, layer)
        geometry[passes.PLACES] = place
        geometry[passes.PADDED_AT] = read_at
        geometry[passes.BACK_AT], geometry[passes.INTO_AT] = backs[layer % 2], backs[(layer + 1) % 2]
        geometry[passes.PADDED_BACK_AT] = geometry[passes.INTO_AT]
        geometry[passes.DELTAS_AT] = deltas_at
        if isinstance(stage, Convolution) and stage.padding:
            around = int(np.prod(_sides(geometry))) * int(geometry[passes.CHANNELS_IN]) * columns
            geometry[passes.PADDED_AT], geometry[passes.PADDED_BACK_AT] = (work.take(around) for _ in range(2))
        head[place : place + len(places[layer])] = places[layer]
        place += len(places[layer])
        read_at = row[layout.VALUES_AT]
    return head, work.size


def _describe(own: Array, network: ConvolutionalNetwork, layer: int) -> None:
    """Write the kind and the sizes of a layer."""
    stage, plane, made = network.layers_of_stages[layer], network.planes[layer], network.planes[layer + 1]
    flat = network.dimensions == 1
    window, stride, padding = _measures(stage)
    own[passes.KIND] = _kind(stage)
    own[passes.CHANNELS_IN], own[passes.HEIGHT], own[passes.WIDTH] = plane
    own[passes.CHANNELS], own[passes.OUT_HEIGHT], own[passes.OUT_WIDTH] = made
    own[passes.KERNEL_HEIGHT], own[passes.KERNEL_WIDTH] = 1 if flat else window, window
    own[passes.STRIDE_Y], own[passes.STRIDE_X] = 1 if flat else stride, stride
    own[passes.PAD_Y], own[passes.PAD_X] = 0 if flat else padding, padding


def _measures(stage: Stage) -> tuple[int, int, int]:
    """Side of the window, stride and padding of a stage."""
    if isinstance(stage, Convolution):
        return stage.kernel, stage.stride, stage.padding
    return (stage.window, stage.step, 0) if isinstance(stage, Pooling) else (1, 1, 0)


def _kind(stage: Stage) -> int:
    if isinstance(stage, Pooling):
        return passes.LARGEST if stage.kind == "max" else passes.MEAN
    return passes.DENSE if isinstance(stage, Dense) else passes.CONVOLUTION


def _sides(own: Array) -> tuple[int, int]:
    """Height and width of a layer's input with its padding."""
    return (
        int(own[passes.HEIGHT] + 2 * own[passes.PAD_Y]),
        int(own[passes.WIDTH] + 2 * own[passes.PAD_X]),
    )


def _places(network: ConvolutionalNetwork, layer: int) -> Array:
    """For each weight of a filter, which pixel of the padded input it reads, counted from the filter's first."""
    own = np.zeros(passes.GEOMETRY, np.int64)
    _describe(own, network, layer)
    if own[passes.KIND] != passes.CONVOLUTION:
        return np.empty(0, np.int64)
    tall, wide = _sides(own)
    channels, high, broad = np.indices(
        (own[passes.CHANNELS_IN], own[passes.KERNEL_HEIGHT], own[passes.KERNEL_WIDTH])
    ).reshape(3, -1)
    return np.asarray((channels * tall + high) * wide + broad, np.int64)
