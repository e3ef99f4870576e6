"""Short corridor: three states that look the same, in one of which the two actions are switched."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.contracts import Hyper, kernel
from engine.problems.policy.environment import (
    BEGIN,
    ENVIRONMENTS,
    OVER,
    PLACE,
    STATE,
    TRANSITION,
    Acting,
    Environment,
    Model,
    Usual,
    Values,
)
from engine.queries import Query

Array = np.ndarray

RIGHT = Hyper(
    "right",
    "p",
    0.05,
    0.001,
    0.999,
    slider=(0.01, 0.99),
    help="how likely the policy goes right at the start of learning",
)
BEST_RIGHT = 2.0 - math.sqrt(2.0)
LENGTH, SWITCHED = 3, 1  # states before the goal, and the one where left is right
_POINTS = 181


@dataclass(frozen=True, eq=False)
class CorridorSeen:
    """right: how likely the policy goes right; best: how likely the best one does. rights, returns (k,): every policy
    with its mean return.
    """

    right: float
    best: float
    rights: Array
    returns: Array

    @property
    def mean_return(self) -> float:
        """Of the policy, as if an episode never ended before the goal."""
        return float(corridor_return(np.array(self.right)))


@dataclass(frozen=True, slots=True)
class CorridorPolicy(Query[CorridorSeen]):
    """How likely the policy goes right, and the mean return of every policy."""


@kernel(TRANSITION)
def walk(state, action, seed, first, numbers, seen):
    """Go right or left at a cost of 1; the policy is not told where it is."""
    state[PLACE] = 0.0
    if action == BEGIN:
        state[OVER] = state[STATE] = 0.0
        return 0.0
    goes_right = action == 1
    if state[STATE] == SWITCHED:
        goes_right = not goes_right
    state[STATE] = state[STATE] + 1.0 if goes_right else max(state[STATE] - 1.0, 0.0)
    state[OVER] = 1.0 if state[STATE] == LENGTH else 0.0
    return -1.0


def corridor_return(right: Array) -> Array:
    """The mean return of policies that go right with probability `right`: (2 p - 4) / (p (1 - p))."""
    with np.errstate(divide="ignore"):
        found: Array = (2.0 * right - 4.0) / (right * (1.0 - right))
    return found


def _model(values: Values) -> Model:
    chances = np.zeros((LENGTH, 2, LENGTH))
    for place in range(LENGTH):
        for action in range(2):
            there = place + 1 if (action == 1) != (place == SWITCHED) else max(place - 1, 0)
            if there < LENGTH:
                chances[place, action, there] = 1.0
    return Model(chances, np.full((LENGTH, 2), -1.0), 0)


def _seen(acting: Acting, theta: Array, query: CorridorPolicy) -> CorridorSeen:
    rights = np.linspace(0.05, 0.95, _POINTS)
    right = float(acting.probabilities(theta, np.zeros((1, 0)))[0, 1])
    return CorridorSeen(right, BEST_RIGHT, rights, corridor_return(rights))


def _preferred(values: Values) -> Array:
    right = float(values["right"])  # type: ignore[arg-type]
    return np.array([[0.0, math.log(right / (1.0 - right))]])


ENVIRONMENTS.add(
    Environment(
        key="corridor",
        title="Short corridor",
        summary="Three states that look the same; in the middle one left is right. The best policy goes right with "
        "probability 0.59, and its return is -11.66; none that always does the same gets there.",
        source="Sutton & Barto 2018, Reinforcement Learning, example 13.1, "
        "http://incompleteideas.net/book/the-book-2nd.html",
        knobs=(RIGHT,),
        transition=walk,
        pack=lambda values: np.zeros(1),
        size=STATE + 1,
        actions=lambda values: ("left", "right"),
        states=lambda values: 1,
        features=(),
        usual=Usual(0, 1.0, 10, 1000),
        best=lambda values: float(corridor_return(np.array(BEST_RIGHT))),
        model=_model,
        preferred=_preferred,
        answers={CorridorPolicy: _seen},
    )
)
