"""Many seeds: is a difference between runs more than luck?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.choices import Choice
from engine.problems.kind import kind_of
from engine.training.experiment import Experiment
from engine.trials.arms import Arm, alone
from engine.trials.comparison import SEEDS, UPDATES, Comparison, Known, Plan, Result
from engine.trials.statistics import SignTest, Spread, quartiles, sign_test, spread
from engine.trials.trial import Summary, Trial, curve_updates
from engine.trials.words import number, paired

Array = np.ndarray


@dataclass(frozen=True)
class ArmOverSeeds:
    """One run over the seeds that are known: their values, and lines (seeds, points) with their quartiles (3, points)
    at the updates (points,). NaN where a line has ended.
    """

    arm: Arm
    seeds: tuple[int, ...]
    values: tuple[float, ...]
    spread: Spread
    updates: Array
    lines: Array
    band: Array
    diverged: int


@dataclass(frozen=True)
class Pair:
    """Two runs over the seeds that both have."""

    one: Arm
    other: Arm
    test: SignTest


@dataclass(frozen=True)
class SeedsResult(Result):
    """Every run over the seeds, and every pair of runs."""

    arms: tuple[ArmOverSeeds, ...]
    pairs: tuple[Pair, ...]


class SeedsPlan(Plan):
    """Every run with every seed."""

    def trials(self, known: Known) -> tuple[Trial, ...]:
        return tuple(self._trial(arm, seed) for seed in range(self._seeds) for arm in self.arms)

    def expected(self, known: Known) -> int:
        return self._seeds * len(self.arms)

    def result(self, known: Known) -> SeedsResult:
        arms = tuple(over_seeds(arm, self._known(arm, known), self.updates) for arm in self.arms)
        pairs = pairs_of(arms)
        done = sum(len(arm.seeds) for arm in arms)
        return SeedsResult(self._sentences(arms, pairs), done, self.expected(known), arms, pairs)

    @property
    def _seeds(self) -> int:
        return int(self.choice.values[SEEDS.name])  # type: ignore[arg-type]

    def _trial(self, arm: Arm, seed: int) -> Trial:
        return alone(self.experiment, arm, self.updates, self.counted, seed=seed)

    def _known(self, arm: Arm, known: Known) -> dict[int, Summary]:
        keys = {seed: self._trial(arm, seed).key for seed in range(self._seeds)}
        return {seed: known[key] for seed, key in keys.items() if key in known}

    def _sentences(self, arms: tuple[ArmOverSeeds, ...], pairs: tuple[Pair, ...]) -> tuple[str, ...]:
        told = [paired(pair.one.name, pair.other.name, pair.test) for pair in pairs if any(arms)]
        for each in arms:
            if each.seeds:
                told.append(_alone(each))
        task = self.experiment.problem
        told.append(f"Each seed brings new {kind_of(task).reseeding(task)}; all runs get the same ones.")
        return tuple(told)


def over_seeds(arm: Arm, found: dict[int, Summary], updates: int) -> ArmOverSeeds:
    """One run over the seeds of these summaries, without those that could not be run."""
    kept = {seed: summary for seed, summary in found.items() if not summary.failed}
    at = curve_updates(updates)
    lines = np.array([summary.curve for summary in kept.values()], float).reshape(len(kept), len(at))
    band = quartiles(lines) if len(kept) else np.full((3, len(at)), np.nan)
    values = tuple(summary.value for summary in kept.values())
    diverged = sum(summary.diverged for summary in kept.values())
    return ArmOverSeeds(arm, tuple(kept), values, spread(values), at, lines, band, diverged)


def pairs_of(arms: tuple[ArmOverSeeds, ...]) -> tuple[Pair, ...]:
    """Every pair of runs, over the seeds that both have."""
    found = []
    for one, other in combinations(arms, 2):
        both = sorted(set(one.seeds) & set(other.seeds))
        if both:
            values = ([each.values[each.seeds.index(seed)] for seed in both] for each in (one, other))
            found.append(Pair(one.arm, other.arm, sign_test(*values)))
    return tuple(found)


def _alone(each: ArmOverSeeds) -> str:
    seeds = f"{len(each.seeds)} seed{'s' * (len(each.seeds) != 1)}"
    told = f"{each.arm.name} ends at {number(each.spread.median)} (median of {seeds}"
    told += f"; half of them between {number(each.spread.low)} and {number(each.spread.high)})"
    return f"{told}; {each.diverged} diverged." if each.diverged else f"{told}."


class Seeds(Comparison):
    """Runs over many seeds."""

    key = "seeds"
    title = "Seeds"
    question = "Is the difference more than luck?"
    help = "every run with many seeds: medians and quartiles, and a sign test of every pair"
    knobs = (SEEDS, UPDATES)

    def plan(self, experiment: Experiment, arms: tuple[Arm, ...], choice: Choice, counted: str) -> SeedsPlan:
        return SeedsPlan(experiment, arms, choice, counted)
