"""The score sheet: every optimizer, tuned alike, on a set of small workloads; how soon it reaches what is asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.choices import Choice, choose
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.training.experiment import MAX_RUNS, Experiment, RunRecord, RunSettings
from engine.training.measures import LOSS
from engine.trials.arms import Arm
from engine.trials.axes import Axis
from engine.trials.comparison import SEEDS, Comparison, Known, Plan, Result
from engine.trials.statistics import geometric_mean, mean
from engine.trials.summary import Summary
from engine.trials.trial import HISTORY_LOSS, Trial, problem_for
from engine.trials.tuning import DECADES, FRESH, RATE, ROUNDS, TUNING_SEEDS, RateCurve, Tuning, rate_trials
from engine.trials.workloads import WORKLOADS, Workload

BASELINE = "adamw"
FAILURE = 10.0  # what never reaches its target counts as so many times its budget

_RATES = 3  # of a decade


@dataclass(frozen=True)
class Cell:
    """An optimizer on a workload, at its best rate.

    updates: how many it takes to reach the target if it is begun anew, with another seed, whenever its budget is spent:
    all updates of its trials, a missed target counting with the whole budget, over how many have reached it; None if
    none has. Price 1997, as the expected running time of Hansen et al. 2010. ratio: the baseline's updates over these,
    so that more is better. missed, seeds: how many trials have not reached the target, of how many.
    """

    optimizer: str
    workload: str
    rate: float | None
    updates: float | None
    ratio: float
    missed: int
    seeds: int
    curve: RateCurve


@dataclass(frozen=True)
class Score:
    """An optimizer over all workloads. score: the geometric mean of its ratios; missed, seeds: of all its trials."""

    optimizer: str
    title: str
    score: float
    missed: int
    seeds: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ScoreResult(Result):
    """Scores of the optimizers, as far as these have been tuned by now, the best first; the workloads, in order.

    baseline: the title of the optimizer that all are measured by.
    """

    workloads: tuple[Workload, ...]
    scores: tuple[Score, ...]
    baseline: str


@dataclass(frozen=True)
class _Tuned:
    """How far an optimizer is on a workload. tried: the trials by which it is tuned. counting: those that count, with
    fresh seeds, once all the former are known. found: what is known of the latter, and while these are not all known,
    of those that it was tuned with at its best rate. is_counted: whether they are the former.
    """

    curve: RateCurve
    tried: tuple[Trial, ...]
    counting: tuple[Trial, ...]
    has_grid: bool
    found: tuple[Summary, ...]
    is_counted: bool

    def updates(self, budget: int) -> float | None:
        """See Cell."""
        reached = [each.reached for each in self.found if each.reached is not None]
        return (sum(reached) + self.missed * budget) / len(reached) if reached else None

    @property
    def missed(self) -> int:
        return sum(each.reached is None for each in self.found)


@dataclass(frozen=True)
class ScorePlan(Plan):
    """Each optimizer is tuned on each workload by itself, and then counted with seeds that it was not tuned with."""

    optimizers: tuple[str, ...] = ()
    workloads: tuple[Workload, ...] = WORKLOADS

    def trials(self, known: Known) -> tuple[Trial, ...]:
        # One optimizer after the other, so that each has its score as soon as it can be told.
        return tuple(
            trial for tuned in self._tuned(known).values() for each in tuned for trial in (*each.tried, *each.counting)
        )

    @property
    def most(self) -> int:
        tuned = sum(tuning.most for tuning in self._tunings.values()) * self._value(TUNING_SEEDS.name)
        return len(self.optimizers) * (tuned + len(self.workloads) * self._value(SEEDS.name))

    def expected(self, known: Known) -> int:
        return self._expected(self._tuned(known))

    def typical(self, missing: Sequence[Trial]) -> Sequence[Trial]:
        """One of each workload."""
        tasks = {workload.task for workload in self.workloads}
        first = {one.experiment.problem: one for one in reversed(missing)}
        return [one for task, one in first.items() if task in tasks]

    def result(self, known: Known) -> ScoreResult:
        tuned = self._tuned(known)
        every = [each for found in tuned.values() for each in found]
        done = sum(trial.key in known for each in every for trial in (*each.tried, *each.counting))
        expected, base = self._expected(tuned), OPTIMIZERS[BASELINE].title
        whole = {key: found for key, found in tuned.items() if all(each.has_grid for each in found)}
        if BASELINE not in whole:
            told = (f"{base} is tuned first: all others are measured against it.",)
            return ScoreResult(told, done, expected, self.workloads, (), base)
        of = [self._score(key, found, whole[BASELINE]) for key, found in whole.items()]
        scores = sorted(of, key=lambda score: (-score.score, score.title))
        sentences = self._sentences(scores)
        if done < expected:
            counted = sum(all(each.is_counted for each in found) for found in whole.values())
            how = f", {counted} of them counted" if counted else ", by the trials that they are tuned with"
            sentences = (f"So far, of {len(scores)} of {len(self.optimizers)} optimizers{how}:", *sentences)
        return ScoreResult(sentences, done, expected, self.workloads, tuple(scores), base)

    def _value(self, knob: str) -> int:
        return int(self.choice.values[knob])  # type: ignore[arg-type]

    def _expected(self, tuned: Mapping[str, list[_Tuned]]) -> int:
        tried = sum(len(each.tried) for found in tuned.values() for each in found)
        return tried + len(self.optimizers) * len(self.workloads) * self._value(SEEDS.name)

    def _tuned(self, known: Known) -> dict[str, list[_Tuned]]:
        """How far each optimizer is on each workload."""
        tuned: dict[str, list[_Tuned]] = {key: [] for key in self.optimizers}
        for workload, tuning in self._tunings.items():
            trials, _ = tuning.trials(known)
            curves = tuning.curves(trials, known)
            for tried, grid, curve in zip(trials, tuning.first(), curves, strict=True):
                counting: tuple[Trial, ...] = ()
                if curve.best_rate is not None and _are_known(tried, known):
                    counting = self._fresh[workload](curve.arm, curve.best_rate)
                is_counted = bool(counting) and _are_known(counting, known)
                best = (trial for trial in tried if dict(trial.point)[RATE] == curve.best_rate)
                found = tuple(known[one.key] for one in (counting if is_counted else best) if one.key in known)
                has_grid = _are_known(grid, known)
                tuned[curve.arm.key].append(_Tuned(curve, tried, counting, has_grid, found, is_counted))
        return tuned

    @cached_property
    def _tunings(self) -> Mapping[str, Tuning]:
        """How the optimizers are tuned on each workload, by its key. The baseline is first."""
        return {
            workload.key: Tuning(
                tuple(_arm(key, workload, place) for place, key in enumerate(self.optimizers)),
                float(self.choice.values[DECADES.name]),  # type: ignore[arg-type]
                _RATES,
                self._value(ROUNDS.name),
                0.0,
                _TrialsAt(workload, range(self._value(TUNING_SEEDS.name))),
                _Judged(workload.updates),
                mean,
            )
            for workload in self.workloads
        }

    @cached_property
    def _fresh(self) -> Mapping[str, _TrialsAt]:
        """How the trials that count are made on each workload, by its key."""
        seeds = range(FRESH, FRESH + self._value(SEEDS.name))
        return {workload.key: _TrialsAt(workload, seeds) for workload in self.workloads}

    def _score(self, key: str, tuned: list[_Tuned], baseline: list[_Tuned]) -> Score:
        cells = []
        for workload, each, base in zip(self.workloads, tuned, baseline, strict=True):
            taken, of_base = (one.updates(workload.updates) for one in (each, base))
            never = FAILURE * workload.updates
            ratio = max(never if of_base is None else of_base, 1.0) / max(never if taken is None else taken, 1.0)
            rate, seeds = each.curve.best_rate, len(each.found)
            cells.append(Cell(key, workload.key, rate, taken, ratio, each.missed, seeds, each.curve))
        score = geometric_mean([cell.ratio for cell in cells])
        missed, seeds = sum(cell.missed for cell in cells), sum(cell.seeds for cell in cells)
        return Score(key, OPTIMIZERS[key].title, score, missed, seeds, tuple(cells))

    def _sentences(self, scores: list[Score]) -> tuple[str, ...]:
        base = OPTIMIZERS[BASELINE].title
        told = []
        others = [score for score in scores if score.optimizer != BASELINE]
        if others:
            best = max(others, key=lambda score: score.score)
            times = "as fast as" if round(best.score, 2) == 1 else "times as fast as"
            amount = "" if times == "as fast as" else f"{best.score:.2f} "
            told.append(f"{best.title} reaches the targets {amount}{times} {base}, by the geometric mean.")
        failing = [score for score in scores if score.missed]
        if failing:
            worst = max(failing, key=lambda score: score.missed / score.seeds)
            told.append(
                f"{len(failing)} of {len(scores)} optimizers miss targets with some seeds, {worst.title} most often:"
                f" in {worst.missed} of {worst.seeds} trials. A trial that misses costs its whole budget, and"
                f" another one; a target that none reaches counts as {FAILURE:g} budgets."
            )
        told.append(
            "Every optimizer is tuned by as many learning rates as the others on that workload, everything else at its"
            " default but for weight decay on surfaces, which is off, and counts at its best rate, with seeds that it"
            f" was not tuned with. Scores are {base}'s updates over its own."
        )
        asking = [OPTIMIZERS[score.optimizer].title for score in scores if OPTIMIZERS[score.optimizer].asks]
        if asking:
            told.append(f"An update of {' and of '.join(asking)} takes two gradients.")
        return tuple(told)


def _are_known(trials: Iterable[Trial], known: Known) -> bool:
    return all(trial.key in known for trial in trials)


@dataclass(frozen=True)
class _TrialsAt:
    """The trials of an optimizer on a workload at a rate, made once."""

    workload: Workload
    seeds: range
    _made: dict[tuple[str, float], tuple[Trial, ...]] = field(default_factory=dict, compare=False, repr=False)

    def __call__(self, arm: Arm, rate: float) -> tuple[Trial, ...]:
        found = self._made.get((arm.key, rate))
        if found is None:
            found = self._made[arm.key, rate] = self._trials(arm, rate)
        return found

    def _trials(self, arm: Arm, rate: float) -> tuple[Trial, ...]:
        task = self.workload.task
        exact = next((each.key for each in problem_for(task).subject.measures if each.role == LOSS), HISTORY_LOSS)
        experiment = Experiment(task, (arm.record,))
        trials = rate_trials(experiment, arm, rate, self.seeds, self.workload.updates, exact)
        return tuple(replace(trial, target=self.workload.target) for trial in trials)


@dataclass(frozen=True)
class _Judged:
    """How soon the target was reached; of what has not reached it, how low it ended, beyond every budget."""

    budget: int

    def __call__(self, summary: Summary) -> float:
        if summary.reached is not None:
            return float(summary.reached)
        ended = summary.value / (1.0 + abs(summary.value)) if math.isfinite(summary.value) else 1.0
        return self.budget * (FAILURE + 1.0 + ended)


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
        replace(SEEDS, help="how often each is tried at its best learning rate, with seeds it was not tuned with"),
        replace(TUNING_SEEDS, default=3, tier="more"),
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
