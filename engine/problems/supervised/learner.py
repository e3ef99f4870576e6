"""A network with its data: outputs, losses, scores and all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.architectures.forward import Evaluation, activations, agreement, evaluation_pieces, loss_pieces, outputs
from engine.architectures.inspection import Inspection, inspection_pieces
from engine.architectures.losses import LOSSES
from engine.architectures.network import Network
from engine.architectures.packing import Packed, packed_set
from engine.data.examples import TrainingData
from engine.interruption import Interruption, Pieces, finish
from engine.training.measures import LAYER_MEASURES, MEASURES, Work, work_of

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Learner:
    """A network with its data; the training examples are the first rows of `data`, and are `packed`."""

    network: Network
    data: TrainingData
    packed: Packed

    @property
    def classes(self) -> int:
        return len(self.data.classes)

    @cached_property
    def training(self) -> tuple[Array, Array]:
        """Inputs (n, f) and scaled targets (n,) of the training set."""
        return self.data.inputs[: self.data.train], self.data.scaled_targets[: self.data.train]

    @cached_property
    def validation(self) -> tuple[Array, Array]:
        """Inputs (m, f) and scaled targets (m,) of the validation set; m may be 0."""
        return self.data.inputs[self.data.train :], self.data.scaled_targets[self.data.train :]

    @cached_property
    def packed_validation(self) -> Packed:
        """The validation set as the objective reads it."""
        return packed_set(self.network, *self.validation, self.classes)

    def inspect(self, theta: Array) -> Inspection:
        """An inspection of the network on the training set."""
        return finish(self.inspection_pieces(theta, None))

    def inspection_pieces(self, theta: Array, interruption: Interruption | None) -> Pieces[Inspection]:
        """`inspect`, in pieces."""
        return inspection_pieces(self.network, theta, self.packed, interruption)

    def outputs(self, theta: Array, inputs: Array) -> Array:
        """The network's outputs (m, k) for inputs (m, f)."""
        return outputs(self.network, theta, inputs)

    def activations(self, theta: Array, inputs: Array) -> list[Array]:
        """The activations of each layer, (m, units), for inputs (m, f)."""
        return activations(self.network, theta, inputs)

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
        validation = yield from self._validation(theta, outputs, interruption)
        return training, validation

    def _validation(self, theta: Array, outputs: bool, interruption: Interruption | None) -> Pieces[Evaluation]:
        return self._evaluation(theta, self.packed_validation, self.validation[1], outputs, interruption)

    def _evaluation(
        self, theta: Array, packed: Packed, targets: Array, outputs: bool, interruption: Interruption | None
    ) -> Pieces[Evaluation]:
        return evaluation_pieces(self.network, theta, packed, targets, self.classes, outputs, interruption)

    def predictions(self, outputs: Array) -> Array:
        """The predicted class indices or values (m,) from the network's outputs (m, k), comparable with
        data.targets.
        """
        if not self.classes:
            return outputs[:, 0] * self.data.target_scale + self.data.target_shift
        return np.asarray(LOSSES[self.network.loss.kind].predictions(outputs))

    def score(self, outputs: Array, targets: Array) -> float:
        """Accuracy, or R² (the share of explained variance), of outputs (m, k); NaN without examples."""
        values = np.ascontiguousarray(outputs.T, np.float64)
        found = agreement(values, np.ascontiguousarray(targets, np.float64), self.classes)
        return self._score(found, len(targets), _spread(targets))

    def scores(self, training: float, validation: float) -> tuple[float, float]:
        """The scores of both sets by the agreement found on them."""
        (n, m), spreads = map(len, (self.training[1], self.validation[1])), self._spreads
        return self._score(training, n, spreads[0]), self._score(validation, m, spreads[1])

    def _score(self, agreement: float, examples: int, spread: float) -> float:
        if not examples:
            return np.nan
        if self.classes:
            return agreement / examples
        return 1.0 - agreement / spread if spread > 0.0 else np.nan

    @cached_property
    def _spreads(self) -> tuple[float, float]:
        return _spread(self.training[1]), _spread(self.validation[1])

    @cached_property
    def work(self) -> Work:
        """What training and measurements take."""
        network, examples = self.network, (self.data.train, self.data.validation)
        first, *others = network.sizes
        return work_of(network.parameters, first * others[0], sum(others), *examples)

    def measured(self, theta: Array, penalty: float, interruption: Interruption | None) -> Pieces[Array]:
        """See Problem.measured."""
        training, validation = yield from self.evaluation_pieces(theta, False, interruption)
        scores = self.scores(training.agreement, validation.agreement)
        return _measures((training.loss, validation.loss), scores, penalty)

    def layers_measured(
        self, theta: Array, step: Array, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array]]:
        """See Problem.layers_measured."""
        # No errstate around a yield: it would hold for whoever runs in between.
        found = yield from self.inspection_pieces(theta, interruption)
        validation = yield from self._validation(theta, False, interruption)
        scores = self.score(found.outputs, self.training[1]), self.scores(0.0, validation.agreement)[1]
        with np.errstate(all="ignore"):
            layers = {
                "gradient_norm": found.gradient_norm,
                "delta_norm": found.delta_norm,
                "update_ratio": self._norms(step) / self._norms(theta),
                "activation_mean": found.activation_mean,
                "activation_deviation": found.activation_deviation,
                "dead": found.dead,
                "saturated": found.saturated,
            }
        values = _measures((found.loss, validation.loss), scores, penalty)
        return values, np.stack([layers[name] for name in LAYER_MEASURES], 1)

    def _norms(self, vector: Array) -> Array:
        """The norm of each layer's weights in a vector like theta, (L,)."""
        return np.sqrt(np.add.reduceat(vector * vector, self._begins)[::2])

    @cached_property
    def _begins(self) -> Array:
        """Where the weights and the biases of each layer begin in theta, by turns."""
        layers = range(self.network.layers)
        return np.array([part(layer).start for layer in layers for part in (self.network.weights, self.network.biases)])


def _measures(losses: tuple[float, float], scores: tuple[float, float], penalty: float) -> Array:
    named = {
        "training_loss": losses[0],
        "validation_loss": losses[1],
        "training_score": scores[0],
        "validation_score": scores[1],
        "penalty": penalty,
    }
    return np.array([named[name] for name in MEASURES])


def _spread(targets: Array) -> float:
    """The sum of squared distances from the mean."""
    return float(((targets - targets.mean()) ** 2).sum()) if len(targets) else np.nan
