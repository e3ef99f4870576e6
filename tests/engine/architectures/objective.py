"""A network's objective for tests: any examples, any batch, and memory that may be dirty."""

from __future__ import annotations

import numpy as np

from engine.architectures.layout import RESERVED
from engine.architectures.losses import LOSSES
from engine.architectures.network import Network
from engine.architectures.packing import Packed, packed_examples
from engine.choices import choose
from engine.training.loop import evaluate
from engine.training.stream import BATCH, CURSOR, EPOCH, EXAMPLES, FIXED, ORDER, QUIET, SEED, STREAM, TAKEN, UPDATE

Array = np.ndarray


def network(sizes, activations, loss="mse", residual=False, dropout=0.0, **settings) -> Network:
    """activations: a key for all hidden layers of a linear output, or one for each layer."""
    hidden = len(sizes) - 2
    keys = (*[activations] * hidden, "identity") if isinstance(activations, str) else tuple(activations)
    return Network(tuple(sizes), keys, choose(LOSSES, loss, settings), residual, dropout)


class PackedObjective:
    """The objective of a network of any architecture on packed examples."""

    def __init__(self, packed: Packed) -> None:
        self.packed, self.examples = packed, packed.examples
        self.work = packed.work()

    def dirty(self) -> None:
        """Leave rubbish wherever no stamp says what is there."""
        self.work[:] = 0.0
        self.work[RESERVED:] = np.nan

    def stream(self, taken=None, cursor=0, order=FIXED, update=0, epoch=0, seed=1, quiet=0) -> Array:
        stream = np.zeros(STREAM, np.int64)
        taken = self.examples if taken is None else taken
        for place, value in (
            (SEED, seed), (UPDATE, update), (BATCH, taken), (EXAMPLES, self.examples), (EPOCH, epoch),
            (CURSOR, cursor), (TAKEN, taken), (ORDER, order), (QUIET, quiet),
        ):  # fmt: skip
            stream[place] = value
        return stream

    def many(self, thetas: Array, **where) -> tuple[Array, Array]:
        """(losses (k,), gradients (k, n)) at thetas (k, n)."""
        losses, gradients = np.empty(len(thetas)), np.full_like(thetas, np.nan)
        stream = self.stream(**where)
        evaluate(self.packed.objective, 0, thetas, stream, self.packed.constants, self.work, losses, gradients)
        return losses, gradients

    def once(self, theta: Array, stream: Array, gradient: Array) -> float:
        """One call with a stream that goes on from call to call; writes gradient (n,)."""
        loss = np.empty(1)
        constants, work = self.packed.constants, self.work
        evaluate(self.packed.objective, 0, theta[np.newaxis], stream, constants, work, loss, gradient[np.newaxis])
        return float(loss[0])

    def __call__(self, theta: Array, **where) -> tuple[float, Array]:
        losses, gradients = self.many(theta[np.newaxis].copy(), **where)
        return float(losses[0]), gradients[0]

    def slope(self, theta: Array, reach: float = 1e-6, **where) -> Array:
        """The gradient by central differences."""
        shifts = reach * np.eye(theta.size)
        ahead, _ = self.many(theta + shifts, **where)
        behind, _ = self.many(theta - shifts, **where)
        return (ahead - behind) / (2.0 * reach)


class Objective(PackedObjective):
    """inputs (n, f), targets: raw ones (n,), with `classes` their number, or target numbers (n, k)."""

    def __init__(self, network: Network, inputs: Array, targets: Array, classes: int = 0) -> None:
        numbers = targets if targets.ndim == 2 else LOSSES[network.loss.kind].encode(targets, classes)
        self.network = network
        super().__init__(packed_examples(network, inputs, numbers))


def random_theta(network: Network, random: np.random.Generator, size: float = 0.5) -> Array:
    return size * random.standard_normal(network.parameters)
