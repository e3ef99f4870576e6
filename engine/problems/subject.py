"""The subject of a problem: what is measured of it, what can be asked of it, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from engine.contracts import SettingError
from engine.interruption import Interruption, Pieces, finish
from engine.queries import Query
from engine.training.measures import Measure, Work, work_of

Array = np.ndarray
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Reference:
    """A loss that is known beforehand, for comparison: what it is the loss of, and its value on the training set.

    curves: the keys of the curves beside which it is drawn instead, if it is no loss.
    """

    title: str
    value: float
    curves: tuple[str, ...] = ()


class Subject:
    """What a problem is about, for measures, views, insights and figures; nothing else of it do they know.

    A kind of problem overrides what it has. measures: what is measured while it is trained. layers: the titles of the
    parts of which measures are taken one by one. time_steps: the time steps, counted from 1, whose gradient norm is
    recorded, the last among them; none where nothing goes through time. is_plane: whether theta is a point (x, y) of a
    plane. naming: what the names of the parameters depend on, to be compared. loss_words: the formula of the loss and
    its name, if it has one. curve_titles: other titles for curves, by their keys. tracked: whether measures are taken
    of a run, and points of its trail kept. shows_trail: whether pictures carry that trail, for views that draw the
    paths of parameters. explained: whether the next step of every run is computed with each picture, for it costs
    nothing to speak of. known_minimum: the lowest value that the loss can have. references: losses that are known
    beforehand, to be drawn beside those of the runs. unbounded: whether the loss may fall without end. sampled: why the
    loss is no function of the parameters, if it is none, as the end of a sentence; it then has neither curvature nor
    slices. gains: whether the loss is minus what is to be gained. bordered: whether there are points without a value;
    value_remedy: what a person could do about them. noun: what it is, in words; elsewhere: from where else a run might
    begin.
    """

    @property
    def measures(self) -> tuple[Measure, ...]:
        return ()

    @property
    def layers(self) -> tuple[str, ...]:
        return ()

    @property
    def time_steps(self) -> tuple[int, ...]:
        return ()

    @property
    def is_plane(self) -> bool:
        return False

    @property
    def naming(self) -> tuple[object, ...]:
        return ()

    @property
    def loss_words(self) -> tuple[str, str] | None:
        return None

    @property
    def curve_titles(self) -> Mapping[str, str]:
        return {}

    @property
    def tracked(self) -> bool:
        return True

    @property
    def shows_trail(self) -> bool:
        return False

    @property
    def explained(self) -> bool:
        return True

    @property
    def known_minimum(self) -> float | None:
        return None

    @property
    def references(self) -> tuple[Reference, ...]:
        return ()

    @property
    def unbounded(self) -> bool:
        return False

    @property
    def sampled(self) -> str:
        return ""

    @property
    def gains(self) -> bool:
        return False

    @property
    def bordered(self) -> bool:
        return False

    @property
    def value_remedy(self) -> str:
        return "choose another problem"

    @property
    def noun(self) -> str:
        return "problem"

    @property
    def elsewhere(self) -> str:
        return "another start point"

    def measured(
        self, theta: Array, step: Array | None, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array | None]]:
        """The measures at theta (n,), in pieces: those of the whole in the order of `measures` and, given the step
        (n,) by which it was reached, those by layer (most_parts, measures), NaN beyond the parts that one has; None
        without it.

        penalty: what L1 and L2 add to the loss there.
        """
        yield from ()
        return np.empty(0), None

    def measured_along(self, thetas: Array, penalties: Array, interruption: Interruption | None) -> Pieces[Array]:
        """The measures of the whole (b, measures) at each of thetas (b, n), as `measured` has them, in pieces.

        penalties (b,): what L1 and L2 add to the loss there.
        """
        rows = []
        for theta, penalty in zip(thetas, penalties, strict=True):
            rows.append((yield from self.measured(theta, None, float(penalty), interruption))[0])
        return np.array(rows)

    def step_norms(self, theta: Array, interruption: Interruption | None) -> Pieces[Array]:
        """The norm of the gradient after each of the `time_steps` at theta (n,): (S,), in pieces."""
        yield from ()
        return np.empty(0)

    def titles_of(self, part: str) -> tuple[str, ...]:
        """The titles of parts, such as layers or classes, of which measures are taken one by one (Measure.part)."""
        return self.layers

    @property
    def most_parts(self) -> int:
        """How many rows the measures that are taken part by part have."""
        parts = {measure.part for measure in self.measures if measure.by_layer}
        return max((len(self.titles_of(part)) for part in parts), default=0)

    def undefined(self, measure: str) -> str:
        """Why a measure by layer has no value anywhere, in words; empty if there is nothing to say."""
        return ""

    def work(self, parameters: int, examples: int) -> Work:
        """What training and measuring take, with so many parameters and training examples."""
        return work_of(parameters, 0, 0, examples, 0)

    def operations(self, parameters: int) -> float:
        """Multiplications that training on one example takes, about; 0 if they are too few to speak of."""
        return 6.0 * parameters

    def loss_pieces(self, thetas: Array, interruption: Interruption | None) -> Pieces[Array] | None:
        """The loss at each of thetas (b, n), (b,), in pieces; None where nothing is quicker than the objective."""
        return None

    def headings(self, parameters: int) -> tuple[str, ...]:
        """What stands above the views of a run, from the longest text to the shortest that says something."""
        return (f"{parameters:,} parameter{'s' * (parameters != 1)}", "")

    def parameter_name(self, place: int) -> str:
        """The name of a parameter by its place in theta."""
        return f"θ {place + 1}"

    def parameter_lists(self, parameters: int, chosen: tuple[int, ...]) -> tuple[Sequence[str], ...]:
        """Lists from which a parameter is picked, as what comes before it in `chosen` leaves them: up to three."""
        return ([self.parameter_name(place) for place in range(parameters)],)

    def picked_parameter(self, chosen: tuple[int, ...]) -> int:
        """The place in theta of what is picked in these lists."""
        return chosen[0]

    def understands(self, query: type[Query[Any]]) -> bool:
        """Whether `answers` has an answer to queries of this type."""
        return False

    def answers(
        self, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
    ) -> Pieces[Mapping[Query[Any], Any]]:
        """The answers to some queries at theta (n,), all of types that it understands, in pieces and as few passes as
        may be.
        """
        yield from ()
        return {}

    @property
    def snapshot_type(self) -> type[Snapshot]:
        """What views are handed: a kind may give its answers names of their own."""
        return Snapshot

    def scale(self, start: Array) -> float:
        """How long a step may be within reason, for runs from start (n,)."""
        return max(1.0, float(np.linalg.norm(start)))

    def first_fault(self, theta: Array) -> str:
        """Where inside the first number is not finite at theta (n,), as the end of a sentence; empty if unknown."""
        return ""


class HasSubject(Protocol):
    """A Problem, as far as answers depend on it."""

    @property
    def task(self) -> Any: ...
    @property
    def subject(self) -> Subject: ...


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run at one update, with answers to what was asked of its problem there. theta (n,). Nothing in it changes."""

    run: str
    update: int
    problem: HasSubject
    theta: Array
    answers: Mapping[Query[Any], Any]

    @property
    def subject(self) -> Subject:
        return self.problem.subject

    def answer(self, kind: type[Query[A]]) -> A | None:
        """The answer to a query of a type; None if none was asked."""
        return next((found for query, found in self.answers.items() if isinstance(query, kind)), None)


def snapshot_of(
    problem: HasSubject, theta: Array, queries: Iterable[Query[Any]], run: str = "", update: int = 0
) -> Snapshot:
    """What a problem's subject answers at theta (n,). Raises SettingError for a query that it does not understand."""
    with np.errstate(all="ignore"):
        return finish(snapshot_pieces(problem, theta, frozenset(queries), run, update, None))


def snapshot_pieces(
    problem: HasSubject,
    theta: Array,
    queries: frozenset[Query[Any]],
    run: str,
    update: int,
    interruption: Interruption | None,
) -> Pieces[Snapshot]:
    """`snapshot_of`, in pieces."""
    subject = problem.subject
    for query in queries:
        if not subject.understands(type(query)):
            raise SettingError(f"a {subject.noun} has no answer to {type(query).__name__}")
    answers = yield from subject.answers(theta, queries, interruption)
    return subject.snapshot_type(run, update, problem, theta, answers)
