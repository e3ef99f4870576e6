"""What can be asked of every policy: an episode, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.queries import Query

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Episode:
    """An episode of T steps.

    states (T + 1, size): as the environment keeps them (environment.STATE). seen (T, features). chosen (T,) int64:
    places of actions; chances (T, actions): of each. rewards, values, credits and goals (T,): values are the critic's,
    0 without one; credits and goals are what the method makes of the episode. over: whether it came to its own end.
    """

    states: Array
    seen: Array
    chosen: Array
    chances: Array
    rewards: Array
    values: Array
    credits: Array
    goals: Array
    over: bool

    @property
    def length(self) -> int:
        return len(self.rewards)


@dataclass(frozen=True, slots=True)
class Played(Query[Episode]):
    """An episode with the policy as it is; the same number means the same random numbers. It is none of training's."""

    number: int = 0
