"""The stages that a convolutional network may be built from, each with its knobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.convolutional.network import (
    CHANNELS,
    KERNEL,
    PADDING,
    STRIDE,
    UNITS,
    WINDOW,
    Convolution,
    Dense,
    Pooling,
    Stage,
)
from engine.choices import Choice, choose
from engine.contracts import Catalogue, Hyper, Tier

ACTIVATION = Hyper(
    "activation",
    "",
    "relu",
    kind="choice",
    options=tuple(ACTIVATIONS),
    titles=tuple(entry.title for entry in ACTIVATIONS.values()),
    help="what each unit makes of its sum",
)
APART = replace(STRIDE, default=0, low=0, slider=(0, 4), help="step from one window to the next; 0: side by side")


@dataclass(frozen=True, slots=True)
class StageType:
    """One kind of stage: make(**knobs) is a stage of a network. The first knob is its size."""

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    summary: str
    make: Callable[..., Stage]
    tier: Tier = "basic"


STAGES: Catalogue[StageType] = Catalogue("stage")
STAGES.add(
    StageType(
        "convolution",
        "Convolution",
        (CHANNELS, KERNEL, STRIDE, PADDING, ACTIVATION),
        "Small filters that see every place of their input alike; each makes a map.",
        Convolution,
    )
)
STAGES.add(
    StageType(
        "max_pooling",
        "Max pooling",
        (WINDOW, APART),
        "The largest number of each window: where exactly it was no longer matters.",
        lambda window, stride: Pooling("max", window, stride),
    )
)
STAGES.add(
    StageType(
        "mean_pooling",
        "Mean pooling",
        (WINDOW, APART),
        "The mean of each window.",
        lambda window, stride: Pooling("mean", window, stride),
    )
)
STAGES.add(
    StageType(
        "dense",
        "Dense",
        (UNITS, ACTIVATION),
        "A fully connected layer over everything that its input holds.",
        Dense,
    )
)


def stage(choice: Choice) -> Stage:
    """The stage of a choice."""
    values: Mapping[str, Any] = choice.values
    return STAGES[choice.kind].make(**values)


USUAL_STAGES = (choose(STAGES, "convolution"), choose(STAGES, "max_pooling"))
