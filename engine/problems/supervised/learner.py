"""A network with its data as the subject of a problem: what is measured of it and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.queries import Activations, Gradients, Region, UnitMaps
from engine.contracts import SettingError
from engine.interruption import Interruption, Pieces
from engine.problems.subject import Snapshot, Subject
from engine.problems.supervised.answers import answer_pieces
from engine.problems.supervised.examined import Examined
from engine.problems.supervised.measures import LAYER_MEASURES, MEASURES, NETWORK_MEASURES
from engine.problems.supervised.names import parameter_name
from engine.problems.supervised.queries import Field, Predicted, Predictions
from engine.queries import Query
from engine.training.measures import Measure, Work, work_of

Array = np.ndarray
Q = TypeVar("Q", bound=Query[Any])

_LOOKED_AT = 256  # examples on which the layers are searched for what is not finite


class Learner(Examined, Subject):
    """A network with its data, as the subject of a problem."""

    @classmethod
    def of(cls, subject: Subject) -> Learner:
        """The subject of a problem that is a network's. Raises TypeError if it is another's."""
        if not isinstance(subject, Learner):
            raise TypeError(f"a network is needed, not a {subject.noun}")
        return subject

    @property
    def measures(self) -> tuple[Measure, ...]:
        return NETWORK_MEASURES

    @property
    def layers(self) -> tuple[str, ...]:
        return self.network.layer_titles

    @property
    def curve_titles(self) -> Mapping[str, str]:
        return {"loss": "Loss, running batch", "score": "Accuracy" if self.classes else "R²"}

    @property
    def explained(self) -> bool:
        return False  # a step is a pass through a batch

    @property
    def noun(self) -> str:
        return "network"

    @property
    def elsewhere(self) -> str:
        return "a smaller scale of the initial weights"

    @property
    def naming(self) -> tuple[object, ...]:
        return self.network.sizes, self.data.features, self.data.classes, self.data.target

    @property
    def loss_words(self) -> tuple[str, str]:
        loss = LOSSES[self.network.loss.kind]
        return loss.formula, loss.title.lower()

    def headings(self, parameters: int) -> tuple[str, ...]:
        shape = " – ".join(str(size) for size in self.network.sizes)
        (told, *_) = super().headings(parameters)
        return f"{shape}   ·   {told}", told, shape, ""

    def parameter_name(self, place: int) -> str:
        """Such as `w hidden 1: x → unit 3` and `bias output`."""
        classes = self.data.classes
        outputs = classes if len(classes) == self.network.sizes[-1] else ()
        return parameter_name(self.network, self.data.features, outputs, place)

    def parameter_lists(self, parameters: int, chosen: tuple[int, ...]) -> tuple[Sequence[str], ...]:
        """The layers, the units of the one that is chosen, and what a unit reads, then its bias."""
        network, data, layer = self.network, self.data, chosen[0] if chosen else 0
        numbered = [f"unit {unit + 1}" for unit in range(network.sizes[layer + 1])]
        outputs = data.classes if len(data.classes) == network.sizes[-1] else (data.target,)
        sources = data.features if layer == 0 else [f"unit {unit + 1}" for unit in range(network.sizes[layer])]
        return self.layers, outputs if layer == network.layers - 1 else numbered, [*sources, "bias"]

    def picked_parameter(self, chosen: tuple[int, ...]) -> int:
        layer, unit, source = chosen
        network, width = self.network, self.network.sizes[layer]
        if source == width:
            return int(network.biases(layer).start) + unit
        return int(network.weights(layer).start) + unit * width + source

    def understands(self, query: type[Query[Any]]) -> bool:
        return query in (Predictions, Field, *self.architecture.inside)

    def answers(
        self, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
    ) -> Pieces[Mapping[Query[Any], Any]]:
        return answer_pieces(self, theta, queries, interruption)

    @property
    def snapshot_type(self) -> type[NetworkSnapshot]:
        return NetworkSnapshot

    def undefined(self, measure: str) -> str:
        """What the activations of the layers do not have."""
        what = {"dead": "no dead units", "saturated": "no ends to be saturated at"}.get(measure)
        if what is None:
            return ""
        keys = dict.fromkeys(self.network.activations)
        titles = [ACTIVATIONS[key].title for key in keys if key != "identity"] or [ACTIVATIONS["identity"].title]
        *first, last = titles
        return f"{', '.join(first)} and {last} have {what}" if first else f"{last} has {what}"

    def work(self, parameters: int, examples: int) -> Work:
        first, *others = self.network.sizes
        return work_of(parameters, first * others[0], sum(others), examples, self.data.validation)

    def measured(
        self, theta: Array, step: Array | None, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array | None]]:
        if step is not None:
            return (yield from self._with_layers(theta, step, penalty, interruption))
        training, validation = yield from self.evaluation_pieces(theta, False, interruption)
        scores = self.scores(training.agreement, validation.agreement)
        return _measures((training.loss, validation.loss), scores, penalty), None

    def _with_layers(
        self, theta: Array, step: Array, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array]]:
        # No errstate around a yield: it would hold for whoever runs in between.
        found = yield from self.inspection_pieces(theta, interruption)
        validation = yield from self.validation_pieces(theta, False, interruption)
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

    def first_fault(self, theta: Array) -> str:
        """In which layer the first number is not finite."""
        inputs, _ = self.training
        with np.errstate(all="ignore"):
            values = self.activations(theta, inputs[:_LOOKED_AT])
        weights = [np.concatenate([w.ravel(), b]) for w, b in self.network.unpacked(theta)]
        for title, answers, numbers in zip(self.layers, values, weights, strict=True):
            if not (np.isfinite(answers).all() and np.isfinite(numbers).all()):
                return f", first in layer {title}"
        return ", on the way back through the layers"

    def _norms(self, vector: Array) -> Array:
        """The norm of each layer's weights in a vector like theta, (L,)."""
        return np.sqrt(np.add.reduceat(vector * vector, self._begins)[::2])

    @cached_property
    def _begins(self) -> Array:
        """Where the weights and the biases of each layer begin in theta, by turns."""
        layers = range(self.network.layers)
        return np.array([part(layer).start for layer in layers for part in (self.network.weights, self.network.biases)])


class NetworkSnapshot(Snapshot):
    """A network at one update, with its answers by name; what was not asked is None or empty."""

    @property
    def learner(self) -> Learner:
        return Learner.of(self.subject)

    @property
    def predicted(self) -> Predicted:
        """Raises SettingError if the predictions were not asked."""
        found = self.answer(Predictions)
        if found is None:
            raise SettingError("a snapshot without its Predictions was asked for them")
        return found

    @property
    def asked_field(self) -> Field | None:
        return self._asked(Field)

    @property
    def field(self) -> Array | None:
        found = self.answer(Field)
        return found if found is not None and found.size else None

    @property
    def units_region(self) -> Region | None:
        asked = self._asked(UnitMaps)
        return None if asked is None else asked.region

    @property
    def units(self) -> tuple[Array, ...]:
        return self.answer(UnitMaps) or ()

    @property
    def inspection(self) -> Inspection | None:
        return self.answer(Gradients)

    @property
    def activations(self) -> tuple[Array, ...]:
        return self.answer(Activations) or ()

    def _asked(self, kind: type[Q]) -> Q | None:
        return next((query for query in self.answers if isinstance(query, kind)), None)


def _measures(losses: tuple[float, float], scores: tuple[float, float], penalty: float) -> Array:
    named = {
        "training_loss": losses[0],
        "validation_loss": losses[1],
        "training_score": scores[0],
        "validation_score": scores[1],
        "penalty": penalty,
    }
    return np.array([named[name] for name in MEASURES])
