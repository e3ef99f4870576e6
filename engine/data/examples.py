"""Examples: raw, and as prepared for training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

Array = np.ndarray
TargetKind = Literal["class", "value", "vector", "sequence"]
LABEL, INPUTS = "label", "inputs"  # what the target is: what the data tell of an example, or its inputs


@dataclass(frozen=True, slots=True)
class TargetShape:
    """What an example is answered with: at each of `steps` one of `classes`, or without any `width` numbers.

    Targets are an array (n,) of classes or values, (n, width) of vectors, (n, steps) or (n, steps, width) of sequences.
    is_input: whether the target is what the network reads.
    """

    classes: int = 0
    width: int = 1
    steps: int = 1
    is_input: bool = False

    @property
    def kind(self) -> TargetKind:
        if self.steps > 1:
            return "sequence"
        return "class" if self.classes else "value" if self.width == 1 else "vector"

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one example's target in an array."""
        return (self.steps,) * (self.steps > 1) + (self.width,) * (self.width > 1)

    @property
    def numbers(self) -> int:
        """How many classes or numbers the target of one example is."""
        return self.steps * self.width


@dataclass(frozen=True, slots=True)
class TextInfo:
    """What is known of examples that are windows of a text: at each of `context` steps one character is read, a token,
    and the next one is the target, so that the classes are the vocabulary. Windows stay in the order of the text, and
    the split is by place in it.

    entropy: of the next character given all before it in its window, the mean over the steps in nats, which no
    prediction can be below on average; NaN if it is not known.
    """

    context: int
    entropy: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Raw examples: inputs (n, d) and targets (n, ...) as TargetShape has them, real numbers or indices into `classes`.

    classes: their names; empty for a regression. names: of the d inputs; target: of the target. image: (rows, columns)
    if the inputs are the pixels of an image. shape: of one example, whose numbers the d inputs are in row-major order;
    empty for a row of inputs. weights (n,): how much each example counts, relative to the others; None: all the same.
    tokens: the vocabulary if every input is a place in it; empty if inputs are numbers.
    steps: at how many time steps there is a target. target_names: of the numbers of a vector; empty of one number.
    best (n,): what the best rule of all says of each example, where the densities of the classes are known; else None.
    text: of windows of a text. groups (n,): to which group each example belongs, where there are any (see Grouping).
    """

    inputs: Array
    targets: Array
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    target: str = "y"
    image: tuple[int, int] | None = None
    shape: tuple[int, ...] = ()
    weights: Array | None = None
    tokens: tuple[str, ...] = ()
    steps: int = 1
    target_names: tuple[str, ...] = ()
    best: Array | None = None
    text: TextInfo | None = None
    groups: Array | None = None

    @property
    def target_shape(self) -> TargetShape:
        return TargetShape(len(self.classes), max(len(self.target_names), 1), self.steps)

    @property
    def shaped(self) -> Array:
        """The inputs (n, *shape), as a view."""
        return self.inputs.reshape(len(self.inputs), *(self.shape or self.inputs.shape[1:]))


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Examples in training order: the first `train` are the training set, the rest the validation set.

    raw (n, d): the inputs as given; inputs (n, f): features, scaled; both in C order. targets (n, ...): see
    TargetShape; where the target is the input, the unscaled features. features: their names (f,). shift, scale (f,):
    inputs = (features - shift) / scale. scaled_targets: what the network is trained to output, (targets - target_shift)
    / target_scale, of vectors number by number; for classes the targets themselves. classes: of the targets; none if
    they are numbers. weights, tokens: see Examples. one_hot: whether each token is a row of features, 1 at its place,
    else 0. shape: of one example's features, that of the raw inputs if these are the features, else a row.
    target_names, best, text: see Examples. label, labels (n,): its name, and what the data tell of each example, a
    place in `label_names` or without any a number; None where that is no single number.
    """

    raw: Array
    inputs: Array
    targets: Array
    train: int
    names: tuple[str, ...]
    features: tuple[str, ...]
    feature_keys: tuple[str, ...]
    shift: Array
    scale: Array
    scaled_targets: Array
    target_shift: float | Array
    target_scale: float | Array
    classes: tuple[str, ...]
    target: str
    image: tuple[int, int] | None
    weights: Array | None = None
    shape: tuple[int, ...] = ()
    tokens: tuple[str, ...] = ()
    one_hot: bool = False
    target_shape: TargetShape = TargetShape()
    target_names: tuple[str, ...] = ()
    label: str = ""
    labels: Array | None = None
    label_names: tuple[str, ...] = ()
    best: Array | None = None
    text: TextInfo | None = None

    @property
    def shaped(self) -> Array:
        """The inputs (n, *shape), as a view."""
        return self.inputs.reshape(len(self.inputs), *(self.shape or self.inputs.shape[1:]))

    def output_names(self, outputs: int) -> tuple[str, ...]:
        """The names of so many outputs of a network: of classes or numbers, if each has one; else the target's."""
        named = self.target_names or self.classes
        return named if len(named) == outputs else (self.target,)

    @property
    def validation(self) -> int:
        """The size of the validation set."""
        return len(self.targets) - self.train
