"""Why a run diverged or runs away, in words, and what to try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.choices import Choice
from engine.expressions.expression import parse
from engine.expressions.typesetting import typeset
from engine.interruption import Pieces, finish
from engine.optimizers import OPTIMIZERS
from engine.problems.problem import Problem
from engine.setting import Setting
from engine.training import loop
from engine.training.experiment import RunSettings
from engine.training.history import COLUMNS, HistoryView
from engine.training.machine import Machine
from engine.training.stream import BATCH

_TRIAL = 2000  # updates for which a remedy must hold before it is offered
_HALVINGS = 40
_SMALLEST_SHARE, _TRIED_SHARE = 1e-6, 1e-3  # of a learning rate: a still smaller one would not get anywhere
_BISECTIONS = 60  # of a step that leaves the region where a surface has a value
_OVERFLOWING = 1e100  # a loss beyond this, just before there is none, is too large rather than not defined
_FAR_LOSS, _FAR_STEP = 1e12, 1e3  # so many times what a run knew is beyond every scale
_CLIP = "clip the gradient norm (Decay and clipping)"
_MIN_UPDATES, _OPERATIONS = 50, 5e8  # of a trial that takes long: updates, and multiplications of one halving
_RECENT = 200  # bins before a divergence, from which is told how large gradients are as a rule
_MOST_NUMBERS = 3  # of a place that is told in full


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """update: where the first number was no longer finite. rate: a learning rate worth trying. overshoots: whether
    shorter steps may help.
    """

    update: int
    sentence: str
    remedies: tuple[str, ...]
    rate: float | None
    rewind_to: int
    overshoots: bool = True


@dataclass(frozen=True, slots=True)
class RunningAway:
    """Of a run that is finite but has left every scale: what has, what to try, where its loss was lowest, and whether
    shorter steps may help.
    """

    sentence: str
    remedies: tuple[str, ...]
    rewind_to: int
    overshoots: bool


def told_briefly(failed: int, reason: int) -> Diagnosis:
    """That update `failed` is not finite, without the search for a reason and a remedy: for those who read neither."""
    return Diagnosis(failed, f"diverged: {_what(reason)} is no longer finite at update {failed:,}", (), None, 0, False)


def _what(reason: int) -> str:
    return "the step" if reason == loop.NOT_FINITE_STEP else "the loss or its gradient"


def diagnose(
    machine: Machine, view: HistoryView, at: Callable[[int], Pieces[Machine]], failed: int, reason: int
) -> Pieces[Diagnosis]:
    """Explain why update `failed` is not finite: the machine stands at the last finite one, `at` gives it at any."""
    settings, problem = machine.settings, machine.problem
    if failed == 0 and reason == loop.NOT_FINITE_HERE:
        layer = yield from _layer(machine)
        sentence = f"the loss or its gradient is not finite at the start itself{layer}"
        return Diagnosis(0, sentence, (f"choose {problem.subject.elsewhere}",), None, 0, False)
    losses, _, _ = view.column("loss")
    if len(losses):
        best = int(view.at[np.argmin(losses)])
    else:
        best, losses = 0, np.array([np.nan])
    if reason == loop.NOT_FINITE_HERE and problem.subject.bordered:
        left = yield from _left(machine)
        if left is not None:
            return (yield from _outside(machine, at, failed, best, losses, left))
    layer = yield from _layer(machine)
    sentence = f"diverged: {_what(reason)} is no longer finite at update {failed:,}{layer}"
    if _falls(problem, losses):
        sentence += "; the surface falls without end, so following it downhill never stops"
        remedies = "set a stop rule (loss below ...)", f"rewind to update {best:,}"
        return Diagnosis(failed, sentence, remedies, None, best, False)
    rate = settings.learning_rate
    start = yield from at(best)
    limit = yield from _stable_rate(settings.optimizer, start)
    if limit is not None and rate > limit:
        sentence += (
            f"; learning rate {rate:.3g} is above the stability limit {limit:.3g} of {_bound(settings.optimizer)}"
        )
        hope = 0.5 * limit
    else:
        sentence += f"; learning rate {rate:.3g} takes steps that overshoot and grow"
        hope = 0.5 * rate
    updates = _trial(machine, max(_TRIAL, 2 * (failed - best)))
    better = yield from _tried(start, hope, updates, float(losses[0]))
    return _with_remedies(machine, failed, sentence, better, best, float(losses.min()))


def _with_remedies(
    machine: Machine, failed: int, sentence: str, better: float | None, best: int, lowest: float
) -> Diagnosis:
    remedies = [] if better is None else [f"from there, learning rate {better:g} stays finite: it was tried"]
    if _may_clip(machine.settings):
        remedies.append(_CLIP)
    remedies.append(f"rewind to update {best:,}, the lowest loss ({lowest:.4g})")
    return Diagnosis(failed, sentence, tuple(remedies), better, best)


def _outside(
    machine: Machine,
    at: Callable[[int], Pieces[Machine]],
    failed: int,
    best: int,
    losses: np.ndarray,
    place: np.ndarray,
) -> Pieces[Diagnosis]:
    """The diagnosis of a step to a place where the problem has no value."""
    what = machine.problem.subject.noun
    numbers = ", ".join(f"{number:.4g}" for number in place[:_MOST_NUMBERS])
    more = ", …" if len(place) > _MOST_NUMBERS else ""
    where = f"update {failed:,}, to ({numbers}{more}), left the region where the {what} has a value"
    sentence = f"diverged: the step to {where}"
    rate = machine.settings.learning_rate
    shorter = yield from _staying(machine)
    if shorter is not None:
        sentence += f"; at learning rate {shorter:.3g} instead of {rate:.3g} that update would have stayed inside"
    else:
        sentence += f"; a learning rate of a millionth of {rate:.3g} would still have left it at that update"
    start = yield from at(best)
    updates = max(_TRIAL, 2 * (failed - best))
    hope = 0.5 * rate if shorter is None else shorter
    better = yield from _tried(start, hope, updates, float(losses[0]), rate * _TRIED_SHARE)
    found = _with_remedies(machine, failed, sentence, better, best, float(losses.min()))
    if better is not None:
        return found
    written = machine.problem.subject.value_remedy
    if len(losses) > 1 and losses[-1] < losses[0]:
        edge = f"it falls towards the edge, where every run arrives in the end: {written}"
    else:
        edge = f"start farther from the edge, or {written}"
    return replace(found, remedies=(*found.remedies, edge))


def _staying(machine: Machine) -> Pieces[float | None]:
    """The largest half, quarter ... of the learning rate with which the next update stays where there is a value."""
    rate = machine.settings.learning_rate
    for halvings in range(1, _HALVINGS):
        shorter = float(f"{rate / 2.0**halvings:.3g}")
        if shorter < rate * _SMALLEST_SHARE:
            return None
        twin = machine.copy()
        twin.set(Setting("learning_rate"), shorter)
        yield from twin.trial_step()
        if (yield from _has_value(machine, twin.theta)):
            return shorter
    return None


def _left(machine: Machine) -> Pieces[np.ndarray | None]:
    """Where the machine's step leads, to a place where the surface has no value.

    None if the numbers are too large there, rather than not defined.
    """
    twin = machine.copy()
    yield from twin.trial_step()
    start, end = machine.theta, twin.theta
    if not np.isfinite(end).all():
        return None
    inside, outside = 0.0, 1.0
    for _ in range(_BISECTIONS):
        share = 0.5 * (inside + outside)
        if (yield from _has_value(machine, start + share * (end - start))):
            inside = share
        else:
            outside = share
    losses, _ = yield from machine.problem.gradient_pieces((start + inside * (end - start))[None], machine.interruption)
    return end if abs(losses[0]) < _OVERFLOWING else None


def _has_value(machine: Machine, place: np.ndarray) -> Pieces[bool]:
    """Whether loss and gradient are finite at a place (n,)."""
    losses, gradients = yield from machine.problem.gradient_pieces(place[None], machine.interruption)
    return bool(np.isfinite(losses).all() and np.isfinite(gradients).all())


def running_away(view: HistoryView, machine: Machine) -> RunningAway | None:
    """What of a run has left every scale although it is finite, its newest loss or step; None if nothing has."""
    if not view.latest:
        return None
    problem = machine.problem
    row = dict(zip(COLUMNS, view.latest, strict=True))
    loss, step = row["loss"], row["step_norm"]
    told = []
    if abs(loss) > _FAR_LOSS:
        _, low, high = view.column("loss")
        known = low.min(initial=loss) if loss > 0.0 else high.max(initial=loss)
        if abs(loss) > _FAR_LOSS * max(1.0, abs(float(known))):
            told.append(f"the loss is {loss:.3g}")
    if step > _FAR_STEP * problem.subject.scale(problem.start):
        told.append(f"the last step was {step:.3g} long")
    return RunningAway(" and ".join(told), *_away_remedies(view, machine)) if told else None


def _away_remedies(view: HistoryView, machine: Machine) -> tuple[tuple[str, ...], int, bool]:
    """What to try, the update of the lowest loss that is known, and whether shorter steps may help."""
    losses, _, _ = view.column("loss")
    best = int(view.at[np.argmin(losses)]) if len(losses) else 0
    settings = machine.settings
    if _falls(machine.problem, losses):
        stop = "the surface falls without end: set a stop rule (loss below ...)"
        return (stop, "choose another start point"), best, False
    remedies = [f"a learning rate much smaller than {settings.learning_rate:.3g}"]
    if _may_clip(settings):
        remedies.append(_CLIP)
    lowest = f", the lowest loss ({losses.min():.4g})" if len(losses) else ""
    return (*remedies, f"rewind to update {best:,}{lowest}"), best, True


def clip_threshold(view: HistoryView, settings: RunSettings, update: int) -> float | None:
    """The gradient norm that a run had as a rule up to an update, to clip at from there; None where it may not clip."""
    if not _may_clip(settings):
        return None
    norms, _, _ = view.column("gradient_norm")
    known = norms[max(0, (last := update // view.width + 1) - _RECENT) : last]
    known = known[np.isfinite(known) & (known > 0.0)]
    return float(f"{np.median(known):.2g}") if len(known) else None


def _falls(problem: Problem, losses: np.ndarray) -> bool:
    """Whether a run with these losses goes down a surface that has no lowest value."""
    return problem.subject.unbounded and len(losses) > 1 and bool(losses[-1] < losses[0])


def _layer(machine: Machine) -> Pieces[str]:
    """Where inside the next state is the first not to be finite, in words."""
    machine = machine.copy()
    yield from machine.trial_step()
    return machine.problem.subject.first_fault(machine.theta)


def _trial(machine: Machine, updates: int) -> int:
    """For how many updates to try a remedy: fewer where an update costs much."""
    cost = machine.problem.operations(float(machine.stream[BATCH]))
    return min(updates, max(_MIN_UPDATES, int(_OPERATIONS / cost))) if cost else updates


def _tried(start: Machine, hope: float, updates: int, ceiling: float, smallest: float = 0.0) -> Pieces[float | None]:
    """The first of hope, hope / 2, ... with which the run stays finite from there and comes below its first loss.

    None if there is none among so many, or above the smallest.
    """
    for halvings in range(_HALVINGS):
        rate = float(f"{hope / 2.0**halvings:.2g}")
        if rate < smallest:
            return None
        machine = start.copy()
        machine.set(Setting("learning_rate"), rate)
        loss = yield from machine.loss_after(updates)
        if loss is not None and loss <= ceiling:
            return rate
    return None


def stable_rate(optimizer: Choice, machine: Machine) -> float | None:
    """The largest stable learning rate where a machine stands, if the optimizer declares one; else None.

    An optimizer's `stability` is the largest stable product of learning rate and curvature on a
    quadratic, in its own knobs (2 for gradient descent, 2 (1 + mu) with momentum mu).
    """
    return finish(_stable_rate(optimizer, machine))


def _stable_rate(optimizer: Choice, machine: Machine) -> Pieces[float | None]:
    entry = OPTIMIZERS[optimizer.kind]
    if not entry.stability or machine.problem.subject.sampled:
        return None
    sharpness = yield from machine.problem.sharpness_pieces(machine.theta, machine.interruption)
    if not sharpness > 0.0:
        return None
    values = {name: float(v) for name, v in optimizer.values.items() if not isinstance(v, tuple | str)}
    return parse(entry.stability, tuple(values)).evaluate(values) / sharpness


def _may_clip(settings: RunSettings) -> bool:
    """Whether the gradient norm is not clipped, and might be."""
    refused = OPTIMIZERS[settings.optimizer.kind].refused
    return settings.optimizer.values["clip_norm"] == 0.0 and "clip_norm" not in refused


def _bound(optimizer: Choice) -> str:
    entry = OPTIMIZERS[optimizer.kind]
    product = typeset(parse(entry.stability, [knob.name for knob in entry.knobs]))
    return f"{entry.title}, {f'({product})' if ' ' in product else product} / curvature"
