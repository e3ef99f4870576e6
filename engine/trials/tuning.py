"""Learning rates that are tried on a grid: the best one, and how wide the good range is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.contracts import Hyper
from engine.training.experiment import LEARNING_RATE, Experiment
from engine.trials.arms import Arm, alone
from engine.trials.comparison import Known
from engine.trials.statistics import Spread, median, spread
from engine.trials.summary import Summary
from engine.trials.trial import Trial
from engine.trials.words import number

ValueOf = Callable[[Summary], float]
Centre = Callable[[Sequence[float]], float]

RATE = LEARNING_RATE.name

FRESH = 1000  # the number of the first seed that nobody is tuned with
_MORE = 4  # rates of a round
_LEAST = 12  # decades below 1, where a rate that is 0 has its place

TUNING_SEEDS = Hyper(
    "tuning_seeds",
    "",
    10,
    1,
    100,
    kind="integer",
    slider=(1, 10),
    help="how often each learning rate is tried while runs are tuned; what is told of them then has other seeds",
)
DECADES = Hyper(
    "decades",
    "",
    2.0,
    0.25,
    6.0,
    slider=(0.5, 3.0),
    help="how far below and above its own learning rate each run is tried, as powers of ten",
)
PER_DECADE = Hyper(
    "per_decade",
    "",
    3,
    1,
    20,
    kind="integer",
    slider=(1, 10),
    help="how many learning rates are tried between one and ten times as much",
)
ROUNDS = Hyper(
    "rounds",
    "",
    3,
    0,
    10,
    kind="integer",
    slider=(0, 6),
    help="while the best learning rate of any run is the lowest or highest that was tried, all runs get four more, so "
    "often at most: beyond that rate, or around their best",
    tier="expert",
)
TOLERANCE = Hyper(
    "tolerance",
    "",
    0.05,
    0.0,
    1.0,
    slider=(0.0, 0.5),
    help="a learning rate is good if it gives away no more than this part of what the best one descends",
    tier="expert",
)


@dataclass(frozen=True)
class RateCurve:
    """The values of one run over its learning rates, ascending, each over the seeds that are known.

    best: the place of the rate with the lowest value over its seeds, of those with which the fewest diverged; None
    while none has ended at a finite value. good: the places of the first and last rate around it that are good.
    diverged: how many seeds did.
    """

    arm: Arm
    rates: tuple[float, ...]
    spreads: tuple[Spread, ...]
    diverged: tuple[int, ...]
    best: int | None
    good: tuple[int, int] | None

    @property
    def best_rate(self) -> float | None:
        return None if self.best is None else self.rates[self.best]

    @property
    def decades(self) -> float:
        """How wide the good range is, as powers of ten; 0 if nothing is good."""
        if self.good is None:
            return 0.0
        low, high = self.good
        return math.log10(self.rates[high] / self.rates[low])

    @property
    def is_flat(self) -> bool:
        """Whether all rates that did not diverge ended alike, if there are several: then none is better."""
        ends = [each.median for each, count in zip(self.spreads, self.diverged, strict=True) if not count]
        return len(ends) > 1 and len(set(ends)) == 1

    @property
    def is_tuned(self) -> bool:
        """Whether any rate is better than others."""
        return self.best is not None and not self.is_flat

    @property
    def is_at_edge(self) -> bool:
        """Whether the best rate is the lowest or the highest that was tried, or none has been any good: there may be a
        better one beyond.
        """
        return self.best in (None, 0, len(self.rates) - 1)


def rates_around(decades: float, per_decade: int) -> int:
    """How many rates `around` gives."""
    return 2 * round(decades * per_decade) + 1


def around(rate: float, decades: float, per_decade: int) -> tuple[float, ...]:
    """Rates so many decades below and above one, evenly by their logarithm; rounded to three digits."""
    steps = rates_around(decades, per_decade) // 2
    return tuple(_rounded(rate * 10 ** (step / per_decade)) for step in range(-steps, steps + 1))


def stepped(rate: float, steps: int, per_decade: int) -> float:
    """The rate so many steps away from one on the grid that all have in common, which holds the powers of ten: for two
    that differ in nothing but their own rates, the same ones are tried.
    """
    own = round(math.log10(rate) * per_decade) if rate else -_LEAST * per_decade
    return _rounded(10 ** ((own + steps) / per_decade))


def _rounded(rate: float) -> float:
    """With three digits, within what a rate may be."""
    return min(float(f"{rate:.3g}"), LEARNING_RATE.high)


def rate_trials(
    experiment: Experiment, arm: Arm, rate: float, seeds: Iterable[int], updates: int, counted: str
) -> tuple[Trial, ...]:
    """One run at a rate, with each of the seeds."""
    return tuple(alone(experiment, arm, updates, counted, seed=seed, settings=[(RATE, rate)]) for seed in seeds)


def value_at_end(summary: Summary) -> float:
    """What a rate is judged by unless a comparison has a measure of its own; lower is better."""
    return summary.value


def rate_curve(
    arm: Arm,
    trials: Iterable[Trial],
    known: Known,
    tolerance: float,
    value_of: ValueOf = value_at_end,
    centre: Centre = median,
) -> RateCurve:
    """What is known of these trials at several rates. centre: of the values of a rate, which is judged by it."""
    found: dict[float, list[Summary]] = {}
    for trial in trials:
        summary = known.get(trial.key)
        if summary is not None and not summary.failed:
            found.setdefault(float(dict(trial.point)[RATE]), []).append(summary)
    rates = tuple(sorted(found))
    values = [[value_of(summary) for summary in found[rate]] for rate in rates]
    spreads = tuple(map(spread, values))
    diverged = tuple(sum(summary.diverged for summary in found[rate]) for rate in rates)
    fewest = min(diverged, default=0)
    centres = [centre(each) if count == fewest else math.inf for each, count in zip(values, diverged, strict=True)]
    lowest = min(centres, default=math.inf)
    if not math.isfinite(lowest):
        return RateCurve(arm, rates, spreads, diverged, None, None)
    own = math.log(arm.record.settings.learning_rate or rates[0])
    best = min(range(len(rates)), key=lambda place: (centres[place], abs(math.log(rates[place] or 1.0) - own)))
    limit = lowest + tolerance * max(_start(found) - lowest, 0.0)
    low = high = best
    while low > 0 and centres[low - 1] <= limit:
        low -= 1
    while high + 1 < len(rates) and centres[high + 1] <= limit:
        high += 1
    return RateCurve(arm, rates, spreads, diverged, best, (low, high))


def _start(found: Mapping[float, Sequence[Summary]]) -> float:
    """The median value before the first update."""
    starts = [summary.curve[0] for each in found.values() for summary in each if summary.curve]
    return spread(starts).median if starts else math.inf


@dataclass(frozen=True)
class Tuning:
    """How runs are tuned: rates of one grid around the own one of each, and more for all while the best of any is at
    the edge. trials_at: the trials of a run at one rate. value_of, centre: what a rate is judged by.
    """

    arms: tuple[Arm, ...]
    decades: float
    per_decade: int
    rounds: int
    tolerance: float
    trials_at: Callable[[Arm, float], tuple[Trial, ...]]
    value_of: ValueOf = value_at_end
    centre: Centre = median
    _made: dict[tuple[str, float], tuple[Trial, ...]] = field(default_factory=dict, compare=False, repr=False)

    def trials(self, known: Known) -> tuple[tuple[tuple[Trial, ...], ...], bool]:
        """The trials of each run, as far as they follow from what is known, and whether that is all of them."""
        rates = [*self._grid]
        trials = self._at(rates)
        for _ in range(self.rounds):
            if not self._are_known(trials, known):
                return trials, False
            curves = self.curves(trials, known)
            if not any(curve.is_at_edge for curve in curves):
                break
            rates = [(*each, *_more(curve, self.per_decade)) for each, curve in zip(rates, curves, strict=True)]
            trials = self._at(rates)
        return trials, self._are_known(trials, known)

    @property
    def most(self) -> int:
        """How many rates each run may be tried at."""
        return rates_around(self.decades, self.per_decade) + _MORE * self.rounds

    def first(self) -> tuple[tuple[Trial, ...], ...]:
        """The trials of each run on its grid, without those that may follow."""
        return self._at(self._grid)

    @property
    def _grid(self) -> tuple[tuple[float, ...], ...]:
        steps = rates_around(self.decades, self.per_decade) // 2
        own = (arm.record.settings.learning_rate for arm in self.arms)
        return tuple(tuple(stepped(rate, step, self.per_decade) for step in range(-steps, steps + 1)) for rate in own)

    def curves(self, trials: Iterable[tuple[Trial, ...]], known: Known) -> tuple[RateCurve, ...]:
        """What is known of each run's trials."""
        return tuple(
            rate_curve(arm, each, known, self.tolerance, self.value_of, self.centre)
            for arm, each in zip(self.arms, trials, strict=True)
        )

    def _at(self, rates: Iterable[tuple[float, ...]]) -> tuple[tuple[Trial, ...], ...]:
        return tuple(
            tuple(trial for rate in each for trial in self._at_rate(arm, rate))
            for arm, each in zip(self.arms, rates, strict=True)
        )

    def _at_rate(self, arm: Arm, rate: float) -> tuple[Trial, ...]:
        found = self._made.get((arm.key, rate))
        if found is None:
            found = self._made[arm.key, rate] = self.trials_at(arm, rate)
        return found

    @staticmethod
    def _are_known(trials: Iterable[tuple[Trial, ...]], known: Known) -> bool:
        return all(trial.key in known for each in trials for trial in each)


def _more(curve: RateCurve, per_decade: int) -> tuple[float, ...]:
    """The rates that one run gets in another round: beyond its best if that is at an edge, else around it."""
    rates = curve.rates or (curve.arm.record.settings.learning_rate,)
    if curve.best is None or curve.best == 0:
        return tuple(stepped(rates[0], -step, per_decade) for step in range(1, _MORE + 1))
    if curve.best == len(rates) - 1:
        return tuple(stepped(rates[-1], step, per_decade) for step in range(1, _MORE + 1))
    below, best, above = rates[curve.best - 1 : curve.best + 2]
    shares = [place / (_MORE // 2 + 1) for place in range(1, _MORE // 2 + 1)]
    return tuple(float(f"{best * (end / best) ** share:.3g}") for end in (below, above) for share in shares)


def rate_words(curve: RateCurve, tolerance: float) -> str:
    """What a curve says, as sentences."""
    name = curve.arm.name
    if curve.best is None or curve.good is None or curve.best_rate is None:
        return f"{name} has ended at no finite value yet." if curve.rates else f"{name} has not been tried yet."
    told = f"{name} ends lowest, at {number(curve.spreads[curve.best].median)}, with learning rate {curve.best_rate:g}"
    if curve.is_flat:
        return f"{name} ends at {number(curve.spreads[curve.best].median)} with every learning rate that was tried."
    if curve.best in (0, len(curve.rates) - 1) and len(curve.rates) > 1:
        side = "lowest" if curve.best == 0 else "highest"
        told += f", the {side} that was tried: there may be a better one beyond it"
    low, high = (curve.rates[place] for place in curve.good)
    ends = [side for side, place, end in zip(("lowest", "highest"), curve.good, (0, len(curve.rates) - 1), strict=True)
            if place == end]  # fmt: skip
    beyond = f", the {' and the '.join(ends)} that was tried: it may be wider" if ends else ""
    told += (
        f"; good from {low:g} to {high:g}, a factor of {high / low:.3g} ({curve.decades:.1f} decades{beyond}), where no"
        f" more than {tolerance:.0%} of that descent is lost."
        if high > low
        else f"; no other rate that was tried comes within {tolerance:.0%} of that descent."
    )
    failing = [rate for rate, count in zip(curve.rates, curve.diverged, strict=True) if count]
    if failing:
        told += f" It diverged with {' and '.join(dict.fromkeys(f'{rate:g}' for rate in (failing[0], failing[-1])))}"
        told += ", and between." if len(failing) > 2 else "."
    return told
