"""Trials beside the window: plans are made, their trials handed to workers, and what is known so far is published."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.documents.run_names import compared_names
from app.documents.trial_journal import TrialJournal, set_aside
from app.workers.crew import Crew
from app.workers.executors import crew_of
from app.workers.latest_job import Cancelled, LatestJob, Ticket
from app.workers.plan_work import work_off
from app.workers.priority import FRAMES
from engine import (
    COMPARISONS,
    Arm,
    Axis,
    ComparisonRecord,
    Experiment,
    Plan,
    Result,
    SettingError,
    Summary,
    Trial,
    arms_of,
    countable,
    plan_of,
    processor,
    trial,
)

PUBLISHED_EVERY = 0.3  # seconds between two results that are shown
MOST_KNOWN = 60_000  # results, of 11 KiB each, that are known from before when a comparison begins
_SHARE = 10.0  # times what a result costs, until the next
_REST, _LONGEST_REST = 3.0, 0.5  # times what a forecast took, and seconds, until the next
_PROBED, _LONGER = 40, 8  # updates of the trial by which is told how long others take, and times as many if it is short
_PROBE = 0.02  # seconds from which on it is long enough


@dataclass(frozen=True, slots=True)
class ComparisonRequest:
    """What is to be compared: runs of an experiment by their ids and optimizers by their keys (all visible runs without
    any), by the knobs of a comparison. counted: the measure that counts, empty for what suits the problem.
    """

    experiment: Experiment
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    counted: str = ""
    axes: tuple[Axis, ...] = ()
    optimizers: tuple[str, ...] = ()

    @classmethod
    def of(cls, experiment: Experiment, record: ComparisonRecord) -> ComparisonRequest:
        """What a document holds."""
        compared = record.runs, record.counted, record.axes, record.optimizers
        return cls(experiment, record.choice.kind, record.choice.values, *compared)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Those compared."""
        return arms_of(self.experiment, self.runs, compared_names, self.optimizers)

    def plan(self) -> Plan:
        """Takes as long as making the problem. Raises SettingError."""
        compared = self.runs, self.counted, self.axes, compared_names, self.optimizers
        return plan_of(self.experiment, self.kind, self.values, *compared)

    @property
    def content(self) -> object:
        """Equal for requests that have the same trials: without how the experiment looks, or all of it if its runs are
        not compared.
        """
        if not COMPARISONS[self.kind].has_runs:
            return dict(self.values)
        known = {record.settings.id for record in self.experiment.runs}
        records = [
            replace(arm.record, settings=replace(arm.record.settings, pinned=False, visible=True))
            if arm.key in known
            else replace(arm.record.settings, id="", colour=0)  # which follow from the runs that there are
            for arm in self.arms
        ]
        return self.experiment.problem, records, dict(self.values), self.counted, self.axes


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a request would take. seconds: about, on as many workers; fault: why it cannot be done, as a sentence.

    countable: the measures that may count, by their keys, in words. known: trials that need not be computed any more.
    is_least: whether more of them may follow from these.
    """

    request: ComparisonRequest
    trials: int = 0
    seconds: float = 0.0
    fault: str = ""
    countable: Mapping[str, str] = field(default_factory=dict)
    counted: str = ""
    known: int = 0
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a request. left: seconds until the end, None if that is not known; spent: seconds so far.

    finished: whether nothing is left to be tried. known: the summaries, by the keys of their trials. processors: the
    kinds of processor that they come from. failed: how many could not be run at all, and why not the first of them.
    same: of how many that were computed again the bits were the same, and of how many not.
    """

    request: ComparisonRequest
    plan: Plan
    result: Result
    finished: bool
    spent: float
    left: float | None
    known: Mapping[str, Summary]
    processors: tuple[str, ...]
    failed: tuple[int, str] = (0, "")
    same: tuple[int, int] = (0, 0)

    @property
    def record(self) -> ComparisonRecord:
        """What a document keeps of it. Raises SettingError if there are too many results."""
        plan, request = self.plan, self.request
        record = ComparisonRecord(plan.choice, request.runs, request.counted, request.axes, "", request.optimizers)
        return record.keeping(self.known)


class _Watched(Mapping[str, Summary]):
    """What is known, for a plan: of a large one it takes half a second to list the trials or to sum them up, during
    which it looks here again and again. check: called at each look; what it raises ends the work.
    """

    def __init__(self, known: Mapping[str, Summary], check: Callable[[], None]) -> None:
        self._known, self._check = known, check

    def __getitem__(self, key: str) -> Summary:
        self._check()
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        self._check()
        return key in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class TrialJob(QObject):
    """Computes one request at a time, and forecasts others meanwhile.

    outcomes: those that were published last, by the kinds of their comparisons. forecast: the newest one. progressed,
    forecasted follow these. ended carries a sentence if it was no ordinary end.
    members_told: who would compute, as Members; unreachable: why nobody would. noticed: a sentence on what cannot be
    kept safe from a crash. failed: the traceback of a fault.
    """

    progressed = Signal()
    forecasted = Signal()
    ended = Signal(str)
    members_told = Signal(object)
    unreachable = Signal(str)
    noticed = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None, journal: Path | None = None) -> None:
        """journal: the file in which results are safe from a crash as soon as they are there, None for nowhere."""
        super().__init__(parent)
        self._place = journal
        self._journal: TrialJournal | None = None
        self._opening = threading.Lock()
        self._noticed = 0  # sentences of the journal that were told
        self.outcomes: Mapping[str, Outcome] = {}
        self.forecast: Forecast | None = None
        self._known: dict[str, Summary] = {}
        self._document = 0  # the number of the one that results are wanted of
        self._is_stopped = False
        self._next_forecast = 0.0  # from when on it may begin
        self._plans: dict[str, tuple[object, Plan]] = {}  # by kind, the last plan that was made, and what it is of
        self._jobs = LatestJob("compare", self._fail, gives_way=True)
        self._forecasts = LatestJob("forecast", self._fail, gives_way=True)
        self._questions = LatestJob("workers", self._fail, gives_way=True)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is computed."""
        return self._jobs.idle

    def start(self, request: ComparisonRequest, workers: str = "", again: bool = False) -> None:
        """Compute what is not known yet. workers: as a person names them; again: all of it, to see that its
        bits are the same.
        """
        self._jobs.offer(partial(self._compute, request, workers, again, self._document))

    def cancel(self) -> None:
        """End after the piece under way; what is finished stays known."""
        self._jobs.cancel()

    def look_ahead(self, request: ComparisonRequest, workers: int) -> None:
        """Forecast what a request takes on so many workers."""
        self._forecasts.offer(partial(self._foretell, request, workers))

    def ask_members(self, workers: str) -> None:
        """Find out who would compute; `members_told` or `unreachable` follows."""
        self._questions.offer(partial(self._ask_members, workers))

    def begin(self, kept: Iterable[tuple[ComparisonRequest, ComparisonRecord]] = ()) -> None:
        """Another document: cancel, forget what was published, take over the results that are kept with it, and publish
        what these say.
        """
        self._jobs.cancel()
        self._document += 1
        self.outcomes = {}
        self._plans = {}
        self._jobs.offer(partial(self._remember, tuple(kept), self._document))

    def give_up(self) -> None:
        """Cancel everything, for good."""
        self._is_stopped = True
        for job in (self._forecasts, self._questions, self._jobs):
            job.give_up()

    def stop(self) -> None:
        """Cancel everything, and wait for the pieces that are under way."""
        self.give_up()
        for job in (self._forecasts, self._questions, self._jobs):
            job.release()
        if self._journal is not None:
            self._journal.close()

    def _ask_members(self, workers: str, ticket: Ticket) -> None:
        try:
            members = crew_of(workers, gives_way=True, stopped=lambda: ticket.cancelled).members()
        except SettingError as error:
            ticket.check()
            self.unreachable.emit(error.sentence)
        else:
            ticket.check()
            self.members_told.emit(members)

    def _remember(
        self, kept: tuple[tuple[ComparisonRequest, ComparisonRecord], ...], document: int, ticket: Ticket
    ) -> None:
        self._recall(ticket)
        for request, record in kept:
            ticket.check()
            try:
                self._known.update(record.known())
                self._publish(document, request, request.plan(), self._known, 0.0, None)
            except SettingError as error:
                self.ended.emit(_told(error))

    def _recall(self, ticket: Ticket) -> None:
        """Take over, once, the results that windows have left in the journal, as far as they are this processor's.

        Raises Cancelled.
        """
        with self._opening:
            if self._journal is not None or self._place is None:
                return
            try:
                self._journal = TrialJournal(self._place, set_aside(self._place), check=ticket.check)
                self._known = {**self._journal.known((processor(),)), **self._known}
            except FileError as error:
                self._place = None
                self.noticed.emit(f"results are not kept safe from a crash: {error}")
            self._tell_notices()

    def _tell_notices(self) -> None:
        notices = self._journal.notices if self._journal is not None else []
        for sentence in notices[self._noticed :]:
            self.noticed.emit(sentence)
        self._noticed = len(notices)

    def _foretell(self, request: ComparisonRequest, workers: int, ticket: Ticket) -> None:
        """Of settings that change all the time some are forecast, for it keeps Python from the window."""
        ticket.pause(max(self._next_forecast - time.monotonic(), 0.0))
        if not ticket.wanted:
            return
        began = time.monotonic()
        try:
            self._foretell_now(request, workers, ticket)
        finally:
            now = time.monotonic()
            self._next_forecast = now + min(_REST * (now - began), _LONGEST_REST)

    def _foretell_now(self, request: ComparisonRequest, workers: int, ticket: Ticket) -> None:
        possible: dict[str, str] = {}
        self._recall(ticket)
        ticket.check()
        try:
            found = countable(request.experiment.problem)
            possible = {key: measure.title if measure is not None else key for key, measure in found.items()}
            plan = self._plan_again(request)
            ticket.check()
            seen = _Watched(self._known, ticket.check)
            trials = plan.trials(seen)
            missing = [each for each in trials if each.key not in seen]
            count = plan.expected(seen)
            took = [seen[each.key].seconds for each in trials if each.key in seen]
            if not took:
                took = [_probed(each, ticket) for each in plan.typical(missing)]
            each_takes = sum(took) / len(took) if took else 0.0
        except SettingError as error:
            self.forecast = Forecast(request, fault=_told(error), countable=possible)
        else:
            left = count - len(trials) + len(missing)
            seconds = left * each_takes / max(workers, 1)
            known, is_least = len(trials) - len(missing), bool(missing) and plan.most > count
            self.forecast = Forecast(request, left, seconds, "", possible, plan.counted, known, is_least)
        ticket.check()
        self.forecasted.emit()

    def _plan_again(self, request: ComparisonRequest) -> Plan:
        """The plan of a request, which knows its trials already if it was made before. Raises SettingError."""
        arms = request.arms if COMPARISONS[request.kind].has_runs else ()
        content = [(arm.key, arm.name, arm.colour) for arm in arms], request.content
        found = self._plans.get(request.kind)
        if found is None or found[0] != content:
            found = self._plans[request.kind] = content, request.plan()
        return found[1]

    def _compute(self, request: ComparisonRequest, workers: str, again: bool, document: int, ticket: Ticket) -> None:
        self._recall(ticket)
        if self._journal is not None:
            self._journal.make_room()
        self._forget_oldest()
        told, began = "", time.monotonic()
        known, before = ({}, self._known) if again else (self._known, {})
        plan = None
        try:
            plan, crew = self._plan_again(request), crew_of(workers, gives_way=True, stopped=lambda: ticket.cancelled)
            with suppress(Cancelled):
                plan.trials(_Watched(known, ticket.check))  # which it remembers
                self._run(document, request, plan, crew, known, before, ticket, began)
        except SettingError as error:
            told = "" if ticket.cancelled else _told(error)
        if again:
            self._known = {**before, **known}
        if plan is not None and not self._is_stopped and _any_known(plan, self._known):  # else there is nothing to see
            shown = known if plan.is_finished(known) else self._known
            self._publish(document, request, plan, shown, began, None, before)
        if document == self._document:  # else nobody waits for it any more
            self.ended.emit(told)

    def _forget_oldest(self) -> None:
        """Of too many results, those are forgotten that were the first to be known and belong to nothing on screen."""
        extra = len(self._known) - MOST_KNOWN
        if extra > 0:
            held = set().union(*(outcome.known for outcome in self.outcomes.values()))
            others = (key for key in self._known if key not in held)
            forgotten = set(islice(others, extra + MOST_KNOWN // 2))
            self._known = {key: summary for key, summary in self._known.items() if key not in forgotten}

    def _run(
        self,
        document: int,
        request: ComparisonRequest,
        plan: Plan,
        crew: Crew,
        known: dict[str, Summary],
        before: Mapping[str, Summary],
        ticket: Ticket,
        began: float,
    ) -> None:
        """Work the plan off until nothing is left or it is cancelled, and publish what is known now and then."""
        shown, cost, first = 0.0, 0.0, 0.0
        for done, (one, summary) in enumerate(work_off(plan, crew, known, lambda: ticket.cancelled)):
            if self._journal is not None:
                self._journal.add(one.key, summary)
                self._tell_notices()
            FRAMES.wait()
            now = time.monotonic()
            first = first or now  # until then workers have started, and kernels been compiled
            if now - shown >= max(PUBLISHED_EVERY, _SHARE * cost):
                pace = (now - first) / done if done else None
                self._publish(document, request, plan, known, began, pace, before)
                shown = time.monotonic()
                cost = shown - now

    def _publish(
        self,
        document: int,
        request: ComparisonRequest,
        plan: Plan,
        known: Mapping[str, Summary],
        began: float,
        pace: float | None,
        before: Mapping[str, Summary] | None = None,
    ) -> None:
        """pace: seconds from one finished trial to the next."""
        known = _Watched(known, FRAMES.wait)
        result = plan.result(known)
        trials = {each.key: known[each.key] for each in plan.trials(known) if each.key in known}
        failed = [summary.failed for summary in trials.values() if summary.failed]
        again = [(key, summary) for key, summary in trials.items() if before and key in before]
        same = sum(summary.digest == (before or {})[key].digest for key, summary in again)
        outcome = Outcome(
            request,
            plan,
            result,
            plan.is_finished(known),
            time.monotonic() - began if began else 0.0,
            None if pace is None else pace * max(result.expected - result.done, 0),
            trials,
            tuple(sorted({summary.processor for summary in trials.values() if summary.processor})),
            (len(failed), failed[0] if failed else ""),
            (same, len(again) - same),
        )
        if document == self._document:
            self.outcomes = {**self.outcomes, request.kind: outcome}
            self.progressed.emit()

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit("".join(traceback.format_exception(error)))
        self.ended.emit("")


def _told(error: SettingError) -> str:
    """What is refused, with its place if that is a setting a person knows by this name."""
    return error.sentence if error.where in ("workers", "runs") else str(error)


def _any_known(plan: Plan, known: Mapping[str, Summary]) -> bool:
    return any(each.key in known for each in plan.trials(known))


def _probed(what: Trial, ticket: Ticket) -> float:
    """About the seconds that a trial takes: those of its first updates, and of so many more that their pace shows."""
    updates = begun = min(_PROBED, what.updates)
    _begin(what, updates, ticket)  # what it needs is made and compiled with it
    seconds = first = _begin(what, updates, ticket)
    while seconds < _PROBE and updates < what.updates:
        updates = min(_LONGER * updates, what.updates)
        seconds = _begin(what, updates, ticket)
    if updates == begun:
        return seconds * what.updates / max(updates, 1)
    return first + max(seconds - first, 0.0) * (what.updates - begun) / (updates - begun)


def _begin(what: Trial, updates: int, ticket: Ticket) -> float:
    """The seconds that the first updates of a trial take. Raises Cancelled."""
    begun = replace(what, experiment=replace(what.experiment, stop={**what.experiment.stop, "updates": updates}))
    return trial(begun, ticket.interruption, time.thread_time).seconds
