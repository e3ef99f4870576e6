"""Multi-layer perceptrons as an architecture."""

from __future__ import annotations

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.catalogue import Architecture
from engine.architectures.initializers import initial_theta
from engine.architectures.losses import LOSSES
from engine.architectures.mlp import network_objective
from engine.architectures.network import Network
from engine.architectures.packing import Packed, numbers_needed, packed_examples, work_needed
from engine.architectures.queries import Activations, Gradients, UnitMaps
from engine.choices import Choice
from engine.contracts import Kernel, Routine, routines_in

Array = np.ndarray

_LOOKS = ("engine.architectures.forward", "engine.architectures.inspection")  # modules of what looks at a network


class Perceptron(Architecture):
    """Dense layers, each with an activation; see Network."""

    key = "perceptron"
    title = "Perceptron"
    tier = "basic"
    objective = network_objective
    inside = (UnitMaps, Gradients, Activations)

    def start(self, network: Network, initializer: Choice, seed: int) -> Array:
        return initial_theta(network, initializer, seed)

    def packed(self, network: Network, inputs: Array, targets: Array | None = None) -> Packed:
        return packed_examples(network, inputs, targets)

    def memory(self, network: Network, examples: int) -> tuple[int, int]:
        work = work_needed(network, examples)
        return numbers_needed(network, examples, network.sizes[0]) - work, work

    def kernels(self, network: Network) -> list[Kernel | Routine]:
        found: list[Kernel | Routine] = [*routines_in(*_LOOKS), network_objective, LOSSES[network.loss.kind].kernel]
        return found + [ACTIVATIONS[key].kernel for key in network.activations]
