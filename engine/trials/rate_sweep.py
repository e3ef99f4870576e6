"""The learning rate: how the end depends on it, where it is good, and how wide that range is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from engine.choices import Choice
from engine.training.experiment import Experiment
from engine.trials.arms import Arm
from engine.trials.axes import Axis
from engine.trials.comparison import SEEDS, UPDATES, Comparison, Known, Plan, Result
from engine.trials.trial import Trial
from engine.trials.tuning import (
    DECADES,
    PER_DECADE,
    TOLERANCE,
    RateCurve,
    around,
    rate_curve,
    rate_trials,
    rate_words,
    rates_around,
)


@dataclass(frozen=True)
class RateResult(Result):
    """A curve of each run over its learning rates."""

    curves: tuple[RateCurve, ...]


class RatePlan(Plan):
    """Every run at every rate of a grid around its own."""

    def trials(self, known: Known) -> tuple[Trial, ...]:
        return tuple(trial for arm in self.arms for trial in self._trials[arm.key])

    @property
    def most(self) -> int:
        values = self.choice.values
        rates = rates_around(float(values[DECADES.name]), int(values[PER_DECADE.name]))  # type: ignore[arg-type]
        return len(self.arms) * rates * int(values[SEEDS.name])  # type: ignore[arg-type]

    def expected(self, known: Known) -> int:
        return self.most

    def result(self, known: Known) -> RateResult:
        tolerance = float(self.choice.values[TOLERANCE.name])  # type: ignore[arg-type]
        curves = tuple(rate_curve(arm, self._trials[arm.key], known, tolerance) for arm in self.arms)
        sentences = [rate_words(curve, tolerance) for curve in curves]
        widths = sorted((curve for curve in curves if curve.good), key=lambda curve: -curve.decades)
        step = 1.5 / int(self.choice.values[PER_DECADE.name])  # type: ignore[arg-type]
        if len(widths) > 1 and widths[0].decades > widths[-1].decades + step:  # more than a step of the grid
            first, last = widths[0], widths[-1]
            sentences.append(
                f"{first.arm.name} is the easiest to tune ({first.decades:.1f} decades are good),"
                f" {last.arm.name} the hardest ({last.decades:.1f})."
            )
        done = sum(trial.key in known for trial in self.trials(known))
        return RateResult(tuple(sentences), done, self.expected(known), curves)

    @cached_property
    def _trials(self) -> Mapping[str, tuple[Trial, ...]]:
        """The trials of each run, by its key."""
        values = self.choice.values
        decades, per_decade = float(values[DECADES.name]), int(values[PER_DECADE.name])  # type: ignore[arg-type]
        seeds = range(int(values[SEEDS.name]))  # type: ignore[arg-type]
        return {
            arm.key: tuple(
                trial
                for rate in around(arm.record.settings.learning_rate, decades, per_decade)
                for trial in rate_trials(self.experiment, arm, rate, seeds, self.updates, self.counted)
            )
            for arm in self.arms
        }


class RateSweep(Comparison):
    """Runs over their learning rates."""

    key = "rates"
    title = "Learning rate"
    question = "Which learning rate, and how exact must it be?"
    help = "every run at learning rates around its own: the loss at the end, the best rate and the range that is good"
    knobs = (UPDATES, replace(SEEDS, default=1, help="how often each rate is tried"), DECADES, PER_DECADE, TOLERANCE)

    def plan(
        self, experiment: Experiment, arms: tuple[Arm, ...], choice: Choice, counted: str, axes: tuple[Axis, ...] = ()
    ) -> RatePlan:
        return RatePlan(experiment, arms, choice, counted)
