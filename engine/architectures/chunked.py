"""The objective of a network that is no plain stack of dense layers: the mean loss of a batch and its exact gradient.

It takes a batch in chunks of examples, compares outputs with targets and adds up; the passes forward and back are
kernels of the architecture, called by their addresses. Matrices are feature-major, one column per example, as in mlp.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic

from engine.architectures import layout
from engine.architectures.batch import batch_order, gather_columns, gather_rows, spread_columns
from engine.architectures.layout import Allocator, padded
from engine.architectures.losses import LOSSES, call_loss
from engine.architectures.mlp import MEASURING, OUTPUTS_ONLY, TRAINING, padded_columns, weigh
from engine.architectures.packing import Packed, packed_constants
from engine.architectures.resuming import flag_of, resumed, suspend
from engine.choices import Choice
from engine.contracts import OBJECTIVE, Floats, Ints, Kernel, SettingError, caller, is_raised, kernel, numbers_of
from engine.simd.products import transpose_block
from engine.simd.vectors import LANES, at
from engine.training.stream import CURSOR, DONE, EXAMPLES, FLAG, PART, QUIET, TAKEN

Array = np.ndarray

# After the layers' rows in the constants: the addresses of the passes, and where the architecture's own integers begin.
FORWARD, BACKWARD, OWN, PASSES = range(4)

# Both are given where they go on, 0 for the beginning, and the address of a flag; where they see it between two pieces
# they return where they stand, above 0, and keep in work what they need to go on, else 0.
# theta, stream, constants, work, columns, place, flag: inputs are in READ_AT of the first layer, outputs in VALUES_AT
# of the last
FORWARD_PASS = types.int64(Floats, Ints, Floats, Floats, types.int64, types.int64, types.int64)
# theta, grad, stream, constants, work, columns, adds, place, flag: the loss's derivatives are in SLOPES_AT of a last
# layer that is LINEAR, or else in BACK_AT; grad is written, or if adds is 1 added to
BACKWARD_PASS = types.int64(Floats, Floats, Ints, Floats, Floats, types.int64, types.int64, types.int64, types.int64)


@intrinsic
def _call_forward(typing_context, address, theta, stream, constants, work, columns, place, flag):
    """Call the FORWARD_PASS kernel at an address, inside another kernel."""
    return caller(FORWARD_PASS, 7)()


@intrinsic
def _call_backward(typing_context, address, theta, grad, stream, constants, work, columns, adds, place, flag):
    """Call the BACKWARD_PASS kernel at an address, inside another kernel."""
    return caller(BACKWARD_PASS, 9)()


@kernel(OBJECTIVE)
def chunked_objective(theta, grad, stream, constants, work):
    """Mean loss of the batch that the stream selects; grad: its gradient. See mlp.network_objective."""
    table = layout.integers(constants)
    features = table[layout.FEATURES]
    layers = table[layout.LAYERS]
    passes = at(table, layout.HEAD + layout.ROW * layers)
    last = at(table, layout.HEAD + layout.ROW * (layers - 1))
    steps = table[layout.STEPS]
    outputs = table[layout.OUTPUTS]
    k = outputs // steps
    quiet = stream[QUIET]
    inputs = at(work, table[layout.HEAD + layout.READ_AT])
    values = at(work, last[layout.VALUES_AT])
    targets = at(work, table[layout.TARGETS_AT])
    weights = at(work, table[layout.WEIGHTS_AT])
    deltas = at(work, last[layout.SLOPES_AT] if last[layout.LINEAR] else table[layout.BACK_AT])
    taken = stream[TAKEN]
    most = -(-taken // -(-taken // table[layout.COLUMNS]))
    share = 1.0 / ((taken if quiet == TRAINING else stream[EXAMPLES]) * table[layout.ELEMENTS])
    continues = quiet == MEASURING and stream[CURSOR] > 0
    within = resumed(stream, work)
    flag = flag_of(stream, within)
    whole, within = min(within, 0), max(within, 0)
    done = max(stream[DONE] - 1, 0)
    part = at(layout.floats(stream), PART)
    loss = part[0] if stream[DONE] > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    for start in range(done, taken, most):
        count = min(most, taken - start)
        columns = padded_columns(count)
        if within == 0:
            chosen = batch_order(stream, table, work, start, count)
            width, goal = table[layout.INPUT_WIDTH], table[layout.GOAL_WIDTH]
            given, wanted = at(constants, table[layout.INPUTS]), at(constants, table[layout.TARGETS])
            if width > 0:
                spread_columns(given, width, features // width, chosen, count, columns, 0.0, 1.0, inputs)
            elif features >= LANES:
                rows = at(work, table[layout.ROWS_AT])
                stride = padded_columns(features)
                gather_rows(given, features, chosen, count, columns, rows, stride)
                transpose_block(rows, stride, inputs, columns, columns, features)
            else:
                gather_columns(given, features, chosen, count, columns, inputs)
            if quiet != OUTPUTS_ONLY:
                if goal > 0:
                    off, on = constants[layout.OFF], constants[layout.ON]
                    spread_columns(wanted, goal, outputs // goal, chosen, count, columns, off, on, targets)
                else:
                    gather_columns(wanted, outputs, chosen, count, columns, targets)
                weigh(table, constants, work, chosen, k, columns, count, share)
        if within & 1 == 0:
            place = _call_forward(passes[FORWARD], theta, stream, constants, work, columns, within >> 1, flag)
            if place > 0:
                suspend(stream, work, start, loss, 2 * place)
                return loss
            within = 1
            if quiet != OUTPUTS_ONLY:
                for step in range(steps):
                    first = step * k * columns
                    loss += call_loss(
                        table[layout.LOSS], at(values, first), at(targets, first), weights, at(deltas, first), k,
                        columns, constants[table[layout.NUMBERS] + layout.KNOB],
                    )  # fmt: skip
        if quiet <= MEASURING:
            adds = np.int64(continues or start > 0)
            place = _call_backward(
                passes[BACKWARD], theta, grad, stream, constants, work, columns, adds, within >> 1, flag
            )
            if place > 0:
                suspend(stream, work, start, loss, 2 * place + 1)
                return loss
        within = 0
        if start + count < taken and is_raised(stream[FLAG]):
            suspend(stream, work, start + count, loss, whole)
            return loss
    return loss


def begun_head(
    layers: int, parameters: int, inputs: int, outputs: int, steps: int, loss: Choice, examples: int, columns: int,
    own: int, work: Allocator,
) -> Array:  # fmt: skip
    """The integers at the start of the constants, with everything but the layers' rows, the `own` integers of the
    architecture and the kernels' addresses; BACK_AT and COPY_AT are left to the architecture.

    inputs, outputs: numbers of an example, the outputs of all `steps` together.
    """
    head = np.zeros(layout.HEAD + layout.ROW * layers + PASSES + own, np.int64)
    head[layout.LAYERS], head[layout.FEATURES], head[layout.OUTPUTS] = layers, inputs, outputs
    head[layout.EXAMPLES], head[layout.PARAMETERS], head[layout.COLUMNS] = examples, parameters, columns
    head[layout.ELEMENTS] = LOSSES[loss.kind].elements(outputs // steps) * steps
    head[layout.NUMBERS] = head.size
    head[layout.INPUTS] = head.size + layout.OWN_NUMBERS
    head[layout.TARGETS] = head[layout.INPUTS] + examples * inputs
    head[layout.ORDER_AT] = work.take(max(padded(examples), columns))
    head[layout.ROWS_AT] = work.take(columns * padded(inputs))
    head[layout.TARGETS_AT] = work.take(outputs * columns)
    head[layout.WEIGHTS_AT] = work.take(outputs // steps * columns)
    head[layout.SHARES_AT] = work.take(columns)
    head[layout.STEPS] = steps
    passes_of(head)[OWN] = head.size - own
    return head


def rows_of(head: Array) -> Array:
    """The rows of the layers (layers, ROW), as a view."""
    return head[layout.HEAD : layout.HEAD + layout.ROW * head[layout.LAYERS]].reshape(-1, layout.ROW)


def passes_of(head: Array) -> Array:
    """The integers about the passes (PASSES,), as a view."""
    start = layout.HEAD + layout.ROW * head[layout.LAYERS]
    found: Array = head[start : start + PASSES]
    return found


def packed_chunks(
    head: Array,
    work_size: int,
    forward: Kernel,
    backward: Kernel,
    loss: Choice,
    inputs: Array,
    targets: Array | None,
    weights: Array | None,
) -> Packed:
    """Pack a complete head with inputs (n, ...) and encoded targets (n, ...), which outputs alone do not need, and
    weights (n,) of the examples, if they have any. Raises SettingError.
    """
    entry = LOSSES[loss.kind]
    head[layout.LOSS] = entry.kernel.address
    passes = passes_of(head)
    passes[FORWARD], passes[BACKWARD] = forward.address, backward.address
    own = [*loss.packed(entry.knobs)[:1], 0.0][0], 1.0
    parts = [inputs] if targets is None else [inputs, targets]
    if (found := _places(inputs)) is not None and found.off == 0.0 and found.on == 1.0:
        head[layout.INPUT_WIDTH], parts[0] = inputs.shape[-1], found.places
    if targets is not None and (found := _places(targets)) is not None:
        head[layout.GOAL_WIDTH], parts[1] = targets.shape[-1], found.places
        head.view(np.float64)[[layout.OFF, layout.ON]] = found.off, found.on
    head[layout.TARGETS] = head[layout.INPUTS] + parts[0].size
    parts = [np.ravel(part) for part in parts]
    return packed_constants(chunked_objective.address, head, own, tuple(parts), len(inputs), work_size, weights)


class _Places(NamedTuple):
    """places (n, ...): which of the numbers of each row is `on`; the others are `off`."""

    places: Array
    off: float
    on: float


def _places(numbers: Array) -> _Places | None:
    """Numbers (..., width) as places, if of each row one number is different, and is the largest; else None. So tokens
    that are read one-hot, and classes, take a number each.
    """
    if numbers.ndim < 2 or numbers.shape[-1] < 2 or not numbers.size:
        return None
    first = numbers.reshape(-1, numbers.shape[-1])[0]
    off, on = float(first.min()), float(first.max())
    places = numbers.argmax(axis=-1)
    same = np.count_nonzero(numbers == off, axis=-1) == numbers.shape[-1] - 1
    if not off < on or not same.all() or not (np.take_along_axis(numbers, places[..., None], -1) == on).all():
        return None
    return _Places(places.astype(np.float64), off, on)


def checked_inputs(inputs: Array, shape: tuple[int, ...]) -> Array:
    """Inputs (n, *shape), or rows of as many numbers, as floats (n, *shape). Raises SettingError for others."""
    try:
        numbers = numbers_of(inputs)
    except SettingError:
        lengths = _lengths(inputs)
        if len(lengths) > 1:
            told = f"all examples of these data have one length, got lengths from {min(lengths)} to {max(lengths)}"
            raise SettingError(f"{told}: cut or pad them to one") from None
        raise
    if numbers.shape[1:] == (math.prod(shape),):
        return numbers.reshape(-1, *shape)
    if numbers.shape[1:] != shape or numbers.ndim != len(shape) + 1:
        wanted = ", ".join(map(str, ("n", *shape)))
        raise SettingError(f"inputs are an array ({wanted}), an example in each row, got an array {numbers.shape}")
    return numbers


def _lengths(inputs: object) -> set[int]:
    """How long the examples are, if they are sequences."""
    if isinstance(inputs, Sequence | np.ndarray):
        return {len(each) for each in inputs if isinstance(each, Sequence | np.ndarray)}
    return set()
