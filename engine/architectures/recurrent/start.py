"""The initial weights of a recurrent network."""

from __future__ import annotations

import numpy as np

from engine.architectures.initializers import INITIALIZERS, initial_layer
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.choices import Choice, choose

Array = np.ndarray


def initial_recurrent(network: RecurrentNetwork, choice: Choice, seed: int) -> Array:
    """The initial theta (n,). Every gate is drawn as a layer of its own, its input and its recurrent weights apart."""
    theta = np.zeros(network.parameters)
    units, gates = network.hidden, network.gates
    entering = network.part(theta, "input weights").reshape(gates, units, network.inputs)
    recurrent = network.part(theta, "recurrent weights").reshape(gates, units, units)
    biases = network.part(theta, "biases").reshape(gates, units)
    turned = choose(INITIALIZERS, "orthogonal", {})
    for gate in range(gates):
        entering[gate], biases[gate] = initial_layer(choice, seed, 2 * gate, network.inputs, units)
        drawn = initial_layer(turned if network.start == "orthogonal" else choice, seed, 2 * gate + 1, units, units)
        recurrent[gate] = np.eye(units) if network.start == "identity" else drawn[0]
        if network.cell == "gru" and gate == gates - 1:
            network.part(theta, "reset biases")[:] = drawn[1]
    if network.cell == "lstm":
        biases[1] += network.forget_bias
    weights, last = initial_layer(choice, seed, 2 * gates, units, network.outputs)
    network.part(theta, "output weights")[:], network.part(theta, "output biases")[:] = weights, last
    return theta
