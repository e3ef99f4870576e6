"""One descent: settings, tweaks, history, and every past state by replay."""

from __future__ import annotations

import copy
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np

from engine.contracts import SettingError, Value
from engine.interruption import Interruption, Pieces, finish
from engine.problems.kind import kind_of, problem_of
from engine.problems.problem import Problem
from engine.problems.task import Task
from engine.setting import Setting
from engine.training import loop, stream
from engine.training.checkpoints import Checkpoints
from engine.training.diagnosis import Diagnosis, RunningAway, diagnose, running_away, told_briefly
from engine.training.drive import PART as DRIVE
from engine.training.endings import counted, counts, ending_of, out_of_patience
from engine.training.experiment import (
    MAX_UPDATES,
    NEVER,
    RunRecord,
    RunSettings,
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
from engine.training.history import History, HistoryView
from engine.training.looks import Looks
from engine.training.machine import Machine
from engine.training.measures import LOSS, WATCHED, Best, Measures, is_on_trail, next_on_trail
from engine.training.peek import Lookout, Peek
from engine.training.trail import Trail, TrailRecord
from engine.validation import text

Array = np.ndarray

READY, RUNNING, FINISHED, DIVERGED = "ready", "running", "finished", "diverged"
NOTHING: Mapping[str, Any] = {}
_RATE = Setting("learning_rate")
_LOOKS = ("name", "colour", "visible", "pinned")  # settings that change no number


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
        looks: Array | None = None,
    ) -> None:
        """looks (k,): ascending updates, for a run of which only a summary is wanted: it is measured there and nowhere
        else, without its layers, and keeps no trail; a divergence is not looked into.
        """
        checked_type(problem, Problem, "a Problem, as problem_of makes it")
        checked_type(record, RunRecord, "a RunRecord")
        self.problem = problem
        self.initial = record.settings
        self.tweaks = list(record.tweaks)
        self.origin = record.origin
        self.stop: Mapping[str, Value] = checked_stop(stop)
        self.interruption = interruption
        self._looks = None if looks is None else Looks(looks, problem.start.size)
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
        self._lookout = Lookout()
        self._applied = 0
        self._checkpoints = Checkpoints(self.machine)
        self._counts = [(0, 0, 0)]  # update, examples and gradient evaluations, where their growth changed
        subject = self.problem.subject
        self.measures = Measures(subject.measures, subject.most_parts, len(subject.time_steps))
        self.best: Best | None = None
        self._patient_from = 0
        self._counting_from = 0  # since when the stop rules are what they are
        self._trail = TrailRecord()
        self._apply_due_tweaks()
        self._arrival = self._arrive()

    def _begin_otherwise(self, setting: Setting) -> None:
        """Begin with another setting of the run, and keep what was measured if that is still so."""
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
        return None if self.diagnosis is not None else running_away(self.recorded, self.machine)

    @property
    def recorded(self) -> HistoryView:
        """The history as far as it goes with where the run stands: on its way back there may be more of it."""
        return self.history.view(self.update if self._stands else None)

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
            if self.interruption is not None:
                self.interruption.check()
            known = self.history.updates - self.update  # rows that a cut has kept
            if known <= 0 and not self.history.room:
                self.history.make_room()
            chunk = min(target - self.update, known if known > 0 else self.history.room)
            if self._applied < len(self.tweaks):
                chunk = min(chunk, self.tweaks[self._applied].update - self.update)
            if self.problem.subject.tracked:
                chunk = min(chunk, self._next_look - self.update)
            if self._batches_vary:
                chunk = min(chunk, _next_count(self.update) - self.update)
            looks = self._looks
            reason = (
                self.machine.repeat(chunk, looks) if known > 0 else self.machine.advance(chunk, self.history, looks)
            )
            if reason in (loop.NOT_FINITE_HERE, loop.NOT_FINITE_STEP):
                self._arrival = self._freeze(reason)
                continue
            self.ending = self.ending or ending_of(reason, self.stop)
            self._checkpoints.keep(self.machine, self._applied)
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
        problem = problem_of(task, self.interruption)  # held to the end: what is made of it is not made again
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
        if past and (past[-1].update, past[-1].setting) == (place, setting) and setting not in kind_of(task).edits:
            past.pop()
        self._applied = min(self._applied, len(past))
        self.tweaks = [*past, tweak]
        if place == 0:
            self._apply_due_tweaks()
            self.measures.cut(-1)
            self._trail = TrailRecord()
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
        self._patient_from = self._counting_from = self.update
        self.machine.stop_at(stop)

    def reset(self, keep_tweaks: bool = False) -> None:
        """Begin again, with the settings as they stand, or with those of the first start and every tweak.

        Tweaks that a file holds for later updates stay.
        """
        if not keep_tweaks:
            self.initial, self.tweaks, self.origin = self.settings, list(self.pending), None
        self._begin()
        self._settle_at_once()

    def rewind(self, update: int) -> None:
        """Forget everything after `update`: the numbers, and the tweaks that came later. Raises SettingError.

        The run is then what it would be had it stopped there. Its history keeps the width of its bins, if some have
        merged, unless all of it has to be computed again.
        """
        update = checked_update(update)
        self.tweaks = [tweak for tweak in self.tweaks if tweak.update <= update]
        self.origin = self.origin.until(update) if self.origin is not None else None
        self._cut(update)
        self._settle_at_once()

    def fork(self, update: int, id: str, changes: Mapping[str, Any] = NOTHING) -> Run:
        """Another run, `id`, with the same past up to `update`, that goes on from there with other settings.

        changes: settings by their paths, {"learning_rate": 0.1}, which it has as tweaks at that update. It shares what
        is kept of the past, and can be at work in another thread. Raises SettingError, also for an update that this
        run has not come to.
        """
        update, reached = checked_update(update), max(self.update, self.goal)
        checked_type(changes, Mapping, "settings by their paths, such as {'learning_rate': 0.1}")
        if update > reached:
            raise SettingError(f"a run forks where it has been, at updates 0 to {reached:,}, got {update:,}")
        twin = copy.copy(self)
        twin.initial = replace(self.initial, id=text(id), visible=True, pinned=False)
        twin.tweaks = [tweak for tweak in self.tweaks if tweak.update <= update]
        twin.origin = None
        twin._looks = None if self._looks is None else self._looks.fork()
        twin.history, twin.measures = self.history.fork(), self.measures.fork()
        twin._checkpoints, twin._trail = self._checkpoints.fork(), self._trail.fork()
        twin._return_to(update)
        for path, value in changes.items():
            twin.tweak(path, value)
        twin._settle_at_once()
        return twin

    def expect(self, tweaks: Iterable[Tweak]) -> None:
        """Take in tweaks that are to come after all others, as far as they fit the settings."""
        self.tweaks += fitting(*self._standing, tweaks)

    def becomes(self, record: RunRecord, stop: Mapping[str, Value], update: int | None = None) -> bool:
        """Become the run of a record that has a part of its past in common with this one; False if none is left.

        It goes back to where the two part, and to `update` if it was beyond; tweaks that are to come it has as the
        record has them. stop: the rules that the other is under, which `stop_at` sets.
        """
        rules = self.stop if self._suspended is None else self._suspended
        if not self._begins_as(record) or (stop != rules and (counts(stop) or counts(rules))):
            return False
        pairs = zip_longest(self.tweaks, record.tweaks)
        parting = [tweak.update for pair in pairs if pair[0] != pair[1] for tweak in pair if tweak is not None][:2]
        places = [*parting, *(() if update is None else (update,))]
        place = min(places, default=self.update)
        if not place:
            return False
        self.tweaks = list(record.tweaks)
        if min(parting, default=place + 1) <= self.update:  # what it has applied there is not what the other has
            self._return_to(place)
        else:
            self._cut(min(place, max(self.update, self.goal)))
        self._take_looks(record)
        self._settle_at_once()
        return True

    def _cut(self, update: int) -> None:
        """Be on the way to an update, with nothing that lies behind it."""
        if self._stands and update >= max(self.update, self.history.updates):
            self.goal = update
        else:
            self._return_to(update)

    @property
    def _stands(self) -> bool:
        return self.diagnosis is None and not self._lost

    def _return_to(self, update: int) -> None:
        """Stand where a checkpoint was made before an update, on the way to it, and keep what is known up to there.

        If stop rules count since some update between, it goes back to the start, so that it never depends on where
        the checkpoints are.
        """
        if self._suspended is not None:
            self.stop, self._suspended = self._suspended, None
        self.history.cut(update)
        reached = min(update, self.update) if self._stands else update
        kept = self._checkpoints.nearest(max(min(reached - 1, self.history.updates), 0))
        if not kept.update or (self._counting_from and counts(self.stop)):
            self._begin(goal=update)
            return
        at = kept.update
        for part in (self._checkpoints, self.measures, self._trail):
            part.cut(at)
        self._counts = [counts for counts in self._counts if counts[0] < at]
        self.machine, self._applied = self._dressed(kept.machine.copy(), kept.applied), kept.applied
        self.machine.watch(self.stop)
        if not counts(self.stop):
            self.machine.look_for_plateau(0)
        others = (tweak.update for tweak in self.tweaks[: self._applied] if of_problem(tweak.setting))
        self._patient_from = max(others, default=0)
        self.ending, self.diagnosis, self._lost, self.goal = "", None, False, update
        self._lookout = Lookout()
        best, self.best = self.best, None
        self._arrival = self._return(best)

    def _return(self, best: Best | None) -> Pieces[None]:
        """Find the best weights as they were by then, and arrive. best: those that were known, maybe of later."""
        lowest = self.measures.lowest(self._patient_from)
        if lowest is not None:
            update, loss = lowest
            if best is not None and best.update == update:
                self.best = best
            else:
                theta = yield from self._measured_at(update)
                self.best = Best(update, loss, theta)
        yield from self._arrive()

    def _measured_at(self, update: int) -> Pieces[Array]:
        """theta (n,) as it was measured: before the tweaks of that update, unless it is the first."""
        kept = self._checkpoints.nearest(update)
        machine = kept.machine.copy()
        yield from self._replay(machine, kept.applied, max(update - 1, 0))
        yield from machine.replay_to(update)
        return machine.evaluated

    def _dressed(self, machine: Machine, applied: int) -> Machine:
        """A machine to which so many tweaks were applied, called and shown as the run is by now."""
        settings = self.initial
        for tweak in self.tweaks[:applied]:
            if tweak.setting == Setting("optimizer") or tweak.setting.part in _LOOKS:
                settings = settings.having(tweak.setting, tweak.value)
        looks = {name: getattr(settings, name) for name in ("id", *_LOOKS)}
        machine.settings = replace(machine.settings, **looks)
        return machine

    def stand_on(self, problem: Problem) -> None:
        """Stand on a problem that this run's can go on from, and keep the numbers: by tweaks at update 0."""
        back = problem.task.differences(self.problem.task)
        added = [Tweak(0, Setting(part), value) for part, value in back.items()]
        self.tweaks[:0] = added
        self._applied += len(added)
        self._checkpoints.shift_tweaks(len(added))
        self._lookout.leave_search()
        self.problem = problem

    def rate_at(self, update: int) -> float:
        """The learning rate that was set at an update, which a schedule multiplies."""
        rates = [tweak.value for tweak in self.tweaks if tweak.update <= update and tweak.setting == _RATE]
        return float(rates[-1]) if rates else self.initial.learning_rate

    def record(self) -> RunRecord:
        return RunRecord(self.initial, tuple(self.tweaks), self.origin)

    def repeats(self, record: RunRecord) -> bool:
        """Whether a record gives this run's numbers; if so, its name, colour and the like are taken over."""
        if not self._begins_as(record) or tuple(self.tweaks) != record.tweaks:
            return False
        self._take_looks(record)
        return True

    def _begins_as(self, record: RunRecord) -> bool:
        looks = {name: getattr(record.settings, name) for name in _LOOKS}
        return replace(self.initial, **looks) == record.settings

    def _take_looks(self, record: RunRecord) -> None:
        self.origin = record.origin
        for name in _LOOKS:
            self._show_as(Setting(name), getattr(record.settings, name))

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
        kept = self._checkpoints.nearest(update)
        machine = self._dressed(kept.machine.copy(), kept.applied)
        yield from self._replay(machine, kept.applied, update)
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
        return update >= self.update or self._lookout.seek(update, self._at) is not None

    def trail(self) -> Trail:
        """Where the run has been, by what is kept of it."""
        return self._trail.view(self.update, self.machine.theta)

    def peek(self, update: int | None = None, step: bool = True) -> Peek:
        """The run at a past update (default: now), with the step it takes there.

        Without `step` what is known only by taking it is NaN: gradient, rate and step; so it is, where that may take
        long and be interrupted, until `explain` has computed them. explained: whether they are known now. Where the
        exact loss is measured, it is that of the last time; else that of the average, if the run keeps one. Raises
        SettingError.
        """
        machine, subject = (
            self._looked_at(self.update if update is None else checked_update(update)),
            self.problem.subject,
        )
        if step and (self.interruption is None or subject.explained):
            self._lookout.explain(machine)
        settings = machine.settings if machine is not self.machine else self.settings
        measured = any(measure.role == LOSS for measure in subject.measures)
        loss = self.measures.latest(LOSS, machine.update) if measured else _loss_of_average(machine)
        return self._lookout.peek(machine, settings, loss, step)

    @property
    def explained(self) -> bool:
        """Whether the last `peek` knew the step, if it was asked for."""
        return self._lookout.explained

    def explain(self, update: int | None = None) -> bool:
        """Compute the next step at an update (default: now) for `peek`; False if that was interrupted.

        Raises SettingError.
        """
        return self._lookout.explain(self._looked_at(self.update if update is None else checked_update(update)))

    def _looked_at(self, update: int) -> Machine:
        if update >= self.update:
            return self.machine
        while (found := self._lookout.seek(update, self._at)) is None:
            pass
        return found

    def counts(self) -> tuple[Array, Array, Array]:
        """(updates, examples seen, gradient evaluations) where an update began to take more or fewer of them, and now:
        linear in between. While a schedule drives the size of the batches, now and then.
        """
        rows = [*(counts for counts in self._counts if counts[0] <= self.update), self.machine.counts]
        updates, examples, evaluations = np.array(rows, float).T
        return updates, examples, evaluations

    @property
    def _batches_vary(self) -> bool:
        """Whether a schedule drives the size of the batches, so that examples are counted now and then."""
        return any(path.startswith("batch.") for path, _ in self.machine.settings.drive)

    def _apply_due_tweaks(self) -> None:
        if self._batches_vary and _next_count(self.update - 1) == self.update > self._counts[-1][0]:
            self._counts.append(self.machine.counts)
        while self._applied < len(self.tweaks) and self.tweaks[self._applied].update <= self.update:
            tweak = self.tweaks[self._applied]
            self.machine.set(tweak.setting, tweak.value)
            self._applied += 1
            if of_problem(tweak.setting):
                self.best, self._patient_from = None, self.update  # it was the best on other data, or by another loss
            if tweak.setting.part in ("batch", DRIVE) or tweak.setting == Setting("optimizer"):
                before = [counts for counts in self._counts if counts[0] < self.update]
                self._counts = [*before, self.machine.counts]

    @property
    def _examples_seen(self) -> int:
        return int(self.machine.stream[stream.SEEN])

    @property
    def _next_look(self) -> int:
        """The next update at which a measurement or a point of the trail may be due."""
        if self._looks is not None:
            return int(max(self._looks.due(self.update), default=MAX_UPDATES + self.update))
        update, seen, work = self.update, self._examples_seen, self.machine.problem.work
        # The most that an update may take: where less is enough, it is asked again.
        batch = self.machine.problem.examples if self._batches_vary else int(self.machine.stream[stream.BATCH])
        since = work.trained(update, seen) - self._trail.trained
        return min(
            self.measures.next_due(update, seen, batch, work),
            next_on_trail(update, since, work.trained(1, batch), work),
        )

    def _measure(self) -> Pieces[None]:
        """Measure where it is due, keep the best parameters, and stop if they stay the best for too long."""
        if not self.problem.subject.tracked or self.diagnosis is not None:
            return
        update, seen, work = self.update, self._examples_seen, self.machine.problem.work
        if self._looks is not None:
            yield from self._measure_looks(update)
            return
        trained = work.trained(update, seen)
        if not self.measures.is_due(update, seen, work):
            if update > self._trail.last_at and is_on_trail(update, trained - self._trail.trained, work):
                yield from self._measure_steps()
                self._trail.append(update, self.machine.theta, np.nan, trained)
            return
        yield from self._measure_steps()
        values, layers = yield from self.machine.measured(self.measures.with_layers(update, seen, work))
        self.measures.append(update, seen, work, values, layers)
        self._trail.append(update, self.machine.theta, self.measures.of_role(values, LOSS), trained)
        loss = self.measures.of_role(values, WATCHED)
        if loss < (self.best.loss if self.best is not None else np.inf):
            self.best = Best(update, loss, self.machine.evaluated.copy())
        patience = int(self.stop["patience"])  # type: ignore[arg-type]
        if patience and self.best is not None and not self.ending:
            waited = update - max(self.best.update, self._patient_from)
            if waited >= patience:
                self.ending = out_of_patience(self.measures.words(WATCHED), waited, self.best.update)

    def _measure_looks(self, until: int) -> Pieces[None]:
        """Measure at the looks that were passed by an update and have not been measured yet."""
        assert self._looks is not None
        if not self.update:
            self._looks.begin(self.machine.evaluated)
        updates, thetas = self._looks.kept(self.measures.last_at, until)
        if len(updates):
            found = yield from self.machine.measured_along(thetas)
            self.measures.extend(updates, found)

    def _measure_steps(self) -> Pieces[None]:
        """Measure the gradient norm by time step, at a point of the trail, where that is due."""
        update, seen, machine = self.update, self._examples_seen, self.machine
        work, subject = machine.problem.work, machine.problem.subject
        if self.measures.steps_are_due(update, seen, work):
            norms = yield from subject.step_norms(machine.evaluated, machine.interruption)
            self.measures.append_steps(update, seen, work, norms)

    def _freeze(self, reason: int) -> Pieces[None]:
        """Stand still at the last update whose numbers are all finite, and find out why."""
        failed = self.update
        last = max(failed - 1, 0) if reason == loop.NOT_FINITE_HERE else failed
        if self._looks is not None and self.problem.subject.tracked:
            yield from self._measure_looks(last)
        self._checkpoints.cut(last)
        applied = min(self._applied, bisect_right(self.tweaks, last, key=lambda tweak: tweak.update))
        self._counts = [counts for counts in self._counts if counts[0] <= last]
        self.measures.cut(last)
        self._trail.cut(last)
        self._lost, self.goal = True, last
        kept = self._checkpoints.nearest(last)
        self.machine, self._applied = self._dressed(kept.machine.copy(), kept.applied), kept.applied
        yield from self._replay(self.machine, self._applied, last)
        self._applied = applied
        self.machine.stop_at(self.stop)
        if self._looks is None:
            self.diagnosis = yield from diagnose(self.machine, self.history.view(), self._at, failed, reason)
        else:
            self.diagnosis = told_briefly(failed, reason)
        self._lost = False


def _next_count(update: int) -> int:
    """The next update at which what was seen is counted, while a schedule drives the size of the batches."""
    step = 1 << max(0, update.bit_length() - 8) if update > 0 else 1
    return (update // step + 1) * step


def _loss_of_average(machine: Machine) -> float | None:
    """The loss at a run's average, NaN where it is not finite; None if it keeps none."""
    if not machine.averaged.size:
        return None
    loss = float(machine.problem.gradients(machine.averaged[None])[0][0])
    return loss if math.isfinite(loss) else math.nan


def _done(pieces: Pieces[Any]) -> bool:
    """Go on with an evaluation; whether it has come to its end."""
    try:
        next(pieces)
    except StopIteration:
        return True
    return False
