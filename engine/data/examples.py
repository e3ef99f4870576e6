"""Examples: raw, and as prepared for training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Raw examples: inputs (n, d) and targets (n,), real numbers or indices into `classes`.

    classes: their names; empty for a regression. names: of the d inputs; target: of the target. image: (rows, columns)
    if the inputs are the pixels of an image. shape: of one example, whose numbers the d inputs are in row-major order;
    empty for a row of inputs. weights (n,): how much each example counts, relative to the others; None: all the same.
    tokens: the vocabulary if every input is a place in it; empty if inputs are numbers.
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

    @property
    def shaped(self) -> Array:
        """The inputs (n, *shape), as a view."""
        return self.inputs.reshape(len(self.inputs), *(self.shape or self.inputs.shape[1:]))


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Examples in training order: the first `train` are the training set, the rest the validation set.

    raw (n, d): the inputs as given; inputs (n, f): features, scaled; both in C order. targets (n,): see Examples.
    features: their names (f,). shift, scale (f,): inputs = (features - shift) / scale. scaled_targets (n,): what the
    network is trained to output, (targets - target_shift) / target_scale; for classes the targets themselves. weights,
    tokens: see Examples. one_hot: whether each token is a row of features, 1 at its place and else 0. shape: of one
    example's features, that of the raw inputs if these are the features, else a row.
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
    target_shift: float
    target_scale: float
    classes: tuple[str, ...]
    target: str
    image: tuple[int, int] | None
    weights: Array | None = None
    shape: tuple[int, ...] = ()
    tokens: tuple[str, ...] = ()
    one_hot: bool = False

    @property
    def shaped(self) -> Array:
        """The inputs (n, *shape), as a view."""
        return self.inputs.reshape(len(self.inputs), *(self.shape or self.inputs.shape[1:]))

    @property
    def validation(self) -> int:
        """The size of the validation set."""
        return len(self.targets) - self.train
