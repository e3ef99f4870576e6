"""A fair race: every run is tuned by equally many trials, then all race at their own best, with fresh seeds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from engine.choices import Choice
from engine.problems.kind import kind_of
from engine.training.experiment import Experiment
from engine.trials.arms import Arm, alone
from engine.trials.axes import Axis
from engine.trials.comparison import SEEDS, UPDATES, Comparison, Known, Plan, Result
from engine.trials.seeds import SAME_AGAIN, ArmOverSeeds, Pair, alone_words, over_seeds, pair_words, pairs_of
from engine.trials.trial import Trial
from engine.trials.tuning import (
    DECADES,
    FRESH,
    PER_DECADE,
    RATE,
    ROUNDS,
    TOLERANCE,
    TUNING_SEEDS,
    RateCurve,
    Tuning,
    rate_trials,
)
from engine.trials.words import number


@dataclass(frozen=True)
class RaceResult(Result):
    """curves: how each run was tuned. arms, pairs: the race itself, each at its own best rate, which their names tell;
    empty until then.
    """

    curves: tuple[RateCurve, ...]
    arms: tuple[ArmOverSeeds, ...]
    pairs: tuple[Pair, ...]
    is_tuned: bool

    @property
    def terms(self) -> str:
        """On what terms they race, in words."""
        untuned = [curve.arm.name for curve in self.curves if not curve.is_tuned]
        if not untuned:
            return "each at its best learning rate"
        return f"each at its best learning rate but {' and '.join(untuned)}, for which none was better than another"


class RacePlan(Plan):
    """Rates of a grid, more where the best is at its edge, then the race."""

    def trials(self, known: Known) -> tuple[Trial, ...]:
        tuning, is_tuned = self._tuning.trials(known)
        tuned = tuple(trial for trials in tuning for trial in trials)
        return (*tuned, *self._race(self._tuning.curves(tuning, known))) if is_tuned else tuned

    @property
    def most(self) -> int:
        tuned = self._tuning.most * int(self.choice.values[TUNING_SEEDS.name])  # type: ignore[arg-type]
        return len(self.arms) * (tuned + self._seeds)

    def expected(self, known: Known) -> int:
        tuning, _ = self._tuning.trials(known)
        return sum(map(len, tuning)) + self._seeds * len(self.arms)

    def result(self, known: Known) -> RaceResult:
        tuning, is_tuned = self._tuning.trials(known)
        curves = self._tuning.curves(tuning, known)
        race = self._race(curves) if is_tuned else ()
        arms = tuple(
            over_seeds(
                _tuned(arm, curve),
                {trial.seed: known[trial.key] for trial in race if trial.group == arm.key and trial.key in known},
                self.updates,
            )
            for arm, curve in (zip(self.arms, curves, strict=True) if race else ())
        )
        pairs = pairs_of(arms)
        done = sum(trial.key in known for trials in (*tuning, race) for trial in trials)
        sentences = self._sentences(curves, arms, pairs, is_tuned)
        return RaceResult(sentences, done, self.expected(known), curves, arms, pairs, is_tuned)

    @property
    def _seeds(self) -> int:
        return int(self.choice.values[SEEDS.name])  # type: ignore[arg-type]

    @cached_property
    def _tuning(self) -> Tuning:
        values = self.choice.values
        return Tuning(
            self.arms,
            float(values[DECADES.name]),  # type: ignore[arg-type]
            int(values[PER_DECADE.name]),  # type: ignore[arg-type]
            int(values[ROUNDS.name]),  # type: ignore[arg-type]
            float(values[TOLERANCE.name]),  # type: ignore[arg-type]
            self._at_rate,
        )

    def _at_rate(self, arm: Arm, rate: float) -> tuple[Trial, ...]:
        seeds = range(int(self.choice.values[TUNING_SEEDS.name]))  # type: ignore[arg-type]
        return rate_trials(self.experiment, arm, rate, seeds, self.updates, self.counted)

    def _race(self, curves: tuple[RateCurve, ...]) -> tuple[Trial, ...]:
        """Every run at its own best rate, with seeds that it was not tuned with; as it is if no rate was better."""
        chosen = [(curve.arm, [(RATE, curve.best_rate)] if curve.is_tuned else []) for curve in curves]
        return tuple(
            alone(self.experiment, arm, self.updates, self.counted, seed=FRESH + seed, settings=settings)
            for seed in range(self._seeds)
            for arm, settings in chosen
        )

    def _sentences(
        self, curves: tuple[RateCurve, ...], arms: tuple[ArmOverSeeds, ...], pairs: tuple[Pair, ...], is_tuned: bool
    ) -> tuple[str, ...]:
        told = pair_words(arms, pairs)
        told += [alone_words(each) for each in arms if each.seeds]
        if not is_tuned:
            told.append("Every run is being tuned; then all race at their own best learning rate.")
        if is_tuned and any(curve.rates for curve in curves):
            tried = {len(curve.rates) for curve in curves}
            most = f"{max(tried)}" if len(tried) == 1 else f"{min(tried)} to {max(tried)}"
            told.append(f"Each was tuned by {most} learning rates, all alike, and races at its own best.")
        for curve in curves:
            if is_tuned and not curve.is_tuned:
                ended = "ended alike" if curve.best is not None else "diverged"
                told.append(f"{curve.arm.name} {ended} with every learning rate that was tried: it could not be tuned.")
        for curve in curves:
            if is_tuned and curve.is_tuned and curve.is_at_edge and curve.best is not None:
                side = "lowest" if curve.best == 0 else "highest"
                told.append(
                    f"{curve.arm.name} was best at the {side} rate that was tried ({number(curve.rates[curve.best])}):"
                    " it may do better beyond it."
                )
        if arms and all(each.is_one for each in arms):
            told.append(SAME_AGAIN)
        else:
            task = self.experiment.problem
            told.append(f"The race has seeds of its own, each with new {kind_of(task).reseeding(task)}.")
        return tuple(told)


def _tuned(arm: Arm, curve: RateCurve) -> Arm:
    """A run as it races, at the rate that its name tells."""
    return replace(arm, name=f"{arm.name} (tuned to {curve.best_rate:g})") if curve.is_tuned else arm


class FairRace(Comparison):
    """Runs at their best."""

    key = "race"
    title = "Fair race"
    question = "Which is better here, each at its best?"
    help = "every run is tuned by the same number of trials, then all race at their own best rate over fresh seeds"
    knobs = (SEEDS, UPDATES, TUNING_SEEDS, DECADES, PER_DECADE, ROUNDS, replace(TOLERANCE, tier="expert"))
    least = 2

    def plan(
        self, experiment: Experiment, arms: tuple[Arm, ...], choice: Choice, counted: str, axes: tuple[Axis, ...] = ()
    ) -> RacePlan:
        return RacePlan(experiment, arms, choice, counted)
