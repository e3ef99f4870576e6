"""A problem and the runs compared on it. One thread owns a session; what it publishes is immutable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.contracts import SettingError, Value, shown
from engine.interruption import Interruption
from engine.problems.kind import kind_of, problem_of
from engine.problems.problem import Problem
from engine.problems.subject import Subject
from engine.problems.task import Task
from engine.setting import Setting
from engine.training.branches import beginnings, origin_at, origins_without, place_of_branch, with_true_origins
from engine.training.diagnosis import clip_threshold
from engine.training.experiment import (
    MAX_RUNS,
    MAX_TWEAKS,
    Experiment,
    RunRecord,
    RunSettings,
    Tweak,
    check_runs,
    checked_count,
    checked_stop,
    checked_type,
    checked_update,
    distinct,
    fitted,
    fitting,
    of_problem,
    of_run,
    of_theta,
    run_task,
)
from engine.training.from_start import run_from_branching, run_from_start, task_from_start
from engine.training.history import HistoryView
from engine.training.measures import Best, Measure, MeasuresView
from engine.training.naming import Naming, titles
from engine.training.origin import Origin
from engine.training.own_problem import PART as OWN
from engine.training.own_problem import changed_own, is_overridden, shared_task
from engine.training.peek import Peek
from engine.training.run import DIVERGED, FINISHED, NOTHING, READY, RUNNING, Run
from engine.training.standing import StandingMeasures
from engine.training.stop_rules import StopRules
from engine.training.trail import Trail
from engine.trials.comparison_record import ComparisonRecord

Array = np.ndarray

Spread = Callable[[Callable[[Run], int], Iterable[Run]], Iterable[int]]

_CATCH_UP = 20_000  # updates by which a late run may come closer to the others in one chunk


@dataclass(frozen=True, slots=True)
class RunPicture:
    """What others may know of a run: nothing in it will change.

    name: what it is called among the others. origin: of a branch, the run whose past it shares. begins: the update from
    which on it is drawn, because a visible run that is listed before it draws what they share.
    examples: (updates, examples seen), linear in between; evaluations: (updates, gradients computed), the same. shown:
    the state on screen, which is a past one while the timeline is scrubbed. ending: the stop rule that ended it, in
    words; empty if none of those that watch the numbers did. running_away: whether it is finite, but its loss or steps
    have left every scale. remedies, rewind_to, clip_to (a gradient norm) and halved_rate (half the learning rate that
    it had there) are told of a run that has diverged or runs away. best: among what was measured by then. standing: the
    measures of the whole at `update` where the record has none, if `Session.measure_standing` has taken them; no part
    of the record. trail: where it has been, if the subject shows that.
    """

    settings: RunSettings
    initial: RunSettings
    tweaks: tuple[Tweak, ...]
    name: str
    origin: Origin | None
    begins: int
    update: int
    epoch: float
    status: str
    message: str
    ending: str
    running_away: bool
    remedies: tuple[str, ...]
    diverged_at: int | None
    better_rate: float | None
    rewind_to: int | None
    clip_to: float | None
    halved_rate: float | None
    history: HistoryView
    examples: tuple[Array, Array]
    evaluations: tuple[Array, Array]
    shown: Peek
    measures: MeasuresView
    best: Best | None
    standing: Array | None
    trail: Trail | None = None

    @property
    def id(self) -> str:
        return self.settings.id

    @property
    def slower_rate(self) -> float | None:
        """The learning rate that is worth trying from `rewind_to`: half of what it was, or less if that was tried."""
        rates = [rate for rate in (self.halved_rate, self.better_rate) if rate is not None]
        return min(rates) if self.halved_rate is not None else None

    @property
    def colour(self) -> int:
        return self.settings.colour

    @property
    def visible(self) -> bool:
        return self.settings.visible


@dataclass(frozen=True, slots=True)
class SessionPicture:
    """A session at one moment. cursor: the scrubbed update, or None while it shows the present.

    task: the problem as it stands after every change that the runs have gone on with, or as it stood at the cursor;
    run_task: the same as the run that is looked at has it, with what it has for itself if has_own; problem: of that
    run, made of it. stop: the rules that hold, or those that held at the cursor.
    """

    experiment: Experiment
    task: Task
    run_task: Task
    has_own: bool
    problem: Problem
    runs: tuple[RunPicture, ...]
    update: int
    examples: int
    cursor: int | None
    stop: Mapping[str, Value]

    @property
    def kind(self) -> str:
        """The key of the kind of problem, in PROBLEMS."""
        return self.task.KIND

    @property
    def subject(self) -> Subject:
        """What is known, measured and to be asked of the problem that is shown."""
        return self.problem.subject

    @property
    def subjects(self) -> Iterator[Subject]:
        """That of the problem that is shown, then that of each run, which may have a network or a model for itself."""
        yield self.subject
        for run in self.runs:
            yield run.shown.problem.subject

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is measured of any run."""
        return tuple(dict.fromkeys(measure for subject in self.subjects for measure in subject.measures))


class Session:
    """Runs of one experiment that race in step."""

    def __init__(self, experiment: Experiment, interruption: Interruption | None = None) -> None:
        """With an Interruption, what may take long is left to `settle` and `advance`, which it interrupts (see Run).

        Raises SettingError if the experiment's formula cannot be read, or its runs need too much memory.
        """
        checked_type(experiment, Experiment, "an Experiment, as new_experiment and new_network make it")
        check_runs(experiment.problem, experiment.runs)
        self.interruption = interruption
        self.experiment_settings = experiment
        self._standing = StandingMeasures()
        self._stops = StopRules(experiment.stop)
        self.problem: Problem = problem_of(experiment.problem, self.interruption)
        self.runs: list[Run] = [self._new_run(self.problem, record, experiment.stop) for record in experiment.runs]

    def _new_run(self, problem: Problem, record: RunRecord, stop: Mapping[str, Value]) -> Run:
        return Run(self._own_problem(problem, record.settings), record, stop, self.interruption)

    def _own_problem(self, problem: Problem, settings: RunSettings) -> Problem:
        """The problem of a run: that of all, or one with what it has for itself."""
        return problem_of(run_task(problem.task, settings), self.interruption) if settings.own else problem

    @property
    def update(self) -> int:
        """How far the race is: the furthest of the runs that are not pinned."""
        return max(run.update for run in self.free)

    @property
    def free(self) -> list[Run]:
        return [run for run in self.runs if not run.settings.pinned] or self.runs

    @property
    def moving(self) -> bool:
        """Whether any run can still take a step."""
        return any(run.status in (READY, RUNNING) for run in self.runs)

    def advance(self, updates: int, spread: Spread = map) -> int:
        """Move the race on by `updates`; a run that is behind catches up on the way.

        spread: how the work on each run is handed out; the `map` of a thread pool gives the same
        numbers, for runs share nothing that changes. Returns the updates taken, all runs together; when it was
        interrupted, the runs may have come to different updates. Raises SettingError unless `updates` is a
        whole number from 0 on.
        """
        updates = checked_count(updates)
        target = self.update + updates
        most = max(2 * updates, _CATCH_UP)
        late = [run for run in self.runs if run.update < target]
        return sum(spread(lambda run: run.advance(min(target - run.update, most)), late))

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done before the next update (see Run.settle)."""
        return all(run.settled for run in self.runs)

    def settle(self, spread: Spread | None = None) -> bool:
        """Do what is due in the runs; whether all of it is done. Without `spread` it ends at the first interruption."""
        if spread is None:
            return all(run.settle() for run in self.runs)
        return all(list(spread(lambda run: run.settle(), self.runs)))  # to the last: they are at work in other threads

    def seek(self, update: int) -> bool:
        """Make a past update ready for `picture`; False if that was interrupted. Raises SettingError."""
        update = checked_update(update)
        return all(run.seek(update) for run in self.runs)

    @property
    def lacks_standing(self) -> bool:
        """Whether a run stands where nothing was measured, neither for the record nor by `measure_standing`."""
        return self._standing.lacks(self.runs)

    def measure_standing(self) -> bool:
        """Measure the runs where they stand, for `picture`: what follows depends on it in nothing.

        False if that was interrupted; the next call goes on with it.
        """
        return self._standing.measure(self.runs)

    @property
    def explained(self) -> bool:
        """Whether the last picture knew every next step that was asked for."""
        return all(run.explained for run in self.runs)

    def run(self, id: str) -> Run:
        """The run of that id. Raises SettingError."""
        for run in self.runs:
            if run.settings.id == id:
                return run
        raise SettingError(f"there is no run {shown(id, 60)}; one of {', '.join(run.settings.id for run in self.runs)}")

    def tweak(self, id: str, setting: str | Setting, value: Any) -> None:
        """Change a setting, or a parameter (`parameter.17`), of one run. Raises SettingError.

        With another network of its own it begins again, and catches up with the race.
        """
        setting = Setting.of(setting)
        if of_problem(setting):
            raise SettingError(f"there is no setting {shown(setting.path, 60)}")
        run = self.run(id)
        if setting.part == OWN:
            self.restore(self.changed_from_start(id, setting, value, run.update))
            if self.interruption is None:
                self.run(id).advance(min(self.update, _CATCH_UP))
            return
        _check_room([run], 1)
        if setting.part == "optimizer":
            others = [other.record() for other in self.runs if other is not run]
            check_runs(self.task, [*others, RunRecord(run.settings.having(setting, value))])
        run.tweak(setting, value)

    def problem_changed(self, changes: Mapping[str, Any]) -> bool:
        """Change settings of the problem, by their paths; returns whether every run has begun again.

        Before the first update, or where theta cannot stay (another surface, start, shape or seed), the runs
        begin again; else they go on, and remember the change as a tweak. Another surface, or
        other data, give the experiment their title. Raises SettingError, and then
        nothing changes.
        """
        checked_type(changes, Mapping, "settings of the problem by their paths, such as {'noise': 0.5}")
        task, parsed = self.task, [(Setting.of(path), value) for path, value in changes.items()]
        for setting, value in parsed:
            task = task.having(setting, value)
        check_runs(task, [RunRecord(fitted(run.initial, task), tuple(run.tweaks)) for run in self.runs])
        title = self.experiment_settings.title if task.title == self.task.title else task.title
        goes_on = self.task.continues(task) and all(
            run.task.continues(run_task(task, fitted(run.settings, task))) for run in self.runs if run.settings.own
        )
        if self.update and goes_on:
            problem = problem_of(task, self.interruption)
            _check_room(self.runs, len(parsed))
            self.experiment_settings = replace(self.experiment_settings, title=title)
            now = self.update  # runs that are further back take the change where the others do
            for run in self.runs:
                for setting, value in parsed:
                    if not is_overridden(run.settings.own, task, setting):
                        run.tweak(setting, value, at=now)
            assert problem is not None
            return False
        keeps_theta = not self.update and goes_on
        self.problem = problem_of(task, self.interruption)
        self.experiment_settings = replace(self.experiment_settings, problem=task, title=title)
        self._stops.cut(0)
        self.runs = [self._new_run(self.problem, _begun_again(run, task, keeps_theta), run.stop) for run in self.runs]
        return True

    def stop_at(self, stop: Mapping[str, Value]) -> None:
        """Take other stop rules; a rule that is not given is off. Raises SettingError."""
        stop = checked_stop(stop)
        self.experiment_settings = replace(self.experiment_settings, stop=stop)
        self._stops.change(stop, max(max(run.update, run.goal) for run in self.free))
        for run in self.runs:
            run.stop_at(stop)

    def keep_comparison(self, kind: str, record: ComparisonRecord | None) -> None:
        """Let this comparison of a kind belong to the experiment, or none of that kind.

        Raises SettingError for runs that there are not.
        """
        for id in record.runs if record is not None else ():
            self.run(id)
        others = [each for each in self.experiment_settings.comparisons if each.choice.kind != kind]
        kept = (*others, record) if record is not None else tuple(others)
        self.experiment_settings = replace(self.experiment_settings, comparisons=kept)

    def add(self, record: RunRecord) -> None:
        """Let another run join; it catches up with the race, through the same changes of the problem.

        Raises SettingError if there are too many, for the list or for the memory.
        """
        checked_type(record, RunRecord, "a RunRecord")
        if len(self.runs) >= MAX_RUNS:
            raise SettingError(f"an experiment has at most {MAX_RUNS} runs")
        if any(run.settings.id == record.settings.id for run in self.runs):
            raise SettingError(f"there is already a run {record.settings.id!r}")
        check_runs(self.task, [*(run.record() for run in self.runs), record])
        run = self._new_run(self.problem, self._on_this_problem(record), self.experiment_settings.stop)
        if self.interruption is None:
            run.advance(min(self.update, _CATCH_UP))
        self.runs.append(run)

    def fork(self, id: str, update: int, changes: Mapping[str, Any] = NOTHING, new: str = "") -> Run:
        """Let a branch join: a run that has the past of run `id` up to `update`, and then settings of its own.

        changes: settings by their paths, {"learning_rate": 0.1}; those that change numbers it has as tweaks at that
        update. new: its id, else one is found. Its colour is new, and it has no typed name, unless these are given. It
        is listed below its origin, and catches up with the race, through the same changes of the problem. Returns it.
        Raises SettingError, and then nothing changes.
        """
        update, of = checked_update(update), self.run(id)
        checked_type(changes, Mapping, "settings by their paths, such as {'learning_rate': 0.1}")
        if len(self.runs) >= MAX_RUNS:
            raise SettingError(f"an experiment has at most {MAX_RUNS} runs")
        for path in changes:
            if of_problem(Setting.of(path)):
                raise SettingError(f"there is no setting {shown(path, 60)}")
        _check_room([of], len(changes))
        records = self.experiment().runs
        if any(record.settings.id == new for record in records):
            raise SettingError(f"there is already a run {shown(new, 60)}")
        settings = of.settings
        for path, value in changes.items():
            settings = settings.having(path, value) if path == "optimizer" else settings
        check_runs(self.task, [*records, RunRecord(settings)])
        used = {run.settings.colour for run in self.runs}
        colour = next(colour for colour in range(MAX_RUNS) if colour not in used)
        new = new or distinct(id.partition("-")[0], records)
        run = of.fork(update, new, {"colour": colour, "name": "", **changes})
        run.origin = origin_at({record.settings.id: record for record in records}, id, update)
        run.expect([tweak for tweak in of.tweaks if tweak.update > update and of_problem(tweak.setting)])
        if self.interruption is None:
            run.advance(max(0, min(self.update - run.update, _CATCH_UP)))
        place = len(self.runs) if run.origin is None else place_of_branch(records, run.origin)
        self.runs.insert(place, run)
        return run

    def _on_this_problem(self, record: RunRecord) -> RunRecord:
        """A record with the changes of the problem that the race has gone on with, or will, where they were made."""
        own = record.settings.own
        changes = [
            tweak
            for tweak in self.free[0].tweaks
            if of_problem(tweak.setting) and not is_overridden(own, self.task, tweak.setting)
        ]
        tweaks = sorted((*changes, *record.tweaks), key=lambda tweak: tweak.update)
        return replace(record, tweaks=tuple(tweaks))

    def remove(self, id: str) -> None:
        """Take a run out; its branches are then those of the run that it has left itself, or of the first of them.

        Raises SettingError if it is the last.
        """
        if len(self.runs) == 1:
            raise SettingError("an experiment keeps at least one run")
        removed = self.run(id)
        origins = origins_without(self.experiment().runs, id)
        self.runs.remove(removed)
        for run in self.runs:
            run.origin = origins[run.settings.id]

    def restore(self, experiment: Experiment, update: int | None = None) -> None:
        """Become another state of this experiment; runs whose numbers are the same are kept as they are.

        With an `update`, the others go back to where they part from what they were, and those beyond it to there; a
        branch that was taken out leaves its origin once more. What has nothing in common with a run begins anew:
        advance them to where they shall be. Raises SettingError.
        """
        checked_type(experiment, Experiment, "an Experiment")
        update = None if update is None else checked_update(update)
        check_runs(experiment.problem, experiment.runs)
        same = experiment.problem == self.experiment_settings.problem
        problem = self.problem if same else problem_of(experiment.problem, self.interruption)
        kept = {run.settings.id: run for run in self.runs} if same else {}
        runs: list[Run] = []
        for record in experiment.runs:
            run = kept.get(record.settings.id) or _branched_again(record, runs, update)
            if run is None or not _fits(run, record, experiment.stop, update):
                run = self._new_run(problem, record, experiment.stop)
            runs.append(run)
        self.problem, self.runs, self.experiment_settings = problem, runs, experiment
        if update is not None:
            self._stops.cut(update)
            self._stops.change(experiment.stop, update)
        self.stop_at(experiment.stop)

    def reset(self, keep_tweaks: bool = False) -> None:
        """Begin again with the same seeds. Pinned runs stay as they are."""
        if not keep_tweaks and self.task != self.problem.task:
            self.problem = problem_of(self.task, self.interruption)
            self.experiment_settings = replace(self.experiment_settings, problem=self.problem.task)
        self._stops.cut(0)
        for run in self.runs:
            if not run.settings.pinned or len(self.runs) == 1:
                run.problem = self._own_problem(self.problem, run.settings)
                run.reset(keep_tweaks)
            elif run.problem.task != (problem := self._own_problem(self.problem, run.settings)).task:
                run.stand_on(problem)

    def rewind(self, update: int) -> None:
        """Take every run that is further back to `update`; what came later is forgotten. Raises SettingError."""
        update = checked_update(update)
        self._stops.cut(update)
        for run in self.runs:
            if run.update > update and not run.settings.pinned:
                run.rewind(update)

    def rewound(self, update: int, changes: Mapping[str, Mapping[str, Any]] = NOTHING) -> Experiment:
        """The experiment as it stood at `update`, for `restore`; with other settings from there on.

        changes: run id -> settings by their paths. Pinned runs, and those not so far on, are as they are now. Raises
        SettingError.
        """
        update = checked_update(update)
        for each in (changes, *(changes.values() if isinstance(changes, Mapping) else ())):
            checked_type(each, Mapping, "the settings of runs by their ids, such as {'adam': {'learning_rate': 0.1}}")
        records = []
        for run in self.runs:
            record, id = run.record(), run.settings.id
            if run.update > update and not run.settings.pinned:
                kept = tuple(tweak for tweak in record.tweaks if tweak.update <= update)
                record = replace(record, tweaks=kept, origin=record.origin.until(update) if record.origin else None)
            task = run_task(self.experiment_settings.problem, record.settings)
            for path, value in changes.get(id, {}).items():
                record = run_from_branching(record, task, Setting.of(path), value, update, update)
            records.append(record)
        return replace(self.experiment_settings, runs=tuple(records))

    def changed_from_start(self, id: str, setting: str | Setting, value: Any, until: int) -> Experiment:
        """The experiment with a setting of one run changed from its start, of a branch from where it branched, for
        `restore`.

        Its tweaks of that setting up to update `until` are replaced, other tweaks stay as far as they fit. Raises
        SettingError.
        """
        setting, until = Setting.of(setting), checked_update(until)
        if not of_run(setting):
            raise SettingError(f"a run has no setting {shown(setting.path, 60)} from its start")
        changed, task = self.run(id), self.experiment_settings.problem
        record = changed.record()
        if setting.part == OWN:
            settings = replace(record.settings, own=changed_own(record.settings.own, task, setting, value))
            settings = fitted(settings, task)
            record = RunRecord(settings, tuple(fitting(settings, run_task(task, settings), record.tweaks)))
        elif (origin := self._origin(id)) is not None:
            own = run_task(task, record.settings)
            record = run_from_branching(record, own, setting, value, origin.update, max(until, origin.update))
        else:
            record = run_from_start(record, run_task(task, record.settings), setting, value, until)
        records = [record if run is changed else run.record() for run in self.runs]
        check_runs(self.task, records)
        return replace(self.experiment_settings, runs=tuple(records))

    def problem_from_start(self, changes: Mapping[str, Any], until: int) -> Experiment | None:
        """The experiment with settings of the problem changed from the start of every run, for `restore`.

        As `changed_from_start`; None for what `problem_changed` does in either case: it begins the runs again if theta
        cannot stay, and adds and erases points where the runs are. Raises SettingError.
        """
        checked_type(changes, Mapping, "settings of the problem by their paths, such as {'noise': 0.5}")
        until = checked_update(until)
        parsed = [(Setting.of(path), value) for path, value in changes.items()]
        if any(setting in kind_of(self.task).edits for setting, _ in parsed):
            return None
        begun, stood = self.experiment_settings.problem, self.task
        task, records = task_from_start(begun, stood, [run.record() for run in self.runs], parsed, until)
        if not stood.continues(task):
            return None
        check_runs(task, records)
        title = self.experiment_settings.title if task.title == stood.title else task.title
        return replace(self.experiment_settings, problem=task, runs=records, title=title)

    @property
    def task(self) -> Task:
        """The problem as it stands, with every change that the runs have gone on with."""
        run = next((run for run in self.free if not run.settings.own), self.free[0])
        return shared_task(run.task, self.experiment_settings.problem) if run.settings.own else run.task

    def experiment(self) -> Experiment:
        """The document as it stands: with every tweak, so that it gives the same numbers again."""
        return replace(self.experiment_settings, runs=with_true_origins(run.record() for run in self.runs))

    def _origin(self, id: str) -> Origin | None:
        """The origin of a run, if what it shares with that is still the same."""
        return next(record.origin for record in self.experiment().runs if record.settings.id == id)

    def picture(
        self, cursor: int | None = None, focus: str | None = None, step: bool = True, naming: Naming = titles
    ) -> SessionPicture:
        """What may be shown of the session now, with the state at update `cursor` if it is given.

        focus: the run that is looked at. If steps may take long, its next one is computed, if `step`, and no other's
        (see Run.peek). naming: what the runs are called. Raises SettingError.
        """
        cursor = None if cursor is None else checked_update(cursor)
        experiment = self.experiment()
        origins = {record.settings.id: record.origin for record in experiment.runs}
        begins = beginnings(origins, [run.settings.id for run in self.runs if run.settings.visible])
        pictures = tuple(
            self._run_picture(
                run, name, origins[(id := run.settings.id)], begins.get(id, 0), cursor, step and id == focus
            )
            for run, name in zip(self.runs, naming(experiment), strict=True)
        )
        task, free = self.task, self.free[0]
        problem = free.machine.problem
        looked_at = focus if any(run.id == focus for run in pictures) else free.settings.id
        seen = next(run for run in pictures if run.id == looked_at)
        if seen.shown.update < seen.update:
            task = seen.shown.problem.task
            task = shared_task(task, self.experiment_settings.problem) if seen.settings.own else task
        return SessionPicture(
            experiment,
            task,
            run_task(task, seen.settings),
            bool(seen.settings.own),
            seen.shown.problem,
            pictures,
            self.update,
            problem.examples,
            cursor,
            self._stops.now if cursor is None else self._stops.at(cursor),
        )

    def _run_picture(
        self, run: Run, name: str, origin: Origin | None, begins: int, cursor: int | None, step: bool
    ) -> RunPicture:
        found = run.diagnosis
        away = run.running_away
        remedied = found or away
        shorter = remedied if remedied is not None and remedied.overshoots else None
        updates, examples, evaluations = run.counts()
        shown = run.peek(cursor, step=step or self.problem.subject.explained)
        best = run.best if run.best is not None and run.best.update <= shown.update else None
        return RunPicture(
            settings=run.settings,
            initial=run.initial,
            tweaks=tuple(run.tweaks),
            name=name,
            origin=origin,
            begins=begins,
            update=run.update,
            epoch=float(examples[-1]) / run.machine.problem.examples,
            status=run.status,
            message=run.message,
            ending=run.ending,
            running_away=away is not None,
            remedies=remedied.remedies if remedied else (),
            diverged_at=found.update if found else None,
            better_rate=found.rate if found else None,
            rewind_to=remedied.rewind_to if remedied else None,
            clip_to=clip_threshold(run.recorded, run.settings, shorter.rewind_to) if shorter else None,
            halved_rate=run.rate_at(shorter.rewind_to) / 2 if shorter else None,
            history=run.recorded,
            examples=(updates, examples),
            evaluations=(updates, evaluations),
            shown=shown,
            measures=run.measures.view(),
            best=best,
            standing=self._standing.values(run),
            trail=run.trail() if run.machine.problem.subject.shows_trail else None,
        )


def _branched_again(record: RunRecord, before: list[Run], update: int | None) -> Run | None:
    """The origin of a branch, if it is among these runs, forked where the branch left it, or as far as it has come."""
    origin = record.origin
    run = next((run for run in before if origin is not None and run.settings.id == origin.run), None)
    if origin is None or run is None or update is None:
        return None
    return run.fork(min(origin.update, update, max(run.update, run.goal)), record.settings.id)


def _fits(run: Run, record: RunRecord, stop: Mapping[str, Value], update: int | None) -> bool:
    """Whether a run is that of a record and not beyond an update, or has been able to become so."""
    if (update is None or run.update <= update or record.settings.pinned) and run.repeats(record):
        return True
    return update is not None and run.becomes(record, stop, None if record.settings.pinned else update)


def _check_room(runs: list[Run], more: int) -> None:
    """Raises SettingError if a run would have more tweaks than a file may hold."""
    for run in runs:
        if len(run.tweaks) + more > MAX_TWEAKS:
            told = f"a run keeps at most {MAX_TWEAKS:,} tweaks, and {run.settings.title!r} has {len(run.tweaks):,}"
            raise SettingError(f"{told}; reset the runs to start anew with the settings as they are")


def _begun_again(run: Run, task: Task, theta_stays: bool) -> RunRecord:
    """The record of a run that begins on another task, with what fits it."""
    settings = fitted(run.settings, task)
    return RunRecord(settings, tuple(fitting(settings, run_task(task, settings), _left(run, theta_stays))))


def _left(run: Run, theta_stays: bool) -> tuple[Tweak, ...]:
    """The tweaks that stay when the problem is replaced: those to come of the run, and of theta if it is the same.

    What was made of theta before the first update stays with it.
    """
    begun = [tweak for tweak in run.tweaks if theta_stays and tweak.update == 0 and of_theta(tweak.setting)]
    coming = (tweak for tweak in run.pending if of_run(tweak.setting) or (theta_stays and of_theta(tweak.setting)))
    return (*begun, *coming)


__all__ = ["DIVERGED", "FINISHED", "READY", "RUNNING", "RunPicture", "Session", "SessionPicture"]
