"""A network with its data: outputs, losses, scores, and what happens inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from engine.architectures.catalogue import Architecture, LayerPart
from engine.architectures.forward import (
    Evaluation,
    agreement,
    evaluation_pieces,
    evaluations_along,
    loss_pieces,
    output_pieces,
)
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.members import PERCEPTRON
from engine.architectures.packing import Packed
from engine.blocks import Block
from engine.data.examples import TrainingData
from engine.interruption import Interruption, Pieces, finish

Array = np.ndarray
N = TypeVar("N", float, Array)  # a number, or one for each of several thetas


@dataclass(frozen=True, eq=False)
class Examined:
    """A network with its data; the training examples are the first rows of `data`, and are `packed`."""

    network: Any
    data: TrainingData
    packed: Packed
    architecture: Architecture = PERCEPTRON

    @property
    def classes(self) -> int:
        return len(self.data.classes)

    @cached_property
    def training(self) -> tuple[Array, Array]:
        """Inputs (n, f) and scaled targets (n, ...) of the training set."""
        return self.data.inputs[: self.data.train], self.data.scaled_targets[: self.data.train]

    @cached_property
    def validation(self) -> tuple[Array, Array]:
        """Inputs (m, f) and scaled targets (m, ...) of the validation set; m may be 0."""
        return self.data.inputs[self.data.train :], self.data.scaled_targets[self.data.train :]

    @cached_property
    def packed_validation(self) -> Packed:
        """The validation set as the objective reads it."""
        weights = None if self.data.weights is None else self.data.weights[self.data.train :]
        weights = weights if weights is not None and weights.any() else None  # with 0 alone there would be no loss
        return self.architecture.packed_set(self.network, *self.validation, self.classes, weights)

    def inspect(self, theta: Array) -> Inspection:
        """An inspection of the network on the training set."""
        return finish(self.inspection_pieces(theta, None))

    def inspection_pieces(self, theta: Array, interruption: Interruption | None) -> Pieces[Inspection]:
        """`inspect`, in pieces."""
        return self.architecture.inspection_pieces(self.network, theta, self.packed, interruption)

    @cached_property
    def parts(self) -> tuple[LayerPart, ...]:
        """The layers with weights, of which measures are taken."""
        return self.architecture.layers(self.network)

    def weights_and_biases(self, vector: Array) -> list[tuple[Array, Array]]:
        """The weights and the biases of every layer in a vector like theta; weights of one tensor have its shape."""
        return [(_numbers(vector, part.weights), _numbers(vector, part.biases)) for part in self.parts]

    def first_layer_images(self, theta: Array) -> tuple[Array, Array] | None:
        """If the first layer has a weight for every pixel of the examples: these (units, rows, columns), and its
        biases (units,).
        """
        found = self.architecture.first_layer_images(self.network, theta) if self.data.image is not None else None
        return None if found is None else (found[0].reshape(-1, *self.data.image), found[1])  # type: ignore[misc]

    def packed_inputs(self, inputs: Array) -> Packed:
        """Inputs (m, f) as the objective reads them, for outputs alone."""
        return self.architecture.packed(self.network, inputs, None, None)

    def outputs(self, theta: Array, inputs: Array) -> Array:
        """The network's outputs (m, k) for inputs (m, f)."""
        return finish(output_pieces(self.network, theta, self.packed_inputs(inputs), None))

    def activations(self, theta: Array, inputs: Array) -> list[Array]:
        """The activations of each layer, (m, units), for inputs (m, f)."""
        return finish(self.activation_pieces(theta, inputs, None))

    def activation_pieces(self, theta: Array, inputs: Array, interruption: Interruption | None) -> Pieces[list[Array]]:
        """`activations`, in pieces."""
        packed = self.packed_inputs(inputs)
        return self.architecture.activation_pieces(self.network, theta, packed, interruption)

    def losses(self, thetas: Array) -> Array:
        """The training loss at each of thetas (b, n): (b,)."""
        return finish(self.loss_pieces(thetas, None))

    def loss_pieces(self, thetas: Array, interruption: Interruption | None) -> Pieces[Array]:
        """`losses`, in pieces."""
        return loss_pieces(self.network, thetas, self.packed, interruption)

    def evaluation_pieces(
        self, theta: Array, outputs: bool, interruption: Interruption | None
    ) -> Pieces[tuple[Evaluation, Evaluation]]:
        """Loss, agreement and, if asked for, outputs on the training and the validation set, in one pass; in pieces."""
        training = yield from self._evaluation(theta, self.packed, self.training[1], outputs, interruption)
        validation = yield from self.validation_pieces(theta, outputs, interruption)
        return training, validation

    def evaluations_along(
        self, thetas: Array, interruption: Interruption | None
    ) -> Pieces[tuple[tuple[Array, Array], tuple[Array, Array]]]:
        """Loss and agreement, (b,) each, at thetas (b, n), on the training and on the validation set; in pieces."""
        training = yield from self._along(thetas, self.packed, self.training[1], interruption)
        validation = yield from self._along(thetas, self.packed_validation, self.validation[1], interruption)
        return training, validation

    def _along(
        self, thetas: Array, packed: Packed, targets: Array, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array]]:
        return evaluations_along(self.network, thetas, packed, targets, self.classes, interruption)

    def validation_pieces(self, theta: Array, outputs: bool, interruption: Interruption | None) -> Pieces[Evaluation]:
        """The same on the validation set alone."""
        return self._evaluation(theta, self.packed_validation, self.validation[1], outputs, interruption)

    def _evaluation(
        self, theta: Array, packed: Packed, targets: Array, outputs: bool, interruption: Interruption | None
    ) -> Pieces[Evaluation]:
        return evaluation_pieces(self.network, theta, packed, targets, self.classes, outputs, interruption)

    def predictions(self, outputs: Array) -> Array:
        """The predicted class indices or values (m, ...) from the network's outputs (m, k), comparable with
        data.targets.
        """
        shape = self.data.target_shape
        each = outputs.reshape(len(outputs) * shape.steps, outputs.shape[1] // shape.steps)
        if shape.classes:
            found = np.asarray(LOSSES[self.network.loss.kind].predictions(each))
        else:
            found = each * self.data.target_scale + self.data.target_shift
        return found.reshape(len(outputs), *shape.array)

    def score(self, outputs: Array, targets: Array) -> float:
        """Accuracy, or R² (the share of explained variance), of outputs (m, k); NaN without examples."""
        values, flat = (
            np.ascontiguousarray(outputs.T, np.float64),
            np.ascontiguousarray(targets, np.float64).reshape(-1),
        )
        found: float = agreement(values, flat, self.data.target_shape.steps, self.classes)
        return self._score(found, len(targets), self._spread(targets))

    def scores(self, training: N, validation: N) -> tuple[N, N]:
        """The scores of both sets by the agreement found on them, or on several occasions."""
        (n, m), spreads = map(len, (self.training[1], self.validation[1])), self._spreads
        return self._score(training, n, spreads[0]), self._score(validation, m, spreads[1])

    def _score(self, agreement: N, examples: int, spread: float) -> N:
        if self.classes:
            return agreement / float(examples * self.data.target_shape.steps or math.nan)
        return 1.0 - agreement / (spread if examples and spread > 0.0 else math.nan)

    @cached_property
    def _spreads(self) -> tuple[float, float]:
        return self._spread(self.training[1]), self._spread(self.validation[1])

    def _spread(self, targets: Array) -> float:
        """The sum of squared distances from the mean, of vectors from that of each number."""
        if not len(targets):
            return np.nan
        width = self.data.target_shape.width
        means = targets.reshape(-1, width).mean(axis=0) if width > 1 else targets.mean()
        return float(((targets - means) ** 2).sum())


def _numbers(vector: Array, blocks: tuple[Block, ...]) -> Array:
    pieces = [vector[block.start : block.stop] for block in blocks]
    return pieces[0].reshape(blocks[0].shape) if len(pieces) == 1 else np.concatenate([np.empty(0), *pieces])
