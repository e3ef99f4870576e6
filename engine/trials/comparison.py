"""The catalogue of comparisons: what is asked of many trials, and what these answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from engine.choices import Choice, choose
from engine.contracts import Catalogue, Hyper, SettingError
from engine.problems.kind import kind_of
from engine.setting import Setting
from engine.training.experiment import Experiment
from engine.training.naming import Naming
from engine.trials.arms import Arm, arms_of, numbered_titles
from engine.trials.axes import Axis
from engine.trials.comparison_record import MAX_RESULTS, ComparisonRecord
from engine.trials.declaration import DECLARED, Declaration
from engine.trials.summary import Summary
from engine.trials.trial import Trial, countable, counted_of

_BATCH = "batch"  # the part of settings on which it depends whether noise is felt

Known = Mapping[str, Summary]  # summaries of trials that are finished, by the trials' keys

UPDATES = Hyper(
    "updates",
    "",
    500,
    1,
    10**9,
    kind="integer",
    slider=(10, 10_000),
    help="how many updates every trial takes: the same budget for all",
    tier="basic",
)
SEEDS = Hyper(
    "seeds",
    "",
    10,
    1,
    1000,
    kind="integer",
    slider=(1, 100),
    help="how often each is tried, with other random numbers every time; all that are compared get the same ones",
    tier="basic",
)


@dataclass(frozen=True)
class Result:
    """What the trials that are known say, as far as they go.

    sentences: in words, the most important first; each is true of these trials. done, expected: trials that are known,
    and about how many there will be.
    """

    sentences: tuple[str, ...]
    done: int
    expected: int


@dataclass(frozen=True)
class Plan(ABC):
    """One comparison of an experiment's runs, with its knobs chosen. Its trials follow from it and from each other.

    updates, counted: of every trial. choice: the comparison and its knobs.
    """

    experiment: Experiment
    arms: tuple[Arm, ...]
    choice: Choice
    counted: str

    @property
    def updates(self) -> int:
        return int(self.choice.values[UPDATES.name])  # type: ignore[arg-type]

    @abstractmethod
    def trials(self, known: Known) -> tuple[Trial, ...]:
        """Every trial that is needed as far as is known by now, finished ones too. Once all of them are known there
        are no more. Raises SettingError for what cannot be tried at all.
        """

    @property
    @abstractmethod
    def most(self) -> int:
        """How many trials there may be in all, counted without making them."""

    @abstractmethod
    def expected(self, known: Known) -> int:
        """About how many trials there will be in all."""

    def typical(self, missing: Sequence[Trial]) -> Sequence[Trial]:
        """Of trials that are still to be tried those that tell how long all of them take about."""
        return missing[:1]

    @abstractmethod
    def result(self, known: Known) -> Result:
        """What is known so far."""

    def is_finished(self, known: Known) -> bool:
        """Whether nothing is left to be tried."""
        return all(trial.key in known for trial in self.trials(known))


class Comparison(Declaration, ABC):
    """A declaration, and the plan that follows from it."""

    @abstractmethod
    def plan(
        self, experiment: Experiment, arms: tuple[Arm, ...], choice: Choice, counted: str, axes: tuple[Axis, ...] = ()
    ) -> Plan:
        """The plan for these runs of an experiment. Raises SettingError."""


COMPARISONS = cast("Catalogue[Comparison]", DECLARED)  # every one that is declared


def plan_of(
    experiment: Experiment,
    kind: str,
    values: Mapping[str, object] | None = None,
    runs: Iterable[str] = (),
    counted: str = "",
    axes: Iterable[Axis] = (),
    naming: Naming = numbered_titles,
    optimizers: Iterable[str] = (),
) -> Plan:
    """The plan of a comparison. values: of its knobs, the rest by default. runs, optimizers: which are compared, see
    `arms_of`. counted: the measure that counts; without it, what suits the problem. axes: the settings that are varied,
    for a comparison that has_axes. naming: what runs are called among those compared.

    Raises SettingError for an unknown kind or optimizer, a value out of range, too few runs, or more trials than a
    document keeps.
    """
    comparison = COMPARISONS[kind]
    choice = choose(COMPARISONS, kind, values)
    arms = arms_of(experiment, runs, naming, optimizers)
    if len(arms) < comparison.least:
        told = f"{comparison.title} compares at least {comparison.least} runs, got {len(arms)}; add a run or show one"
        raise SettingError(told, "runs")
    possible = countable(experiment.problem)
    if counted and counted not in possible:
        raise SettingError(f"must be one of {', '.join(possible)}, got {counted[:60]!r}", "counted")
    axes = tuple(axes)
    if axes and not comparison.has_axes:
        raise SettingError(f"{comparison.title} varies no settings that are named, got {len(axes)}", "axes")
    plan = comparison.plan(_felt(experiment, arms, axes), arms, choice, counted or counted_of(experiment.problem), axes)
    if plan.most > MAX_RESULTS:  # so many would take the memory before the first of them begins
        told = f"a comparison has at most {MAX_RESULTS:,} trials, this one would have up to {plan.most:,}"
        raise SettingError(f"{told}; compare fewer seeds, settings or runs", "seeds")
    return plan


def _felt(experiment: Experiment, arms: tuple[Arm, ...], axes: tuple[Axis, ...]) -> Experiment:
    """The experiment without random numbers that none of those compared feels: then other seeds are other starts."""
    batches = {arm.record.settings.batch.kind for arm in arms}
    changed = [tweak.setting for arm in arms for tweak in arm.record.tweaks] + [Setting.of(axis.path) for axis in axes]
    if any(setting.part == _BATCH for setting in changed):
        return experiment
    return replace(experiment, problem=kind_of(experiment.problem).felt(experiment.problem, batches))


def planned(experiment: Experiment, record: ComparisonRecord, naming: Naming = numbered_titles) -> Plan:
    """The plan of a comparison that a document holds. Raises SettingError as `plan_of` does."""
    ids = {each.settings.id for each in experiment.runs}
    runs = [run for run in record.runs if run in ids]
    return plan_of(
        experiment,
        record.choice.kind,
        record.choice.values,
        runs,
        record.counted,
        record.axes,
        naming,
        record.optimizers,
    )
