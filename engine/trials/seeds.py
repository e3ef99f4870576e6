"""Many seeds: is a difference between runs more than luck?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from engine.choices import Choice
from engine.problems.kind import kind_of
from engine.training.experiment import Experiment
from engine.trials.arms import Arm, alone
from engine.trials.axes import Axis
from engine.trials.comparison import SEEDS, UPDATES, Comparison, Known, Plan, Result
from engine.trials.statistics import SignTest, Spread, holm, quartiles, sign_test, spread
from engine.trials.summary import Summary
from engine.trials.trial import Trial, curve_updates
from engine.trials.words import number, paired

Array = np.ndarray


_FEW = 3  # pairs, of which all are told
SAME_AGAIN = "Nothing that a seed changes acts on these runs: all seeds are one trial, and count as one."


@dataclass(frozen=True)
class ArmOverSeeds:
    """One run over the seeds that are known: their values, and lines (seeds, points) with their quartiles (3, points)
    at the updates (points,). NaN where a line has ended. digests: of their bits.
    """

    arm: Arm
    seeds: tuple[int, ...]
    values: tuple[float, ...]
    spread: Spread
    updates: Array
    lines: Array
    band: Array
    diverged: int
    digests: tuple[str, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether several seeds have given the same bits: nothing that they change acts on the run."""
        return len(self.digests) > 1 and len(set(self.digests)) == 1 and self.digests[0] != ""


@dataclass(frozen=True)
class Pair:
    """Two runs over the seeds that both have. p: of the test, corrected for the number of pairs (Holm).

    Seeds that have given both of them the same bits again count once. lost: of those that count, with how many both
    have diverged. are_one: whether the two have the same bits with every seed.
    """

    one: Arm
    other: Arm
    test: SignTest
    lost: int
    are_one: bool
    p: float


@dataclass(frozen=True)
class SeedsResult(Result):
    """Every run over the seeds, and every pair of runs."""

    arms: tuple[ArmOverSeeds, ...]
    pairs: tuple[Pair, ...]


class SeedsPlan(Plan):
    """Every run with every seed."""

    def trials(self, known: Known) -> tuple[Trial, ...]:
        return tuple(self._trials[arm.key][seed] for seed in range(self._seeds) for arm in self.arms)

    @property
    def most(self) -> int:
        return self._seeds * len(self.arms)

    def expected(self, known: Known) -> int:
        return self.most

    def result(self, known: Known) -> SeedsResult:
        arms = tuple(over_seeds(arm, self._known(arm, known), self.updates) for arm in self.arms)
        pairs = pairs_of(arms)
        done = sum(len(arm.seeds) for arm in arms)
        return SeedsResult(self._sentences(arms, pairs), done, self.expected(known), arms, pairs)

    @property
    def _seeds(self) -> int:
        return int(self.choice.values[SEEDS.name])  # type: ignore[arg-type]

    @cached_property
    def _trials(self) -> Mapping[str, tuple[Trial, ...]]:
        """The trials of each run, by its key, in the order of the seeds."""
        seeds = range(self._seeds)
        return {
            arm.key: tuple(alone(self.experiment, arm, self.updates, self.counted, seed=seed) for seed in seeds)
            for arm in self.arms
        }

    def _known(self, arm: Arm, known: Known) -> dict[int, Summary]:
        return {trial.seed: known[trial.key] for trial in self._trials[arm.key] if trial.key in known}

    def _sentences(self, arms: tuple[ArmOverSeeds, ...], pairs: tuple[Pair, ...]) -> tuple[str, ...]:
        told = pair_words(arms, pairs)
        for each in arms:
            if each.seeds:
                told.append(alone_words(each))
        if arms and all(each.is_one for each in arms):
            told.append(SAME_AGAIN)
        else:
            task = self.experiment.problem
            told.append(f"Each seed brings new {kind_of(task).reseeding(task)}; all runs get the same ones.")
        return tuple(told)


def over_seeds(arm: Arm, found: dict[int, Summary], updates: int) -> ArmOverSeeds:
    """One run over the seeds of these summaries, without those that could not be run."""
    kept = {seed: summary for seed, summary in found.items() if not summary.failed}
    at = curve_updates(updates)
    unknown = (math.nan,) * len(at)
    curves = [summary.curve if len(summary.curve) == len(at) else unknown for summary in kept.values()]
    lines = np.array(curves, float).reshape(len(kept), len(at))
    band = quartiles(lines) if len(kept) else np.full((3, len(at)), np.nan)
    values = tuple(summary.value for summary in kept.values())
    diverged = sum(summary.diverged for summary in kept.values())
    digests = tuple(summary.digest for summary in kept.values())
    return ArmOverSeeds(arm, tuple(kept), values, spread(values), at, lines, band, diverged, digests)


def pairs_of(arms: tuple[ArmOverSeeds, ...]) -> tuple[Pair, ...]:
    """Every pair of runs, over the seeds that both have."""
    found = []
    for one, other in combinations(arms, 2):
        both = sorted(set(one.seeds) & set(other.seeds))
        if both:
            places = [(one.seeds.index(seed), other.seeds.index(seed)) for seed in both]
            bits = [(one.digests[first], other.digests[second]) for first, second in places]
            distinct = [place for k, place in enumerate(places) if "" in bits[k] or bits[k] not in bits[:k]]
            values = [[one.values[first] for first, _ in distinct], [other.values[second] for _, second in distinct]]
            lost = sum(math.isinf(a) and math.isinf(b) for a, b in zip(*values, strict=True))
            are_one = all(first == second != "" for first, second in bits)
            found.append((one.arm, other.arm, sign_test(*values), lost, are_one))
    corrected = holm([test.p for _, _, test, _, _ in found])
    return tuple(Pair(*each, p) for each, p in zip(found, corrected, strict=True))


def pair_words(arms: tuple[ArmOverSeeds, ...], pairs: tuple[Pair, ...]) -> list[str]:
    """What is told of pairs: of all if they are few, else of the run with the lowest median against each other."""
    told = pairs
    if len(pairs) > _FEW:
        best = min((arm for arm in arms if arm.seeds), key=lambda arm: (arm.spread.median, arm.diverged)).arm
        told = tuple(pair for pair in pairs if best in (pair.one, pair.other))
    return [_told_of(pair, len(pairs)) for pair in told]


def _told_of(pair: Pair, pairs: int) -> str:
    one, other = pair.one.name, pair.other.name
    if pair.are_one:
        return f"{one} and {other} are one and the same, bit for bit."
    if pair.lost and pair.test.wins + pair.test.losses == 0:
        return f"{one} and {other} diverge with every seed: neither can be judged."
    return paired(one, other, pair.test, pair.p, pairs)


def alone_words(each: ArmOverSeeds) -> str:
    """Where a run ends, over its seeds."""
    seeds = f"{len(each.seeds)} seed{'s' * (len(each.seeds) != 1)}"
    if each.diverged and not math.isfinite(each.spread.median):
        return f"{each.arm.name} diverged for {each.diverged} of {seeds}."
    if each.is_one:
        return f"{each.arm.name} ends at {number(each.spread.median)}, the same with {seeds}."
    told = f"{each.arm.name} ends at {number(each.spread.median)} (median of {seeds}"
    if math.isfinite(each.spread.high):
        told += f"; half of them between {number(each.spread.low)} and {number(each.spread.high)}"
    return f"{told}; {each.diverged} diverged)." if each.diverged else f"{told})."


class Seeds(Comparison):
    """Runs over many seeds."""

    key = "seeds"
    title = "Seeds"
    question = "Is the difference more than luck?"
    help = "every run with many seeds: medians and quartiles, and a sign test of every pair"
    knobs = (SEEDS, UPDATES)

    def plan(
        self, experiment: Experiment, arms: tuple[Arm, ...], choice: Choice, counted: str, axes: tuple[Axis, ...] = ()
    ) -> SeedsPlan:
        return SeedsPlan(experiment, arms, choice, counted)
