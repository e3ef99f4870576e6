"""The alternatives for training a small network.

Each module has `start(work) -> Peer`, or raises Missing with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
MOMENTUM, BETA1, BETA2, EPS = 0.9, 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Work:
    """The same work for everyone: data in a fixed order, initial weights, consecutive batches of equal size.

    activations: tanh, relu or identity, one per layer. loss: half_mse or softmax. optimizer: sgd, momentum or adam.
    weights: (W (units, inputs), b (units,)) of each layer. targets: numbers (n, 1), or class indices (n,).
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
        """Updates per epoch."""
        return len(self.inputs) // self.batch


@dataclass(frozen=True)
class Peer:
    """run(count): continue for so many updates. theta(): all current weights and biases, flat, layer by layer.

    same: whether the mathematics is identical, so that it must end at the same loss.
    """

    name: str
    run: Callable[[int], object]
    theta: Callable[[], Array]
    same: bool = True


def flat(weights: object) -> Array:
    """Pairs (W, b) as one vector."""
    return np.concatenate([np.asarray(part, float).ravel() for pair in weights for part in pair])  # type: ignore[attr-defined]
