"""What can be looked at inside a convolutional network: its filters, and the feature maps of examples."""

from __future__ import annotations

import numpy as np

from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork
from engine.architectures.convolutional.packing import packed_convolutional
from engine.architectures.forward import layer_pieces
from engine.architectures.packing import Packed
from engine.contracts import SettingError
from engine.interruption import Interruption, Pieces, finish

Array = np.ndarray


def filters(network: ConvolutionalNetwork, theta: Array, layer: int) -> Array:
    """The filters of a convolution, (channels, inputs, kernel, kernel), or (channels, inputs, kernel) in one
    dimension, as a view into theta (n,). layer: the place of the stage, from 0. Raises SettingError.
    """
    checked_layer(network, layer)
    if not isinstance(network.layers_of_stages[layer], Convolution):
        raise SettingError(f"{network.layer_titles[layer]} has no filters, only convolutions have")
    shape = network.weight_shape(layer)
    assert shape is not None
    return network.flat(theta)[network.weights(layer)].reshape(shape)


def feature_maps(network: ConvolutionalNetwork, theta: Array, inputs: Array, layer: int) -> Array:
    """The maps that a stage makes of inputs (m, *shape): (m, channels, height, width), or (m, channels, length) in one
    dimension; of a dense layer (m, units). layer: the place of the stage, from 0. Raises SettingError.
    """
    checked_layer(network, layer)
    return finish(map_pieces(network, theta, packed_convolutional(network, inputs), (layer,), None))[0]


def map_pieces(
    network: ConvolutionalNetwork,
    theta: Array,
    packed: Packed,
    layers: tuple[int, ...],
    interruption: Interruption | None,
) -> Pieces[list[Array]]:
    """The maps of the chosen stages, as `feature_maps` has them, of packed examples, in one pass and in pieces."""
    first = min(layers)
    values = yield from layer_pieces(network, theta, packed, first, interruption)
    return [values[layer - first].reshape(-1, *network.map_shape(layer)) for layer in layers]


def checked_layer(network: ConvolutionalNetwork, layer: int) -> int:
    """The place of a stage or the output layer. Raises SettingError if there is none."""
    if not 0 <= layer < network.layers:
        raise SettingError(f"the network has the layers 0 to {network.layers - 1}, got {layer}")
    return layer
