"""One descent: settings, tweaks, history, and every past state by replay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine import loop
from engine.contracts import SettingError, Value
from engine.diagnosis import Diagnosis, diagnose
from engine.experiment import LIVE_PROBLEM_SETTINGS, NEVER, NOISE, RunRecord, RunSettings, Tweak
from engine.history import COLUMNS, History
from engine.machine import Machine
from engine.optimizers import OPTIMIZERS
from engine.problem import Problem

Array = np.ndarray

READY, RUNNING, FINISHED, DIVERGED = "ready", "running", "finished", "diverged"
_LOOKS = ("name", "colour", "visible", "pinned")  # settings that change no number
_FIRST_INTERVAL, _MOST_SNAPSHOTS = 64, 256
_ENDINGS = {
    loop.LOSS_REACHED: "the loss fell below {loss_below:g}",
    loop.GRADIENT_REACHED: "the gradient norm fell below {gradient_below:g}",
    loop.PLATEAU: "no improvement in {plateau_updates} updates",
}


@dataclass(frozen=True, slots=True)
class Peek:
    """A run at one update: where it stands, and the step it is about to take from there.

    theta, gradient, step: (n,). gradient is what the optimizer's rule is given, after clipping and
    coupled decay. slots: name -> (n,) before the step. loss and step are NaN where not finite.
    """

    update: int
    settings: RunSettings
    theta: Array
    loss: float
    gradient: Array
    gradient_norm: float
    rate: float
    slots: Mapping[str, Array]
    step: Array
    since_optimizer: int


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
        self._snapshots = [(self.machine.copy(), 0)]
        self._batch_changes = [(0, 0, int(self.machine.stream[loop.BATCH]))]
        self._apply_due_tweaks()

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
            reason = self.machine.advance(chunk, self.history)
            if reason in (loop.NOT_FINITE_HERE, loop.NOT_FINITE_STEP):
                self._freeze(reason)
            elif reason != loop.GOING:
                self.ending = _ENDINGS[reason].format(**self.stop)
            self._keep_snapshot()
            self._apply_due_tweaks()
        return self.update - first

    def tweak(self, setting: str, value: object) -> Tweak | None:
        """Change a setting from the current update on. Raises SettingError, and then nothing changes.

        Before the first update it is no tweak but another beginning. Several changes of one setting
        at one update count as the last. Tweaks still to come stay, as far as they fit the new settings.
        A run that has ended goes on if its ending no longer holds.
        """
        kept = self.machine.copy().set(setting, value)
        if setting in _LOOKS:
            self._show_as(setting, value)
            return None
        if self.diagnosis is not None:
            self.rewind(self.update)
        self.ending = ""
        if self.update == 0 and setting not in LIVE_PROBLEM_SETTINGS:
            later = [tweak for tweak in self.tweaks if tweak.update or tweak.setting in LIVE_PROBLEM_SETTINGS]
            self.initial = self.settings.having(setting, value)
            self.tweaks = _fitting(self.initial, later)
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
        self.tweaks += _fitting(self.settings, later)
        return tweak

    def stop_at(self, stop: Mapping[str, Value]) -> None:
        """Take other stop rules, given completely; a run that has ended goes on if it may."""
        if stop == self.stop:
            return
        self.stop = stop
        self.ending = ""
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

    def keep_noise(self, problem: Problem) -> None:
        """Stand on a problem that differs in its noise alone, and keep the numbers: by a tweak at update 0."""
        self.tweaks.insert(0, Tweak(0, NOISE.name, self.problem.noise))
        self._applied += 1
        self._snapshots = [(machine, applied + 1) for machine, applied in self._snapshots]
        self.problem = problem

    def record(self) -> RunRecord:
        return RunRecord(self.initial, tuple(self.tweaks))

    def repeats(self, record: RunRecord) -> bool:
        """Whether a record gives this run's numbers; if so, its name, colour and the like are taken over."""
        looks = {name: getattr(record.settings, name) for name in _LOOKS}
        if replace(self.initial, **looks) != record.settings or tuple(self.tweaks) != record.tweaks:
            return False
        for name, value in looks.items():
            self._show_as(name, value)
        return True

    def _show_as(self, setting: str, value: object) -> None:
        self.initial = self.initial.having(setting, value)
        self.machine.settings = self.machine.settings.having(setting, value)

    def at(self, update: int) -> Machine:
        """A machine standing at a past update, exactly as the run stood there."""
        if update >= self.update:
            return self.machine
        place = bisect_right(self._snapshots, update, key=lambda snapshot: snapshot[0].update) - 1
        kept, applied = self._snapshots[place]
        machine = kept.copy()
        for tweak in self.tweaks[applied:]:
            if tweak.update > update:
                break
            machine.skip_to(tweak.update)
            machine.set(tweak.setting, tweak.value)
        machine.skip_to(update)
        return machine

    def peek(self, update: int | None = None) -> Peek:
        """The run at a past update (default: now), with the step it takes there."""
        machine = self.at(self.update if update is None else update)
        twin = machine.copy()
        _, row = twin.step_aside()
        n = machine.theta.size
        entry = OPTIMIZERS[machine.settings.optimizer.kind]
        named = dict(zip(COLUMNS, row.tolist(), strict=True))
        return Peek(
            update=machine.update,
            settings=machine.settings,
            theta=machine.theta.copy(),
            loss=named["loss"],
            gradient=twin.grad,
            gradient_norm=named["gradient_norm"],
            rate=named["learning_rate"],
            slots={name: machine.slots[k * n : (k + 1) * n].copy() for k, name in enumerate(entry.slots)},
            step=twin.theta - machine.theta,
            since_optimizer=machine.update - int(machine.stream[loop.OPTIMIZER_UPDATE]),
        )

    def examples_table(self) -> tuple[Array, Array]:
        """(updates, examples seen) where the batch size changed and now: linear in between."""
        rows = [*self._batch_changes, (self.update, int(self.machine.stream[loop.SEEN]), 0)]
        return np.array([row[0] for row in rows], float), np.array([row[1] for row in rows], float)

    def _apply_due_tweaks(self) -> None:
        while self._applied < len(self.tweaks) and self.tweaks[self._applied].update <= self.update:
            tweak = self.tweaks[self._applied]
            self.machine.set(tweak.setting, tweak.value)
            self._applied += 1
            if tweak.setting.startswith("batch"):
                stream = self.machine.stream
                self._batch_changes.append((self.update, int(stream[loop.SEEN]), int(stream[loop.BATCH])))

    def _keep_snapshot(self) -> None:
        if self.update - self._snapshots[-1][0].update < self._interval:
            return
        self._snapshots.append((self.machine.copy(), self._applied))
        if len(self._snapshots) > _MOST_SNAPSHOTS:
            self._snapshots = self._snapshots[::2]
            self._interval *= 2

    def _freeze(self, reason: int) -> None:
        """Stand still at the last update whose numbers are all finite, and find out why."""
        failed = self.update
        last = max(failed - 1, 0) if reason == loop.NOT_FINITE_HERE else failed
        self._snapshots = [kept for kept in self._snapshots if kept[0].update <= last]
        applied = bisect_right(self.tweaks, last, key=lambda tweak: tweak.update)
        self.machine = self.at(last) if last < failed else self._before_step(failed)
        self._applied = min(self._applied, applied)
        self._batch_changes = [change for change in self._batch_changes if change[0] <= last]
        self.machine.stop_at(self.stop)
        self.diagnosis = diagnose(self, failed, reason)

    def _before_step(self, update: int) -> Machine:
        self.machine.stream[loop.UPDATE] = update + 1  # so that `at` replays instead of handing out this one
        return self.at(update)


def _fitting(settings: RunSettings, tweaks: Iterable[Tweak]) -> list[Tweak]:
    """The tweaks that can follow these settings: a knob's goes if the optimizer it belonged to is gone."""
    kept = []
    for tweak in tweaks:
        if tweak.setting not in LIVE_PROBLEM_SETTINGS:
            try:
                settings = settings.having(tweak.setting, tweak.value)
            except SettingError:
                continue
        kept.append(tweak)
    return kept
