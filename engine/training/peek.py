"""Looking at a run: a past state that is reached again by replay, and the step that it takes from a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.batches import Batch
from engine.interruption import Pieces
from engine.optimizers import OPTIMIZERS
from engine.problems.problem import Problem
from engine.training import stream
from engine.training.experiment import RunSettings
from engine.training.history import COLUMNS
from engine.training.machine import Machine

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Peek:
    """A run at one update: where it stands, and the step it is about to take from there.

    theta, gradient, step: (n,). gradient is what the optimizer's rule is given, after clipping and
    coupled decay. slots: name -> (n,) before the step; buffers: the same, as the step leaves them. average: the running
    average of theta, if the run keeps one. block_rates (k,): how many times as far as its step each block goes. driven:
    path -> value of the knobs that a schedule drives, in the step if that is known, else in the one before. loss and
    step are NaN where not finite. taken: the batch.
    problem: what the run stands on there, which a later change may have replaced.
    """

    update: int
    problem: Problem
    settings: RunSettings
    theta: Array
    loss: float
    gradient: Array
    gradient_norm: float
    rate: float
    slots: Mapping[str, Array]
    buffers: Mapping[str, Array]
    average: Array | None
    block_rates: Array
    driven: Mapping[str, float]
    step: Array
    since_optimizer: int
    taken: Batch

    @property
    def evaluated(self) -> Array:
        """theta (n,), or the average that is measured and looked at in its place."""
        return self.theta if self.average is None else self.average


@dataclass(slots=True)
class _Trial:
    """The step that a machine takes next, tried on a twin. row: of COLUMNS; None until it is known."""

    machine: Machine
    update: int
    changes: int
    twin: Machine
    pieces: Pieces[Array]
    row: Array | None = None

    def fits(self, machine: Machine) -> bool:
        return self.machine is machine and (self.update, self.changes) == (machine.update, machine.changes)


class Lookout:
    """What one run has made ready to be looked at: the past update that was asked for last, and a step tried there."""

    def __init__(self) -> None:
        self.explained = True  # whether the last peek knew the step, if it was asked for
        self._seeking: tuple[int, Pieces[Machine]] | None = None
        self._seen: Machine | None = None
        self._trial: _Trial | None = None

    def seek(self, update: int, at: Callable[[int], Pieces[Machine]]) -> Machine | None:
        """The machine as it stood at a past update, which `at` makes; None if that was interrupted."""
        if self._seen is not None and self._seen.update == update:
            return self._seen
        if self._seeking is None or self._seeking[0] != update:
            self._seeking = update, at(update)
        try:
            next(self._seeking[1])
        except StopIteration as end:
            self._seen, self._seeking = end.value, None
            return self._seen
        return None

    def leave_search(self) -> None:
        """Give up the search for a past update that was interrupted."""
        self._seeking = None

    def explain(self, machine: Machine) -> bool:
        """Compute the machine's next step; False if that was interrupted."""
        trial = self._trial
        if trial is None or not trial.fits(machine):
            twin = machine.copy()
            self._trial = trial = _Trial(machine, machine.update, machine.changes, twin, twin.trial_step())
        if trial.row is None:
            try:
                next(trial.pieces)
            except StopIteration as end:
                trial.row = end.value
        return trial.row is not None

    def peek(self, machine: Machine, settings: RunSettings, loss: float | None, step: bool) -> Peek:
        """A machine as it stands, with what is known of its next step if `step`. loss: None is that of the step."""
        n = machine.theta.size
        entry = OPTIMIZERS[machine.settings.optimizer.kind]
        gradient = moved = np.broadcast_to(np.nan, n)
        buffers, taken = dict.fromkeys(entry.buffers, gradient), machine
        row = np.full(len(COLUMNS), np.nan)
        if not step or (self._trial is not None and not self._trial.fits(machine)):
            self._trial = None
        self.explained = not step or (self._trial is not None and self._trial.row is not None)
        if self._trial is not None and self._trial.row is not None:
            row, twin = self._trial.row, self._trial.twin
            gradient, moved, taken = twin.grad, twin.theta - machine.theta, twin
            buffers = _parts(twin.slots, entry.buffers, len(entry.slots), n)
        named = dict(zip(COLUMNS, row.tolist(), strict=True))
        return Peek(
            update=machine.update,
            problem=machine.problem,
            settings=settings,
            theta=machine.theta.copy(),
            loss=named["loss"] if loss is None else loss,
            gradient=gradient,
            gradient_norm=named["gradient_norm"],
            rate=named["learning_rate"],
            slots=_parts(machine.slots, entry.slots, 0, n) if step else {},
            buffers=buffers,
            driven=taken.driven,
            block_rates=taken.block_rates if taken.block_rates.size else np.ones(len(machine.problem.blocks)),
            average=machine.averaged.copy() if machine.averaged.size else None,
            step=moved,
            since_optimizer=machine.update - int(machine.stream[stream.OPTIMIZER_UPDATE]),
            taken=machine.taken_with(int(taken.stream[stream.BATCH])),
        )


def _parts(numbers: Array, names: Sequence[str], first: int, n: int) -> dict[str, Array]:
    """Copies of the parts (n,) of an optimizer's state that have these names, the first of them part `first`."""
    return {name: numbers[k * n : (k + 1) * n].copy() for k, name in enumerate(names, first)}
