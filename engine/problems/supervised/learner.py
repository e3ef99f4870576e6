"""A network with its data as the subject of a problem: what is measured of it and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from engine.architectures.class_losses import class_losses
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.packing import Packed
from engine.architectures.queries import Field, Region, UnitMaps
from engine.contracts import SettingError
from engine.interruption import Interruption, Pieces
from engine.problems.subject import Reference, Snapshot, Subject
from engine.problems.supervised.answers import answer_pieces
from engine.problems.supervised.examined import Examined
from engine.problems.supervised.measures import LAYER_MEASURES, MEASURES, NETWORK_MEASURES, TEXT_MEASURES
from engine.problems.supervised.queries import Activations, Gradients, Predicted, Predictions, understood
from engine.problems.supervised.references import is_in_nats
from engine.queries import Query
from engine.training.measures import Measure, Work, work_of

Array = np.ndarray
Q = TypeVar("Q", bound=Query[Any])
N = TypeVar("N", float, Array)  # a number, or one for each of several thetas

_SEQUENCES = 32  # of the training set, from which gradient norms by time step are recorded
MOST_CLASSES = 20  # of which losses are told one by one
_LOOKED_AT = 256  # examples on which the layers are searched for what is not finite


@dataclass(frozen=True, eq=False)
class Learner(Examined, Subject):
    """A network with its data, as the subject of a problem."""

    references: tuple[Reference, ...] = ()

    @classmethod
    def of(cls, subject: Subject) -> Learner:
        """The subject of a problem that is a network's. Raises TypeError if it is another's."""
        if not isinstance(subject, Learner):
            raise TypeError(f"a network is needed, not a {subject.noun}")
        return subject

    @property
    def measures(self) -> tuple[Measure, ...]:
        return NETWORK_MEASURES if self.data.text is None else NETWORK_MEASURES + TEXT_MEASURES

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(part.title for part in self.parts)

    @cached_property
    def time_steps(self) -> tuple[int, ...]:
        return self.architecture.time_steps(self.network)

    def step_norms(self, theta: Array, interruption: Interruption | None) -> Pieces[Array]:
        """On the first sequences of the training set."""
        return self.architecture.step_norm_pieces(self.network, theta, self._some, interruption)

    @cached_property
    def _some(self) -> Packed:
        inputs, targets = (part[:_SEQUENCES] for part in self.training)
        return self.architecture.packed_set(self.network, inputs, targets, self.classes)

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
        return self.network.blocks, self.data.features, self.data.classes, self.data.target

    @property
    def loss_words(self) -> tuple[str, str]:
        loss = LOSSES[self.network.loss.kind]
        return loss.formula, loss.title.lower()

    def headings(self, parameters: int) -> tuple[str, ...]:
        shape = self.architecture.described(self.network)
        (told, *_) = super().headings(parameters)
        return f"{shape}   ·   {told}", told, shape, ""

    def parameter_name(self, place: int) -> str:
        """Such as `w hidden 1: x → unit 3` and `bias output`."""
        return self.architecture.parameter_name(self.network, self.data.features, self._named_outputs, place)

    def parameter_lists(self, parameters: int, chosen: tuple[int, ...]) -> tuple[Sequence[str], ...]:
        data = self.data
        return self.architecture.parameter_lists(self.network, data.features, self._named_outputs, data.target, chosen)

    def picked_parameter(self, chosen: tuple[int, ...]) -> int:
        return self.architecture.picked_parameter(self.network, chosen)

    @property
    def _named_outputs(self) -> tuple[str, ...]:
        """The classes or the numbers of a vector, if each has an output."""
        outputs = self.network.sizes[-1] // self.data.target_shape.steps
        found = self.data.output_names(outputs)
        return found if len(found) == outputs and found != (self.data.target,) else ()

    def understands(self, query: type[Query[Any]]) -> bool:
        own, data = self.architecture.answered(self.network), self.data
        return understood(query, own, data.target_shape, bool(data.tokens), data.text is not None)

    def answers(
        self, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
    ) -> Pieces[Mapping[Query[Any], Any]]:
        return answer_pieces(self, theta, queries, interruption)

    @property
    def snapshot_type(self) -> type[NetworkSnapshot]:
        return NetworkSnapshot

    def titles_of(self, part: str) -> tuple[str, ...]:
        return self.layers if part != "class" else self._shown_classes

    @cached_property
    def _shown_classes(self) -> tuple[str, ...]:
        """The classes whose losses are told one by one: of a single answer for each example, and of not too many."""
        single = self.training[1].ndim == 1
        return self.data.classes if single and len(self.data.classes) <= MOST_CLASSES else ()

    def _class_losses(self, outputs: Array) -> Array:
        """The loss of each of these classes on the training examples, from the outputs (n, k) for them."""
        if not self._shown_classes:
            return np.empty(0)
        return class_losses(self.network.loss, outputs, self.training[1], self.classes)

    def undefined(self, measure: str) -> str:
        return self.architecture.undefined(self.network, measure)

    def work(self, parameters: int, examples: int) -> Work:
        products, first, activations = self.architecture.products(self.network)
        found = work_of(products, first, activations, examples, self.data.validation)
        steps = min(_SEQUENCES, examples) if self.time_steps else 0
        return replace(found, point=work_of(parameters, 0, 0, 0, 0).point, steps=found.steps + found.example * steps)

    def operations(self, parameters: int) -> float:
        return 6.0 * self.architecture.products(self.network)[0]

    def measured(
        self, theta: Array, step: Array | None, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array | None]]:
        if step is not None:
            return (yield from self._with_layers(theta, step, penalty, interruption))
        training, validation = yield from self.evaluation_pieces(theta, False, interruption)
        scores = self.scores(training.agreement, validation.agreement)
        return self._whole((training.loss, validation.loss), scores, penalty), None

    def measured_along(self, thetas: Array, penalties: Array, interruption: Interruption | None) -> Pieces[Array]:
        training, validation = yield from self.evaluations_along(thetas, interruption)
        with np.errstate(all="ignore"):
            scores = self.scores(training[1], validation[1])
            return self._whole((training[0], validation[0]), scores, penalties).T

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
                "class_loss": self._class_losses(found.outputs),
            }
        values = self._whole((found.loss, validation.loss), scores, penalty)
        rows = np.full((self.most_parts, len(LAYER_MEASURES)), np.nan)
        for column, name in enumerate(LAYER_MEASURES):
            rows[: len(layers[name]), column] = layers[name]
        return values, rows

    def first_fault(self, theta: Array) -> str:
        """In which layer the first number is not finite."""
        inputs, targets = (part[:_LOOKED_AT] for part in self.training)
        some = self.architecture.packed_set(self.network, inputs, targets, self.classes)
        return self.architecture.first_fault(self.network, theta, some)

    def _whole(self, losses: tuple[N, N], scores: tuple[N, N], penalty: N) -> Array:
        """The measures of the whole (measures,) in the order of `measures`, or at several thetas (measures, b)."""
        values = _measures(losses, scores, penalty)
        if self.data.text is None:
            return values
        outputs = self.network.sizes[-1] // self.data.text.context
        nats = np.array(losses) if is_in_nats(self.network.loss, outputs) else np.full_like(losses, np.nan)
        return np.concatenate((values, nats / np.log(2.0)))

    def _norms(self, vector: Array) -> Array:
        """The norm of each layer's weights in a vector like theta, (L,)."""
        begins, layers = self._begins
        return np.sqrt(np.add.reduceat(np.add.reduceat(vector * vector, begins)[self._weighted], layers))

    @cached_property
    def _begins(self) -> tuple[Array, Array]:
        """Where each tensor begins in theta; and which of those with weights is the first of its layer."""
        firsts = np.cumsum([0, *(len(part.weights) for part in self.parts[:-1])])
        return np.array([block.start for block in self.network.blocks]), firsts

    @cached_property
    def _weighted(self) -> Array:
        """Which tensors are weights, (tensors,) bool."""
        return np.array([block.role != "bias" for block in self.network.blocks])


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


def _measures(losses: tuple[N, N], scores: tuple[N, N], penalty: N) -> Array:
    named = {
        "training_loss": losses[0],
        "validation_loss": losses[1],
        "training_score": scores[0],
        "validation_score": scores[1],
        "penalty": penalty,
    }
    return np.array(np.broadcast_arrays(*(named[name] for name in MEASURES)))
