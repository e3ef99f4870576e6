"""What one would train a small network with instead.

Each module has `start(work) -> Peer`, or raises Missing, saying what is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
MOMENTUM, BETA1, BETA2, EPS = 0.9, 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Work:
    """The same for everybody: data in their order, first weights, batches of equal size one after the other.

    activations: tanh, relu or identity, one for each layer. loss: half_mse or softmax. optimizer: sgd,
    momentum or adam. weights: (W (units, inputs), b (units,)) of each layer. targets: numbers (n, 1), or class
    places (n,).
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    optimizer: str
    rate: float
    batch: int
    inputs: Array
    targets: Array
    weights: tuple[tuple[Array, Array], ...]

    @property
    def batches(self) -> int:
        """Updates in an epoch."""
        return len(self.inputs) // self.batch


@dataclass(frozen=True)
class Peer:
    """run(count): go on for so many updates. theta(): all weights and biases as they are, flat, layer after layer.

    same: whether it does exactly the same mathematics, so that it must end at the same loss.
    """

    name: str
    run: Callable[[int], object]
    theta: Callable[[], Array]
    same: bool = True


def flat(weights: object) -> Array:
    """Pairs (W, b) as one vector."""
    return np.concatenate([np.asarray(part, float).ravel() for pair in weights for part in pair])  # type: ignore[attr-defined]
