"""The score sheet: every optimizer, tuned alike, on a set of small workloads; how soon it reaches what is asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from engine.choices import Choice, choose
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.training.experiment import MAX_RUNS, Experiment, RunRecord, RunSettings
from engine.training.measures import LOSS
from engine.trials.arms import Arm
from engine.trials.axes import Axis
from engine.trials.comparison import SEEDS, Comparison, Known, Plan, Result
from engine.trials.statistics import geometric_mean
from engine.trials.summary import Summary
from engine.trials.trial import HISTORY_LOSS, Trial, problem_for
from engine.trials.tuning import DECADES, ROUNDS, RateCurve, Tuning, rate_trials
from engine.trials.workloads import WORKLOADS, Workload

BASELINE = "adamw"
FAILURE = 10.0  # what does not reach its target counts as so many times its budget

_RATES = 3  # of a decade


@dataclass(frozen=True)
class Cell:
    """An optimizer on a workload, at its best rate. updates: until the target was reached, the median of the seeds;
    None if it was not within the budget. ratio: the baseline's updates over these, so that more is better.
    """

    optimizer: str
    workload: str
    rate: float | None
    updates: float | None
    ratio: float
    curve: RateCurve


@dataclass(frozen=True)
class Score:
    """An optimizer over all workloads. score: the geometric mean of its ratios; failures: targets not reached."""

    optimizer: str
    title: str
    score: float
    failures: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ScoreResult(Result):
    """Scores of the optimizers, as far as these have been tuned by now, the best first; the workloads, in order."""

    workloads: tuple[Workload, ...]
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class ScorePlan(Plan):
    """Each optimizer is tuned on each workload by itself."""

    optimizers: tuple[str, ...] = ()
    workloads: tuple[Workload, ...] = WORKLOADS

    def trials(self, known: Known) -> tuple[Trial, ...]:
        tuned = [tuning.trials(known)[0] for tuning in self._tunings.values()]
        # One optimizer after the other, so that each has its score as soon as it can be told.
        return tuple(trial for optimizer in zip(*tuned, strict=True) for trials in optimizer for trial in trials)

    @property
    def most(self) -> int:
        seeds = int(self.choice.values[SEEDS.name])  # type: ignore[arg-type]
        return sum(seeds * len(self.optimizers) * tuning.most for tuning in self._tunings.values())

    def expected(self, known: Known) -> int:
        return len(self.trials(known))

    def result(self, known: Known) -> ScoreResult:
        curves: dict[str, dict[str, RateCurve]] = {}
        tuned = set(self.optimizers)  # at least on their grids
        for workload, tuning in self._tunings.items():
            trials, _ = tuning.trials(known)
            for arm, grid, curve in zip(tuning.arms, tuning.first(), tuning.curves(trials, known), strict=True):
                curves.setdefault(workload, {})[arm.key] = curve
                if not all(trial.key in known for trial in grid):
                    tuned.discard(arm.key)
        done, expected = sum(trial.key in known for trial in self.trials(known)), self.expected(known)
        if BASELINE not in tuned:
            told = (f"{OPTIMIZERS[BASELINE].title} is tuned first: all others are measured against it.",)
            return ScoreResult(told, done, expected, self.workloads, ())
        scores = sorted((self._score(key, curves) for key in tuned), key=lambda score: (-score.score, score.title))
        sentences = self._sentences(scores)
        if done < expected:
            sentences = (f"So far, of {len(scores)} of {len(self.optimizers)} optimizers:", *sentences)
        return ScoreResult(sentences, done, expected, self.workloads, tuple(scores))

    @cached_property
    def _tunings(self) -> Mapping[str, Tuning]:
        """How the optimizers are tuned on each workload, by its key. The baseline is first."""
        values = self.choice.values
        return {
            workload.key: Tuning(
                tuple(_arm(key, workload, place) for place, key in enumerate(self.optimizers)),
                float(values[DECADES.name]),  # type: ignore[arg-type]
                _RATES,
                int(values[ROUNDS.name]),  # type: ignore[arg-type]
                0.0,
                _TrialsAt(workload, int(values[SEEDS.name])),  # type: ignore[arg-type]
                _Judged(workload.updates),
            )
            for workload in self.workloads
        }

    def _score(self, key: str, curves: Mapping[str, Mapping[str, RateCurve]]) -> Score:
        cells = []
        for workload in self.workloads:
            taken, base = (_taken(curves[workload.key][each], workload) for each in (key, BASELINE))
            curve = curves[workload.key][key]
            reached = taken if taken <= workload.updates else None
            cost, base_cost = (
                max(each, 1.0) if each <= workload.updates else FAILURE * workload.updates for each in (taken, base)
            )
            cells.append(Cell(key, workload.key, curve.best_rate, reached, base_cost / cost, curve))
        failures = sum(cell.updates is None for cell in cells)
        score = geometric_mean([cell.ratio for cell in cells])
        return Score(key, OPTIMIZERS[key].title, score, failures, tuple(cells))

    def _sentences(self, scores: list[Score]) -> tuple[str, ...]:
        base = OPTIMIZERS[BASELINE].title
        told = []
        others = [score for score in scores if score.optimizer != BASELINE]
        if others:
            best = max(others, key=lambda score: score.score)
            times = "as fast as" if round(best.score, 2) == 1 else "times as fast as"
            amount = "" if times == "as fast as" else f"{best.score:.2f} "
            told.append(f"{best.title} reaches the targets {amount}{times} {base}, by the geometric mean.")
        failing = [score for score in scores if score.failures]
        if failing:
            worst = max(failing, key=lambda score: score.failures)
            told.append(
                f"{len(failing)} of {len(scores)} optimizers miss a target; {worst.title} misses {worst.failures} of"
                f" {len(self.workloads)}. A target that is missed counts as {FAILURE:g} times its budget."
            )
        told.append(
            "Every optimizer is tuned by as many learning rates as the others on that workload, everything else at its"
            f" default but for weight decay on surfaces, which is off, and counts at its best. Scores are {base}'s"
            " updates over its own."
        )
        asking = [OPTIMIZERS[score.optimizer].title for score in scores if OPTIMIZERS[score.optimizer].asks]
        if asking:
            told.append(f"An update of {' and of '.join(asking)} takes two gradients.")
        return tuple(told)


@dataclass(frozen=True)
class _TrialsAt:
    """The trials of an optimizer on a workload at a rate."""

    workload: Workload
    seeds: int

    def __call__(self, arm: Arm, rate: float) -> tuple[Trial, ...]:
        task = self.workload.task
        exact = next((each.key for each in problem_for(task).subject.measures if each.role == LOSS), HISTORY_LOSS)
        experiment = Experiment(task, (arm.record,))
        trials = rate_trials(experiment, arm, rate, range(self.seeds), self.workload.updates, exact)
        return tuple(replace(trial, target=self.workload.target) for trial in trials)


@dataclass(frozen=True)
class _Judged:
    """How soon the target was reached; of what has not reached it, how low it ended, beyond every budget."""

    budget: int

    def __call__(self, summary: Summary) -> float:
        if summary.reached is not None:
            return float(summary.reached)
        if not math.isfinite(summary.value):
            return math.inf
        return self.budget * (FAILURE + 1.0 + summary.value / (1.0 + abs(summary.value)))


def _taken(curve: RateCurve, workload: Workload) -> float:
    """The updates until the target at the best rate, beyond the budget if it was not reached there."""
    return math.inf if curve.best is None else curve.spreads[curve.best].median


def _arm(key: str, workload: Workload, place: int) -> Arm:
    """An optimizer as a run of a workload, with its declared learning rate."""
    optimizer = OPTIMIZERS[key]
    settings = RunSettings(
        id=key,
        name=optimizer.title,
        colour=place % MAX_RUNS,
        optimizer=choose(OPTIMIZERS, key, {} if workload.decays else {"weight_decay": 0.0}),
        learning_rate=optimizer.learning_rate,
        schedule=choose(SCHEDULES, "constant"),
        batch=workload.batch,
    )
    return Arm(key, optimizer.title, settings.colour, RunRecord(settings))


class ScoreSheet(Comparison):
    """All optimizers."""

    key = "scores"
    title = "Score sheet"
    question = "Which optimizer, of all there are?"
    help = "every optimizer on ten small workloads, equally tuned: updates to a stated loss, against AdamW"
    knobs = (
        replace(SEEDS, default=3, help="how often each learning rate is tried; the median counts", tier="more"),
        DECADES,
        ROUNDS,
    )
    least = 0
    has_runs = False

    def plan(
        self, experiment: Experiment, arms: tuple[Arm, ...], choice: Choice, counted: str, axes: tuple[Axis, ...] = ()
    ) -> ScorePlan:
        keys = (BASELINE, *(key for key in OPTIMIZERS if key != BASELINE))
        return ScorePlan(experiment, (), choice, HISTORY_LOSS, keys)
