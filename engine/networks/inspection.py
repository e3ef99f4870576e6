"""A close look at a network: the exact gradient on all examples, and what its layers do there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import types

from engine.contracts import call_objective, pointer, routine
from engine.networks.activations import ACTIVATIONS
from engine.networks.forward import measuring
from engine.networks.losses import LOSSES
from engine.networks.mlp import network_objective
from engine.networks.network import Network
from engine.networks.packing import (
    COLUMNS, EXAMPLES, HEAD, LAYERS, OUTPUTS, PARAMETERS, READ_AT, ROW, SKIPS, SLOPES_AT, UNITS, VALUES_AT, integers,
    packed_examples,
)  # fmt: skip
from engine.networks.vectors import at
from engine.stream import CURSOR, TAKEN

Array = np.ndarray

_f, _i = types.float64, types.int64


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """A network on n examples. loss: the mean; outputs (n, k); gradient (parameters,) of the loss.

    For each layer: gradient_norm of its weights and biases together; delta_norm: the root mean square over the
    examples of the length of dl/dz, where l is the loss of one example and z what the layer's activation
    gets; mean and standard deviation of its activations (before a residual is added) over examples and units;
    dead: the share of its units that answer no example (NaN where the activation knows no death);
    saturated: the share of its activations within 1 % of an end of their range (NaN where that has no ends).
    """

    loss: float
    outputs: Array
    gradient: Array
    gradient_norm: Array
    delta_norm: Array
    activation_mean: Array
    activation_deviation: Array
    dead: Array
    saturated: Array


_DELTA, _SUM, _SQUARES, _LOW, _HIGH, _SUMS = range(6)


@routine(_f(_i, _f[::1], _i[::1], _f[::1], _f[::1], _f[:, ::1], _f[::1], _f[::1], _f[:, ::1], _f[::1], _f[:, ::1]))
def _look(objective, theta, stream, constants, work, outputs, gradient, grad, sums, most, limits):
    """sums (layers, _SUMS), most (units of all layers,): filled; limits (layers, 2): the ends of saturation."""
    p_theta, p_stream, p_constants, p_work = pointer(theta), pointer(stream), pointer(constants), pointer(work)
    p_grad, p_gradient, p_outputs, p_most = pointer(grad), pointer(gradient), pointer(outputs), pointer(most)
    table = integers(p_constants)
    layers = table[LAYERS]
    n = table[EXAMPLES]
    k = table[OUTPUTS]
    loss = 0.0
    for start in range(0, n, table[COLUMNS]):
        count = min(table[COLUMNS], n - start)
        columns = -(-count // 8) * 8
        p_stream[CURSOR] = start
        p_stream[TAKEN] = count
        share = count / n
        loss += share * call_objective(objective, p_theta, p_grad, p_stream, p_constants, p_work)
        for i in range(table[PARAMETERS]):
            p_gradient[i] += share * p_grad[i]
        unit = 0
        for layer in range(layers):
            row = at(table, HEAD + ROW * layer)
            values = at(p_work, row[VALUES_AT])
            below = at(p_work, row[READ_AT])
            slopes = at(p_work, row[SLOPES_AT])
            for j in range(row[UNITS]):
                for b in range(count):
                    i = j * columns + b
                    value = values[i] - below[i] if row[SKIPS] else values[i]
                    sums[layer, _SUM] += value
                    sums[layer, _SQUARES] += value * value
                    delta = slopes[i] * count
                    sums[layer, _DELTA] += delta * delta
                    sums[layer, _LOW] += 1.0 if value <= limits[layer, 0] else 0.0
                    sums[layer, _HIGH] += 1.0 if value >= limits[layer, 1] else 0.0
                    p_most[unit] = max(p_most[unit], value)
                unit += 1
        last = at(p_work, at(table, HEAD + ROW * (layers - 1))[VALUES_AT])
        for b in range(count):
            for j in range(k):
                p_outputs[(start + b) * k + j] = last[j * columns + b]
    return loss


def inspect(network: Network, theta: Array, inputs: Array, targets: Array, classes: int) -> Inspection:
    """Look at a network on inputs (n, f) and their raw targets (n,), a number or the place of a class."""
    n, layers = len(inputs), network.layers
    packed = packed_examples(network, inputs, LOSSES[network.loss.kind].encode(targets, classes))
    outputs = np.empty((n, network.sizes[-1]))
    gradient = np.zeros(network.parameters)
    sums = np.zeros((layers, _SUMS))
    most = np.full(sum(network.sizes[1:]), -np.inf)
    entries = [ACTIVATIONS[key] for key in network.activations]
    limits = np.array([_limits(entry.range) for entry in entries])
    loss = _look(
        network_objective.address,
        np.ascontiguousarray(theta, np.float64),
        measuring(n, 1),
        packed.constants,
        np.zeros(packed.work_size),
        outputs,
        gradient,
        np.empty_like(gradient),
        sums,
        most,
        limits,
    )
    size = np.array(network.sizes[1:]) * n
    mean = sums[:, _SUM] / size
    ends = np.cumsum([0, *network.sizes[1:]])
    return Inspection(
        float(loss),
        outputs,
        gradient,
        np.array(
            [math.hypot(*(float(np.linalg.norm(part)) for part in parts)) for parts in network.unpacked(gradient)]
        ),
        np.sqrt(sums[:, _DELTA] / n),
        mean,
        np.sqrt(np.maximum(sums[:, _SQUARES] / size - mean * mean, 0.0)),
        np.array(
            [
                np.mean(most[ends[i] : ends[i + 1]] <= 0.0) if entry.gates else np.nan
                for i, entry in enumerate(entries)
            ]
        ),
        np.array(
            [
                (sums[i, _LOW] + sums[i, _HIGH]) / size[i] if entry.range else np.nan
                for i, entry in enumerate(entries)
            ]
        ),
    )


def _limits(asymptotes: tuple[float, float] | None) -> tuple[float, float]:
    if not asymptotes:
        return -np.inf, np.inf
    low, high = asymptotes
    return low + 0.01 * (high - low), high - 0.01 * (high - low)
