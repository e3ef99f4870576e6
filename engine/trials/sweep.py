"""A sweep: any settings of a run or of the problem, on a grid or at random, and how each combination ends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from engine.choices import Choice
from engine.contracts import Hyper, SettingError
from engine.random_generator import RandomGenerator
from engine.setting import Setting
from engine.training.experiment import Experiment, of_run, run_task
from engine.trials.arms import Arm, alone
from engine.trials.axes import MAX_AXES, MAX_POINTS, Axis
from engine.trials.comparison import SEEDS, UPDATES, Comparison, Known, Plan, Result
from engine.trials.named_values import value_names
from engine.trials.statistics import Spread, spread
from engine.trials.trial import Trial
from engine.trials.words import number

WAY = Hyper(
    "way",
    "",
    "grid",
    kind="choice",
    options=("grid", "random"),
    help="every combination of the values, or random ones between the lowest and the highest",
    tier="basic",
)
COMBINATIONS = Hyper(
    "combinations",
    "",
    30,
    1,
    MAX_POINTS,
    kind="integer",
    slider=(5, 200),
    help="how many random combinations are tried",
)
DRAW = Hyper(
    "draw", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="the seed of the random combinations", tier="expert"
)


@dataclass(frozen=True)
class Row:
    """One combination for one run, over its seeds. values: in the order of the axes."""

    arm: Arm
    values: tuple[Any, ...]
    spread: Spread
    diverged: int
    failed: str


@dataclass(frozen=True)
class SweepResult(Result):
    """Every combination that is known, the best first. names: of the values of each axis, none of numbers."""

    axes: tuple[Axis, ...]
    names: tuple[Mapping[Any, str], ...]
    rows: tuple[Row, ...]

    def labels(self, place: int) -> tuple[str, ...]:
        """The names of the values of an axis, in their order; none of numbers."""
        axis, names = self.axes[place], self.names[place]
        return () if axis.is_number else tuple(_shown(value, names) for value in axis.values)

    def at(self, place: int, row: Row) -> float:
        """Where a combination stands along an axis: at its number, or at the place of its value among those named."""
        axis, value = self.axes[place], row.values[place]
        return float(value) if axis.is_number else float(axis.values.index(value))

    def words(self, row: Row) -> tuple[str, ...]:
        """The settings of a combination with their values: `optimizer Adam`."""
        return tuple(
            f"{Setting.of(axis.path).words} {_shown(value, names)}"
            for axis, value, names in zip(self.axes, row.values, self.names, strict=True)
        )


@dataclass(frozen=True)
class SweepPlan(Plan):
    """Every run at every combination."""

    axes: tuple[Axis, ...] = ()

    @property
    def points(self) -> tuple[tuple[Any, ...], ...]:
        """The combinations, in order."""
        values = self.choice.values
        if values[WAY.name] == "grid":
            return tuple(product(*(axis.values for axis in self.axes)))
        draws = RandomGenerator(int(values[DRAW.name]))  # type: ignore[arg-type]
        count = int(values[COMBINATIONS.name])  # type: ignore[arg-type]
        shares = [draws.child(place).uniform(count) for place in range(len(self.axes))]
        return tuple(
            tuple(axis.drawn(float(share[place])) for axis, share in zip(self.axes, shares, strict=True))
            for place in range(count)
        )

    def trials(self, known: Known) -> tuple[Trial, ...]:
        return tuple(trial for trials in self._trials.values() for trial in trials)

    @property
    def most(self) -> int:
        return self._seeds * len(self.arms) * combinations_of(self.choice, self.axes)

    def expected(self, known: Known) -> int:
        return self.most

    def result(self, known: Known) -> SweepResult:
        rows, done = [], 0
        for (arm, point), trials in self._trials.items():
            found = [known[trial.key] for trial in trials if trial.key in known]
            if found:
                values = [summary.value for summary in found if not summary.failed]
                failed = next((summary.failed for summary in found if summary.failed), "")
                rows.append(Row(arm, point, spread(values), sum(each.diverged for each in found), failed))
                done += len(found)
        rows.sort(key=lambda row: row.spread.median if row.spread.count else math.inf)
        result = SweepResult((), done, self.expected(known), self.axes, self._names, tuple(rows))
        return replace(result, sentences=self._sentences(result))

    @property
    def _seeds(self) -> int:
        return int(self.choice.values[SEEDS.name])  # type: ignore[arg-type]

    @cached_property
    def _names(self) -> tuple[Mapping[Any, str], ...]:
        task, settings = self.experiment.problem, self.arms[0].record.settings
        return tuple({} if axis.is_number else value_names(task, settings, axis.path) for axis in self.axes)

    @cached_property
    def _trials(self) -> Mapping[tuple[Arm, tuple[Any, ...]], tuple[Trial, ...]]:
        """The trials of each run at each combination."""
        paths = [axis.path for axis in self.axes]
        return {
            (arm, point): tuple(
                alone(
                    self.experiment,
                    arm,
                    self.updates,
                    self.counted,
                    seed=seed,
                    settings=zip(paths, point, strict=True),
                )
                for seed in range(self._seeds)
            )
            for arm in self.arms
            for point in self.points
        }

    def _sentences(self, result: SweepResult) -> tuple[str, ...]:
        rows = result.rows
        ended = [row for row in rows if row.spread.count and math.isfinite(row.spread.median)]
        if not ended:
            return ("No combination has ended at a finite value yet.",)
        best, over = ended[0], f"median of {self._seeds} seeds" if self._seeds > 1 else "one seed"
        told = [
            f"The best of {len(rows)} is {self._named(result, best)}: it ends at {number(best.spread.median)} ({over})."
        ]
        for place, axis in enumerate(self.axes):
            if axis.is_number and len(axis.values) > 1 and best.values[place] in (axis.values[0], axis.values[-1]):
                side = "lowest" if best.values[place] == axis.values[0] else "highest"
                told.append(f"Its {Setting.of(axis.path).words} is the {side} that was tried: look beyond it.")
        bad = sum(not math.isfinite(row.spread.median) for row in rows if row.spread.count)
        return (*told, f"{bad} of {len(rows)} combinations diverged.") if bad else tuple(told)

    def _named(self, result: SweepResult, row: Row) -> str:
        who = f"{row.arm.name} with " if len(self.arms) > 1 else ""
        return who + ", ".join(result.words(row))


def _shown(value: Any, names: Mapping[Any, str]) -> str:
    return f"{value:g}" if isinstance(value, float) else names.get(value, str(value))


class Sweep(Comparison):
    """Any settings."""

    key = "sweep"
    title = "Sweep"
    question = "How does the end depend on these settings?"
    help = "settings of a run or of the problem on a grid or at random: a table, and a map where there are two"
    knobs = (WAY, UPDATES, replace(SEEDS, default=1, help="how often each combination is tried"), COMBINATIONS, DRAW)
    has_axes = True

    def plan(
        self,
        experiment: Experiment,
        arms: tuple[Arm, ...],
        choice: Choice,
        counted: str,
        axes: tuple[Axis, ...] = (),
    ) -> SweepPlan:
        if not 1 <= len(axes) <= MAX_AXES:
            raise SettingError(f"a sweep varies 1 to {MAX_AXES} settings, got {len(axes)}", "axes")
        paths = [axis.path for axis in axes]
        if len(set(paths)) < len(paths):
            raise SettingError(f"a setting is varied once, got {', '.join(paths)}", "axes")
        plan = SweepPlan(experiment, arms, choice, counted, axes)
        count = combinations_of(choice, axes)
        if count * len(arms) > MAX_POINTS:
            raise SettingError(f"a sweep has at most {MAX_POINTS:,} combinations, got {count * len(arms):,}", "axes")
        for arm in arms:
            for each in axes:
                _check(experiment, arm, each)
        return plan


def combinations_of(choice: Choice, axes: tuple[Axis, ...]) -> int:
    """How many combinations are tried."""
    if choice.values[WAY.name] == "grid":
        return math.prod(len(axis.values) for axis in axes)
    return int(choice.values[COMBINATIONS.name])  # type: ignore[arg-type]


def _check(experiment: Experiment, arm: Arm, axis: Axis) -> None:
    """Raises SettingError unless a run can begin with the values of an axis; of numbers the first and the last."""
    for value in (axis.values[0], axis.values[-1]) if axis.is_number else axis.values:
        if of_run(Setting.of(axis.path)):
            arm.record.settings.having(axis.path, value)
        else:
            run_task(experiment.problem.having(axis.path, value), arm.record.settings)
