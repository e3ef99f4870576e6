"""What a network answers: outputs, activations and losses, without a gradient."""

from __future__ import annotations

import numpy as np
from numba import types

from engine.contracts import call_objective, pointer, routine
from engine.networks.losses import LOSSES
from engine.networks.mlp import FORWARD_ONLY, network_objective
from engine.networks.network import Network
from engine.networks.packing import (
    COLUMNS, EXAMPLES, HEAD, LAYERS, ROW, UNITS, VALUES_AT, integers, packed_examples,
)  # fmt: skip
from engine.networks.vectors import at
from engine.stream import CURSOR, FIXED, ORDER, QUIET, STREAM, TAKEN

Array = np.ndarray

_f, _i = types.float64, types.int64


@routine(types.void(_i, _i, _f[::1], _i[::1], _f[::1], _f[::1], _f[:, ::1]))
def _pass_on(objective, layer, theta, stream, constants, work, values):
    """values (n, units): what a layer (the last of which is the output) passes on."""
    p_theta, p_stream = pointer(theta), pointer(stream)
    p_constants, p_work, p_values = pointer(constants), pointer(work), pointer(values)
    table = integers(p_constants)
    row = at(table, HEAD + ROW * layer)
    units = row[UNITS]
    n = table[EXAMPLES]
    for start in range(0, n, table[COLUMNS]):
        count = min(table[COLUMNS], n - start)
        p_stream[CURSOR] = start
        p_stream[TAKEN] = count
        call_objective(objective, p_theta, p_work, p_stream, p_constants, p_work)
        columns = -(-count // 8) * 8
        source = at(p_work, row[VALUES_AT])
        for b in range(count):
            for j in range(units):
                p_values[(start + b) * units + j] = source[j * columns + b]


@routine(types.void(_i, _f[:, ::1], _f[::1], _i[::1], _f[::1], _f[::1], _f[::1]))
def _losses(objective, thetas, theta, stream, constants, work, losses):
    for row in range(thetas.shape[0]):
        losses[row] = call_objective(
            objective, pointer(thetas[row]), pointer(work), pointer(stream), pointer(constants), pointer(work)
        )


def measuring(examples: int, quiet: int = FORWARD_ONLY) -> Array:
    """A stream that asks for all examples in their own order, and no dropout."""
    stream = np.zeros(STREAM, np.int64)
    stream[ORDER], stream[QUIET], stream[TAKEN] = FIXED, quiet, examples
    return stream


def _layer_values(network: Network, theta: Array, inputs: Array, layer: int) -> Array:
    packed = packed_examples(network, inputs, np.zeros((len(inputs), network.sizes[-1])))
    values = np.empty((len(inputs), network.sizes[layer + 1]))
    _pass_on(
        network_objective.address,
        layer,
        np.ascontiguousarray(theta, np.float64),
        measuring(len(inputs)),
        packed.constants,
        np.zeros(packed.work_size),
        values,
    )
    return values


def outputs(network: Network, theta: Array, inputs: Array) -> Array:
    """(m, k) of inputs (m, f), after the output's activation."""
    return _layer_values(network, theta, inputs, network.layers - 1)


def activations(network: Network, theta: Array, inputs: Array) -> list[Array]:
    """What every layer passes on, (m, units) each, for inputs (m, f)."""
    return [_layer_values(network, theta, inputs, layer) for layer in range(network.layers)]


def losses_along(network: Network, thetas: Array, inputs: Array, targets: Array, classes: int) -> Array:
    """The mean losses (k,) at thetas (k, n) on inputs (m, f) and their raw targets (m,)."""
    packed = packed_examples(network, inputs, LOSSES[network.loss.kind].encode(targets, classes))
    found = np.empty(len(thetas))
    thetas = np.ascontiguousarray(thetas, np.float64)
    _losses(
        network_objective.address,
        thetas,
        thetas[0],
        measuring(len(inputs)),
        packed.constants,
        np.zeros(packed.work_size),
        found,
    )
    return found


def loss_of(network: Network, theta: Array, inputs: Array, targets: Array, classes: int) -> float:
    """The mean loss on inputs (m, f) and their raw targets (m,)."""
    return float(losses_along(network, theta[None], inputs, targets, classes)[0])
