"""Inspection of a network on a set of examples: its gradient, and statistics of every layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numba import types

from engine.architectures import layout
from engine.architectures.activations import ACTIVATIONS
from engine.architectures.forward import copy_transposed, measuring_stream
from engine.architectures.mlp import MEASURING
from engine.architectures.network import Layered, Network
from engine.architectures.packing import Packed, packed_set
from engine.contracts import call_objective, is_raised, pointer, routine
from engine.interruption import Interruption, Pieces, finish
from engine.simd.registers import LANES
from engine.simd.vectors import at, below, fma, load, positive, splat, total
from engine.training.stream import CURSOR, DONE, FLAG, TAKEN

Array = np.ndarray

_f, _i = types.float64, types.int64

_DELTA, _SUM, _SQUARES, _ENDS, _SUMS = range(5)
_NEAR = 0.01  # of an activation's range: this close to an end it is saturated


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """A network on n examples: its mean loss, outputs (n, k), gradient (parameters,) of the loss.

    The rest is one number per layer. gradient_norm: of its weights and biases together. delta_norm: root mean square
    over the examples of the norm of dl/dz, where l is the loss of one example and z the pre-activation.
    activation_mean, activation_deviation (standard deviation): over examples and units, before a residual is added.
    dead: the share of units without a gradient for any example; saturated: that of activations within 1 % of
    their range from one of its ends; NaN where the activation has no such notion.
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


@routine(_i(_i, _i, _f[::1], _i[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1], _f[::1]))
def _look(objective, done, theta, stream, constants, work, loss, outputs, gradient, sums, awake, limits):
    """Adds to the mean loss (1,), sums (layers, _SUMS) and awake (units,), and writes outputs (n, k) and gradient; from
    example `done` on.

    awake is above 0 for a unit that was ever active; limits (layers, 2): the bounds of the unsaturated range. Returns
    how many examples are done: n, or if it was interrupted the `done` of the next call.
    """
    p_theta, p_stream, p_constants, p_work = pointer(theta), pointer(stream), pointer(constants), pointer(work)
    p_gradient, p_outputs = pointer(gradient), pointer(outputs)
    p_sums, p_awake, p_limits = pointer(sums), pointer(awake), pointer(limits)
    table = layout.integers(p_constants)
    n, k = table[layout.EXAMPLES], table[layout.OUTPUTS]
    most = -(-n // -(-n // table[layout.COLUMNS]))  # chunks as in one call on all examples: the same loss
    shares = at(p_work, table[layout.SHARES_AT])
    for start in range(done, n, most):
        count = min(most, n - start)
        columns = -(-count // LANES) * LANES
        p_stream[CURSOR], p_stream[TAKEN] = start, count
        found = call_objective(objective, p_theta, p_gradient, p_stream, p_constants, p_work)
        if p_stream[DONE] > 0:
            return start
        loss[0] += found
        scale = n * table[layout.ELEMENTS]  # the objective's shares are 1 / scale, and 0 for padding
        unit = 0
        for layer in range(table[layout.LAYERS]):
            row = at(table, layout.HEAD + layout.ROW * layer)
            read = at(p_work, row[layout.READ_AT])
            values = at(p_work, row[layout.VALUES_AT])
            deltas = at(p_work, row[layout.SLOPES_AT])
            low, high = splat(p_limits[2 * layer]), splat(p_limits[2 * layer + 1])
            delta_sum = mean = squares = ends = splat(0.0)
            for j in range(row[layout.UNITS]):
                woken = splat(0.0)
                for b in range(0, columns, LANES):
                    i = j * columns + b
                    share, value, delta = load(shares, b), load(values, i), load(deltas, i)
                    if row[layout.SKIPS]:
                        value = value - load(read, i)
                    delta_sum = fma(delta, delta, delta_sum)
                    mean = fma(share, value, mean)
                    squares = fma(share * value, value, squares)
                    ends = ends + below(value, low, share, below(high, value, share, splat(0.0)))
                    woken = positive(value, splat(1.0), woken)
                p_awake[unit] += total(woken)
                unit += 1
            sum_of = at(p_sums, layer * _SUMS)
            sum_of[_DELTA] += total(delta_sum) * n * n
            sum_of[_SUM] += total(mean) * scale
            sum_of[_SQUARES] += total(squares) * scale
            sum_of[_ENDS] += total(ends) * scale
        last = at(table, layout.HEAD + layout.ROW * (table[layout.LAYERS] - 1))
        copy_transposed(at(p_work, last[layout.VALUES_AT]), k, count, at(p_outputs, start * k))
        if is_raised(p_stream[FLAG]):
            return start + count
    return n


def inspect(network: Network, theta: Array, inputs: Array, targets: Array, classes: int) -> Inspection:
    """Inspect a network on inputs (n, f), n > 0, and raw targets (n,): numbers, or class indices."""
    return finish(inspection_pieces(network, theta, packed_set(network, inputs, targets, classes), None))


def inspection_pieces(
    network: Network, theta: Array, packed: Packed, interruption: Interruption | None
) -> Pieces[Inspection]:
    """Inspect a network on at least one example, packed with targets."""
    traits = _traits(network.sizes, network.activations)
    found = yield from looked_pieces(network, theta, packed, traits.limits, interruption)
    delta, mean, squares, ends = found.sums.T / (packed.examples * traits.share)
    asleep = np.add.reduceat((found.awake <= 0.0).astype(np.float64), traits.places) / traits.units
    gradient = found.gradient
    with np.errstate(over="ignore", invalid="ignore"):  # diverged networks are inspected, too
        lengths = np.sqrt(np.add.reduceat(gradient * gradient, traits.parameters))
        deviation = np.sqrt(np.maximum(squares - mean**2, 0.0))
    return Inspection(
        loss=found.loss,
        outputs=found.outputs,
        gradient=gradient,
        gradient_norm=lengths,
        delta_norm=np.sqrt(delta),
        activation_mean=mean,
        activation_deviation=deviation,
        dead=np.where(traits.gates, asleep, np.nan),
        saturated=np.where(traits.ends, ends, np.nan),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One pass over n examples: their mean loss, outputs (n, k) and gradient (parameters,).

    sums (layers, 4): over examples and units, of the squares of dl/dz, of activations, of their squares, and of those
    close to an end of their range. awake (units of all layers,): how often each unit was active, at least.
    """

    loss: float
    outputs: Array
    gradient: Array
    sums: Array
    awake: Array


def looked_pieces(
    network: Layered, theta: Array, packed: Packed, limits: Array, interruption: Interruption | None
) -> Pieces[Looked]:
    """What is seen of at least one example, packed with targets, in one pass and in pieces. limits (2 layers,): the
    bounds of the unsaturated range of each layer.
    """
    examples, sizes = packed.examples, network.sizes
    outputs, gradient = np.empty((examples, sizes[-1])), np.empty(network.parameters)
    sums, awake = np.zeros((network.layers, _SUMS)), np.zeros(sum(sizes[1:]))
    loss, work = np.zeros(1), packed.work()
    theta, stream = network.flat(theta), measuring_stream(MEASURING, examples, interruption)
    done = 0
    while True:
        done = _look(
            packed.objective, done, theta, stream, packed.constants, work,
            loss, outputs.reshape(-1), gradient, sums.reshape(-1), awake, limits,
        )  # fmt: skip
        if done >= examples:
            break
        yield
    sums[:, _ENDS] = np.rint(sums[:, _ENDS])  # a count, from a sum of shares
    return Looked(float(loss[0]), outputs, gradient, sums, awake)


@dataclass(frozen=True, slots=True, eq=False)
class _Traits:
    """What is known of L layers beforehand. units (L,); places, parameters (L,): where the units and the parameters of
    each begin. share (4, L): over how many units a sum of _SUMS runs. limits (2 L,): the bounds of their unsaturated
    ranges. gates, ends (L,): whether units may be dead, or saturated.
    """

    units: Array
    places: Array
    parameters: Array
    share: Array
    limits: Array
    gates: Array
    ends: Array


@lru_cache(maxsize=64)
def _traits(sizes: tuple[int, ...], activations: tuple[str, ...]) -> _Traits:
    kinds = [ACTIVATIONS[key] for key in activations]
    units = np.array(sizes[1:])
    lengths = [(inputs + 1) * outputs for inputs, outputs in pairwise(sizes)]
    return _Traits(
        units=units,
        places=np.cumsum([0, *units[:-1]]),
        parameters=np.cumsum([0, *lengths[:-1]]),
        share=np.array([np.ones(len(units)), units, units, units]),
        limits=np.ravel([unsaturated(kind.range) for kind in kinds]),
        gates=np.array([kind.gates for kind in kinds]),
        ends=np.array([kind.range is not None for kind in kinds]),
    )


def unsaturated(ends: tuple[float, float] | None) -> tuple[float, float]:
    """The bounds of the unsaturated part of an activation's range."""
    if ends is None:
        return -np.inf, np.inf
    near = _NEAR * (ends[1] - ends[0])
    return ends[0] + near, ends[1] - near
