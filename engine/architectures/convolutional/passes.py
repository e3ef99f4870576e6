"""The passes of a convolutional network, forward and back.

A map is held pixel by pixel, each a row of one number per example, so vectors run along the batch, whatever the size of
a map or filter. A convolution is a matrix product whose rows lie where the filter looks; padding is written out.
"""

from __future__ import annotations

from engine.architectures import layout
from engine.architectures.activations import call_activation
from engine.architectures.chunked import BACKWARD_PASS, FORWARD_PASS, OWN
from engine.architectures.convolutional.pooling import average, average_back, largest, largest_back
from engine.architectures.mlp import MEASURING, finish_deltas, padded_columns
from engine.architectures.resuming import PIECE, pauses
from engine.contracts import inline, kernel, standalone
from engine.simd.gathered import BAND, gathered_product, scattered_product, summed_product
from engine.simd.products import (
    backward_product,
    forward_product,
    gradient_product,
    narrow_gradient_product,
    transpose_block,
)
from engine.simd.vectors import LANES, at, load, noinline, splat, store, total
from engine.training.stream import QUIET

# The kind of a layer, and its own integers: sizes in pixels, PLACES in the constants, the others in work. PADDED_AT:
# the input with its padding (the input itself without any), BACK_AT: the derivatives with respect to a layer's
# outputs, INTO_AT: where those with respect to its inputs go, PADDED_BACK_AT: with padding, DELTAS_AT: those with
# respect to the pre-activations of a convolution.
CONVOLUTION, LARGEST, MEAN, DENSE = range(4)
(
    KIND, CHANNELS_IN, HEIGHT, WIDTH, CHANNELS, OUT_HEIGHT, OUT_WIDTH, KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X,
    PAD_Y, PAD_X, PLACES, PADDED_AT, BACK_AT, INTO_AT, PADDED_BACK_AT, DELTAS_AT,
    GEOMETRY,
) = range(20)  # fmt: skip
_STAGE = 1 << 32  # a place where a pass stands: so many times the stages that are done, and what is done of the next


@inline
def clear(target, n):
    """target (n,) = 0; n is a multiple of LANES."""
    for i in range(0, n, LANES):
        store(target, i, splat(0.0))


@inline
def copy_row(source, target, n):
    """target (n,) = source (n,); n is a multiple of LANES."""
    for i in range(0, n, LANES):
        store(target, i, load(source, i))


@standalone
def _pad(source, target, channels, height, width, pad_y, pad_x, columns):
    """target: the maps of source, with zeros around each."""
    noinline()
    row, wide = width * columns, (width + 2 * pad_x) * columns
    for c in range(channels):
        clear(target, pad_y * wide)
        target = at(target, pad_y * wide)
        for y in range(height):
            clear(target, pad_x * columns)
            copy_row(at(source, (c * height + y) * row), at(target, pad_x * columns), row)
            clear(at(target, pad_x * columns + row), pad_x * columns)
            target = at(target, wide)
        clear(target, pad_y * wide)
        target = at(target, pad_y * wide)


@standalone
def _crop(source, target, channels, height, width, pad_y, pad_x, columns):
    """target: the maps of source without what is around each."""
    noinline()
    row, wide = width * columns, (width + 2 * pad_x) * columns
    for c in range(channels):
        for y in range(height):
            copy_row(
                at(source, (c * (height + 2 * pad_y) + pad_y + y) * wide + pad_x * columns),
                at(target, (c * height + y) * row),
                row,
            )


@inline
def _convolve(theta, constants, work, row, own, columns, target, first, spent, flag):
    """target: the pre-activations of a convolution, from channel `first` on. Returns the channel where it stands if it
    sees the flag, else 0.
    """
    inputs = at(work, row[layout.READ_AT])
    padded = at(work, own[PADDED_AT])
    if own[PAD_X] > 0 and first == 0:
        _pad(inputs, padded, own[CHANNELS_IN], own[HEIGHT], own[WIDTH], own[PAD_Y], own[PAD_X], columns)
    wide = own[WIDTH] + 2 * own[PAD_X]
    width, height, stride = own[OUT_WIDTH], own[OUT_HEIGHT], own[STRIDE_X]
    blocks = 1 if stride == 1 else width  # without a stride a whole line is one block
    channels, reads, plane = own[CHANNELS], row[layout.READS], height * width * columns
    band = max(PIECE // (plane * reads) // BAND, 1) * BAND
    for channel in range(first, channels, band):
        if channel > first and pauses(spent + (channel - first) * plane * reads, flag):
            return channel
        gathered_product(
            at(theta, row[layout.WEIGHTS] + channel * reads), padded, at(layout.integers(constants), own[PLACES]),
            columns, at(theta, row[layout.BIASES] + channel), at(target, channel * plane), plane, width * columns,
            columns, own[STRIDE_Y] * wide * columns, stride * columns, height, blocks, width // blocks * columns,
            min(band, channels - channel), reads,
        )  # fmt: skip
    return 0


@standalone
def _turn_deltas(slopes, back, deltas, channels, pixels, columns, biases, adds, kept):
    """deltas (pixels, channels, columns): slopes (channels, pixels, columns) times back; biases: their sums. kept:
    whether slopes become deltas, too.

    The channels of a pixel then lie side by side. As maps they would often lie a multiple of 4096 bytes apart, in one
    set of the processor's cache.
    """
    noinline()
    for c in range(channels):
        sums = splat(0.0)
        for p in range(pixels):
            source, target = (c * pixels + p) * columns, (p * channels + c) * columns
            for i in range(0, columns, LANES):
                delta = load(slopes, source + i) * load(back, source + i)
                store(deltas, target + i, delta)
                if kept:
                    store(slopes, source + i, delta)
                sums = sums + delta
        biases[c] = total(sums) + (biases[c] if adds else 0.0)


@inline
def _convolve_back(theta, grad, stream, constants, work, row, own, columns, adds, first, done, spent, flag):
    """The gradient of a convolution's weights and biases, and unless it is the first stage the derivatives with respect
    to its inputs. done: of how many channels it has the gradient, and then for how many of its pixels the derivatives,
    as it returns if it sees the flag; else it returns 0.
    """
    wide, tall = own[WIDTH] + 2 * own[PAD_X], own[HEIGHT] + 2 * own[PAD_Y]
    width, height, channels = own[OUT_WIDTH], own[OUT_HEIGHT], own[CHANNELS]
    places = at(layout.integers(constants), own[PLACES])
    deltas, pixel = at(work, own[DELTAS_AT]), channels * columns
    line, step = own[STRIDE_Y] * wide * columns, own[STRIDE_X] * columns
    if done == 0:
        _turn_deltas(
            at(work, row[layout.SLOPES_AT]), at(work, own[BACK_AT]), deltas, channels, height * width, columns,
            at(grad, row[layout.BIASES]), adds, stream[QUIET] == MEASURING,
        )  # fmt: skip
    reads, pixels = row[layout.READS], height * width
    each = pixels * columns * reads
    band = max(PIECE // each // BAND, 1) * BAND
    for channel in range(done, channels, band):
        if channel > done and pauses(spent, flag):
            return channel
        count = min(band, channels - channel)
        summed_product(
            at(deltas, channel * columns), columns, width * pixel, pixel, at(work, own[PADDED_AT]), places, columns,
            line, step, height, width, columns, at(grad, row[layout.WEIGHTS] + channel * reads), count, reads, adds,
        )  # fmt: skip
        spent += count * each
    if first:
        return 0
    into = at(work, own[PADDED_BACK_AT])
    if done <= channels:
        clear(into, own[CHANNELS_IN] * tall * wide * columns)
    each = columns * reads * channels
    band = max(PIECE // (width * each), 1) * width if width * each <= PIECE else max(PIECE // each, 1)
    place = max(done - channels, 0)
    while place < pixels:
        if channels + place > done and pauses(spent, flag):
            return channels + place
        # whole lines, or a part of one
        y, x = place // width, place % width
        count = min(band, pixels - place) if band >= width else min(band, width - x)
        scattered_product(
            at(theta, row[layout.WEIGHTS]), at(deltas, place * pixel), columns, width * pixel, pixel,
            at(into, y * line + x * step), places, columns, line, step, max(count // width, 1), min(count, width),
            reads, channels,
        )  # fmt: skip
        place += count
        spent += count * each
    if own[PAD_X] > 0:
        _crop(into, at(work, own[INTO_AT]), own[CHANNELS_IN], own[HEIGHT], own[WIDTH], own[PAD_Y], own[PAD_X], columns)
    return 0


@kernel(FORWARD_PASS)
def convolutional_forward(theta, stream, constants, work, columns, place, flag):
    """The values of every stage for the examples in the first one's input; slopes: the derivative of the activation,
    or of a pooled maximum, which number of its window it is. place: see _STAGE; of a convolution channels are done.
    """
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    geometry = at(table, at(table, layout.HEAD + layout.ROW * layers)[OWN])
    begun, done, spent = place // _STAGE, place % _STAGE, 0
    for layer in range(begun, layers):
        if pauses(spent, flag):
            return layer * _STAGE
        row = at(table, layout.HEAD + layout.ROW * layer)
        own = at(geometry, GEOMETRY * layer)
        inputs = at(work, row[layout.READ_AT])
        values = at(work, row[layout.VALUES_AT])
        slopes = at(work, row[layout.SLOPES_AT])
        if own[KIND] == LARGEST:
            largest(
                inputs, values, slopes, own[CHANNELS], own[HEIGHT], own[WIDTH], own[OUT_HEIGHT], own[OUT_WIDTH],
                own[KERNEL_HEIGHT], own[KERNEL_WIDTH], own[STRIDE_Y], own[STRIDE_X], columns,
            )  # fmt: skip
            continue
        if own[KIND] == MEAN:
            average(
                inputs, values, own[CHANNELS], own[HEIGHT], own[WIDTH], own[OUT_HEIGHT], own[OUT_WIDTH],
                own[KERNEL_HEIGHT], own[KERNEL_WIDTH], own[STRIDE_Y], own[STRIDE_X], columns,
            )  # fmt: skip
            continue
        target = values if row[layout.LINEAR] else slopes
        if own[KIND] == DENSE:
            forward_product(
                at(theta, row[layout.WEIGHTS]), inputs, at(theta, row[layout.BIASES]), target, row[layout.UNITS],
                row[layout.READS], columns,
            )  # fmt: skip
        else:
            stands = _convolve(
                theta, constants, work, row, own, columns, target, done if layer == begun else 0, spent, flag
            )
            if stands > 0:
                return layer * _STAGE + stands
        spent += row[layout.UNITS] * row[layout.READS] * columns
        if row[layout.LINEAR] == 0:
            call_activation(row[layout.ACTIVATION], values, slopes, row[layout.UNITS] * columns)
    return 0


@kernel(BACKWARD_PASS)
def convolutional_backward(theta, grad, stream, constants, work, columns, adds, place, flag):
    """The whole grad from the slopes of every stage and the loss's derivatives. place: see _STAGE."""
    table = layout.integers(constants)
    layers = table[layout.LAYERS]
    geometry = at(table, at(table, layout.HEAD + layout.ROW * layers)[OWN])
    begun, done, spent = layers - 1 - place // _STAGE, place % _STAGE, 0
    for layer in range(begun, -1, -1):
        if pauses(spent, flag):
            return (layers - 1 - layer) * _STAGE
        row = at(table, layout.HEAD + layout.ROW * layer)
        own = at(geometry, GEOMETRY * layer)
        inputs = at(work, row[layout.READ_AT])
        slopes = at(work, row[layout.SLOPES_AT])
        back = at(work, own[BACK_AT])
        into = at(work, own[INTO_AT])
        reads, units = row[layout.READS], row[layout.UNITS]
        if own[KIND] == LARGEST or own[KIND] == MEAN:
            if layer == 0:
                continue
            clear(into, own[CHANNELS_IN] * own[HEIGHT] * own[WIDTH] * columns)
            if own[KIND] == LARGEST:
                largest_back(
                    back, slopes, into, own[CHANNELS], own[HEIGHT], own[WIDTH], own[OUT_HEIGHT], own[OUT_WIDTH],
                    own[KERNEL_HEIGHT], own[KERNEL_WIDTH], own[STRIDE_Y], own[STRIDE_X], columns,
                )  # fmt: skip
            else:
                average_back(
                    back, into, own[CHANNELS], own[HEIGHT], own[WIDTH], own[OUT_HEIGHT], own[OUT_WIDTH],
                    own[KERNEL_HEIGHT], own[KERNEL_WIDTH], own[STRIDE_Y], own[STRIDE_X], columns,
                )  # fmt: skip
            continue
        if own[KIND] == CONVOLUTION:
            stands = _convolve_back(
                theta, grad, stream, constants, work, row, own, columns, adds, layer == 0,
                done if layer == begun else 0, spent, flag,
            )  # fmt: skip
            if stands > 0:
                return (layers - 1 - layer) * _STAGE + stands
            spent += 2 * units * reads * columns
            continue
        finish_deltas(slopes, back, row[layout.LINEAR], units, columns, at(grad, row[layout.BIASES]), adds)
        weights = at(grad, row[layout.WEIGHTS])
        if row[layout.NARROW]:
            narrow_gradient_product(slopes, inputs, weights, units, reads, columns, adds)
        else:
            stride = padded_columns(reads)
            rows = at(work, table[layout.COPY_AT])
            transpose_block(inputs, columns, rows, stride, reads, columns)
            gradient_product(slopes, rows, stride, weights, units, reads, columns, adds)
        if layer > 0:
            backward_product(at(theta, row[layout.WEIGHTS]), slopes, into, units, reads, columns, False)
        spent += 2 * units * reads * columns
    return 0
