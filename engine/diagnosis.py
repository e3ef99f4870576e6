"""Why a run diverged, in words, and what to try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import loop
from engine.choices import Choice
from engine.expressions import parse
from engine.history import HistoryView
from engine.interruption import Pieces, finish
from engine.machine import Machine
from engine.optimizers import OPTIMIZERS
from engine.setting import Setting
from engine.stream import BATCH
from engine.typesetting import typeset

_LOOKED_AT = 256  # examples on which the layers of a network are searched for what is not finite
_TRIAL = 2000  # updates for which a remedy must hold before it is offered
_HALVINGS = 40
_MIN_UPDATES, _OPERATIONS = 50, 5e8  # of a network's trial: updates, and multiplications of one halving


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """update: where the first number was no longer finite. rate: a learning rate worth trying."""

    update: int
    sentence: str
    remedies: tuple[str, ...]
    rate: float | None
    rewind_to: int


def diagnose(
    machine: Machine, view: HistoryView, at: Callable[[int], Pieces[Machine]], failed: int, reason: int
) -> Pieces[Diagnosis]:
    """Explain why update `failed` is not finite: the machine stands at the last finite one, `at` gives it at any."""
    settings, problem = machine.settings, machine.problem
    what = "the step" if reason == loop.NOT_FINITE_STEP else "the loss or its gradient"
    if failed == 0 and reason == loop.NOT_FINITE_HERE:
        layer = yield from _layer(machine)
        sentence = f"the loss or its gradient is not finite at the start itself{layer}"
        other = "a smaller scale of the initial weights" if problem.learner is not None else "another start point"
        return Diagnosis(0, sentence, (f"choose {other}",), None, 0)
    losses, _, _ = view.column("loss")
    if len(losses):
        best = int(view.at[np.argmin(losses)])
    else:
        best, losses = 0, np.array([np.nan])
    layer = yield from _layer(machine)
    sentence = f"diverged: {what} is no longer finite at update {failed:,}{layer}"
    surface_info = problem.surface_info
    falling = surface_info is not None and surface_info.lowest is None and len(losses) > 1 and losses[-1] < losses[0]
    if falling:
        sentence += "; the surface falls without end, so following it downhill never stops"
        return Diagnosis(
            failed, sentence, ("set a stop rule (loss below ...)", f"rewind to update {best:,}"), None, best
        )
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
    remedies = [] if better is None else [f"from there, learning rate {better:g} stays finite: it was tried"]
    if settings.optimizer.values["clip_norm"] == 0.0:
        remedies.append("clip the gradient norm (Decay and clipping)")
    remedies.append(f"rewind to update {best:,}, the lowest loss ({losses.min():.4g})")
    return Diagnosis(failed, sentence, tuple(remedies), better, best)


def _layer(machine: Machine) -> Pieces[str]:
    """In which layer of a network the next state is the first not to be finite, in words."""
    problem = machine.problem
    learner = problem.learner
    if learner is None:
        return ""
    machine = machine.copy()
    yield from machine.trial_step()
    inputs, _ = learner.training
    with np.errstate(all="ignore"):
        values = learner.activations(machine.theta, inputs[:_LOOKED_AT])
    weights = [np.concatenate([w.ravel(), b]) for w, b in learner.network.unpacked(machine.theta)]
    for title, answers, numbers in zip(problem.layers, values, weights, strict=True):
        if not (np.isfinite(answers).all() and np.isfinite(numbers).all()):
            return f", first in layer {title}"
    return ", on the way back through the layers"


def _trial(machine: Machine, updates: int) -> int:
    """For how many updates to try a remedy: fewer where an update of a network costs much."""
    if machine.problem.learner is None:
        return updates
    cost = 6.0 * machine.theta.size * float(machine.stream[BATCH])
    return min(updates, max(_MIN_UPDATES, int(_OPERATIONS / cost)))


def _tried(start: Machine, hope: float, updates: int, ceiling: float) -> Pieces[float | None]:
    """The first of hope, hope / 2, ... with which the run stays finite from there and comes below its first loss."""
    for halvings in range(_HALVINGS):
        rate = float(f"{hope / 2.0**halvings:.2g}")
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
    if not entry.stability:
        return None
    sharpness = yield from machine.problem.sharpness_pieces(machine.theta, machine.interruption)
    if not sharpness > 0.0:
        return None
    values = {name: float(v) for name, v in optimizer.values.items() if not isinstance(v, tuple)}
    return parse(entry.stability, tuple(values)).evaluate(values) / sharpness


def _bound(optimizer: Choice) -> str:
    entry = OPTIMIZERS[optimizer.kind]
    product = typeset(parse(entry.stability, [knob.name for knob in entry.knobs]))
    return f"{entry.title}, {f'({product})' if ' ' in product else product} / curvature"
