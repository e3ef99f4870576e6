"""The initial weights of a transformer."""

from __future__ import annotations

import numpy as np

from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.initializers import initial_layer
from engine.choices import Choice

Array = np.ndarray


def initial_attention(network: AttentionNetwork, choice: Choice, seed: int) -> Array:
    """The initial theta (n,). Each matrix is drawn as a layer of its own; a table of vectors as one that reads its
    tokens or positions one-hot. Gains begin with 1, shifts with 0.
    """
    theta = np.zeros(network.parameters)
    drawn = 0
    for block in network.blocks:
        part = theta[block.start : block.stop].reshape(block.shape)
        if block.role == "gain":
            part[:] = 1.0
        elif block.role == "embedding":
            part[:] = initial_layer(choice, seed, drawn, *block.shape)[0].T
        elif block.role != "bias":
            units, inputs = block.shape
            part[:], biases = initial_layer(choice, seed, drawn, inputs, units)
            if (name := block.name.replace("weights", "biases")) in _names(network):
                network.part(theta, name)[:] = biases
        drawn += len(block.shape) > 1
    return theta


def _names(network: AttentionNetwork) -> set[str]:
    return {block.name for block in network.blocks}
