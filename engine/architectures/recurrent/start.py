"""The initial weights of a recurrent network."""

from __future__ import annotations

import numpy as np

from engine.architectures.initializers import INITIALIZERS, initial_layer
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.choices import Choice, choose
from engine.contracts import Hyper

Array = np.ndarray

START = Hyper(
    "start",
    "",
    "drawn",
    kind="choice",
    options=("drawn", "identity", "orthogonal"),
    help="Recurrent weights: drawn as all others, or the identity, which keeps a ReLU state as it is (Le et al. 2015), "
    "or a rotation, which keeps its length",
)
FORGET_BIAS = Hyper(
    "forget_bias",
    "",
    1.0,
    -10.0,
    10.0,
    help="what an LSTM's forget gate starts with: 1 lets it keep its cell state (Jozefowicz et al. 2015)",
    tier="expert",
)


def initial_recurrent(
    network: RecurrentNetwork, choice: Choice, seed: int, start: str = "drawn", forget_bias: float = 1.0
) -> Array:
    """The initial theta (n,). Every gate is drawn as a layer of its own, its input and its recurrent weights apart.

    start: how the recurrent weights begin instead, see START. Raises SettingError.
    """
    start, forget_bias = str(START.check(start)), float(FORGET_BIAS.check(forget_bias))  # type: ignore[arg-type]
    theta = np.zeros(network.parameters)
    units, gates = network.hidden, network.gates
    entering = network.part(theta, "input weights").reshape(gates, units, network.inputs)
    recurrent = network.part(theta, "recurrent weights").reshape(gates, units, units)
    biases = network.part(theta, "biases").reshape(gates, units)
    turned = choose(INITIALIZERS, "orthogonal", {})
    for gate in range(gates):
        entering[gate], biases[gate] = initial_layer(choice, seed, 2 * gate, network.inputs, units)
        drawn = initial_layer(turned if start == "orthogonal" else choice, seed, 2 * gate + 1, units, units)
        recurrent[gate] = np.eye(units) if start == "identity" else drawn[0]
        if network.cell == "gru" and gate == gates - 1:
            network.part(theta, "reset biases")[:] = drawn[1]
    if network.cell == "lstm":
        biases[1] += forget_bias
    weights, last = initial_layer(choice, seed, 2 * gates, units, network.outputs)
    network.part(theta, "output weights")[:], network.part(theta, "output biases")[:] = weights, last
    return theta
