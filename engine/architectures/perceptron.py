"""Multi-layer perceptrons as an architecture: dense layers, one after another, on a row of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.architectures.catalogue import ARCHITECTURES, Architecture, Design, answers_once, fault_in
from engine.architectures.coding import CodeLayer, DenseLayer, narrowest_of, through_dense
from engine.architectures.forward import layer_pieces
from engine.architectures.initializers import initial_theta
from engine.architectures.inspection import Inspection, inspection_pieces
from engine.architectures.mlp import network_objective
from engine.architectures.network import Network
from engine.architectures.packing import Packed, numbers_needed, packed_examples, work_needed
from engine.architectures.queries import Code, Decoded, Field, UnitMaps
from engine.choices import Choice
from engine.contracts import Kernel, Routine, SettingError, Tier
from engine.interruption import Interruption, Pieces, finish

Array = np.ndarray


class Perceptron(Architecture):
    """Dense layers; the shape of its examples does not matter to it."""

    key = "perceptron"
    title = "Perceptron"
    summary = "Dense layers: every unit reads all numbers of the layer before, in whatever order they stand."
    source = "Rumelhart, Hinton & Williams 1986, https://doi.org/10.1038/323533a0"
    tier: Tier = "basic"
    parts = ("hidden", "residual", "dropout")
    queries = (Field, UnitMaps, Code, Decoded)
    remedy = "fewer or narrower layers, or less data"

    def unfit(self, shape: tuple[int, ...], is_image: bool, steps: int = 1) -> str:
        return answers_once("a perceptron", steps)

    def network(self, design: Design) -> Network:
        if told := self.unfit(design.shape, design.is_image, design.steps):
            raise SettingError(told, "architecture")
        return Network(
            (design.inputs, *(layer.units for layer in design.hidden), design.outputs),
            (*(layer.activation for layer in design.hidden), design.output),
            design.loss,
            design.residual,
            design.dropout,
        )

    def start(self, network: Network, initializer: Choice, seed: int) -> Array:
        return initial_theta(network, initializer, seed)

    def layout(self, network: Network) -> tuple[object, ...]:
        return network.sizes

    def packed(self, network: Network, inputs: Array, targets: Array | None, weights: Array | None) -> Packed:
        return packed_examples(network, inputs, targets, weights)

    def numbers(self, network: Network, examples: int) -> tuple[int, int]:
        return numbers_needed(network, examples, network.sizes[0]), work_needed(network, examples)

    def products(self, network: Network) -> tuple[int, int, int]:
        first, *others = network.sizes
        return network.parameters, first * others[0], sum(others)

    def own_kernels(self) -> list[Kernel | Routine]:
        return [network_objective]

    def activations(self, network: Network) -> tuple[str, ...]:
        return network.activations

    def described(self, network: Network) -> str:
        return " – ".join(str(size) for size in network.sizes)

    def titles(self, network: Network) -> tuple[str, ...]:
        return network.layer_titles

    def units(self, network: Network) -> tuple[int, ...]:
        return network.sizes[1:]

    def parameter_name(self, network: Network, inputs: tuple[str, ...], outputs: tuple[str, ...], place: int) -> str:
        """Such as `w hidden 1: x → unit 3` and `bias output`."""
        layer = next(layer for layer in range(network.layers) if place < network.biases(layer).stop)
        last = layer == network.layers - 1
        title = "output" if last else f"hidden {layer + 1}"
        weights, width = network.weights(layer), network.sizes[layer]
        if place < weights.stop:
            unit, source = divmod(place - weights.start, width)
            kind, begin = "w", inputs[source] if layer == 0 else f"unit {source + 1}"
        else:
            unit, kind, begin = place - weights.stop, "bias", ""
        if last:
            end = outputs[unit] if outputs else f"{unit + 1}" if network.sizes[-1] > 1 else ""
        else:
            end = f"unit {unit + 1}"
        path = " → ".join(part for part in (begin, end) if part)
        return f"{kind} {title}: {path}" if path else f"{kind} {title}"

    def parameter_lists(
        self, network: Network, inputs: tuple[str, ...], outputs: tuple[str, ...], target: str, chosen: tuple[int, ...]
    ) -> tuple[Sequence[str], ...]:
        """The layers, the units of the one that is chosen, and what a unit reads, then its bias."""
        layer = chosen[0] if chosen else 0
        numbered = [f"unit {unit + 1}" for unit in range(network.sizes[layer + 1])]
        sources = inputs if layer == 0 else [f"unit {unit + 1}" for unit in range(network.sizes[layer])]
        last = layer == network.layers - 1
        return network.layer_titles, (outputs or (target,)) if last else numbered, [*sources, "bias"]

    def picked_parameter(self, network: Network, chosen: tuple[int, ...]) -> int:
        layer, unit, source = chosen
        width = network.sizes[layer]
        if source == width:
            return int(network.biases(layer).start) + unit
        return int(network.weights(layer).start) + unit * width + source

    def inspection_pieces(
        self, network: Network, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Inspection]:
        return inspection_pieces(network, theta, packed, interruption)

    def activation_pieces(
        self, network: Network, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[list[Array]]:
        return layer_pieces(network, theta, packed, 0, interruption)

    def code_layer(self, network: Network) -> CodeLayer | None:
        return narrowest_of(network.layer_titles, network.sizes[1:])

    def code_pieces(
        self, network: Network, theta: Array, inputs: Array, interruption: Interruption | None
    ) -> Pieces[Array]:
        layer = self.code_layer(network)
        assert layer is not None
        packed = packed_examples(network, inputs)
        return (yield from layer_pieces(network, theta, packed, layer.place, interruption))[0]

    def decoded(self, network: Network, theta: Array, code: Array) -> Array:
        layer, numbers = self.code_layer(network), network.unpacked(theta)
        assert layer is not None
        after = range(layer.place + 1, network.layers)
        made = (DenseLayer(*numbers[place], network.activations[place], network.skips(place)) for place in after)
        return through_dense(made, code)

    def first_layer_images(self, network: Network, theta: Array) -> tuple[Array, Array] | None:
        return network.unpacked(theta)[0]

    def first_fault(self, network: Network, theta: Array, packed: Packed) -> str:
        with np.errstate(all="ignore"):
            values = finish(self.activation_pieces(network, theta, packed, None))
        weights = [np.concatenate([w.ravel(), b]) for w, b in network.unpacked(theta)]
        return fault_in(network.layer_titles, values, weights)


PERCEPTRON = Perceptron()
ARCHITECTURES.add(PERCEPTRON)
