"""The forward pass: a network's outputs, activations and losses for any examples, without a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numba import types

from engine.architectures import layout
from engine.architectures.mlp import LOSS_ONLY, OUTPUTS_ONLY
from engine.architectures.network import Layered, Network
from engine.architectures.packing import Packed, packed_examples, packed_set
from engine.contracts import call_objective, inline, is_raised, numbers_of, pointer, routine
from engine.interruption import Interruption, Pieces, address_of, finish
from engine.simd.registers import LANES
from engine.simd.vectors import at
from engine.training.stream import CURSOR, DONE, EXAMPLES, FIXED, FLAG, ORDER, QUIET, STREAM, TAKEN

Array = np.ndarray

_f, _i = types.float64, types.int64
_NO_OUTPUTS = np.empty(0)


def measuring_stream(quiet: int, examples: int, interruption: Interruption | None = None) -> Array:
    """A stream that requests so many examples in order, with nothing random."""
    stream = np.zeros(STREAM, np.int64)
    stream[ORDER], stream[QUIET] = FIXED, quiet
    stream[EXAMPLES] = stream[TAKEN] = examples
    stream[FLAG] = address_of(interruption)
    return stream


@inline
def copy_transposed(source, units, count, target):
    """Transpose to target (count, units) the first `count` columns of source, whose rows are padded."""
    columns = -(-count // LANES) * LANES
    for j in range(units):
        for b in range(count):
            target[b * units + j] = source[j * columns + b]


@routine(_i(_i, _i, _i, _f[::1], _i[::1], _f[::1], _f[::1], _f[::1]))
def _layer_values(objective, done, first, theta, stream, constants, work, values):
    """values: the activations of the layers from `first` on, (n, units) each, concatenated; of the examples from `done`
    on.

    Returns how many examples are done: n, or if it was interrupted the `done` of the next call.
    """
    p_theta, p_stream, p_work = pointer(theta), pointer(stream), pointer(work)
    p_constants, p_values = pointer(constants), pointer(values)
    table = layout.integers(p_constants)
    n = table[layout.EXAMPLES]
    most = table[layout.COLUMNS]
    for start in range(done, n, most):
        count = min(most, n - start)
        p_stream[CURSOR], p_stream[TAKEN] = start, count
        call_objective(objective, p_theta, p_work, p_stream, p_constants, p_work)
        if p_stream[DONE] > 0:
            return start
        place = 0
        for layer in range(first, table[layout.LAYERS]):
            row = at(table, layout.HEAD + layout.ROW * layer)
            units = row[layout.UNITS]
            copy_transposed(at(p_work, row[layout.VALUES_AT]), units, count, at(p_values, place + start * units))
            place += n * units
        if is_raised(p_stream[FLAG]):
            return start + count
    return n


@routine(_i(_i, _i, _i, _f[::1], _i[::1], _f[::1], _f[::1], _f[::1]))
def _losses(objective, first, parameters, thetas, stream, constants, work, losses):
    """losses (k,) at thetas (k, parameters), from theta `first` on.

    Returns how many are done: k, or if it was interrupted the `first` of the next call.
    """
    p_thetas, p_stream, p_constants, p_work = pointer(thetas), pointer(stream), pointer(constants), pointer(work)
    for place in range(first, losses.size):
        losses[place] = call_objective(
            objective, at(p_thetas, place * parameters), p_work, p_stream, p_constants, p_work
        )
        if p_stream[DONE] > 0:
            return place
        if is_raised(p_stream[FLAG]):
            return place + 1
    return losses.size


@inline
def _agreement(found, values, k, columns, count, targets, apart, classes):
    """Adds to found how many of `count` outputs, values (k, columns), predict the class in targets, which are `apart`;
    without classes, their squared errors from the k targets.

    Predictions are as in Loss.predictions: of several outputs the first of the largest, or the first NaN.
    """
    for b in range(count):
        if classes == 0:
            for j in range(k):
                error = targets[b * apart + j] - values[j * columns + b]
                found += error * error
            continue
        value = values[b]
        chosen = 1 if k == 1 and value > 0.0 else 0
        for j in range(1, k):
            other = values[j * columns + b]
            if other > value or (other != other and value == value):
                value, chosen = other, j
        if chosen == targets[b * apart]:
            found += 1.0
    return found


@routine(_i(_i, _i, _f[:, ::1], _i[::1], _f[::1], _f[::1], _f[::1], _i, _f[:, ::1], _f[::1]))
def _evaluate(objective, done, thetas, stream, constants, work, targets, classes, found, outputs):
    """Adds to found (b, 2) the mean loss and the agreement with the raw targets (n, steps) of classes, or (n, k)
    without any, at each of thetas (b, parameters), and writes outputs (n, k) unless there is no room for them; from
    example `done` on, those of each theta after those of the one before.

    Returns how many examples are done: b n, or if it was interrupted the `done` of the next call.
    """
    p_stream, p_work, p_found = pointer(stream), pointer(work), pointer(found)
    p_constants, p_targets, p_outputs = pointer(constants), pointer(targets), pointer(outputs)
    table = layout.integers(p_constants)
    n, k, steps = table[layout.EXAMPLES], table[layout.OUTPUTS], table[layout.STEPS]
    each = k // steps
    width = 1 if classes else each
    most = -(-n // -(-n // table[layout.COLUMNS]))  # chunks as in one call on all examples: the same loss
    last = at(table, layout.HEAD + layout.ROW * (table[layout.LAYERS] - 1))
    values = at(p_work, last[layout.VALUES_AT])
    total = thetas.shape[0] * n
    while done < total:
        place, start = done // n, done % n
        count = min(most, n - start)
        columns = -(-count // LANES) * LANES
        p_stream[CURSOR], p_stream[TAKEN] = start, count
        loss = call_objective(objective, pointer(thetas[place]), p_work, p_stream, p_constants, p_work)
        if p_stream[DONE] > 0:
            return done
        p_found[2 * place] += loss
        for step in range(steps):
            p_found[2 * place + 1] = _agreement(
                p_found[2 * place + 1], at(values, step * each * columns), each, columns, count,
                at(p_targets, (start * steps + step) * width), steps * width, classes,
            )  # fmt: skip
        if outputs.size > 0:
            copy_transposed(values, k, count, at(p_outputs, start * k))
        done += count
        if is_raised(p_stream[FLAG]):
            return done
    return total


@routine(_f(_f[:, ::1], _f[::1], _i, _i))
def agreement(values, targets, steps, classes):
    """The agreement of outputs, values (k, n), with the raw targets of n examples, flat, as an Evaluation has it."""
    k, columns = values.shape
    each = k // steps
    width = 1 if classes else each
    p_values, p_targets = pointer(values), pointer(targets)
    found = 0.0
    for step in range(steps):
        found = _agreement(
            found, at(p_values, step * each * columns), each, columns, columns, at(p_targets, step * width),
            steps * width, classes,
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A network on n examples: its mean loss, and how many it classifies as in their targets, or without classes the
    sum of its squared errors, over all numbers of a target; NaN and 0 without examples. outputs (n, k), if they were
    asked for, the steps one after another.
    """

    loss: float
    agreement: float
    outputs: Array


def evaluation_pieces(
    network: Layered,
    theta: Array,
    packed: Packed,
    targets: Array,
    classes: int,
    outputs: bool,
    interruption: Interruption | None,
) -> Pieces[Evaluation]:
    """Loss, agreement and outputs in one pass over examples packed with their raw targets: see TargetShape."""
    into = np.empty((packed.examples if outputs else 0, network.sizes[-1]))
    thetas = network.flat(theta).reshape(1, -1)
    found = yield from _passes(network, thetas, packed, targets, classes, into.reshape(-1), interruption)
    return Evaluation(float(found[0, 0]), float(found[0, 1]), into)


def evaluations_along(
    network: Layered,
    thetas: Array,
    packed: Packed,
    targets: Array,
    classes: int,
    interruption: Interruption | None,
) -> Pieces[tuple[Array, Array]]:
    """Loss and agreement, (b,) each, at each of thetas (b, n), as an Evaluation has them; in pieces."""
    numbers = network.flat(thetas).reshape(len(thetas), -1)
    found = yield from _passes(network, numbers, packed, targets, classes, _NO_OUTPUTS, interruption)
    return found[:, 0], found[:, 1]


def _passes(
    network: Layered,
    thetas: Array,
    packed: Packed,
    targets: Array,
    classes: int,
    outputs: Array,
    interruption: Interruption | None,
) -> Pieces[Array]:
    """(b, 2): see `_evaluate`."""
    if not packed.examples:
        return np.tile([np.nan, 0.0], (len(thetas), 1))
    found, work = np.zeros((len(thetas), 2)), packed.work()
    stream = measuring_stream(LOSS_ONLY, packed.examples, interruption)
    targets = numbers_of(targets).reshape(-1)
    assert classes or targets.size == packed.examples * network.sizes[-1]  # the kernel would read beyond them
    done = 0
    while True:
        done = _evaluate(
            packed.objective, done, thetas, stream, packed.constants, work, targets, classes, found, outputs
        )
        if done >= packed.examples * len(thetas):
            return found
        yield


def layer_pieces(
    network: Layered, theta: Array, packed: Packed, first: int, interruption: Interruption | None
) -> Pieces[list[Array]]:
    """The activations of the layers from `first` on, (m, units) each, for m packed examples."""
    shapes = [(packed.examples, units) for units in network.sizes[first + 1 :]]
    ends = [0, *accumulate(rows * units for rows, units in shapes)]
    values, work, theta = np.empty(ends[-1]), packed.work(), network.flat(theta)
    stream = measuring_stream(OUTPUTS_ONLY, packed.examples, interruption)
    done = 0
    while True:
        done = _layer_values(packed.objective, done, first, theta, stream, packed.constants, work, values)
        if done >= packed.examples:
            break
        yield
    return [values[start:stop].reshape(shape) for (start, stop), shape in zip(pairwise(ends), shapes, strict=True)]


def outputs(network: Network, theta: Array, inputs: Array) -> Array:
    """The outputs (m, k), after the output activation, for inputs (m, f). Raises SettingError."""
    return finish(output_pieces(network, theta, packed_examples(network, inputs), None))


def output_pieces(network: Layered, theta: Array, packed: Packed, interruption: Interruption | None) -> Pieces[Array]:
    """The outputs (m, k) for m packed examples."""
    return (yield from layer_pieces(network, theta, packed, network.layers - 1, interruption))[0]


def activations(network: Network, theta: Array, inputs: Array) -> list[Array]:
    """The activations of every layer, (m, units) each, for inputs (m, f). Raises SettingError."""
    return finish(layer_pieces(network, theta, packed_examples(network, inputs), 0, None))


def losses_along(network: Network, thetas: Array, inputs: Array, targets: Array, classes: int) -> Array:
    """The mean losses (k,) at thetas (k, n) on inputs (m, f) and raw targets (m,); NaN without examples."""
    return finish(loss_pieces(network, thetas, packed_set(network, inputs, targets, classes), None))


def loss_pieces(network: Layered, thetas: Array, packed: Packed, interruption: Interruption | None) -> Pieces[Array]:
    """The mean losses (k,) at thetas (k, n) on examples packed with targets; NaN without examples."""
    numbers = network.flat(thetas)
    losses = np.full(numbers.size // network.parameters, np.nan)
    if packed.examples:
        stream, work = measuring_stream(LOSS_ONLY, packed.examples, interruption), packed.work()
        done = 0
        while True:
            done = _losses(packed.objective, done, network.parameters, numbers, stream, packed.constants, work, losses)
            if done >= len(losses):
                break
            yield
    return losses


def loss_of(network: Network, theta: Array, inputs: Array, targets: Array, classes: int) -> float:
    """The mean loss on inputs (m, f) and raw targets (m,); NaN without examples."""
    return float(losses_along(network, theta[np.newaxis], inputs, targets, classes)[0])
