"""An autoencoder through its narrowest layer: what stands there, and what the rest of the network makes of it."""

from __future__ import annotations

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.network import Network

Array = np.ndarray


def narrow_layer(network: Network) -> int | None:
    """The place of the hidden layer with the fewest units, the first of several; None without a hidden layer."""
    hidden = network.sizes[1:-1]
    return hidden.index(min(hidden)) if hidden else None


def decoded(network: Network, theta: Array, layer: int, code: Array) -> Array:
    """The outputs (k,) of a network in which a layer has these activations (units,)."""
    values = code
    for place, (weights, biases) in list(enumerate(network.unpacked(theta)))[layer + 1 :]:
        found = ACTIVATIONS[network.activations[place]].value(weights @ values + biases)
        values = found + values if network.skips(place) else found
    return np.asarray(values)
