"""A policy with its critic as the subject of a problem: what is measured of it and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from engine.interruption import Interruption, Pieces, address_of
from engine.problems.policy.environment import OVER, Environment, Model, Values
from engine.problems.policy.episodes import (
    CHANCES_AT,
    CHOSEN_AT,
    ENTROPY,
    ERROR,
    HEAD,
    LENGTH,
    LONGEST,
    RETURN,
    REWARDS_AT,
    SEEN_AT,
    STATE_AT,
    SUMS,
    VALUES_AT,
    measure_episodes,
    play_episode,
)
from engine.problems.policy.measures import FEWEST, MOST, POLICY_MEASURES
from engine.problems.policy.methods import METHODS, NO_CRITIC
from engine.problems.policy.queries import Episode, Played
from engine.problems.policy.shape import Shape
from engine.problems.policy.task import PolicyTask
from engine.problems.subject import Reference, Subject
from engine.queries import Query
from engine.simd.alignment import aligned_zeros
from engine.simd.registers import LANES
from engine.training.measures import Measure, Work, work_of

Array = np.ndarray

_MEASURED = 1 << 27  # multiply-adds of a measurement, about
_STEP = 64  # multiply-adds of a step besides the policy's own


class Agent(Subject):
    """A policy with its critic in an environment, as the subject of a problem."""

    def __init__(self, task: PolicyTask, constants: Array, work_size: int) -> None:
        self.task = task
        self.shape: Shape = task.shape
        self._constants, self._work_size = constants, work_size

    @property
    def environment(self) -> Environment:
        return self.task.entry

    @property
    def values(self) -> Values:
        """The knobs of the environment."""
        return self.task.environment.values

    @property
    def discount(self) -> float:
        return self.task.discount

    @property
    def has_critic(self) -> bool:
        return self.shape.critic != NO_CRITIC

    @property
    def actions(self) -> tuple[str, ...]:
        return self.shape.actions

    def probabilities(self, theta: Array, seen: Array) -> Array:
        """(k, actions): of what is seen, see Shape.outputs."""
        return self.shape.probabilities(theta, seen)

    def valued(self, theta: Array, seen: Array) -> Array | None:
        """(k,): what the critic says of it, None without one."""
        return self.shape.valued(theta, seen)

    # What is known of it

    @property
    def measures(self) -> tuple[Measure, ...]:
        return POLICY_MEASURES

    @property
    def naming(self) -> tuple[object, ...]:
        return self.shape.blocks, self.shape.actions, self.shape.features

    @property
    def curve_titles(self) -> Mapping[str, str]:
        return {"loss": "Loss, running batch", "gain": "Batch return"}

    @property
    def loss_words(self) -> tuple[str, str]:
        return "-mean of Σ r", "minus the mean return of the batch"

    @property
    def explained(self) -> bool:
        return False  # a step plays a batch of episodes

    @property
    def sampled(self) -> str:
        return "its loss is that of a few episodes, drawn anew in every update"

    @property
    def gains(self) -> bool:
        return True

    @property
    def references(self) -> tuple[Reference, ...]:
        """The best possible return; single batches may do better than the best policy does on average."""
        best = self.best_return
        if best is None:
            return ()
        return Reference("best possible", best, ("return", "gain")), Reference("best possible", -best)

    @property
    def unbounded(self) -> bool:
        return True

    @property
    def noun(self) -> str:
        return "policy"

    @property
    def elsewhere(self) -> str:
        return "another seed of the initial weights" if self.task.hidden else "another environment"

    def headings(self, parameters: int) -> tuple[str, ...]:
        shape, method = self.shape, METHODS[self.task.method.kind].title
        if shape.hidden:
            told = f"{len(shape.features)}-{shape.hidden}-{len(shape.actions)} tanh"
        else:
            rows = f"table of {shape.states} state{'s' * (shape.states > 1)}"
            told = rows if shape.is_table else "linear policy"
        (count, *_) = super().headings(parameters)
        best = self.best_return
        known = "" if best is None else f"   ·   best possible return {best:.4g}".replace("-", "−")
        return (
            f"{method}   ·   {told}   ·   {count}{known}",
            f"{method}   ·   {told}{known}",
            f"{told}{known}",
            told,
            "",
        )

    def parameter_name(self, place: int) -> str:
        return self.shape.name(place)

    def work(self, parameters: int, examples: int) -> Work:
        steps = self._steps
        episode, point = steps * (parameters + _STEP), work_of(parameters, 0, 0, 0, 0).point
        found = work_of(episode, 0, 0, 1, self._count)
        return Work(found.update, 3 * episode, found.light, found.full, point)

    def operations(self, parameters: int) -> float:
        return 6.0 * self._steps * (parameters + _STEP)

    @property
    def _steps(self) -> int:
        """Of an episode, about."""
        return 1 if self.environment.one_step else self.task.longest

    @property
    def _count(self) -> int:
        """How many episodes a measurement plays."""
        return min(max(_MEASURED // (self._steps * (self.shape.parameters + _STEP)), FEWEST), MOST)

    # What is measured and answered

    def measured(
        self, theta: Array, step: Array | None, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array | None]]:
        sums, done, work, count = np.zeros(SUMS), 0, aligned_zeros(self._work_size), self._count
        while True:
            flag = address_of(interruption)
            done = measure_episodes(theta, self.task.seed, done, count, flag, self._constants, work, sums)
            if done >= count:
                break
            yield
        mean, steps = self._mean_return(theta, sums[RETURN] / count), sums[LENGTH]
        error = np.sqrt(sums[ERROR] / steps) if self.has_critic else np.nan
        named = {
            "return": mean,
            "episode_length": steps / count,
            "entropy": sums[ENTROPY] / steps,
            "value_error": error,
            "measured_loss": penalty - mean,
        }
        return np.array([named[measure.key] for measure in POLICY_MEASURES]), None

    def _mean_return(self, theta: Array, played: float) -> float:
        """Of the policy: exactly where the environment is known, else what was played; NaN where not finite."""
        model = self._model
        if model is None:
            return played
        entry = self.environment
        seen = np.zeros((1, 0)) if entry.seen is None else entry.seen(self.values)
        policy = self.probabilities(theta, seen)
        return model.mean_return(policy, self.task.longest) if np.isfinite(policy).all() else np.nan

    @cached_property
    def _model(self) -> Model | None:
        return self.environment.model(self.values)

    @cached_property
    def best_return(self) -> float | None:
        """The highest mean return of any policy, None if it is not known."""
        return self.environment.best(self.values)

    def undefined(self, measure: str) -> str:
        if measure == "value_error" and not self.has_critic:
            return "there is neither a critic nor a baseline that is learned"
        return ""

    def understands(self, query: type[Query[Any]]) -> bool:
        return query is Played or query in self.environment.answers

    def answers(
        self, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
    ) -> Pieces[Mapping[Query[Any], Any]]:
        found: dict[Query[Any], Any] = {}
        for query in queries:
            if isinstance(query, Played):
                found[query] = self.played(theta, query.number)
            else:
                found[query] = self.environment.answers[type(query)](self, theta, query)
            yield
        return found

    def played(self, theta: Array, number: int, update: int | None = None) -> Episode:
        """An episode at theta (n,): one that is looked at, or of the training at an update."""
        head = self._constants[:HEAD].view(np.int64)
        longest, work = int(head[LONGEST]), aligned_zeros(self._work_size)
        credited = np.zeros(2 * longest)
        quiet, at = int(update is None), update or 0
        length = play_episode(theta, self.task.seed, quiet, at, number, self._constants, work, credited)
        size, actions, features = self.environment.size, len(self.actions), len(self.environment.features)
        row = -(-actions // LANES) * LANES

        def rows(place: int, count: int, width: int) -> Array:
            first = int(head[place])
            return work[first : first + count * width].reshape(count, width).copy()

        states = rows(STATE_AT, length + 1, size)
        return Episode(
            states=states,
            seen=rows(SEEN_AT, length, features),
            chosen=rows(CHOSEN_AT, length, 1)[:, 0].astype(np.int64),
            chances=rows(CHANCES_AT, length, row)[:, :actions],
            rewards=rows(REWARDS_AT, length, 1)[:, 0],
            values=rows(VALUES_AT, length, 1)[:, 0],
            credits=credited[:length].copy(),
            goals=credited[longest : longest + length].copy(),
            over=bool(states[-1, OVER]),
        )
