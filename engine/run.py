"""One descent: settings, tweaks, history, and every past state by replay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine import loop, stream
from engine.batches import Batch
from engine.contracts import SettingError, Value
from engine.diagnosis import Diagnosis, diagnose
from engine.experiment import NEVER, RunRecord, RunSettings, Task, Tweak, followed, of_problem, of_run
from engine.history import COLUMNS, History
from engine.machine import Machine
from engine.measures import MEASURES, Measures, next_due
from engine.optimizers import OPTIMIZERS
from engine.problem import Problem
from engine.setting import Setting

Array = np.ndarray

READY, RUNNING, FINISHED, DIVERGED = "ready", "running", "finished", "diverged"
_LOOKS = ("name", "colour", "visible", "pinned")  # settings that change no number
_FIRST_INTERVAL, _MAX_CHECKPOINTS, _FEWEST_CHECKPOINTS = 64, 256, 8
_CHECKPOINT_BYTES, _TRAIL_BYTES = 48 * 2**20, 16 * 2**20  # about what a run keeps of its past
_LONGEST_TRAIL, _SHORTEST_TRAIL = 512, 16
_ENDINGS = {
    loop.LOSS_REACHED: "the loss fell below {loss_below:g}",
    loop.GRADIENT_REACHED: "the gradient norm fell below {gradient_below:g}",
    loop.PLATEAU: "no improvement in {plateau_updates} updates",
}
_TRAINING, _VALIDATION = MEASURES.index("training_loss"), MEASURES.index("validation_loss")


@dataclass(frozen=True, slots=True)
class Peek:
    """A run at one update: where it stands, and the step it is about to take from there.

    theta, gradient, step: (n,). gradient is what the optimizer's rule is given, after clipping and
    coupled decay. slots: name -> (n,) before the step. loss and step are NaN where not finite. taken: the batch.
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
    step: Array
    since_optimizer: int
    taken: Batch


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The weights with the lowest validation loss that was measured: theta (n,) before update `update`."""

    update: int
    loss: float
    theta: Array


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """Where a run has been: theta (n,) before each of the updates (k,), the last being where it stands now.

    losses (k,): of the training set as it was measured there, NaN where it was not. Nothing in it will change.
    """

    updates: Array
    thetas: tuple[Array, ...]
    losses: Array


class Run:
    """One run of a session. Only its own thread may call it; others look at what it publishes."""

    def __init__(self, problem: Problem, record: RunRecord, stop: Mapping[str, Value]) -> None:
        self.problem = problem
        self.initial = record.settings
        self.tweaks = list(record.tweaks)
        self.stop = stop
        self._begin()

    def _begin(self) -> None:
        self.machine = Machine(self.problem, self.initial, self.stop)
        self.history = History()
        self.ending = ""
        self.diagnosis: Diagnosis | None = None
        self._applied = 0
        self._interval = _FIRST_INTERVAL
        self._checkpoints = [(self.machine.copy(), 0)]
        self._batch_changes = [(0, 0, int(self.machine.stream[stream.BATCH]))]
        self.measures = Measures(len(self.problem.layers))
        self.best: Best | None = None
        self._patient_from = 0
        self._trail: list[tuple[int, Array, float]] = []
        self._apply_due_tweaks()
        self._measure()

    @property
    def settings(self) -> RunSettings:
        """The settings as they stand at the current update."""
        return self.machine.settings

    @property
    def update(self) -> int:
        return self.machine.update

    @property
    def pending(self) -> tuple[Tweak, ...]:
        """The tweaks that are still to come."""
        return tuple(self.tweaks[self._applied :])

    @property
    def status(self) -> str:
        if self.diagnosis is not None:
            return DIVERGED
        limit = self.stop["updates"]
        if self.ending or (limit and self.update >= int(limit)):  # type: ignore[arg-type]
            return FINISHED
        return RUNNING if self.update else READY

    @property
    def message(self) -> str:
        if self.diagnosis is not None:
            return self.diagnosis.sentence
        if self.ending:
            return f"stopped at update {self.update:,}: {self.ending}"
        return f"stopped after {self.update:,} updates" if self.status == FINISHED else ""

    def advance(self, updates: int) -> int:
        """Take up to `updates` steps; fewer if the run ends. Returns how many were taken."""
        first = self.update
        target = first + updates
        limit = int(self.stop["updates"])  # type: ignore[arg-type]
        if limit:
            target = min(target, limit)
        while self.update < target and self.status in (READY, RUNNING):
            if not self.history.room:
                self.history.make_room()
            chunk = min(target - self.update, self.history.room)
            if self._applied < len(self.tweaks):
                chunk = min(chunk, self.tweaks[self._applied].update - self.update)
            if self.problem.layers:
                chunk = min(chunk, self._next_measure(self.update) - self.update)
            reason = self.machine.advance(chunk, self.history)
            if reason in (loop.NOT_FINITE_HERE, loop.NOT_FINITE_STEP):
                self._freeze(reason)
            elif reason != loop.GOING:
                self.ending = _ENDINGS[reason].format(**self.stop)
            self._keep_checkpoint()
            self._measure()  # before the tweaks of this update, as it was when they were made
            try:
                self._apply_due_tweaks()
            except SettingError as error:  # a tweak of a file makes a problem of numbers that are too large
                self.ending = str(error)
        return self.update - first

    def tweak(self, setting: str | Setting, value: Any) -> Tweak | None:
        """Change a setting from the current update on. Raises SettingError, and then nothing changes.

        Before the first update it is no tweak but another beginning. Several changes of one setting
        at one update count as the last. Tweaks still to come stay, as far as they fit the new settings.
        A run that has ended goes on if its ending no longer holds.
        """
        setting = Setting.of(setting)
        trial = self.machine.copy()  # held to the end: what it has made of the problem is not made again
        kept = trial.set(setting, value)
        if setting.part in _LOOKS:
            self._show_as(setting, value)
            return None
        if self.diagnosis is not None:
            self.rewind(self.update)
        self.ending = ""
        if self.update == 0 and of_run(setting):
            later = [tweak for tweak in self.tweaks if tweak.update or not of_run(tweak.setting)]
            self.initial = self.settings.having(setting, value)
            self.tweaks = _fitting(self.initial, self.problem.task, later)
            self._begin()
            return None
        tweak = Tweak(self.update, setting, kept)
        past = self.tweaks[: self._applied]
        if past and (past[-1].update, past[-1].setting) == (tweak.update, setting):
            past.pop()
        later = self.tweaks[self._applied :]
        self._applied = len(past)
        self.tweaks = [*past, tweak]
        self._apply_due_tweaks()
        if self.update == 0:
            self.measures.cut(-1)
            self._trail.clear()
            self._measure()
        self.tweaks += _fitting(self.settings, self.machine.problem.task, later)
        return tweak

    def stop_at(self, stop: Mapping[str, Value]) -> None:
        """Take other stop rules, given completely; a run that has ended goes on if it may."""
        if stop == self.stop:
            return
        self.stop = stop
        self.ending = ""
        self._patient_from = self.update
        self.machine.stop_at(stop)

    def reset(self, keep_tweaks: bool = False) -> None:
        """Begin again, with the settings as they stand, or with those of the first start and every tweak.

        Tweaks that a file holds for later updates stay.
        """
        if not keep_tweaks:
            self.initial, self.tweaks = self.settings, list(self.pending)
        self._begin()

    def rewind(self, update: int) -> None:
        """Forget everything after `update`: the numbers, and the tweaks that came later."""
        self.tweaks = [tweak for tweak in self.tweaks if tweak.update <= update]
        self._begin()
        self.advance(update)
        if self.update < update:  # stop rules came later, that would have ended it before
            stop = self.stop
            self.stop_at(NEVER)
            self.advance(update - self.update)
            self.stop_at(stop)

    def stand_on(self, problem: Problem) -> None:
        """Stand on a problem that this run's can go on from, and keep the numbers: by tweaks at update 0."""
        back = problem.task.differences(self.problem.task)  # type: ignore[arg-type]
        added = [Tweak(0, Setting(part), value) for part, value in back.items()]
        self.tweaks[:0] = added
        self._applied += len(added)
        self._checkpoints = [(machine, applied + len(added)) for machine, applied in self._checkpoints]
        self.problem = problem

    def record(self) -> RunRecord:
        return RunRecord(self.initial, tuple(self.tweaks))

    def repeats(self, record: RunRecord) -> bool:
        """Whether a record gives this run's numbers; if so, its name, colour and the like are taken over."""
        looks = {name: getattr(record.settings, name) for name in _LOOKS}
        if replace(self.initial, **looks) != record.settings or tuple(self.tweaks) != record.tweaks:
            return False
        for name, value in looks.items():
            self._show_as(Setting(name), value)
        return True

    def _show_as(self, setting: Setting, value: object) -> None:
        self.initial = self.initial.having(setting, value)
        self.machine.settings = self.machine.settings.having(setting, value)

    def at(self, update: int) -> Machine:
        """A machine standing at a past update, exactly as the run stood there."""
        if update >= self.update:
            return self.machine
        place = bisect_right(self._checkpoints, update, key=lambda checkpoint: checkpoint[0].update) - 1
        kept, applied = self._checkpoints[place]
        machine = kept.copy()
        for tweak in self.tweaks[applied:]:
            if tweak.update > update:
                break
            machine.replay_to(tweak.update)
            machine.set(tweak.setting, tweak.value)
        machine.replay_to(update)
        return machine

    def trail(self) -> Trail:
        """Where the run has been, by what is kept of it."""
        rows = [row for row in self._trail if row[0] <= self.update]
        if not rows or rows[-1][0] < self.update or not np.array_equal(rows[-1][1], self.machine.theta):
            rows = [row for row in rows if row[0] < self.update]
            rows.append((self.update, self.machine.theta.copy(), np.nan))
        updates, thetas, losses = zip(*rows, strict=True)
        return Trail(np.array(updates, float), thetas, np.array(losses, float))

    def peek(self, update: int | None = None, step: bool = True) -> Peek:
        """The run at a past update (default: now), with the step it takes there.

        Without `step` what is known only by taking it is NaN: gradient, rate and step. A network's loss is that of
        the whole training set when it was last measured.
        """
        machine = self.at(self.update if update is None else update)
        n = machine.theta.size
        entry = OPTIMIZERS[machine.settings.optimizer.kind]
        gradient = moved = np.full(n, np.nan)
        row = np.full(len(COLUMNS), np.nan)
        if step:
            twin = machine.copy()
            _, row = twin.trial_step()
            gradient, moved = twin.grad, twin.theta - machine.theta
        named = dict(zip(COLUMNS, row.tolist(), strict=True))
        return Peek(
            update=machine.update,
            problem=machine.problem,
            settings=machine.settings,
            theta=machine.theta.copy(),
            loss=self._measured_loss(machine.update) if self.problem.layers else named["loss"],
            gradient=gradient,
            gradient_norm=named["gradient_norm"],
            rate=named["learning_rate"],
            slots={name: machine.slots[k * n : (k + 1) * n].copy() for k, name in enumerate(entry.slots)}
            if step
            else {},
            step=moved,
            since_optimizer=machine.update - int(machine.stream[stream.OPTIMIZER_UPDATE]),
            taken=machine.taken,
        )

    def _measured_loss(self, update: int) -> float:
        view = self.measures.view()
        place = int(np.searchsorted(view.at, update, "right"))
        return float(view.column("training_loss")[place - 1]) if place else np.nan

    def examples_table(self) -> tuple[Array, Array]:
        """(updates, examples seen) where the batch size changed and now: linear in between."""
        rows = [*self._batch_changes, (self.update, int(self.machine.stream[stream.SEEN]), 0)]
        return np.array([row[0] for row in rows], float), np.array([row[1] for row in rows], float)

    def _apply_due_tweaks(self) -> None:
        while self._applied < len(self.tweaks) and self.tweaks[self._applied].update <= self.update:
            tweak = self.tweaks[self._applied]
            self.machine.set(tweak.setting, tweak.value)
            self._applied += 1
            if of_problem(tweak.setting):
                self.best, self._patient_from = None, self.update  # it was the best on other data, or by another loss
            if tweak.setting.part == "batch":
                place = self.machine.stream
                self._batch_changes.append((self.update, int(place[stream.SEEN]), int(place[stream.BATCH])))

    def _keep_checkpoint(self) -> None:
        if self.update - self._checkpoints[-1][0].update < self._interval:
            return
        self._checkpoints.append((self.machine.copy(), self._applied))
        most = min(max(_CHECKPOINT_BYTES // self.machine.size, _FEWEST_CHECKPOINTS), _MAX_CHECKPOINTS)
        if len(self._checkpoints) > most:
            self._checkpoints = self._checkpoints[::2]
            self._interval *= 2

    def _next_measure(self, update: int) -> int:
        return next_due(update, self.machine.problem.examples, self.machine.theta.size)

    def _measure(self) -> None:
        """Measure a network where it is due, keep its best weights, and stop if they stay the best for too long."""
        update = self.update
        due = update == 0 or self._next_measure(update - 1) == update
        if not self.problem.layers or not due or update <= self.measures.last_at or self.diagnosis is not None:
            return
        values, layers = self.machine.measured()
        self.measures.append(update, values, layers)
        self._trail.append((update, self.machine.theta.copy(), float(values[_TRAINING])))
        most = min(max(_TRAIL_BYTES // self.machine.theta.nbytes, _SHORTEST_TRAIL), _LONGEST_TRAIL)
        if len(self._trail) > most:
            self._trail = self._trail[::2]
        loss = float(values[_VALIDATION])
        if loss < (self.best.loss if self.best is not None else np.inf):
            self.best = Best(update, loss, self.machine.theta.copy())
        patience = int(self.stop["patience"])  # type: ignore[arg-type]
        if patience and self.best is not None and not self.ending:
            waited = update - max(self.best.update, self._patient_from)
            if waited >= patience:
                self.ending = (
                    f"no lower validation loss in {waited:,} updates, the best is of update {self.best.update:,}"
                )

    def _freeze(self, reason: int) -> None:
        """Stand still at the last update whose numbers are all finite, and find out why."""
        failed = self.update
        last = max(failed - 1, 0) if reason == loop.NOT_FINITE_HERE else failed
        self._checkpoints = [kept for kept in self._checkpoints if kept[0].update <= last]
        applied = bisect_right(self.tweaks, last, key=lambda tweak: tweak.update)
        self.machine = self.at(last) if last < failed else self._before_step(failed)
        self._applied = min(self._applied, applied)
        self._batch_changes = [change for change in self._batch_changes if change[0] <= last]
        self.machine.stop_at(self.stop)
        self.measures.cut(last)
        self._trail = [row for row in self._trail if row[0] <= last]
        self.diagnosis = diagnose(self.machine, self.history.view(), self.at, failed, reason)

    def _before_step(self, update: int) -> Machine:
        self.machine.stream[stream.UPDATE] = update + 1  # so that `at` replays instead of handing out this one
        return self.at(update)


def _fitting(settings: RunSettings, task: Task, tweaks: Iterable[Tweak]) -> list[Tweak]:
    """The tweaks that can follow these settings: a knob's goes if the optimizer it belonged to is gone."""
    kept = []
    for tweak in tweaks:
        try:
            settings, task, _ = followed(settings, task, tweak.setting, tweak.value)
        except SettingError:
            continue
        kept.append(tweak)
    return kept
