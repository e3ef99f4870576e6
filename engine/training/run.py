"""One descent: settings, tweaks, history, and every past state by replay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.batches import Batch
from engine.contracts import SettingError, Value
from engine.interruption import Interruption, Pieces, finish
from engine.memory import checkpoints_kept, trail_kept
from engine.optimizers import OPTIMIZERS
from engine.problems.problem import Problem, problem_of
from engine.problems.supervised.task import POINT_EDITS
from engine.setting import Setting
from engine.training import loop, stream
from engine.training.diagnosis import Diagnosis, RunningAway, diagnose, running_away
from engine.training.experiment import (
    NEVER,
    RunRecord,
    RunSettings,
    Task,
    Tweak,
    checked_count,
    checked_stop,
    checked_type,
    checked_update,
    fitting,
    followed,
    of_problem,
    of_run,
)
from engine.training.history import COLUMNS, History
from engine.training.machine import Machine
from engine.training.measures import MEASURES, Measures, Work, is_on_trail, next_on_trail

Array = np.ndarray

READY, RUNNING, FINISHED, DIVERGED = "ready", "running", "finished", "diverged"
_LOOKS = ("name", "colour", "visible", "pinned")  # settings that change no number
_FIRST_INTERVAL = 64  # updates between two checkpoints
_ENDINGS = {
    loop.LOSS_REACHED: "the loss fell below {loss_below:g}",
    loop.GRADIENT_REACHED: "the gradient norm fell below {gradient_below:g}",
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


class Run:
    """One run of a session. Only its own thread may call it; others look at what it publishes.

    Measurements, replays and the search for a remedy may take long. Without an Interruption each method does what it
    entails before it returns. With one it leaves that to `settle`, which can be interrupted as `advance` can: either
    does a piece at least, and what is done never depends on where it was interrupted. goal: an update that it has to
    reach again, or that a tweak was made for.
    """

    def __init__(
        self,
        problem: Problem,
        record: RunRecord,
        stop: Mapping[str, Value],
        interruption: Interruption | None = None,
    ) -> None:
        checked_type(problem, Problem, "a Problem, as problem_of makes it")
        checked_type(record, RunRecord, "a RunRecord")
        self.problem = problem
        self.initial = record.settings
        self.tweaks = list(record.tweaks)
        self.stop: Mapping[str, Value] = checked_stop(stop)
        self.interruption = interruption
        self._suspended: Mapping[str, Value] | None = None  # stop rules that would end it before its goal
        self._begin()
        self._settle_at_once()

    def _begin(self, goal: int = 0) -> None:
        """Stand at update 0; `goal` is to be reached whatever the stop rules say."""
        if self._suspended is not None:
            self.stop, self._suspended = self._suspended, None
        self.machine = Machine(self.problem, self.initial, self.stop, self.interruption)
        self.history = History()
        self.ending = ""
        self.diagnosis: Diagnosis | None = None
        self.goal = goal
        self._arrival: Pieces[None] | None = None
        self._lost = False  # a number is not finite, and it is not yet known why
        self._seeking: tuple[int, Pieces[Machine]] | None = None
        self._seen: Machine | None = None  # stands at the past update that was looked at last
        self._trial: _Trial | None = None
        self.explained = True
        self._applied = 0
        self._interval = _FIRST_INTERVAL
        self._checkpoints = [(self.machine.copy(), 0)]
        self._batch_changes = [(0, 0, int(self.machine.stream[stream.BATCH]))]
        self.measures = Measures(len(self.problem.layers))
        self.best: Best | None = None
        self._patient_from = 0
        self._trail: list[tuple[int, Array, float, int]] = []  # loss or NaN, and the work up to there
        self._apply_due_tweaks()
        self._arrival = self._arrive()

    def _begin_otherwise(self, setting: Setting) -> None:
        """Begin with another setting of the run, and keep what is known of the network if that is still so."""
        machine, known = self.machine, (self._arrival, self.measures, self.best, self._trail)
        self._begin()
        if setting.part != "batch":
            self.machine.take_gradient(machine)
        if self.machine.penalties == machine.penalties:
            self._arrival, self.measures, self.best, self._trail = known

    @property
    def settings(self) -> RunSettings:
        """The settings as they stand at the current update, or at the one that it is on its way to."""
        return self._standing[0]

    @property
    def task(self) -> Task:
        """The problem as it stands there."""
        return self._standing[1]

    @property
    def _standing(self) -> tuple[RunSettings, Task]:
        settings, task = self.machine.settings, self.machine.problem.task
        for tweak in self.tweaks[self._applied : self._made]:
            settings, task, _ = followed(settings, task, tweak.setting, tweak.value)
        return settings, task

    @property
    def _made(self) -> int:
        """How many of the tweaks are no longer to come: those that were made, if not yet reached again."""
        if self.settled:
            return self._applied
        place = max(self.goal, self.update)
        return max(self._applied, bisect_right(self.tweaks, place, key=lambda tweak: tweak.update))

    @property
    def update(self) -> int:
        return self.machine.update

    @property
    def pending(self) -> tuple[Tweak, ...]:
        """The tweaks that are still to come."""
        return tuple(self.tweaks[self._made :])

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
        away = self.running_away
        if self.status == FINISHED and away:
            why = f": {self.ending}" if self.ending else ""
            return f"stopped at update {self.update:,}{why}, running away: {away.sentence}"
        if self.ending:
            return f"stopped at update {self.update:,}: {self.ending}"
        if self.status == FINISHED:
            return f"stopped after {counted(self.update)}"
        return "running away: the loss or the steps have left every scale" if away else ""

    @property
    def running_away(self) -> RunningAway | None:
        """What has left every scale of a run that has not diverged; None if nothing has."""
        return None if self.diagnosis is not None else running_away(self.history.view(), self.machine)

    def advance(self, updates: int) -> int:
        """Take up to `updates` steps; fewer if the run ends or is interrupted. Returns how many were taken.

        Raises SettingError unless that is a whole number from 0 on.
        """
        updates, first = checked_count(updates), self.update
        if self.settle():
            self._run_to(first + updates)
        return self.update - first

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done at the current update, and no replay is under way."""
        return self._arrival is None and not self._on_the_way

    @property
    def _on_the_way(self) -> bool:
        return self._suspended is not None or (self.update < self.goal and self.diagnosis is None)

    def settle(self) -> bool:
        """Do what is due before the next update, and reach again what was reached before; whether all of it is done."""
        if self._arrived() and self._on_the_way:
            self._run_to(self.goal)
            if self._suspended is None and self._arrival is None and self._ended_early:
                self._suspended = self.stop  # they came later, or would have ended it before
                self._take_stop(NEVER)
                self._run_to(self.goal)
            if self._arrival is None and (self.update >= self.goal or self._ended_early):
                self.goal = min(self.goal, self.update)
                if self._suspended is not None:
                    stop, self._suspended = self._suspended, None
                    self._take_stop(stop)
        return self.settled

    @property
    def _ended_early(self) -> bool:
        return self.update < self.goal and self.status in (FINISHED, DIVERGED)

    def _settle_at_once(self) -> None:
        if self.interruption is None:
            self.settle()

    def _arrived(self) -> bool:
        """Do what is due at the current update; False if that was interrupted."""
        if self._arrival is not None and _done(self._arrival):
            self._arrival = None
        return self._arrival is None

    def _run_to(self, target: int) -> None:
        """Take steps up to an update, until the run ends or is interrupted."""
        limit = int(self.stop["updates"])  # type: ignore[arg-type]
        if limit:
            target = min(target, limit)
        while self._arrived() and self.update < target and self.status in (READY, RUNNING):
            if not self.history.room:
                self.history.make_room()
            chunk = min(target - self.update, self.history.room)
            if self._applied < len(self.tweaks):
                chunk = min(chunk, self.tweaks[self._applied].update - self.update)
            if self.problem.learner is not None:
                chunk = min(chunk, self._next_look - self.update)
            reason = self.machine.advance(chunk, self.history)
            if reason in (loop.NOT_FINITE_HERE, loop.NOT_FINITE_STEP):
                self._arrival = self._freeze(reason)
                continue
            if reason in _ENDINGS:
                self.ending = _ENDINGS[reason].format(**self.stop)
            elif reason == loop.PLATEAU:
                self.ending = _plateau(self.stop)
            self._keep_checkpoint()
            self._arrival = self._arrive()
            if reason == loop.INTERRUPTED:
                return

    def _arrive(self) -> Pieces[None]:
        """What is due at an update before the next one begins."""
        yield from self._measure()  # before the tweaks of this update, as it was when they were made
        try:
            self._apply_due_tweaks()
        except SettingError as error:  # a tweak of a file makes a problem of numbers that are too large
            self.ending = str(error)

    def tweak(self, setting: str | Setting, value: Any, at: int = 0) -> Tweak | None:
        """Change a setting from the current update on, or from update `at` if that is still to come and the run can
        get there. Raises SettingError, and then nothing changes.

        Before the first update it is no tweak but another beginning. Several changes of one setting at one update
        count as the last, but each point that is added or erased counts. Tweaks still to come stay, as far as they
        fit the new settings. A run that has ended goes on if its ending no longer holds.
        """
        setting, at = Setting.of(setting), checked_update(at)
        settings, task, kept = followed(*self._standing, setting, value)
        problem = problem_of(task)  # held to the end: what is made of it is not made again
        if setting.part in _LOOKS:
            self._show_as(setting, value)
            return None
        if self.diagnosis is not None or self._lost:
            self.rewind(max(self.update, self.goal))
        self.ending = ""
        if self.status in (READY, RUNNING):
            self.goal = max(self.goal, at)
        if not self.update and not self.goal and of_run(setting):
            later = [tweak for tweak in self.tweaks if tweak.update or not of_run(tweak.setting)]
            self.initial = settings
            self.tweaks = fitting(self.initial, self.problem.task, later)
            self._begin_otherwise(setting)
            self._settle_at_once()
            return None
        place = max(self.update, self.goal)
        tweak = Tweak(place, setting, kept)
        past, later = self.tweaks[: self._made], self.tweaks[self._made :]
        if past and (past[-1].update, past[-1].setting) == (place, setting) and setting not in POINT_EDITS:
            past.pop()
        self._applied = min(self._applied, len(past))
        self.tweaks = [*past, tweak]
        if place == 0:
            self._apply_due_tweaks()
            self.measures.cut(-1)
            self._trail.clear()
            self._arrival = self._arrive()
        elif self._arrival is None and place == self.update:
            self._apply_due_tweaks()
        else:
            self.goal = place
        self.tweaks += fitting(settings, task, later)
        self._settle_at_once()
        assert problem is not None
        return tweak

    def stop_at(self, stop: Mapping[str, Value]) -> None:
        """Take other stop rules; one that is not given is off. A run that has ended goes on if it may.

        Raises SettingError.
        """
        stop = checked_stop(stop)
        if self._suspended is not None:
            self._suspended = stop
        elif stop != self.stop:
            self._take_stop(stop)

    def _take_stop(self, stop: Mapping[str, Value]) -> None:
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
        self._settle_at_once()

    def rewind(self, update: int) -> None:
        """Forget everything after `update`: the numbers, and the tweaks that came later. Raises SettingError."""
        update = checked_update(update)
        self.tweaks = [tweak for tweak in self.tweaks if tweak.update <= update]
        self._begin(goal=update)
        self._settle_at_once()

    def stand_on(self, problem: Problem) -> None:
        """Stand on a problem that this run's can go on from, and keep the numbers: by tweaks at update 0."""
        back = problem.task.differences(self.problem.task)  # type: ignore[arg-type]
        added = [Tweak(0, Setting(part), value) for part, value in back.items()]
        self.tweaks[:0] = added
        self._applied += len(added)
        self._checkpoints = [(machine, applied + len(added)) for machine, applied in self._checkpoints]
        self._seeking = None
        self.problem = problem

    def record(self) -> RunRecord:
        return RunRecord(self.initial, tuple(self.tweaks))

    def repeats(self, record: RunRecord) -> bool:
        """Whether a record gives this run's numbers; if so, its name, colour and the like are taken over."""
        looks = {name: getattr(record.settings, name) for name in _LOOKS}
        if replace(self.initial, **looks) != record.settings or tuple(self.tweaks) != record.tweaks:
            return False
        for name, value in looks.items():
            if value != getattr(self.initial, name):  # else a name stays that has followed the optimizer since
                self._show_as(Setting(name), value)
        return True

    def _show_as(self, setting: Setting, value: object) -> None:
        self.initial = self.initial.having(setting, value)
        self.machine.settings = self.machine.settings.having(setting, value)

    def at(self, update: int) -> Machine:
        """A machine standing at a past update, exactly as the run stood there. Raises SettingError."""
        return finish(self._at(checked_update(update)))

    def _at(self, update: int) -> Pieces[Machine]:
        """`at`, in pieces."""
        if update >= self.update:
            return self.machine
        place = bisect_right(self._checkpoints, update, key=lambda checkpoint: checkpoint[0].update) - 1
        kept, applied = self._checkpoints[place]
        machine = kept.copy()
        yield from self._replay(machine, applied, update)
        return machine

    def _replay(self, machine: Machine, applied: int, update: int) -> Pieces[None]:
        """Bring a machine to which so many tweaks were applied to an update that was reached before."""
        for tweak in self.tweaks[applied:]:
            if tweak.update > update:
                break
            yield from machine.replay_to(tweak.update)
            machine.set(tweak.setting, tweak.value)
        yield from machine.replay_to(update)

    def seek(self, update: int) -> bool:
        """Make a past update ready for `peek`; False if that was interrupted. Raises SettingError."""
        update = checked_update(update)
        if update >= self.update or (self._seen is not None and self._seen.update == update):
            return True
        if self._seeking is None or self._seeking[0] != update:
            self._seeking = update, self._at(update)
        try:
            next(self._seeking[1])
        except StopIteration as end:
            self._seen, self._seeking = end.value, None
            return True
        return False

    def trail(self) -> Trail:
        """Where the run has been, by what is kept of it."""
        rows = [row[:3] for row in self._trail if row[0] <= self.update]
        if not rows or rows[-1][0] < self.update or not np.array_equal(rows[-1][1], self.machine.theta):
            rows = [row for row in rows if row[0] < self.update]
            rows.append((self.update, self.machine.theta.copy(), np.nan))
        updates, thetas, losses = zip(*rows, strict=True)
        return Trail(np.array(updates, float), thetas, np.array(losses, float))

    def peek(self, update: int | None = None, step: bool = True) -> Peek:
        """The run at a past update (default: now), with the step it takes there.

        Without `step` what is known only by taking it is NaN: gradient, rate and step; so it is, for a network that may
        be interrupted, until `explain` has computed them. explained: whether they are known now. A network's loss is
        that of the whole training set when it was last measured. Raises SettingError.
        """
        machine = self._looked_at(self.update if update is None else checked_update(update))
        n = machine.theta.size
        entry = OPTIMIZERS[machine.settings.optimizer.kind]
        gradient = moved = np.broadcast_to(np.nan, n)
        row = np.full(len(COLUMNS), np.nan)
        if step and (self.interruption is None or not self.problem.layers):
            self._try(machine)
        if not step or (self._trial is not None and not self._trial.fits(machine)):
            self._trial = None
        self.explained = not step or (self._trial is not None and self._trial.row is not None)
        if self._trial is not None and self._trial.row is not None:
            row, twin = self._trial.row, self._trial.twin
            gradient, moved = twin.grad, twin.theta - machine.theta
        named = dict(zip(COLUMNS, row.tolist(), strict=True))
        return Peek(
            update=machine.update,
            problem=machine.problem,
            settings=machine.settings if machine is not self.machine else self.settings,
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

    def explain(self, update: int | None = None) -> bool:
        """Compute the next step at an update (default: now) for `peek`; False if that was interrupted.

        Raises SettingError.
        """
        return self._try(self._looked_at(self.update if update is None else checked_update(update)))

    def _looked_at(self, update: int) -> Machine:
        if update >= self.update:
            return self.machine
        while not self.seek(update):
            pass
        assert self._seen is not None
        return self._seen

    def _try(self, machine: Machine) -> bool:
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

    def _measured_loss(self, update: int) -> float:
        view = self.measures.view()
        place = int(np.searchsorted(view.at, update, "right"))
        return float(view.column("training_loss")[place - 1]) if place else np.nan

    def examples_table(self) -> tuple[Array, Array]:
        """(updates, examples seen) where the batch size changed and now: linear in between."""
        changes = [change for change in self._batch_changes if change[0] <= self.update]
        rows = [*changes, (self.update, int(self.machine.stream[stream.SEEN]), 0)]
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
        if len(self._checkpoints) > checkpoints_kept(self.machine.size):
            self._checkpoints = self._checkpoints[::2]
            self._interval *= 2

    @property
    def _examples_seen(self) -> int:
        return int(self.machine.stream[stream.SEEN])

    @property
    def _work(self) -> Work:
        learner = self.machine.problem.learner
        assert learner is not None
        return learner.work

    @property
    def _next_look(self) -> int:
        """The next update at which a measurement or a point of the trail may be due."""
        update, seen, work = self.update, self._examples_seen, self._work
        batch = int(self.machine.stream[stream.BATCH])
        since = work.trained(update, seen) - self._trail[-1][3]
        return min(
            self.measures.next_due(update, seen, batch, work),
            next_on_trail(update, since, work.trained(1, batch), work),
        )

    def _measure(self) -> Pieces[None]:
        """Measure a network where it is due, keep its best weights, and stop if they stay the best for too long."""
        if self.problem.learner is None or self.diagnosis is not None:
            return
        update, seen, work = self.update, self._examples_seen, self._work
        trained = work.trained(update, seen)
        if not self.measures.is_due(update, seen, work):
            if update > self._trail[-1][0] and is_on_trail(update, trained - self._trail[-1][3], work):
                self._keep_on_trail(np.nan, trained)
            return
        values, layers = yield from self.machine.measured(self.measures.with_layers(update, seen, work))
        self.measures.append(update, seen, work, values, layers)
        self._keep_on_trail(float(values[_TRAINING]), trained)
        loss = float(values[_VALIDATION])
        if loss < (self.best.loss if self.best is not None else np.inf):
            self.best = Best(update, loss, self.machine.theta.copy())
        patience = int(self.stop["patience"])  # type: ignore[arg-type]
        if patience and self.best is not None and not self.ending:
            waited = update - max(self.best.update, self._patient_from)
            if waited >= patience:
                self.ending = (
                    f"no lower validation loss in {counted(waited)}, the best is of update {self.best.update:,}"
                )

    def _keep_on_trail(self, loss: float, trained: int) -> None:
        """Keep where the run stands after so much work."""
        self._trail.append((self.update, self.machine.theta.copy(), loss, trained))
        if len(self._trail) > trail_kept(self.machine.theta.nbytes):
            self._trail = self._trail[::2]

    def _freeze(self, reason: int) -> Pieces[None]:
        """Stand still at the last update whose numbers are all finite, and find out why."""
        failed = self.update
        last = max(failed - 1, 0) if reason == loop.NOT_FINITE_HERE else failed
        self._checkpoints = [kept for kept in self._checkpoints if kept[0].update <= last]
        applied = min(self._applied, bisect_right(self.tweaks, last, key=lambda tweak: tweak.update))
        self._batch_changes = [change for change in self._batch_changes if change[0] <= last]
        self.measures.cut(last)
        self._trail = [row for row in self._trail if row[0] <= last]
        self._lost, self.goal = True, last
        kept, self._applied = self._checkpoints[-1]
        self.machine = kept.copy()
        yield from self._replay(self.machine, self._applied, last)
        self._applied = applied
        self.machine.stop_at(self.stop)
        self.diagnosis = yield from diagnose(self.machine, self.history.view(), self._at, failed, reason)
        self._lost = False


def _plateau(stop: Mapping[str, Value]) -> str:
    """Why a plateau ended a run: what would have counted as an improvement did not come."""
    gain, waited = float(stop["plateau_gain"]), counted(int(stop["plateau_updates"]))  # type: ignore[arg-type]
    return f"no improvement of more than {100.0 * gain:g} % in {waited}" if gain else f"no lower loss in {waited}"


def counted(updates: int) -> str:
    """`1 update`, `2,000 updates`."""
    return f"{updates:,} update{'s' * (updates != 1)}"


def _done(pieces: Pieces[Any]) -> bool:
    """Go on with an evaluation; whether it has come to its end."""
    try:
        next(pieces)
    except StopIteration:
        return True
    return False
