"""Recurrent networks as an architecture: one cell over the steps of a sequence, and answers at its end or all along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.catalogue import Architecture, Design
from engine.architectures.coding import CodeLayer, DenseLayer, through_dense
from engine.architectures.forward import evaluation_pieces, layer_pieces
from engine.architectures.inspection import Inspection, unsaturated
from engine.architectures.packing import Packed, packed_inputs
from engine.architectures.queries import (
    CellInTime,
    Code,
    Decoded,
    Gates,
    PartInTime,
    RunningOutputs,
    StepsInTime,
    TimeSteps,
    TokenVectors,
)
from engine.architectures.recurrent.network import (
    CELLS,
    FORGET_BIAS,
    HIDDEN,
    RECURRENT_ACTIVATIONS,
    START,
    TRUNCATION,
    RecurrentNetwork,
)
from engine.architectures.recurrent.start import initial_recurrent
from engine.choices import Choice
from engine.contracts import Hyper, Kernel, Routine, SettingError
from engine.interruption import Interruption, Pieces
from engine.queries import Query

Array = np.ndarray

CELL = Hyper(
    "cell",
    "",
    "elman",
    kind="choice",
    options=tuple(CELLS),
    titles=tuple(cell.title for cell in CELLS.values()),
    help="; ".join(f"{cell.title}: {cell.formula}" for cell in CELLS.values()),
    tier="basic",
)
ACTIVATION = Hyper(
    "activation",
    "",
    "tanh",
    kind="choice",
    options=RECURRENT_ACTIVATIONS,
    titles=tuple(ACTIVATIONS[key].title for key in RECURRENT_ACTIVATIONS),
    help="of an Elman cell; gates have their own. Identity makes it linear: what is known of vanishing and exploding "
    "gradients is exact there",
)
_MEASURED_STEPS = 128  # whose gradient norm is recorded, at most
_LOOKED_AT = 1 << 21  # numbers inside the network from which the statistics of a layer are taken, at most


class Recurrent(Architecture):
    """A cell that reads one step after another; the last state gives the answer, or every one does."""

    key = "recurrent"
    title = "Recurrent"
    summary = "One cell reads a sequence step by step and keeps a state; the last state gives the answer, or every one."
    source = "Elman 1990, https://doi.org/10.1207/s15516709cog1402_1"
    knobs = (CELL, replace(HIDDEN, name="units"), ACTIVATION, START, TRUNCATION, FORGET_BIAS)
    queries = (TimeSteps, Gates, RunningOutputs, TokenVectors, Code, Decoded)
    looks = ("engine.architectures.recurrent.inside",)
    held_as_places = True, True
    remedy = "fewer units, shorter sequences, or less data"

    def unfit(self, shape: tuple[int, ...], is_image: bool, steps: int = 1) -> str:
        if not shape:
            return "a recurrent network needs a sequence, and these examples are rows of separate numbers"
        if len(shape) > 2:
            return f"a sequence is steps of numbers, and examples have the shape {shape}"
        if steps not in (1, shape[0]):
            return f"a recurrent network answers once or at every step, and {shape[0]} steps have {steps} targets"
        return ""

    def network(self, design: Design) -> RecurrentNetwork:
        if told := self.unfit(design.shape, design.is_image, design.steps):
            raise SettingError(told, "architecture")
        length, inputs = (*design.shape, 1)[:2]
        knobs: Mapping[str, Any] = design.architecture.values
        elman = knobs["cell"] == "elman"
        try:
            return RecurrentNetwork(
                length=length,
                inputs=inputs,
                hidden=knobs["units"],
                outputs=design.outputs,
                every=design.steps > 1,
                loss=design.loss,
                cell=knobs["cell"],
                activation=knobs["activation"] if elman else "tanh",
                output=design.output,
                truncation=knobs["truncation"],
                start=knobs["start"],
                forget_bias=knobs["forget_bias"],
            )
        except SettingError as error:
            raise error.at("architecture") from None

    def start(self, network: RecurrentNetwork, initializer: Choice, seed: int) -> Array:
        return initial_recurrent(network, initializer, seed)

    def beginning(self, network: RecurrentNetwork) -> tuple[object, ...]:
        forget = network.forget_bias if network.cell == "lstm" else None
        return *self.layout(network), network.cell, network.start, forget

    def packed(self, network: RecurrentNetwork, inputs: Array, targets: Array | None, weights: Array | None) -> Packed:
        from engine.architectures.recurrent.packing import packed_recurrent

        return packed_recurrent(network, inputs, targets, weights)

    def packed_set(
        self,
        network: RecurrentNetwork,
        inputs: Array,
        targets: Array,
        classes: int,
        weights: Array | None = None,
    ) -> Packed:
        from engine.architectures.recurrent.packing import packed_recurrent_set

        return packed_recurrent_set(network, inputs, targets, classes, weights)

    def numbers(self, network: RecurrentNetwork, examples: int) -> tuple[int, int]:
        from engine.architectures.recurrent.packing import recurrent_numbers

        constants, work = recurrent_numbers(network, examples)
        return constants + work, work

    def products(self, network: RecurrentNetwork) -> tuple[int, int, int]:
        last = network.hidden * network.outputs
        entering = network.gates * network.hidden * network.inputs
        each = network.parameters - last
        return (
            network.length * each + network.steps * last,
            network.length * entering,
            network.length * network.gates * network.hidden,
        )

    def own_kernels(self) -> list[Kernel | Routine]:
        from engine.architectures.chunked import chunked_objective
        from engine.architectures.recurrent import inside  # noqa: F401  declares its routine
        from engine.architectures.recurrent.passes import recurrent_backward, recurrent_forward

        return [chunked_objective, recurrent_forward, recurrent_backward]

    def activations(self, network: RecurrentNetwork) -> tuple[str, ...]:
        return network.activation, network.output

    def described(self, network: RecurrentNetwork) -> str:
        steps = f"{network.length} steps"
        read = steps if network.inputs == 1 else f"{steps} of {network.inputs}"
        answered = f"{network.outputs} at every step" if network.every else f"{network.outputs}"
        return f"{read} – {CELLS[network.cell].title} {network.hidden} – {answered}"

    def titles(self, network: RecurrentNetwork) -> tuple[str, ...]:
        return "recurrent", "output"

    def units(self, network: RecurrentNetwork) -> tuple[int, ...]:
        return network.hidden, network.outputs

    def narrowest(self, network: RecurrentNetwork) -> int:
        return min(network.hidden, network.length * network.inputs, network.outputs)

    def time_steps(self, network: RecurrentNetwork) -> tuple[int, ...]:
        every = -(-network.length // _MEASURED_STEPS)
        return tuple(range(network.length, 0, -every))[::-1]

    def undefined(self, network: RecurrentNetwork, measure: str) -> str:
        if measure == "delta_norm":
            return "a recurrent layer has a delta at every time step, which its view Time steps shows"
        if measure in ("dead", "saturated") and network.cell != "elman":
            return f"the states of {CELLS[network.cell].title} are products of gates, which {_PLAIN[measure]}"
        return super().undefined(network, measure)

    def inspection_pieces(
        self, network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Inspection]:
        from engine.architectures.recurrent.inside import measured_pieces

        found = yield from measured_pieces(network, theta, packed, interruption)
        nothing = np.zeros((packed.examples, network.sizes[-1]))
        evaluated = yield from evaluation_pieces(network, theta, packed, nothing, 0, True, interruption)
        states = yield from self._states(network, theta, packed, interruption)
        layers = [states.reshape(-1, network.hidden), evaluated.outputs]
        keys = self.activations(network) if network.cell == "elman" else ("", network.output)
        groups = [(part.weights[0].start, part.biases[-1].stop) for part in self.layers(network)]
        with np.errstate(over="ignore", invalid="ignore"):  # diverged networks are inspected, too
            return Inspection(
                loss=found.loss,
                outputs=evaluated.outputs,
                gradient=found.gradient,
                gradient_norm=np.array([np.linalg.norm(found.gradient[start:stop]) for start, stop in groups]),
                delta_norm=np.full(2, np.nan),
                activation_mean=np.array([values.mean() for values in layers]),
                activation_deviation=np.array([values.std() for values in layers]),
                dead=np.array([_dead(key, values) for key, values in zip(keys, layers, strict=True)]),
                saturated=np.array([_saturated(key, values) for key, values in zip(keys, layers, strict=True)]),
            )

    def activation_pieces(
        self, network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[list[Array]]:
        from engine.architectures.recurrent.inside import unrolled_pieces

        found = yield from unrolled_pieces(network, theta, packed, interruption)
        return [np.ascontiguousarray(found.states).reshape(len(found.states), -1), found.outputs[:, -1]]

    def step_groups(self, network: RecurrentNetwork) -> tuple[tuple[str, int], ...]:
        cell = CELLS[network.cell]
        gates = (
            tuple(f"{gate} gate" if gate != "candidate" else gate for gate in cell.gates) if network.gates > 1 else ()
        )
        names = ("state", *(("cell state",) if cell.kept else ()), *gates)
        return tuple((name, network.hidden) for name in names)

    def step_value_pieces(
        self,
        network: RecurrentNetwork,
        theta: Array,
        packed: Packed,
        group: str,
        interruption: Interruption | None,
    ) -> Pieces[Array]:
        from engine.architectures.recurrent.inside import unrolled_pieces

        found = yield from unrolled_pieces(network, theta, packed, interruption)
        if group == "state":
            return found.states
        if group == "cell state":
            assert found.cells is not None
            return found.cells
        return found.gates[group.removesuffix(" gate")]

    def answer_pieces(
        self,
        network: RecurrentNetwork,
        theta: Array,
        query: Query[Any],
        packed: Packed,
        inputs: Array,
        interruption: Interruption | None,
    ) -> Pieces[Any]:
        from engine.architectures.recurrent.inside import measured_pieces, running_outputs, unrolled_pieces

        if isinstance(query, TokenVectors):
            return network.part(network.flat(theta), "input weights").T.copy()
        assert isinstance(query, TimeSteps | Gates | RunningOutputs)
        place = min(query.example, len(inputs) - 1)
        one = inputs[place : place + 1]
        if isinstance(query, RunningOutputs):
            heard = yield from unrolled_pieces(network, theta, self.packed(network, one, None, None), interruption)
            return running_outputs(network, theta, heard.states[0])
        found = yield from unrolled_pieces(network, theta, self.packed(network, one, None, None), interruption)
        sequence, states = one.reshape(network.shape).copy(), found.states[0].copy()
        if isinstance(query, TimeSteps):
            measured = yield from measured_pieces(network, theta, packed, interruption)
            return StepsInTime(measured.step_norms, sequence, states, found.outputs[0].copy())
        parts = [_gate(name, values[0].copy()) for name, values in found.gates.items()]
        if found.cells is not None:
            parts.append(PartInTime("cell", "cell state", found.cells[0].copy(), False))
        return CellInTime(sequence, (*parts, PartInTime("state", "state", states, False)))

    def code_layer(self, network: RecurrentNetwork) -> CodeLayer | None:
        """The last state, where it alone gives the answer."""
        return None if network.every else CodeLayer("last state", network.hidden, 0)

    def code_pieces(
        self, network: RecurrentNetwork, theta: Array, inputs: Array, interruption: Interruption | None
    ) -> Pieces[Array]:
        found, some = np.empty((len(inputs), network.hidden)), max(1, _LOOKED_AT // sum(network.sizes[1:]))
        for begin in range(0, len(inputs), some):  # every state of every example would take too much memory
            part = self.packed(network, inputs[begin : begin + some], None, None)
            states = (yield from layer_pieces(network, theta, part, 0, interruption))[0]
            found[begin : begin + some] = states.reshape(part.examples, network.length, -1)[:, -1, : network.hidden]
        return found

    def decoded(self, network: RecurrentNetwork, theta: Array, code: Array) -> Array:
        weights, biases = (network.part(network.flat(theta), f"output {name}") for name in ("weights", "biases"))
        return through_dense([DenseLayer(weights, biases, network.output)], code)

    def step_norm_pieces(
        self, network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Array]:
        from engine.architectures.recurrent.inside import measured_pieces

        found = yield from measured_pieces(network, theta, packed, interruption)
        return np.asarray(found.step_norms[np.array(self.time_steps(network)) - 1])

    def first_fault(self, network: RecurrentNetwork, theta: Array, packed: Packed) -> str:
        from engine.architectures.recurrent.divergence import recurrent_divergence

        with np.errstate(all="ignore"):
            found = recurrent_divergence(network, theta, packed)
        return f": {found.sentence}" if found is not None else ""

    def _states(
        self, network: RecurrentNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Array]:
        """The states (m, length, hidden) on some of the examples, evenly chosen."""
        every = max(1, -(-packed.examples * sum(network.sizes[1:]) // _LOOKED_AT))
        some = self.packed(network, packed_inputs(packed)[::every], None, None)
        values = yield from layer_pieces(network, theta, some, 0, interruption)
        return values[0].reshape(some.examples, network.length, -1)[:, :, : network.hidden]


def _gate(name: str, values: Array) -> PartInTime:
    """What a cell computes by the name of its weights: a gate, or the candidate that gates let in."""
    return PartInTime(name, name if name == "candidate" else f"{name} gate", values, name != "candidate")


_PLAIN = {"dead": "cannot be dead", "saturated": "have no ends of their own"}


def _dead(key: str, values: Array) -> float:
    """The share of units, columns of values (m, units), without a gradient anywhere; NaN if there are no such."""
    if not key or not ACTIVATIONS[key].gates:
        return np.nan
    return float((~(values > 0.0).any(axis=0)).mean())


def _saturated(key: str, values: Array) -> float:
    """The share of values (m, units) close to an end of the activation's range; NaN if it has none."""
    if not key or ACTIVATIONS[key].range is None:
        return np.nan
    low, high = unsaturated(ACTIVATIONS[key].range)
    return float(((values < low) | (values > high)).mean())
