"""The shape of a convolutional network: its stages, the planes between them, and the blocks of its theta."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.network import flat_thetas
from engine.blocks import Block, Role
from engine.choices import Choice
from engine.contracts import Hyper, SettingError

Array = np.ndarray

MAX_STAGES = 12
CHANNELS = Hyper(
    "channels", "", 8, 1, 256, kind="integer", slider=(1, 32), help="filters, each with its map", tier="basic"
)
KERNEL = Hyper("kernel", "", 3, 1, 32, kind="integer", slider=(1, 7), help="side of a filter, in pixels or points")
STRIDE = Hyper("stride", "", 1, 1, 32, kind="integer", slider=(1, 4), help="step from one place to the next")
PADDING = Hyper("padding", "", 0, 0, 31, kind="integer", slider=(0, 3), help="zeros added at every edge")
WINDOW = Hyper(
    "window", "", 2, 1, 32, kind="integer", slider=(1, 4), help="side of the window that is pooled", tier="basic"
)
UNITS = Hyper("units", "", 16, 1, 4096, kind="integer", slider=(1, 64), help="units of a dense layer", tier="basic")


class Plane(NamedTuple):
    """The maps between two stages. In one dimension the height is 1."""

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        return self.channels * self.height * self.width


@dataclass(frozen=True, slots=True)
class Convolution:
    """A cross-correlation with `channels` filters of kernel x kernel (or kernel, in one dimension), each over all
    channels of its input: what PyTorch's Conv1d and Conv2d compute.
    """

    channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 0
    activation: str = "relu"


@dataclass(frozen=True, slots=True)
class Pooling:
    """The largest or the mean number of each window, channel by channel. Windows are `stride` apart; 0: side by side.

    A last window that would reach over the edge is left out. Of equal largest numbers the first takes the gradient.
    """

    kind: Literal["max", "mean"] = "max"
    window: int = 2
    stride: int = 0

    @property
    def step(self) -> int:
        return self.stride or self.window


@dataclass(frozen=True, slots=True)
class Dense:
    """A fully connected layer of units, over everything that its input holds."""

    units: int
    activation: str = "relu"


Stage = Convolution | Pooling | Dense


@dataclass(frozen=True, slots=True)
class ConvolutionalNetwork:
    """shape: of one example, (length,) or (channels, length) for dimensions = 1, (height, width) or (channels, height,
    width) for dimensions = 2. stages: what its input passes through, then a dense layer of `outputs` units with the
    activation `output`. loss: a choice of LOSSES.

    theta holds, stage after stage, the weights (out, in, kernel, kernel) of a convolution or (units, inputs) of a
    dense layer in row-major order, then the biases (out,). Raises SettingError if a stage does not fit its input.
    """

    shape: tuple[int, ...]
    stages: tuple[Stage, ...]
    outputs: int
    loss: Choice
    output: str = "identity"
    dimensions: int = 2
    planes: tuple[Plane, ...] = field(init=False, repr=False, compare=False)
    blocks: tuple[Block, ...] = field(init=False, repr=False, compare=False)  # the tensors of theta in order
    _places: tuple[tuple[slice, slice], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.dimensions not in (1, 2):
            raise SettingError(f"a convolution has 1 or 2 dimensions, got {self.dimensions}")
        if len(self.stages) > MAX_STAGES:
            raise SettingError(f"there may be up to {MAX_STAGES} stages, got {len(self.stages)}")
        planes = [_first_plane(self.shape, self.dimensions)]
        for place, stage in enumerate(self.layers_of_stages, 1):
            try:
                planes.append(_next_plane(stage, planes[-1], self.dimensions))
            except SettingError as error:
                raise error.at(f"stages[{place}]") from None
        object.__setattr__(self, "planes", tuple(planes))
        blocks = self._made_blocks()
        object.__setattr__(self, "blocks", blocks)
        found = {block.name: slice(block.start, block.stop) for block in blocks}
        nothing = slice(0, 0)
        places = [(found.get(f"{t} weights", nothing), found.get(f"{t} biases", nothing)) for t in self.layer_titles]
        object.__setattr__(self, "_places", tuple(places))

    @property
    def layers_of_stages(self) -> tuple[Stage, ...]:
        """The stages and the output layer."""
        return (*self.stages, Dense(self.outputs, self.output))

    @property
    def layers(self) -> int:
        return len(self.stages) + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(plane.size for plane in self.planes)

    @property
    def parameters(self) -> int:
        return self.blocks[-1].stop

    def _made_blocks(self) -> tuple[Block, ...]:
        """Weights, then biases, of every stage that has any."""
        found: list[Block] = []
        start = 0
        titles = self.layer_titles
        for layer, stage in enumerate(self.layers_of_stages):
            shape = self.weight_shape(layer)
            if isinstance(stage, Pooling) or shape is None:
                continue
            role: Role = "output" if layer == self.layers - 1 else "hidden" if found else "input"
            found.append(Block(f"{titles[layer]} weights", start, shape, role, decays=True))
            found.append(Block(f"{titles[layer]} biases", found[-1].stop, shape[:1], "bias", decays=False))
            start = found[-1].stop
        return tuple(found)

    @property
    def layer_titles(self) -> tuple[str, ...]:
        """What the stages and the output layer are called."""
        counts = {Convolution: 0, Pooling: 0, Dense: 0}
        names = {Convolution: "convolution", Pooling: "pooling", Dense: "dense"}
        found = []
        for stage in self.stages:
            counts[type(stage)] += 1
            found.append(f"{names[type(stage)]} {counts[type(stage)]}")
        return (*found, "output")

    def weight_shape(self, layer: int) -> tuple[int, ...] | None:
        """The shape of a layer's weights; None of a pooling stage, which has none."""
        stage, plane = self.layers_of_stages[layer], self.planes[layer]
        if isinstance(stage, Convolution):
            return (stage.channels, plane.channels, *[stage.kernel] * self.dimensions)
        return (stage.units, plane.size) if isinstance(stage, Dense) else None

    def map_shape(self, layer: int) -> tuple[int, ...]:
        """The shape of what a layer makes of one example: (channels, height, width), without a height in one
        dimension, or (units,).
        """
        if isinstance(self.layers_of_stages[layer], Dense):
            return (self.planes[layer + 1].channels,)
        channels, *sides = self.planes[layer + 1]
        return (channels, *sides[2 - self.dimensions :])

    def weights(self, layer: int) -> slice:
        """The slice of theta with the weights of a stage; empty for pooling."""
        return self._places[layer][0]

    def biases(self, layer: int) -> slice:
        """The slice of theta with the biases of a stage; empty for pooling."""
        return self._places[layer][1]

    def flat(self, thetas: Array) -> Array:
        """theta (parameters,), or several (k, parameters), in one array of floats. Raises SettingError."""
        return flat_thetas(self.parameters, thetas)


def _first_plane(shape: tuple[int, ...], dimensions: int) -> Plane:
    lengths = f"{'(height, width)' if dimensions == 2 else '(length,)'}, or that after a number of channels"
    if len(shape) not in (dimensions, dimensions + 1) or min(shape) < 1:
        raise SettingError(f"examples of {dimensions} dimensions have the shape {lengths}, got {shape}")
    channels, sides = (1, shape) if len(shape) == dimensions else (shape[0], shape[1:])
    return Plane(channels, 1 if dimensions == 1 else sides[0], sides[-1])


def _next_plane(stage: Stage, plane: Plane, dimensions: int) -> Plane:
    """The plane that a stage makes of one. Raises SettingError if it does not fit."""
    if isinstance(stage, Dense):
        UNITS.check(stage.units)
        _check_activation(stage.activation)
        return Plane(stage.units, 1, 1)
    sides = (plane.width,) if dimensions == 1 else (plane.height, plane.width)
    if isinstance(stage, Pooling):
        if stage.kind not in ("max", "mean"):
            raise SettingError(f"pooling takes the max or the mean, got {stage.kind!r}")
        WINDOW.check(stage.window)
        if stage.stride:
            STRIDE.check(stage.stride)
        if stage.window > min(sides):
            told = f"a pooling window of {_by(stage.window, dimensions)} is larger than its input of {_shown(sides)}"
            raise SettingError(f"{told}, so nothing would be left: use a window of at most {min(sides)}, or none")
        return _plane(plane.channels, [_places(side, stage.window, stage.step) for side in sides])
    for hyper, value in (
        (CHANNELS, stage.channels), (KERNEL, stage.kernel), (STRIDE, stage.stride), (PADDING, stage.padding)
    ):  # fmt: skip
        hyper.check(value)
    _check_activation(stage.activation)
    if stage.padding >= stage.kernel:
        told = f"a padding of {stage.padding} is not smaller than the kernel of {_by(stage.kernel, dimensions)}"
        raise SettingError(f"{told}, so filters at the edge would see only zeros: use at most {stage.kernel - 1}")
    wide = [side + 2 * stage.padding for side in sides]
    if stage.kernel > min(wide):
        padding = f", {_shown(wide)} with its padding" if stage.padding else ""
        told = f"a kernel of {_by(stage.kernel, dimensions)} is larger than its input of {_shown(sides)}{padding}"
        raise SettingError(f"{told}: use a kernel of at most {min(wide)}, or more padding")
    return _plane(stage.channels, [_places(side, stage.kernel, stage.stride) for side in wide])


def _check_activation(key: str) -> None:
    _ = ACTIVATIONS[key]


def _places(side: int, window: int, stride: int) -> int:
    """How many windows fit a side."""
    return (side - window) // stride + 1


def _plane(channels: int, sides: list[int]) -> Plane:
    return Plane(channels, *sides) if len(sides) == 2 else Plane(channels, 1, sides[0])


def _by(side: int, dimensions: int) -> str:
    return _shown([side] * dimensions)


def _shown(sides: list[int] | tuple[int, ...]) -> str:
    return " x ".join(map(str, sides))
