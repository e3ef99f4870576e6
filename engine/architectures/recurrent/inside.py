"""What can be looked at inside a recurrent network: its states and gates, and the gradient, by time step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import types

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.chunked import OWN, passes_of
from engine.architectures.forward import layer_pieces, measuring_stream
from engine.architectures.mlp import MEASURING
from engine.architectures.packing import Packed
from engine.architectures.recurrent.network import CELLS, RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent
from engine.architectures.recurrent.passes import NORMS_AT
from engine.contracts import call_objective, pointer, routine
from engine.interruption import Interruption, Pieces, finish
from engine.training.stream import DONE

Array = np.ndarray

_f, _i = types.float64, types.int64


@dataclass(frozen=True, slots=True, eq=False)
class Unrolled:
    """A recurrent network on m sequences. states (m, length, hidden): h after each step. gates: of a GRU or an LSTM,
    the activation (m, length, hidden) of each by its name. cells (m, length, hidden): the cell states of an LSTM, else
    None. outputs (m, steps, outputs).
    """

    states: Array
    gates: Mapping[str, Array]
    cells: Array | None
    outputs: Array


def unrolled(network: RecurrentNetwork, theta: Array, inputs: Array) -> Unrolled:
    """The network at theta (n,) on inputs (m, length, inputs). Raises SettingError."""
    return finish(unrolled_pieces(network, theta, packed_recurrent(network, inputs), None))


def unrolled_pieces(
    network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
) -> Pieces[Unrolled]:
    """`unrolled` for packed sequences, in pieces."""
    values = yield from layer_pieces(network, theta, packed, 0, interruption)
    m, length, hidden = packed.examples, network.length, network.hidden
    states = values[0].reshape(m, length, -1)[:, :, :hidden]
    names = CELLS[network.cell].gates
    gates: dict[str, Array] = {}
    if network.gates > 1:
        rows = values[1].reshape(m, length, 4, hidden)
        # The third of a GRU's rows is what its reset gate multiplies.
        places = (0, 1, 3) if network.cell == "gru" else range(4)
        gates = {name: rows[:, :, place] for name, place in zip(names, places, strict=True)}
    cells = values[2].reshape(m, length, hidden) if CELLS[network.cell].kept else None
    return Unrolled(states, gates, cells, values[-1].reshape(m, network.steps, network.outputs))


def running_outputs(network: RecurrentNetwork, theta: Array, states: Array) -> Array:
    """The outputs (length, outputs) that the dense layer would give for the state (length, hidden) after each step."""
    weights, biases = network.part(theta, "output weights"), network.part(theta, "output biases")
    with np.errstate(all="ignore"):  # diverged networks are looked at, too
        return np.asarray(ACTIVATIONS[network.output].value(states @ weights.T + biases))


@routine(_f(_i, _f[::1], _f[::1], _i[::1], _f[::1], _f[::1]))
def _gradient(objective, theta, grad, stream, constants, work):  # type: ignore[no-untyped-def]
    """The loss at theta, and its gradient; where it was interrupted stream[DONE] is above 0."""
    return call_objective(objective, pointer(theta), pointer(grad), pointer(stream), pointer(constants), pointer(work))


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """loss: the mean loss, gradient (n,): its gradient. step_norms (length,): root mean square over the sequences of
    the norm of dl/dh, where l is the loss of one sequence and h the state after each step.
    """

    loss: float
    gradient: Array
    step_norms: Array


def step_norms(network: RecurrentNetwork, theta: Array, packed: Packed) -> Array:
    """The norm of the gradient by time step, (length,): see Measured."""
    return finish(measured_pieces(network, theta, packed, None)).step_norms


def measured_pieces(
    network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
) -> Pieces[Measured]:
    """Loss, gradient and its norm by time step on at least one sequence, packed with targets; in pieces."""
    theta, work = network.flat(theta), packed.work()
    gradient, stream = np.empty(network.parameters), measuring_stream(MEASURING, packed.examples, interruption)
    while True:
        loss = _gradient(packed.objective, theta, gradient, stream, packed.constants, work)
        if not stream[DONE]:
            break
        yield
    head = packed.constants.view(np.int64)
    place = int(head[int(passes_of(head)[OWN]) + NORMS_AT])
    with np.errstate(over="ignore", invalid="ignore"):  # diverged networks are looked at, too
        norms = np.sqrt(packed.examples * work[place : place + network.length])
    return Measured(float(loss), gradient, norms)
