"""The training: the open session, its undo history, and whether it plays, pauses or replays. One thread owns it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.documents.run_names import RunNames
from app.workers.pace import CHUNK_SECONDS, Pace
from app.workers.replaced_tweaks import replaced
from app.workers.run_clocks import RunClocks
from app.workers.undo_history import State, UndoHistory
from app.workers.waiting import Waiting
from engine import (
    READY,
    RUNNING,
    Experiment,
    Query,
    Run,
    Session,
    SessionPicture,
    SettingError,
    SliceRequest,
)

STEP_SECONDS = 0.05  # for which a step goes on although another command waits
EXPLAIN_SECONDS = 0.02  # that a publication may wait for the next step of the selected run, and for measures
SPREAD_SECONDS = 0.001  # of work from which handing the runs to several threads is worth its while
LONG_REPLAY = 0.4  # seconds after which a replay can be stopped by hand
UNLIMITED = 2000  # updates to which a race that has ended by itself goes on if it is changed and has no limit
NONE: Mapping[str, int] = MappingProxyType({})

Spread = Callable[[Callable[[Run], int], Iterable[Run]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Focus:
    """The selected run, and what the visible views ask of it.

    queries: what snapshots of it must answer. slice: the loss slice, if one is shown. step: whether the next step is
    explained.
    """

    run: str = ""
    queries: frozenset[Query[Any]] = frozenset()
    slice: SliceRequest | None = None
    step: bool = False


class Training:
    """What commands act on, and what is published.

    document: the number of the one that is open. serial: of the last edit that was carried out. cursor: the past
    update that is looked at, None for the newest.
    """

    def __init__(self, spread: Spread, waiting: Waiting) -> None:
        """spread: how the work on each run is handed out, as the `map` of a thread pool. waiting: interrupts it."""
        self.history = UndoHistory()
        self.pace = Pace()
        self.focus = Focus()
        self.naming = RunNames()
        self.document = 0
        self.serial = 0
        self.playing = False
        self.cursor: int | None = None
        self.clocks = RunClocks()
        self._spread = self.clocks.over(spread)
        self._in_turn = self.clocks.over(map)
        self._waiting = waiting
        self._shown_cursor: int | None = None
        self._session: Session | None = None
        self._goals: dict[str, tuple[int, int]] = {}  # by the ids of runs: from which update to which they are replayed
        self._replays_since = 0.0
        self._horizon = 0
        self._note = ""

    @property
    def is_open(self) -> bool:
        return self._session is not None

    @property
    def session(self) -> Session:
        """Raises SettingError while no experiment is open."""
        if self._session is None:
            raise SettingError("no experiment is open yet")
        return self._session

    @property
    def moving(self) -> bool:
        """Whether it plays or replays."""
        return self.playing or bool(self._goals)

    @property
    def can_stop(self) -> bool:
        """Whether nothing plays, but a replay has gone on for a while."""
        return bool(self._goals) and not self.playing and time.perf_counter() - self._replays_since > LONG_REPLAY

    @property
    def unsettled(self) -> bool:
        """Whether something is due in the runs before their next update."""
        return self._session is not None and not self._session.settled

    @property
    def incomplete(self) -> bool:
        """Whether the last picture lacks something that was asked for, because it was interrupted."""
        if self._session is None:
            return False
        return self.cursor != self._shown_cursor or not self._session.explained or self._lacks_measures

    @property
    def busy(self) -> bool:
        """Whether there is anything to compute."""
        return self.moving or self.unsettled or self.incomplete

    @property
    def replaying(self) -> float | None:
        """The share of a replay that is done; None if there is none."""
        if self._goals:
            ways = [(run.update, *self._goals[run.settings.id]) for run in self._late()]
            done, begun, goal = max(ways, key=lambda way: way[2] - way[0], default=(1, 0, 1))
        elif self._session is not None and (behind := [run for run in self._session.runs if run.update < run.goal]):
            slowest = min(behind, key=lambda run: run.update / run.goal)
            begun, done, goal = 0, slowest.update, slowest.goal
        else:
            return None
        return min(max((done - begun) / max(goal - begun, 1), 0.0), 1.0)

    @property
    def interval(self) -> int:
        """Milliseconds until `move_on` is due again."""
        return self.pace.interval if self.playing and not self._goals else 0

    @property
    def reached(self) -> int:
        """The update that the runs have reached, or will have once a replay is done."""
        free = self.session.free
        return max(self.session.update, *(max(run.goal, self._aimed(run)) for run in free))

    @property
    def horizon(self) -> int:
        """The update to which a run is computed that is changed from its start.

        It is where the race stands, or has stood before changes from the start made it end earlier. A race that has
        ended by itself may go on to its limit.
        """
        horizon = max(self.reached, self._horizon)
        if self._horizon or self.playing or self.session.moving:
            return horizon
        return max(horizon, int(self.session.experiment_settings.stop["updates"]) or UNLIMITED)  # type: ignore[arg-type]

    def goal(self, id: str) -> int:
        """The update to which this run is computed if it is changed from its start. Raises SettingError."""
        run = self.session.run(id)
        return self.horizon if run in self.session.free else self._stands_at(run)

    @property
    def recompute_seconds(self) -> float:
        """What it takes about to compute every run again from its start to where it stands; 0 if that is not known."""
        rate = self.pace.run_rate
        return self.reached * len(self.session.runs) / rate if rate else 0.0

    def open(self, experiment: Experiment, document: int, update: int = 0) -> None:
        """Open a session of a document's experiment, paused; its runs are replayed to `update`."""
        self._session = Session(experiment, self._waiting.interruption)
        self.clocks.forget()
        self.document = document
        self.playing = False
        self.begin_again()
        self.aim(update)

    def close(self) -> None:
        self.halt()
        self._session = None

    @contextmanager
    def editing(self, label: str, key: str) -> Iterator[None]:
        """Record for undo what is changed inside, even if it fails halfway; an edit without a label is not recorded."""
        before = self._state() if label and self.is_open else None
        try:
            yield
        finally:
            if before is not None:
                self.history.record(label, key, before, self._state())

    def undo(self) -> None:
        self.restore(self.history.undo(self._state()))

    def redo(self) -> None:
        self.restore(self.history.redo(self._state()))

    def restore(self, state: State | None) -> None:
        """Restore an earlier state, and replay the runs to where they were; None changes nothing.

        Where the state is of another document, that one is open again, paused.
        """
        if state is not None:
            self.session.restore(state.experiment, state.update)
            self.playing = self.playing and state.document == self.document
            self.document = state.document
            self.cursor = None
            self._goals.clear()
            self._horizon = state.update
            self.aim(state.update, state.pinned)

    def retrace(self, experiment: Experiment) -> None:
        """Exchange the runs that are others in `experiment`, and compute these from their start to where they stood.

        Stop rules end them as they end any run.
        """
        session, horizon = self.session, self.horizon
        before = {run.settings.id: run for run in session.runs}
        goals = {id: self.goal(id) for id in before}
        tweaks = {id: run.tweaks for id, run in before.items()}
        session.restore(experiment, max(horizon, *(self._stands_at(run) for run in session.runs)))
        self._note = replaced(tweaks, session.runs)
        self._horizon = horizon
        for run in session.runs:
            id = run.settings.id
            if run is not before[id] or run.tweaks is not tweaks[id]:
                self._goals.pop(id, None)
                self.aim_run(run, goals[id])

    def branch(self, id: str, update: int, new: str, changes: Mapping[str, Any]) -> None:
        """Let a branch leave a run, and catch up with the race. Raises SettingError."""
        reached = self.reached
        run = self.session.fork(id, update, changes, new)
        self.clocks.fork(id, new, update)
        self.cursor = None
        self.aim_run(run, reached)

    def follow(self, update: int) -> None:
        """Bring runs that have begun again to where the race stood."""
        self._horizon = update
        self.aim(update)

    def take_note(self) -> str:
        """What there is to tell about the last edit, empty if nothing; it is told once."""
        note, self._note = self._note, ""
        return note

    def aim(self, update: int, pinned: Mapping[str, int] = NONE) -> None:
        """Replay at full speed, whatever the playing speed, until every run has reached `update`.

        pinned: a later update for some, by their ids.
        """
        for run in self.session.runs:
            self.aim_run(run, max(update, pinned.get(run.settings.id, 0)))

    def aim_run(self, run: Run, update: int) -> None:
        """The same for one run."""
        if run.update < update and run.status in (READY, RUNNING):
            if not self._goals:
                self._replays_since = time.perf_counter()
            self._goals[run.settings.id] = run.update, max(update, self._aimed(run))

    def begin_again(self) -> None:
        """Drop a replay and the cursor, because the runs are back at update 0."""
        self._goals.clear()
        self._horizon = 0
        self.cursor = None
        self.pace.begin_again()

    def play(self) -> None:
        self.cursor = None
        self.playing = True
        self._horizon = 0
        self.pace.start()

    def pause(self) -> None:
        """Stop playing. If the last chunk was interrupted, the runs that are further back come up with the others."""
        if self.playing and not self._goals:
            self.aim(self.session.update)
        self.playing = False

    def halt(self) -> None:
        """Stop playing and replaying."""
        self.playing = False
        self._goals.clear()
        self._horizon = 0

    def step(self, updates: int) -> None:
        """Take so many updates at once, then pause; what takes long and is interrupted goes on as a replay."""
        self.playing = False
        self.cursor = None
        self._horizon = 0
        goal, end = self.reached + updates, time.perf_counter() + STEP_SECONDS
        while True:
            self._advance(goal - self.session.update)
            if not self._behind(goal) or time.perf_counter() > end:
                break
        self.aim(goal)

    def move_on(self, passed: float) -> None:
        """Take the next chunk, `passed` seconds after the last."""
        if self._goals:
            self._replay()
        elif self.playing and not self.session.moving and not self.unsettled:
            self.playing = False
        elif self.playing and (updates := self.pace.due(passed)):
            self._advance(updates)
        elif self.unsettled:
            self.session.settle(self._spread)

    def catch_up(self, seconds: float) -> None:
        """Replay for so long, or until a command interrupts it; `move_on` does the rest."""
        end = time.perf_counter() + seconds
        while self._goals and time.perf_counter() < end and not self._waiting.interruption.is_set:
            self._replay()

    def settle(self, seconds: float) -> None:
        """Do what is due in the runs, for so long; `move_on` does the rest."""
        end = time.perf_counter() + seconds
        with self._waiting.by_the_piece():
            while self.unsettled and not self.session.settle() and time.perf_counter() < end:
                pass

    @property
    def _lacks_measures(self) -> bool:
        """Whether the runs stand still where nothing was measured."""
        return not self.moving and not self.unsettled and self.session.lacks_standing

    def picture(self) -> SessionPicture:
        """The session as it stands, or as it was at the cursor as soon as that is computed.

        A next step, or measures where the runs stand still, that take longer come with a later picture.
        """
        session, focus, end = self.session, self.focus, time.perf_counter() + EXPLAIN_SECONDS
        if self.cursor is None or session.seek(self.cursor):
            self._shown_cursor = self.cursor
        looked_at = next((run for run in session.runs if run.settings.id == focus.run), None)
        with self._waiting.by_the_piece():
            if focus.step and looked_at is not None and not self.unsettled:
                while not looked_at.explain(self._shown_cursor) and time.perf_counter() < end:
                    pass
            while self._lacks_measures and not session.measure_standing() and time.perf_counter() < end:
                pass
            return session.picture(self._shown_cursor, focus.run, focus.step, self.naming)

    def _state(self) -> State:
        session = self.session
        pinned = {run.settings.id: self._stands_at(run) for run in session.runs if run not in session.free}
        return State(session.experiment(), max(self.reached, self._horizon), self.document, pinned)

    def _aimed(self, run: Run) -> int:
        """The update that it is replayed to, 0 if it is not."""
        return self._goals.get(run.settings.id, (0, 0))[1]

    def _stands_at(self, run: Run) -> int:
        """The update that it has reached, or will have once it is replayed."""
        return max(run.update, run.goal, self._aimed(run))

    def _behind(self, update: int) -> list[Run]:
        return [run for run in self.session.runs if run.update < update and run.status in (READY, RUNNING)]

    def _late(self) -> list[Run]:
        """The runs that have not yet come to where they are replayed to."""
        return [run for run in self.session.runs if run.update < self._aimed(run) and run.status in (READY, RUNNING)]

    def _replay(self) -> None:
        late, chunk = self._late(), self.pace.chunk
        if late:
            begun = time.perf_counter()
            spread = self._spread if len(late) > 1 else self._in_turn
            taken = list(spread(lambda run: run.advance(min(self._aimed(run) - run.update, chunk)), late))
            spent = time.perf_counter() - begun
            self.pace.note_work(sum(taken), spent)
            self._adapt(max(taken), chunk, spent)
        self._goals = {id: self._goals[id] for id in (run.settings.id for run in self._late())}

    def _adapt(self, taken: int, asked: int, spent: float) -> None:
        """Adapt the next chunk to how long this one took, of which only a part was taken if it was interrupted."""
        if taken >= asked >= self.pace.chunk or spent > 2.0 * CHUNK_SECONDS:
            self.pace.adapt(spent)

    def _advance(self, updates: int) -> None:
        session, pace = self.session, self.pace
        before = session.update
        begun = time.perf_counter()
        runs = len(session.runs)
        if runs == 1 or updates * runs < SPREAD_SECONDS * pace.run_rate or not pace.run_rate:
            taken = session.advance(updates, self._in_turn)
        else:
            taken = session.advance(updates, self._spread)
        spent = time.perf_counter() - begun
        pace.note_work(taken, spent)
        if self.playing:
            pace.note_rate(session.update - before, spent)
        self._adapt(session.update - before, updates, spent)
