"""The shape of a multi-layer perceptron, and the layout of its weights in the flat theta."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np

from engine.blocks import Block, Role
from engine.choices import Choice
from engine.contracts import SettingError, numbers_of

Array = np.ndarray


class Layered(Protocol):
    """A network of any architecture, as a forward pass sees it.

    sizes: how many numbers an example is, then how many each layer makes of it. layers: how many layers.
    """

    @property
    def sizes(self) -> tuple[int, ...]: ...
    @property
    def layers(self) -> int: ...
    @property
    def parameters(self) -> int: ...
    def flat(self, thetas: Array) -> Array: ...


def flat_thetas(parameters: int, thetas: Array) -> Array:
    """theta (parameters,), or several (k, parameters), in one array of floats. Raises SettingError."""
    numbers = numbers_of(thetas)
    if not 1 <= numbers.ndim <= 2 or numbers.shape[-1] != parameters:
        told = f"the network has {parameters:,} parameters: theta is an array of so many numbers"
        raise SettingError(f"{told}, got an array {numbers.shape}")
    return numbers.reshape(-1)


class InBlocks:
    """A network whose tensors are known by the names of their blocks."""

    __slots__ = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The tensors of theta, in order."""
        raise NotImplementedError

    @property
    def parameters(self) -> int:
        return self.blocks[-1].stop

    def block(self, name: str) -> Block:
        """The block of this name."""
        return next(block for block in self.blocks if block.name == name)

    def part(self, theta: Array, name: str) -> Array:
        """The block of theta (n,) with this name, in its shape, as a view."""
        block = self.block(name)
        return theta[block.start : block.stop].reshape(block.shape)

    def flat(self, thetas: Array) -> Array:
        """theta (parameters,), or several (k, parameters), in one array of floats. Raises SettingError."""
        return flat_thetas(self.parameters, thetas)


@dataclass(frozen=True, slots=True)
class Network:
    """sizes: units of the input, of each hidden layer and of the output.

    activations: keys of ACTIVATIONS, one per layer of weights, the output's last. residual: each hidden layer as wide
    as its input adds that input to its activations. dropout: the share of each hidden layer's activations dropped in an
    update (the others are divided by the share kept). loss: a choice of LOSSES.

    theta holds, layer after layer, the weights W (units, inputs) in row-major order, then the biases (units,).
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: Choice
    residual: bool = False
    dropout: float = 0.0

    @property
    def layers(self) -> int:
        """The number of layers of weights."""
        return len(self.sizes) - 1

    @property
    def parameters(self) -> int:
        return _begins(self.sizes)[-1]

    def flat(self, thetas: Array) -> Array:
        """theta (parameters,), or several (k, parameters), in one array of floats. Raises SettingError."""
        return flat_thetas(self.parameters, thetas)

    def weights(self, layer: int) -> slice:
        """The slice of theta with the weights into a layer (0 is the first that has any)."""
        start = _begins(self.sizes)[layer]
        return slice(start, start + self.sizes[layer] * self.sizes[layer + 1])

    def biases(self, layer: int) -> slice:
        """The slice of theta with the biases of a layer."""
        start = self.weights(layer).stop
        return slice(start, start + self.sizes[layer + 1])

    @property
    def layer_titles(self) -> tuple[str, ...]:
        return _titles(self.layers)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The weights (units, inputs) and biases (units,) of every layer, in order; biases do not decay."""
        return _blocks(self.sizes)

    def unpacked(self, theta: Array) -> list[tuple[Array, Array]]:
        """(W (units, inputs), b (units,)) of every layer, as views into theta."""
        return [
            (theta[self.weights(layer)].reshape(self.sizes[layer + 1], self.sizes[layer]), theta[self.biases(layer)])
            for layer in range(self.layers)
        ]

    def skips(self, layer: int) -> bool:
        """Whether a layer adds its input to its activations."""
        return self.residual and layer < self.layers - 1 and self.sizes[layer] == self.sizes[layer + 1]


_SHAPES = 256  # of which the layout is kept: many trials have networks of one shape


@lru_cache(maxsize=_SHAPES)
def _begins(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Where each layer begins in theta, and where the last one ends."""
    return tuple(accumulate(((inputs + 1) * units for inputs, units in pairwise(sizes)), initial=0))


@lru_cache(maxsize=_SHAPES)
def _blocks(sizes: tuple[int, ...]) -> tuple[Block, ...]:
    begins, layers = _begins(sizes), len(sizes) - 1
    blocks = []
    for layer, title in enumerate(_titles(layers)):
        units, inputs = sizes[layer + 1], sizes[layer]
        role: Role = "output" if layer == layers - 1 else "hidden" if layer else "input"
        blocks += [
            Block(f"{title} weights", begins[layer], (units, inputs), role, decays=True),
            Block(f"{title} biases", begins[layer] + units * inputs, (units,), "bias", decays=False),
        ]
    return tuple(blocks)


def _titles(layers: int) -> tuple[str, ...]:
    return (*(f"hidden {layer}" for layer in range(1, layers)), "output")
