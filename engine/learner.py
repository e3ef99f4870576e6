"""A network with its data: outputs, losses, scores and all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.datasets.examples import TrainingData
from engine.interruption import Interruption, Pieces, finish
from engine.measures import LAYER_MEASURES, MEASURES
from engine.networks.forward import activations, loss_pieces, output_pieces, outputs
from engine.networks.inspection import Inspection, inspection_pieces
from engine.networks.losses import LOSSES
from engine.networks.network import Network
from engine.networks.packing import Packed, packed_set

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

    def both_losses(self, theta: Array, interruption: Interruption | None) -> Pieces[tuple[float, float]]:
        """Training and validation loss, NaN without examples; in pieces."""
        training = yield from self.loss_pieces(theta[np.newaxis], interruption)
        validation = yield from self._validation_loss(theta, interruption)
        return float(training[0]), validation

    def all_outputs(self, theta: Array, interruption: Interruption | None) -> Pieces[Array]:
        """The network's outputs (n, k) for all examples, in the order of `data`; in pieces."""
        training = yield from output_pieces(self.network, theta, self.packed, interruption)
        validation = yield from output_pieces(self.network, theta, self.packed_validation, interruption)
        return np.concatenate((training, validation))

    def _validation_loss(self, theta: Array, interruption: Interruption | None) -> Pieces[float]:
        found = yield from loss_pieces(self.network, theta[np.newaxis], self.packed_validation, interruption)
        return float(found[0])

    def predictions(self, outputs: Array) -> Array:
        """The predicted class indices or values (m,) from the network's outputs (m, k), comparable with
        data.targets.
        """
        if not self.classes:
            return outputs[:, 0] * self.data.target_scale + self.data.target_shift
        return np.asarray(LOSSES[self.network.loss.kind].predictions(outputs))

    def score(self, outputs: Array, targets: Array) -> float:
        """Accuracy, or R² (the share of explained variance); NaN without examples."""
        if not len(targets):
            return np.nan
        if self.classes:
            return float(np.mean(self.predictions(outputs) == targets))
        spread = float(((targets - targets.mean()) ** 2).sum())
        return 1.0 - float(((targets - outputs[:, 0]) ** 2).sum()) / spread if spread > 0.0 else np.nan

    def measured(
        self, theta: Array, step: Array, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array]]:
        """See Problem.measured."""
        # No errstate around a yield: it would hold for whoever runs in between.
        found = yield from self.inspection_pieces(theta, interruption)
        outputs = yield from output_pieces(self.network, theta, self.packed_validation, interruption)
        validation_loss = yield from self._validation_loss(theta, interruption)
        with np.errstate(all="ignore"):
            measures = {
                "training_loss": found.loss,
                "validation_loss": validation_loss,
                "training_score": self.score(found.outputs, self.training[1]),
                "validation_score": self.score(outputs, self.validation[1]),
                "penalty": penalty,
            }
            layers = {
                "gradient_norm": found.gradient_norm,
                "delta_norm": found.delta_norm,
                "update_ratio": self._norms(step) / self._norms(theta),
                "activation_mean": found.activation_mean,
                "activation_deviation": found.activation_deviation,
                "dead": found.dead,
                "saturated": found.saturated,
            }
        return np.array([measures[name] for name in MEASURES]), np.stack([layers[name] for name in LAYER_MEASURES], 1)

    def _norms(self, vector: Array) -> Array:
        """The norm of each layer's weights in a vector like theta, (L,)."""
        return np.array([np.linalg.norm(vector[part]) for part in self._weights])

    @cached_property
    def _weights(self) -> list[slice]:
        return [self.network.weights(layer) for layer in range(self.network.layers)]
