"""What can be asked of every network: its predictions, and what happens in its layers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.architectures.inspection import Inspection
from engine.architectures.queries import Code, Decoded, Field, TokenVectors
from engine.data.examples import TargetShape, TrainingData
from engine.decimation import block_extremes
from engine.problems.supervised.text_queries import TEXT_QUERIES
from engine.queries import Query

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a network says of its n examples, in the order of data; k outputs.

    outputs (n, k): outputs; predictions (n, ...): class indices or values, as data.targets has them. scores and losses:
    (training, validation), NaN without examples.

    What is told of all examples together is computed at once, by the thread that makes it: of very many of them it
    takes longer than a frame.
    """

    data: TrainingData
    outputs: Array
    predictions: Array
    losses: tuple[float, float]
    scores: tuple[float, float]

    def __post_init__(self) -> None:
        with np.errstate(all="ignore"):
            for _ in (self.unknown, self.errors, self._confusions, self.extremes):
                pass

    @cached_property
    def wrong(self) -> Array:
        """Which examples are misclassified, (n,) bool, of sequences (n, steps); none for a regression."""
        data = self.data
        return self.predictions != data.targets if data.classes else np.zeros(len(data.targets), bool)

    @cached_property
    def finite(self) -> Array:
        """Which examples have finite outputs, (n,) bool; the predictions of the others mean nothing."""
        return np.asarray(np.isfinite(self.outputs).all(axis=1))

    @cached_property
    def unknown(self) -> int:
        """How many examples have outputs that are not finite."""
        return int(np.count_nonzero(~self.finite))

    @cached_property
    def errors(self) -> tuple[float, float]:
        """Of training and validation: how many classes are wrong, or the root mean square error of a number; NaN
        without any.
        """
        found = []
        for part in self._parts:
            predictions, targets = self.predictions[part], self.data.targets[part]
            if not len(targets):
                found.append(np.nan)
            elif self.data.classes:
                found.append(float(np.count_nonzero(self.wrong[part])))
            else:
                misses = (predictions - targets).reshape(-1)
                found.append(float(np.sqrt(misses @ misses / len(misses))))
        return found[0], found[1]

    def confusion(self, validation: bool) -> Array:
        """Counts (classes, classes) of examples with finite outputs, of sequences of their steps: rows are true
        classes, columns predicted ones.
        """
        return self._confusions[validation]

    @cached_property
    def extremes(self) -> Array:
        """Of single values the examples, ascending, with the lowest and highest prediction and error of each block."""
        if self.data.target_shape.kind != "value":
            return np.empty(0, np.int64)
        errors = self.data.targets - self.predictions
        return np.unique(np.concatenate([block_extremes(self.predictions), block_extremes(errors)]))

    @cached_property
    def _confusions(self) -> tuple[Array, Array]:
        data, k = self.data, len(self.data.classes)
        found = []
        for part in self._parts if k else ():
            shown = self.finite[part]
            true, predicted = data.targets[part][shown].reshape(-1), self.predictions[part][shown].reshape(-1)
            cells = true.astype(np.int64) * k + predicted.astype(np.int64)
            counts = np.bincount(cells, minlength=k * k).reshape(k, k)
            counts.flags.writeable = False
            found.append(counts)
        return (found[0], found[1]) if found else (np.empty((0, 0), int), np.empty((0, 0), int))

    @property
    def _parts(self) -> tuple[slice, slice]:
        train = self.data.train
        return slice(None, train), slice(train, None)


@dataclass(frozen=True, slots=True)
class Predictions(Query[Predicted]):
    """The network's outputs and predictions for every example."""


@dataclass(frozen=True, slots=True)
class Gradients(Query[Inspection]):
    """The gradient on the training set, and statistics of each layer on it."""


@dataclass(frozen=True, slots=True)
class Activations(Query[tuple[Array, ...]]):
    """The activations (n, units) of each layer on the training set, or on every k-th example of it where those would be
    too many.
    """


@dataclass(frozen=True, slots=True)
class Classify(Query[Array]):
    """The probability of each class (classes,) for one example that is not among the data: its d raw inputs.

    Empty for another number of inputs than the data have.
    """

    inputs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SoughtInputs(Query[Array]):
    """What each class looks for, (classes, f): how its score rises with each of f features.

    The score of class c is s_c = o_c - mean(o), o being the outputs; of two classes with one output -o and o. Answer:
    the mean of σ ds_c/dx over training examples, by central differences, at most 64 of them, σ being the standard
    deviation of the feature x on the training set. So a feature that never varies counts as 0, whatever its weights.
    """


# What every network answers; see `understood`.
QUERIES: tuple[type[Query[Any]], ...] = (Predictions, Gradients, Activations, Classify, SoughtInputs)


def understood(
    query: type[Query[Any]], own: tuple[type[Query[Any]], ...], target: TargetShape, tokens: bool, is_text: bool
) -> bool:
    """Whether a network answers queries of this type. own: those that its architecture answers; tokens: whether every
    input is one; is_text: whether the examples are windows of a text.
    """
    if query in TEXT_QUERIES:
        return is_text
    if query is TokenVectors and not tokens:
        return False
    if query is Field and target.kind not in ("class", "value"):
        return False  # a colour shows one number, or the shares of classes
    if query in (Code, Decoded) and not target.is_input:
        return False
    if query in (Classify, SoughtInputs) and target.kind != "class":
        return False
    return query in QUERIES or query in own
