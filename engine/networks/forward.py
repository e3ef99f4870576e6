"""The forward pass: a network's outputs, activations and losses for any examples, without a gradient."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
from numba import types

from engine.contracts import call_objective, inline, pointer, routine
from engine.networks import layout
from engine.networks.mlp import LOSS_ONLY, OUTPUTS_ONLY, network_objective
from engine.networks.network import Network
from engine.networks.packing import Packed, packed_examples, packed_set
from engine.networks.registers import LANES
from engine.networks.vectors import at
from engine.stream import CURSOR, EXAMPLES, FIXED, ORDER, QUIET, STREAM, TAKEN

Array = np.ndarray

_f, _i = types.float64, types.int64


def measuring_stream(quiet: int, examples: int) -> Array:
    """A stream that requests so many examples in order, with nothing random."""
    stream = np.zeros(STREAM, np.int64)
    stream[ORDER], stream[QUIET] = FIXED, quiet
    stream[EXAMPLES] = stream[TAKEN] = examples
    return stream


@inline
def copy_transposed(source, units, count, target):
    """Transpose to target (count, units) the first `count` columns of source, whose rows are padded."""
    columns = -(-count // LANES) * LANES
    for j in range(units):
        for b in range(count):
            target[b * units + j] = source[j * columns + b]


@routine(types.void(_i, _i, _f[::1], _i[::1], _f[::1], _f[::1], _f[::1]))
def _layer_values(objective, first, theta, stream, constants, work, values):
    """values: the activations of the layers from `first` on, (n, units) each, concatenated."""
    p_theta, p_stream, p_work = pointer(theta), pointer(stream), pointer(work)
    p_constants, p_values = pointer(constants), pointer(values)
    table = layout.integers(p_constants)
    n = table[layout.EXAMPLES]
    most = table[layout.COLUMNS]
    for start in range(0, n, most):
        count = min(most, n - start)
        p_stream[CURSOR], p_stream[TAKEN] = start, count
        call_objective(objective, p_theta, p_work, p_stream, p_constants, p_work)
        place = 0
        for layer in range(first, table[layout.LAYERS]):
            row = at(table, layout.HEAD + layout.ROW * layer)
            units = row[layout.UNITS]
            copy_transposed(at(p_work, row[layout.VALUES_AT]), units, count, at(p_values, place + start * units))
            place += n * units


@routine(types.void(_i, _i, _f[::1], _i[::1], _f[::1], _f[::1], _f[::1]))
def _losses(objective, parameters, thetas, stream, constants, work, losses):
    """losses (k,) at thetas (k, parameters)."""
    p_thetas, p_stream, p_constants, p_work = pointer(thetas), pointer(stream), pointer(constants), pointer(work)
    for place in range(losses.size):
        losses[place] = call_objective(
            objective, at(p_thetas, place * parameters), p_work, p_stream, p_constants, p_work
        )


def _layer_outputs(network: Network, theta: Array, packed: Packed, first: int) -> list[Array]:
    shapes = [(packed.examples, units) for units in network.sizes[first + 1 :]]
    ends = [0, *accumulate(rows * units for rows, units in shapes)]
    values = np.empty(ends[-1])
    _layer_values(
        network_objective.address,
        first,
        _numbers(theta),
        measuring_stream(OUTPUTS_ONLY, packed.examples),
        packed.constants,
        packed.work(),
        values,
    )
    return [values[start:stop].reshape(shape) for (start, stop), shape in zip(pairwise(ends), shapes, strict=True)]


def outputs(network: Network, theta: Array, inputs: Array) -> Array:
    """The outputs (m, k), after the output activation, for inputs (m, f)."""
    return outputs_of(network, theta, packed_examples(network, inputs))


def outputs_of(network: Network, theta: Array, packed: Packed) -> Array:
    """The outputs (m, k) for m packed examples."""
    return _layer_outputs(network, theta, packed, network.layers - 1)[0]


def activations(network: Network, theta: Array, inputs: Array) -> list[Array]:
    """The activations of every layer, (m, units) each, for inputs (m, f)."""
    return _layer_outputs(network, theta, packed_examples(network, inputs), 0)


def losses_along(network: Network, thetas: Array, inputs: Array, targets: Array, classes: int) -> Array:
    """The mean losses (k,) at thetas (k, n) on inputs (m, f) and raw targets (m,); NaN without examples."""
    return losses_at(network, thetas, packed_set(network, inputs, targets, classes))


def losses_at(network: Network, thetas: Array, packed: Packed) -> Array:
    """The mean losses (k,) at thetas (k, n) on examples packed with targets; NaN without examples."""
    losses = np.full(len(thetas), np.nan)
    if packed.examples:
        stream = measuring_stream(LOSS_ONLY, packed.examples)
        _losses(
            network_objective.address,
            network.parameters,
            _numbers(thetas),
            stream,
            packed.constants,
            packed.work(),
            losses,
        )
    return losses


def loss_of(network: Network, theta: Array, inputs: Array, targets: Array, classes: int) -> float:
    """The mean loss on inputs (m, f) and raw targets (m,); NaN without examples."""
    return float(losses_along(network, theta[np.newaxis], inputs, targets, classes)[0])


def _numbers(theta: Array) -> Array:
    return np.ascontiguousarray(theta, np.float64).reshape(-1)
