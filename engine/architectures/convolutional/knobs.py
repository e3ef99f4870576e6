"""A convolutional network from a few knobs: convolutions that are alike, each with its pooling, then dense layers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.convolutional.network import (
    CHANNELS,
    KERNEL,
    PADDING,
    STRIDE,
    UNITS,
    WINDOW,
    Convolution,
    ConvolutionalNetwork,
    Dense,
    Pooling,
    Stage,
)
from engine.choices import Choice
from engine.contracts import Hyper, Value

CONVOLUTIONAL_KNOBS = (
    Hyper(
        "channels", "channels", (8.0,), CHANNELS.low, CHANNELS.high, kind="list", tier="basic",
        help="how many filters each convolution has, one number for each",
    ),
    KERNEL,
    STRIDE,
    PADDING,
    Hyper(
        "pooling", "pooling", "max", kind="choice", options=("none", "max", "mean"), tier="basic",
        help="what is kept of each window of a map, after every convolution",
    ),
    WINDOW,
    Hyper(
        "dense", "dense layers", (), UNITS.low, UNITS.high, kind="list",
        help="how many units each dense layer has between the last map and the output",
    ),
    Hyper(
        "activation", "activation", "relu", kind="choice", options=tuple(ACTIVATIONS),
        help="of all layers but the output",
    ),
)  # fmt: skip


def convolutional_network(
    values: Mapping[str, Value], shape: tuple[int, ...], outputs: int, loss: Choice, output: str = "identity"
) -> ConvolutionalNetwork:
    """The network that checked values of CONVOLUTIONAL_KNOBS describe, for examples of a shape: (length,) or (height,
    width), or that after a number of channels where there are three. Raises SettingError if they do not fit.
    """
    activation = str(values["activation"])
    kernel, stride, padding, window = (int(values[name]) for name in ("kernel", "stride", "padding", "window"))  # type: ignore[arg-type]
    stages: list[Stage] = []
    for channels in values["channels"]:  # type: ignore[union-attr]
        stages.append(Convolution(int(channels), kernel, stride, padding, activation))
        if values["pooling"] != "none":
            stages.append(Pooling("max" if values["pooling"] == "max" else "mean", window))
    stages += [Dense(int(units), activation) for units in values["dense"]]  # type: ignore[union-attr]
    return ConvolutionalNetwork(shape, tuple(stages), outputs, loss, output, 1 if len(shape) == 1 else 2)
