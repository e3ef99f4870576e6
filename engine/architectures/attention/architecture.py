"""Transformers as an architecture: self-attention between the steps of a sequence, and an answer at its end."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.attention.network import (
    ACTIVATION,
    CAUSAL,
    DEPTH,
    HEADS,
    MLP,
    NORM,
    WIDTH,
    AttentionNetwork,
)
from engine.architectures.attention.start import initial_attention
from engine.architectures.catalogue import ARCHITECTURES, Architecture, Design, LayerPart
from engine.architectures.forward import layer_pieces
from engine.architectures.inspection import Inspection, looked_pieces, unsaturated
from engine.architectures.packing import Packed
from engine.architectures.queries import Attending, Attention, TokenVectors
from engine.choices import Choice, choose
from engine.contracts import Kernel, Routine, SettingError
from engine.interruption import Interruption, Pieces
from engine.queries import Query

Array = np.ndarray


class Transformer(Architecture):
    """Steps that attend to each other, and an MLP at each; the last step gives the answer."""

    key = "attention"
    title = "Transformer"
    summary = "Every step of a sequence attends to the others and takes what it needs; the last answers, or each."
    source = "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; norms before each part as in GPT-2"
    knobs = (WIDTH, HEADS, DEPTH, MLP, ACTIVATION, CAUSAL, NORM)
    queries = (Attention, TokenVectors)
    embeds = True
    held_as_places = False, True  # tokens are places in any case
    remedy = "a smaller width or MLP, fewer blocks, shorter sequences, or less data"

    def unfit(self, shape: tuple[int, ...], is_image: bool, steps: int = 1) -> str:
        if not shape:
            return "a transformer needs a sequence, and these examples are rows of separate numbers"
        if len(shape) > 2:
            return f"a sequence is steps of numbers or tokens, and examples have the shape {shape}"
        if steps not in (1, shape[0]):
            return f"a transformer answers once or at every step, and {shape[0]} steps have {steps} targets"
        return ""

    def network(self, design: Design) -> AttentionNetwork:
        if told := self.unfit(design.shape, design.is_image, design.steps):
            raise SettingError(told, "architecture")
        length, inputs = (*design.shape, 1)[:2]
        knobs: dict[str, Any] = dict(design.architecture.values)
        depth = knobs.pop("blocks")
        try:
            return AttentionNetwork(
                length=length,
                inputs=0 if design.tokens else inputs,
                tokens=design.tokens,
                outputs=design.outputs,
                loss=design.loss,
                depth=depth,
                every=design.steps > 1,
                output=design.output,
                **knobs,
            )
        except SettingError as error:
            raise error.at("architecture") from None

    def reading(self, choice: Choice) -> Choice:
        return choose(ARCHITECTURES, choice.kind, {**choice.values, CAUSAL.name: True})

    def sees_ahead(self, network: AttentionNetwork) -> str:
        return "" if network.causal else "a transformer attends to later steps unless it is causal: switch causal on"

    def step_groups(self, network: AttentionNetwork) -> tuple[tuple[str, int], ...]:
        if not network.every:
            return ()
        return tuple(
            (f"{part} {block + 1}" if network.depth > 1 else part, units)
            for block in range(network.depth)
            for part, units in (("attention", network.width), ("MLP", network.mlp))
        )

    def step_value_pieces(
        self,
        network: AttentionNetwork,
        theta: Array,
        packed: Packed,
        group: str,
        interruption: Interruption | None,
    ) -> Pieces[Array]:
        place = [name for name, _ in self.step_groups(network)].index(group)
        row, units = _shown(network)[1 + place], dict(self.step_groups(network))[group]
        values = yield from layer_pieces(network, theta, packed, 0, interruption)
        return values[row].reshape(packed.examples, network.length, units)

    def start(self, network: AttentionNetwork, initializer: Choice, seed: int) -> Array:
        return initial_attention(network, initializer, seed)

    def packed(self, network: AttentionNetwork, inputs: Array, targets: Array | None, weights: Array | None) -> Packed:
        from engine.architectures.attention.packing import packed_attention

        return packed_attention(network, inputs, targets, weights)

    def packed_set(
        self,
        network: AttentionNetwork,
        inputs: Array,
        targets: Array,
        classes: int,
        weights: Array | None = None,
    ) -> Packed:
        from engine.architectures.attention.packing import packed_attention_set

        return packed_attention_set(network, inputs, targets, classes, weights)

    def numbers(self, network: AttentionNetwork, examples: int) -> tuple[int, int]:
        from engine.architectures.attention.packing import attention_numbers

        constants, work = attention_numbers(network, examples)
        return constants + work, work

    def products(self, network: AttentionNetwork) -> tuple[int, int, int]:
        d, length = network.width, network.length
        entering = 0 if network.tokens else length * network.inputs * d
        found = entering + network.steps * network.outputs * d
        for block in range(network.depth):
            near = network.queries(block)
            found += 2 * length * d * d + near * (2 * d * d + 2 * length * d + 2 * d * network.mlp)
        return found, entering, sum(network.sizes[1:])

    def own_kernels(self) -> list[Kernel | Routine]:
        from engine.architectures.attention.passes import attention_backward, attention_forward
        from engine.architectures.chunked import chunked_objective

        return [chunked_objective, attention_forward, attention_backward]

    def activations(self, network: AttentionNetwork) -> tuple[str, ...]:
        return network.activation, network.output

    def described(self, network: AttentionNetwork) -> str:
        steps = f"{network.length} tokens of {network.tokens}" if network.tokens else f"{network.length} steps"
        blocks = f"{network.depth} × " if network.depth > 1 else ""
        heads = f"{network.heads} heads" if network.heads > 1 else "1 head"
        answered = f"{network.outputs} at every step" if network.every else f"{network.outputs}"
        return f"{steps} – {blocks}({network.width}, {heads}, MLP {network.mlp}) – {answered}"

    def titles(self, network: AttentionNetwork) -> tuple[str, ...]:
        numbers = range(1, network.depth + 1)
        return "embedding", *(f"{part} {block}" for block in numbers for part in ("attention", "MLP")), "output"

    def units(self, network: AttentionNetwork) -> tuple[int, ...]:
        return network.width, *(network.width, network.mlp) * network.depth, network.outputs

    def layers(self, network: AttentionNetwork) -> tuple[LayerPart, ...]:
        titles = self.titles(network)
        parts: dict[str, tuple[list[Any], list[Any]]] = {title: ([], []) for title in titles}
        for block in network.blocks:
            parts[_part_of(block.name)][block.role == "bias"].append(block)
        told = zip(titles, self.units(network), strict=True)
        return tuple(LayerPart(title, tuple(parts[title][0]), tuple(parts[title][1]), units) for title, units in told)

    def narrowest(self, network: AttentionNetwork) -> int:
        return min(network.width, network.mlp, network.outputs)

    def answered(self, network: AttentionNetwork) -> tuple[type[Query[Any]], ...]:
        return self.queries if network.tokens else (Attention,)

    def inspection_pieces(
        self, network: AttentionNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Inspection]:
        shown = _shown(network)
        keys = ["", *("", network.activation) * network.depth, network.output]
        kinds = [ACTIVATIONS[key] if key else None for key in keys]
        limits = np.array([(-np.inf, np.inf)] * network.layers)
        limits[-1] = unsaturated(ACTIVATIONS[network.output].range)
        found = yield from looked_pieces(network, theta, packed, limits.reshape(-1), interruption)
        sizes = np.array(network.sizes[1:])
        begins = np.cumsum([0, *sizes[:-1]])
        awake = [
            found.awake[begins[row] : begins[row] + sizes[row]].reshape(-1, units).max(axis=0)
            for row, units in zip(shown, self.units(network), strict=True)
        ]
        delta, mean, squares, ends = found.sums[shown].T / packed.examples
        mean, squares, ends = (each / sizes[shown] for each in (mean, squares, ends))
        with np.errstate(over="ignore", invalid="ignore"):  # diverged networks are inspected, too
            norms = [
                np.sqrt(sum(found.gradient[block.start : block.stop] @ found.gradient[block.start : block.stop]
                            for block in (*part.weights, *part.biases)))
                for part in self.layers(network)
            ]  # fmt: skip
            deviation = np.sqrt(np.maximum(squares - mean**2, 0.0))
            delta = np.sqrt(delta)
        delta[1:-1:2] = np.nan  # attention
        gates = [kind is not None and kind.gates for kind in kinds]
        bounded = [kind is not None and kind.range is not None for kind in kinds]
        return Inspection(
            loss=found.loss,
            outputs=found.outputs,
            gradient=found.gradient,
            gradient_norm=np.array(norms),
            delta_norm=delta,
            activation_mean=mean,
            activation_deviation=deviation,
            dead=np.where(gates, [(units <= 0.0).mean() for units in awake], np.nan),
            saturated=np.where(bounded, ends, np.nan),
        )

    def activation_pieces(
        self, network: AttentionNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[list[Array]]:
        values = yield from layer_pieces(network, theta, packed, 0, interruption)
        return [values[row] for row in _shown(network)]

    def answer_pieces(
        self,
        network: AttentionNetwork,
        theta: Array,
        query: Query[Any],
        packed: Packed,
        inputs: Array,
        interruption: Interruption | None,
    ) -> Pieces[Any]:
        if isinstance(query, TokenVectors):
            return network.part(network.flat(theta), "embedding").copy()
        assert isinstance(query, Attention)
        place = min(query.example, len(inputs) - 1)
        one = inputs[place : place + 1]
        values = yield from layer_pieces(network, theta, self.packed(network, one, None, None), 0, interruption)
        shares = [
            values[1 + 3 * block][0].reshape(network.heads, -1, network.length).copy() for block in range(network.depth)
        ]
        outputs = values[-1][0].reshape(network.steps, -1)[-1].copy()
        return Attending(tuple(shares), one.reshape(network.shape).copy(), outputs)

    def first_fault(self, network: AttentionNetwork, theta: Array, packed: Packed) -> str:
        from engine.architectures.attention.divergence import attention_divergence

        with np.errstate(all="ignore"):
            found = attention_divergence(network, theta, packed)
        return f": {found}" if found else ", on the way back through the blocks"


def _shown(network: AttentionNetwork) -> list[int]:
    """Which of the layers that can be looked at stand for those with weights."""
    blocks = range(network.depth)
    return [0, *(row for block in blocks for row in (2 + 3 * block, 3 + 3 * block)), network.layers - 1]


def _part_of(name: str) -> str:
    """The title of the layer that a block of theta belongs to."""
    first, second = name.split()[:2] if " " in name else (name, "")
    return f"{first} {second}" if first in ("attention", "MLP") else first if first == "output" else "embedding"
