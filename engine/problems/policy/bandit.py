"""Bandit: one choice among arms that pay by chance, around values of their own."""

from __future__ import annotations

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
from engine.random_generator import RandomGenerator
from engine.rng import normal

Array = np.ndarray

ARMS = Hyper("arms", "", 10, 2, 20, kind="integer", slider=(2, 20), help="how many arms there are", tier="basic")
OFFSET = Hyper(
    "offset",
    "",
    4.0,
    -100.0,
    100.0,
    slider=(-10.0, 10.0),
    help="mean of the true values of the arms: far from 0, learning needs a baseline",
)
DRAW = Hyper(
    "draw", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="seed of the true values of the arms", tier="expert"
)


@dataclass(frozen=True, eq=False)
class ArmsSeen:
    """values, probabilities (arms,): what each arm pays on average, and how likely the policy pulls it."""

    values: Array
    probabilities: Array


@dataclass(frozen=True, slots=True)
class Arms(Query[ArmsSeen]):
    """The probability of every arm, beside its true value."""


@kernel(TRANSITION)
def pull(state, action, seed, first, numbers, seen):
    """Pay a normal number around the value of the arm, with standard deviation 1."""
    state[OVER] = state[PLACE] = 0.0
    if action == BEGIN:
        return 0.0
    state[OVER] = 1.0
    state[STATE] = np.float64(action)
    return numbers[action] + normal(seed, first)


def arm_values(values: Values) -> Array:
    """The true values of the arms (arms,): normal numbers around the offset, with standard deviation 1."""
    drawn: Array = RandomGenerator(int(values["draw"])).normal(int(values["arms"]))  # type: ignore[arg-type]
    return drawn + float(values["offset"])  # type: ignore[arg-type]


def _model(values: Values) -> Model:
    pays = arm_values(values)[None]
    return Model(np.zeros((1, pays.shape[1], 1)), pays, 0)


def _seen(acting: Acting, theta: Array, query: Arms) -> ArmsSeen:
    return ArmsSeen(arm_values(acting.values), acting.probabilities(theta, np.zeros((1, 0)))[0])


ENVIRONMENTS.add(
    Environment(
        key="bandit",
        title="Bandit",
        summary="One pull at one of several arms. Each pays a normal number around a value of its own.",
        source="Sutton & Barto 2018, Reinforcement Learning, section 2.8, http://incompleteideas.net/book/the-book-2nd.html",
        knobs=(ARMS, OFFSET, DRAW),
        transition=pull,
        pack=arm_values,
        size=STATE + 1,
        actions=lambda values: tuple(f"arm {arm}" for arm in range(1, int(values["arms"]) + 1)),  # type: ignore[arg-type]
        states=lambda values: 1,
        features=(),
        usual=Usual(0, 1.0, 1, 1),
        best=lambda values: float(arm_values(values).max()),
        model=_model,
        one_step=True,
        answers={Arms: _seen},
    )
)
