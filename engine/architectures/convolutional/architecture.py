"""Convolutional networks as an architecture: filters that see every place alike, pooling, and dense layers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.catalogue import Architecture, Design, answers_once, fault_in
from engine.architectures.coding import CodeLayer, DenseLayer, narrowest_of, through_dense
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Dense, Pooling
from engine.architectures.convolutional.stages import stage
from engine.architectures.convolutional.start import initial_convolutional
from engine.architectures.forward import layer_pieces
from engine.architectures.inspection import Inspection, looked_pieces, unsaturated
from engine.architectures.packing import Packed
from engine.architectures.queries import Code, Decoded, FeatureMaps, StageMaps
from engine.choices import Choice
from engine.contracts import Kernel, Routine, SettingError
from engine.interruption import Interruption, Pieces, finish
from engine.queries import Query

Array = np.ndarray


class Convolutional(Architecture):
    """Stages over images, or over sequences, whose numbers at a step are its channels."""

    key = "convolutional"
    title = "Convolutional"
    summary = "Small filters that see every place alike, pooling, and dense layers: shape matters more than place."
    source = "LeCun et al. 1998, https://doi.org/10.1109/5.726791"
    parts = ("stages",)
    queries = (FeatureMaps, Code, Decoded)
    held_as_places = False, True  # of its inputs the channels come first
    remedy = "fewer channels, larger strides or pooling windows, fewer units, or less data"

    def unfit(self, shape: tuple[int, ...], is_image: bool, steps: int = 1) -> str:
        if told := answers_once("a convolutional network", steps):
            return told
        if not shape:
            return "a convolution needs an image or a sequence, and these examples are rows of separate numbers"
        if len(shape) <= 2 + is_image:
            return ""
        return f"a convolution has 1 or 2 dimensions, and examples have the shape {shape}"

    def network(self, design: Design) -> ConvolutionalNetwork:
        if told := self.unfit(design.shape, design.is_image, design.steps):
            raise SettingError(told, "architecture")
        stages = tuple(stage(choice) for choice in design.stages)
        shape, dimensions = design.shape, 2 if design.is_image else 1
        if len(shape) > dimensions:
            shape = (shape[-1], *shape[:-1])  # what stands at a step or a pixel are channels
        return ConvolutionalNetwork(shape, stages, design.outputs, design.loss, design.output, dimensions)

    def start(self, network: ConvolutionalNetwork, initializer: Choice, seed: int) -> Array:
        return initial_convolutional(network, initializer, seed)

    def packed(
        self, network: ConvolutionalNetwork, inputs: Array, targets: Array | None, weights: Array | None
    ) -> Packed:
        from engine.architectures.convolutional.packing import packed_convolutional

        return packed_convolutional(network, _shaped(network, inputs), targets, weights)

    def numbers(self, network: ConvolutionalNetwork, examples: int) -> tuple[int, int]:
        from engine.architectures.convolutional.packing import convolutional_numbers

        constants, work = convolutional_numbers(network, examples)
        return constants + work, work

    def products(self, network: ConvolutionalNetwork) -> tuple[int, int, int]:
        each = [_products(network, layer) for layer in range(network.layers)]
        return sum(each), next(found for found in each if found), sum(network.sizes[1:])

    def own_kernels(self) -> list[Kernel | Routine]:
        from engine.architectures.chunked import chunked_objective
        from engine.architectures.convolutional.passes import convolutional_backward, convolutional_forward

        return [chunked_objective, convolutional_forward, convolutional_backward]

    def activations(self, network: ConvolutionalNetwork) -> tuple[str, ...]:
        return tuple(found.activation for found in network.layers_of_stages if not isinstance(found, Pooling))

    def described(self, network: ConvolutionalNetwork) -> str:
        sides = slice(3 - network.dimensions, None)
        shown = [_by(tuple(network.planes[0])[sides])]
        for made, (_, plane) in zip(network.layers_of_stages, pairwise(network.planes), strict=True):
            flat = isinstance(made, Dense)
            shown.append(str(plane.channels) if flat else f"{plane.channels} @ {_by(tuple(plane)[sides])}")
        return " – ".join(shown)

    def titles(self, network: ConvolutionalNetwork) -> tuple[str, ...]:
        return tuple(network.layer_titles[layer] for layer in _weighted(network))

    def units(self, network: ConvolutionalNetwork) -> tuple[int, ...]:
        return tuple(network.planes[layer + 1].channels for layer in _weighted(network))

    def inspection_pieces(
        self, network: ConvolutionalNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[Inspection]:
        weighted = _weighted(network)
        ranges = [ACTIVATIONS[key].range for key in self.activations(network)]
        limits = np.array([(-np.inf, np.inf)] * network.layers)
        limits[weighted] = [unsaturated(ends) for ends in ranges]
        found = yield from looked_pieces(network, theta, packed, limits.reshape(-1), interruption)
        sizes = np.array(network.sizes[1:])
        begins = np.cumsum([0, *sizes[:-1]])
        delta, *others = found.sums[weighted].T / packed.examples
        mean, squares, ends = (each / sizes[weighted] for each in others)
        asleep = [
            (found.awake[begins[layer] : begins[layer] + sizes[layer]].reshape(units, -1).max(axis=1) <= 0.0).mean()
            for layer, units in zip(weighted, self.units(network), strict=True)
        ]
        gates = [ACTIVATIONS[key].gates for key in self.activations(network)]
        slices = [slice(network.weights(layer).start, network.biases(layer).stop) for layer in weighted]
        with np.errstate(over="ignore", invalid="ignore"):  # diverged networks are inspected, too
            lengths = np.array([np.sqrt(found.gradient[part] @ found.gradient[part]) for part in slices])
            deviation = np.sqrt(np.maximum(squares - mean**2, 0.0))
            delta = np.sqrt(delta)
        return Inspection(
            loss=found.loss,
            outputs=found.outputs,
            gradient=found.gradient,
            gradient_norm=lengths,
            delta_norm=delta,
            activation_mean=mean,
            activation_deviation=deviation,
            dead=np.where(gates, asleep, np.nan),
            saturated=np.where([each is not None for each in ranges], ends, np.nan),
        )

    def activation_pieces(
        self, network: ConvolutionalNetwork, theta: Array, packed: Packed, interruption: Interruption | None
    ) -> Pieces[list[Array]]:
        values = yield from layer_pieces(network, theta, packed, 0, interruption)
        return [values[layer] for layer in _weighted(network)]

    def answer_pieces(
        self,
        network: ConvolutionalNetwork,
        theta: Array,
        query: Query[Any],
        packed: Packed,
        inputs: Array,
        interruption: Interruption | None,
    ) -> Pieces[Any]:
        from engine.architectures.convolutional.inside import map_pieces

        assert isinstance(query, FeatureMaps)
        place = min(query.example, len(inputs) - 1)
        some = self.packed(network, inputs[place : place + 1], None, None)
        maps = yield from map_pieces(network, theta, some, tuple(range(network.layers)), interruption)
        return tuple(
            StageMaps(title, _filters(network, theta, layer), _planes(maps[layer][0]))
            for layer, title in enumerate(network.layer_titles)
        )

    def code_layer(self, network: ConvolutionalNetwork) -> CodeLayer | None:
        """Only where nothing but dense layers comes after it."""
        found = narrowest_of(network.layer_titles, network.sizes[1:])
        if found is None:
            return None
        after = network.layers_of_stages[found.place + 1 :]
        return found if all(isinstance(made, Dense) for made in after) else None

    def code_pieces(
        self, network: ConvolutionalNetwork, theta: Array, inputs: Array, interruption: Interruption | None
    ) -> Pieces[Array]:
        layer = self.code_layer(network)
        assert layer is not None
        packed = self.packed(network, inputs, None, None)
        return (yield from layer_pieces(network, theta, packed, layer.place, interruption))[0]

    def decoded(self, network: ConvolutionalNetwork, theta: Array, code: Array) -> Array:
        layer, theta = self.code_layer(network), network.flat(theta)
        assert layer is not None
        return through_dense((_dense(network, theta, place) for place in range(layer.place + 1, network.layers)), code)

    def first_fault(self, network: ConvolutionalNetwork, theta: Array, packed: Packed) -> str:
        with np.errstate(all="ignore"):
            values = finish(self.activation_pieces(network, theta, packed, None))
        numbers = [theta[network.weights(layer).start : network.biases(layer).stop] for layer in _weighted(network)]
        return fault_in(self.titles(network), values, numbers)


def _shaped(network: ConvolutionalNetwork, inputs: Array) -> Array:
    """Rows (n, inputs) as examples (n, *shape); channels, which come last in the data, become the first axis."""
    if len(network.shape) > network.dimensions:
        channels, *sides = network.shape
        return np.moveaxis(inputs.reshape(len(inputs), *sides, channels), -1, 1)
    return inputs.reshape(len(inputs), *network.shape)


def _dense(network: ConvolutionalNetwork, theta: Array, layer: int) -> DenseLayer:
    """A dense stage, or the output layer."""
    made, shape = network.layers_of_stages[layer], network.weight_shape(layer)
    assert isinstance(made, Dense) and shape is not None
    weights = theta[network.weights(layer)].reshape(shape)
    return DenseLayer(weights, theta[network.biases(layer)], made.activation)


def _weighted(network: ConvolutionalNetwork) -> list[int]:
    """The places of the layers that have weights."""
    return [place for place, made in enumerate(network.layers_of_stages) if not isinstance(made, Pooling)]


def _products(network: ConvolutionalNetwork, layer: int) -> int:
    """How many multiplications a layer takes for an example; none of pooling."""
    shape, plane = network.weight_shape(layer), network.planes[layer + 1]
    return 0 if shape is None else int(np.prod(shape)) * plane.height * plane.width


def _filters(network: ConvolutionalNetwork, theta: Array, layer: int) -> Array | None:
    """The filters of a convolution (channels, inputs, height, width); None of other layers."""
    from engine.architectures.convolutional.inside import filters

    if not isinstance(network.layers_of_stages[layer], Convolution):
        return None
    found = filters(network, theta, layer)
    return (found if network.dimensions == 2 else found[:, :, None]).copy()


def _planes(maps: Array) -> Array:
    """Maps of a layer as (channels, height, width): lines have a height of 1, and units are one line."""
    return maps.reshape(1, 1, -1) if maps.ndim == 1 else maps if maps.ndim == 3 else maps[:, None]


def _by(sides: tuple[int, ...]) -> str:
    return " × ".join(map(str, sides))
