"""The catalogue of environments: what a policy acts in, as a compiled transition with what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numba import types
from numba.extending import intrinsic

from engine.contracts import Catalogue, Floats, Hyper, Kernel, Tier, Value, caller
from engine.queries import Query

Array = np.ndarray
Values = Mapping[str, Value]

# state (STATE + own,) in place, action, seed and first of DRAWS indices of the environment's random numbers, numbers
# (what `pack` made), seen (features,) out -> reward. Action BEGIN puts the state where an episode begins.
TRANSITION = types.float64(Floats, types.int64, types.int64, types.int64, Floats, Floats)
BEGIN = -1
DRAWS = 4  # indices of random numbers that a step may use
OVER, PLACE, STATE = range(3)  # of state: 1 where the episode is over; which of the states it is, as a policy sees it


@intrinsic
def call_transition(typing_context, address, state, action, seed, first, numbers, seen):
    """Call the TRANSITION kernel at an address, inside another kernel."""
    return caller(TRANSITION, 6)()


class Acting(Protocol):
    """A policy with its value in an environment, as far as the answers of an environment depend on it."""

    @property
    def values(self) -> Values: ...
    @property
    def discount(self) -> float: ...
    def probabilities(self, theta: Array, seen: Array) -> Array: ...
    def valued(self, theta: Array, seen: Array) -> Array | None: ...


class Model(NamedTuple):
    """What an environment does: chances (states, actions, states) of the next state, pays (states, actions) on average,
    and the state where an episode begins. Where an episode ends, its chances sum to less than 1.
    """

    chances: Array
    pays: Array
    start: int

    def mean_return(self, policy: Array, longest: int) -> float:
        """Of episodes of at most so many steps under a policy (states, actions); (1, actions): alike in all states."""
        policy = np.broadcast_to(policy, self.pays.shape)
        states = len(self.pays)
        step = np.zeros((states + 1, states + 1))
        step[:-1, :-1] = np.einsum("sa,sat->st", policy, self.chances)
        step[:-1, -1] = (policy * self.pays).sum(axis=1)
        step[-1, -1] = 1.0
        return float(np.linalg.matrix_power(step, longest)[self.start, -1])


Answer = Callable[[Acting, Array, Any], Any]


@dataclass(frozen=True, slots=True)
class Usual:
    """Settings that suit an environment. hidden: units of the policy, 0 for a table."""

    hidden: int
    discount: float
    episodes: int
    longest: int


def _nothing_known(values: Values) -> float | None:
    return None


def _not_modelled(values: Values) -> Model | None:
    return None


def _none_preferred(values: Values) -> Array | None:
    return None


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment. size: numbers of its state, OVER and PLACE among them.

    actions, states: by the values of its knobs, the names of what can be done and how many states a policy tells apart,
    0 where it sees `features` alone. seen: names of the features, and rows of them (states, features) by the values of
    the knobs. A policy sees the number of its state in a table, the features in a network; without features only a
    table fits. best: the highest mean return of a policy, None if it is not known; model: what it does, from which the
    mean return of a policy follows, None if that is too much to tell. preferred: the preferences (states, actions) that
    a table begins with, None for zeros. one_step: whether every episode is a single step. answers: to what can be asked
    of a policy in it.
    """

    key: str
    title: str
    summary: str
    source: str
    knobs: tuple[Hyper, ...]
    transition: Kernel
    pack: Callable[[Values], Array]
    size: int
    actions: Callable[[Values], tuple[str, ...]]
    states: Callable[[Values], int]
    features: tuple[str, ...]
    usual: Usual
    seen: Callable[[Values], Array] | None = None
    best: Callable[[Values], float | None] = _nothing_known
    model: Callable[[Values], Model | None] = _not_modelled
    preferred: Callable[[Values], Array | None] = _none_preferred
    one_step: bool = False
    answers: Mapping[type[Query[Any]], Answer] = field(default_factory=dict)
    tier: Tier = "basic"


ENVIRONMENTS: Catalogue[Environment] = Catalogue("environment")
