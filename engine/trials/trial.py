"""One trial: a run by itself to its end, and a summary of it that is small enough to be kept and sent."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from llvmlite import binding

from engine.contracts import SettingError, shown
from engine.interruption import Interruption, check_of, finish
from engine.problems.kind import kind_of, problem_of
from engine.problems.problem import Problem
from engine.problems.task import Task
from engine.training.experiment import NUMBERS, Experiment, run_task
from engine.training.measures import LOSS, WATCHED, Measure
from engine.training.run import DIVERGED, READY, RUNNING, Run
from engine.trials.summary import Summary

Array = np.ndarray
Clock = Callable[[], float]

HISTORY_LOSS = "loss"  # what counts where a problem declares no measures
_POINTS = 200  # of a curve, about
_LOOKS = 40  # how often what is measured of a problem is measured, about; curves go straight between
_TASKS = 1024  # of which the text is kept
_BUDGETS = 64  # numbers of updates of which the points in time are kept
_QUOTED = re.compile("'([^']*)'")
_PROBLEMS = 16  # that a process keeps: trials that differ in the run alone share one


@dataclass(frozen=True)
class Trial:
    """An experiment of one run, to be run to its end by its stop rules, and what it is to a comparison.

    counted: the key of the measure that counts, lower being better; see `counted_of`. group: whom it speaks for, such
    as the id of a run. seed: its number among those with other seeds, from 0. point: the settings that the comparison
    has chosen for it, as (path, value). target: a value of what counts that is to be reached, -inf for none.
    """

    experiment: Experiment
    counted: str = HISTORY_LOSS
    group: str = ""
    seed: int = 0
    point: tuple[tuple[str, Any], ...] = ()
    target: float = -math.inf

    @property
    def key(self) -> str:
        """What tells trials apart: equal for those that give the same numbers, in every process."""
        return self._hashes[0]

    @property
    def choices(self) -> str:
        """What tells apart those for which something else is compiled: equal where all that is chosen by a name is."""
        return self._hashes[1]

    @cached_property
    def _hashes(self) -> tuple[str, str]:
        record = self.experiment.runs[0].to_dict(_digest)
        looks = ("id", "name", "colour", "visible", "pinned")
        known = {
            "problem": _told(self.experiment.problem),
            "run": {name: value for name, value in record.items() if name not in looks},
            "stop": dict(self.experiment.stop),
            "counted": (self.counted, self.target),
            "numbers": NUMBERS,
        }
        text = repr(known)
        return _hashed(text), _hashed(" ".join(_QUOTED.findall(text)))

    @property
    def updates(self) -> int:
        """After how many updates it ends at the latest; 0 is never."""
        return int(self.experiment.stop["updates"])  # type: ignore[arg-type]


def counted_of(task: Task) -> str:
    """The key of the measure that counts on a task unless another is chosen: of what is watched if it validates, else
    of the exact loss.
    """
    kind = kind_of(task)
    role = WATCHED if kind.validates(task) else LOSS
    return next((measure.key for measure in problem_for(task).subject.measures if measure.role == role), HISTORY_LOSS)


def countable(task: Task) -> dict[str, Measure | None]:
    """The keys of the measures that may count on a task: those of which lower is better."""
    found = [measure for measure in problem_for(task).subject.measures if not measure.by_layer]
    told: dict[str, Measure | None] = {
        measure.key: measure for measure in found if measure.role in (LOSS, WATCHED) or measure.direction == "falls"
    }
    return told or {HISTORY_LOSS: None}


def curve_updates(updates: int) -> Array:
    """The updates (k,) at which the curves of trials with this budget have their points: dense early, then evenly."""
    return _spaced_updates(updates, _POINTS)


@lru_cache(maxsize=_BUDGETS)
def _spaced_updates(updates: int, points: int) -> Array:
    """Up to so many updates from 0 to the last, a fifth of them even by their logarithm."""
    even = np.linspace(0, updates, min(updates, points * 4 // 5) + 1)
    early = np.geomspace(1, max(updates, 1), min(max(updates, 1), points // 5))
    found = np.unique(np.concatenate([even, early]).round().astype(int))
    found.flags.writeable = False  # everybody has the same
    return found


@lru_cache(maxsize=_TASKS)
def _told(task: Task) -> str:
    """A task in a text that is equal for equal ones, in every process."""
    return repr((task.KIND, task.to_dict(_digest)))


@lru_cache(maxsize=_PROBLEMS)
def problem_for(task: Task) -> Problem:
    """The problem of a task, kept for the trials to come. Raises SettingError."""
    return problem_of(task)


def trial(what: Trial, interruption: Interruption | None = None, clock: Clock | None = None) -> Summary:
    """Run a trial to its end: the same bits in any thread, process or machine with processors of one kind.

    clock: tells the seconds that the thread has computed. A trial that cannot be run says why (`failed`). Raises
    Stopped once the interruption is stopped.
    """
    began = clock() if clock is not None else 0.0
    try:
        run = _ended(what, interruption)
        found = _summary(what, run)
    except (SettingError, MemoryError, ArithmeticError) as error:
        found = Summary(failed=str(error) or type(error).__name__)
    spent = clock() - began if clock is not None else 0.0
    return replace(found, seconds=spent, processor=processor(), numbers=NUMBERS)


@lru_cache(maxsize=1)
def processor() -> str:
    """The kind of processor of this machine, as the compiler calls it."""
    return str(binding.get_host_cpu_name())


def _ended(what: Trial, interruption: Interruption | None) -> Run:
    """The run of a trial at its end."""
    experiment, record = what.experiment, what.experiment.runs[0]
    if not what.updates:
        raise SettingError("a trial ends after a number of updates, got 0, which is never", "stop.updates")
    check = check_of(interruption)
    check()
    problem = problem_for(run_task(experiment.problem, record.settings))
    looks = _spaced_updates(what.updates, _LOOKS)
    run = Run(problem, record, experiment.stop, interruption, looks)
    while run.status in (READY, RUNNING):
        run.advance(what.updates)
        check()
    return run


def _summary(what: Trial, run: Run) -> Summary:
    """What is told of a run that has ended."""
    with np.errstate(all="ignore"):
        value, loss = _values(what.counted, run)
    at, values = _series(what.counted, run)
    diverged = run.diagnosis.update if run.status == DIVERGED and run.diagnosis is not None else None
    at, values = np.append(at, run.update), np.append(values, value)
    finite = np.where(np.isfinite(values), values, np.inf)
    lowest = int(np.argmin(finite))
    grid = curve_updates(what.updates)
    with np.errstate(all="ignore"):
        curve = np.where(grid <= run.update, np.interp(grid, at, values), np.nan)
    updates, examples, evaluations = run.machine.counts
    return Summary(
        updates=updates,
        value=math.inf if diverged is not None or not math.isfinite(value) else value,
        best=float(finite[lowest]),
        best_update=int(at[lowest]),
        reached=_reached(at, finite, what.target),
        loss=loss if math.isfinite(loss) else math.inf,
        diverged_at=diverged,
        ending=run.message if diverged is not None or run.ending else "",
        examples=examples,
        evaluations=evaluations,
        curve=_rounded(curve),
        digest=_bits(run),
    )


def _rounded(values: Array) -> tuple[float, ...]:
    """Numbers with seven significant digits."""
    return tuple(map(float, ("%.7g " * len(values) % tuple(values.tolist())).split()))


def _reached(at: Array, values: Array, target: float) -> int | None:
    """The update at which values (k,) before the updates `at` come down to a target, by a line between the two that
    are known around it; None if they never do.
    """
    below = np.flatnonzero(values <= target)
    if not len(below):
        return None
    place = int(below[0])
    if not place or not np.isfinite(values[place - 1]):
        return int(at[place])
    share = (values[place - 1] - target) / (values[place - 1] - values[place])
    return math.ceil(float(at[place - 1] + share * (at[place] - at[place - 1])))


def _values(counted: str, run: Run) -> tuple[float, float]:
    """What counts, and the exact loss, at the parameters after the last update."""
    problem, theta = run.machine.problem, run.machine.evaluated
    measures = [measure for measure in problem.subject.measures if not measure.by_layer]
    if not measures:
        loss = float(problem.losses(theta[None])[0])
        return loss, loss
    found, _ = finish(problem.measured(theta, None, 0.0, 0.0))
    known = {measure.key: float(value) for measure, value in zip(measures, found, strict=True)}
    exact = next((known[measure.key] for measure in measures if measure.role == LOSS), math.nan)
    if counted not in known:
        raise SettingError(f"there is no measure {shown(counted, 60)}; one of {', '.join(known)}")
    return known[counted], exact


def _series(counted: str, run: Run) -> tuple[Array, Array]:
    """(updates, values) of what counts, as the run has recorded them."""
    measures = run.measures.view()
    if counted in measures.names:
        return measures.series(counted)
    history = run.recorded
    return history.at, history.column(HISTORY_LOSS)[0]


def _bits(run: Run) -> str:
    """A hash of everything that a run has computed."""
    history, measures = run.history.view(), run.measures.view()
    found = hashlib.sha256()
    for part in (run.machine.theta, history.last[:, : history.count], measures.at, measures.values, measures.layers):
        _feed(found, part)
    return found.hexdigest()[:32]


def _feed(found: hashlib._Hash, part: Array) -> None:
    """Hash the numbers where they are, in order: a copy of a long history would take longer than its run."""
    if part.flags.c_contiguous:
        found.update(part.data)
    else:
        for row in part:
            _feed(found, np.ascontiguousarray(row))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _digest(table: Any) -> str:
    """What stands for a table in a key."""
    return str(table.digest)
