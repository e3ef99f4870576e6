"""The training: the open session, its undo history, and whether it plays, pauses or replays. One thread owns it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.workers.pace import CHUNK_SECONDS, Pace
from app.workers.undo_history import State, UndoHistory
from app.workers.waiting import Waiting
from engine import (
    READY,
    RUNNING,
    Experiment,
    Run,
    Session,
    SessionPicture,
    SettingError,
    SliceRequest,
    SnapshotParts,
)

STEP_SECONDS = 0.05  # for which a step goes on although another command waits
EXPLAIN_SECONDS = 0.02  # that a publication may wait for the next step of the selected run
SPREAD_SECONDS = 0.001  # of work from which handing the runs to several threads is worth its while

Spread = Callable[[Callable[[Run], int], Iterable[Run]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Focus:
    """The selected run, and what the visible views ask of it.

    wanted: parts of a network's snapshot. slice: the loss slice, if one is shown. step: whether the next step is
    explained.
    """

    run: str = ""
    wanted: SnapshotParts | None = None
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
        self.document = 0
        self.serial = 0
        self.playing = False
        self.cursor: int | None = None
        self._spread = spread
        self._waiting = waiting
        self._shown_cursor: int | None = None
        self._session: Session | None = None
        self._goal: int | None = None
        self._goal_from = 0

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
        return self.playing or self._goal is not None

    @property
    def unsettled(self) -> bool:
        """Whether something is due in the runs before their next update."""
        return self._session is not None and not self._session.settled

    @property
    def incomplete(self) -> bool:
        """Whether the last picture lacks something that was asked for, because it was interrupted."""
        if self._session is None:
            return False
        return self.cursor != self._shown_cursor or not self._session.explained

    @property
    def busy(self) -> bool:
        """Whether there is anything to compute."""
        return self.moving or self.unsettled or self.incomplete

    @property
    def replaying(self) -> float | None:
        """The share of a replay that is done; None if there is none."""
        if self._goal is not None:
            begun, goal = self._goal_from, self._goal
            done = min((run.update for run in self._late(goal)), default=goal)
        elif self._session is not None and (behind := [run for run in self._session.runs if run.update < run.goal]):
            slowest = min(behind, key=lambda run: run.update / run.goal)
            begun, done, goal = 0, slowest.update, slowest.goal
        else:
            return None
        return min(max((done - begun) / max(goal - begun, 1), 0.0), 1.0)

    @property
    def interval(self) -> int:
        """Milliseconds until `move_on` is due again."""
        return self.pace.interval if self.playing and self._goal is None else 0

    @property
    def reached(self) -> int:
        """The update that the runs have reached, or will have once a replay is done."""
        return max(self.session.update, self._goal or 0, *(run.goal for run in self.session.runs))

    def open(self, experiment: Experiment, document: int, update: int = 0) -> None:
        """Open a session of a document's experiment, paused; its runs are replayed to `update`."""
        self._session = Session(experiment, self._waiting.interruption)
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
            self.aim(state.update)

    def aim(self, update: int) -> None:
        """Replay at full speed, whatever the playing speed, until every run has reached `update`."""
        late = self._late(update)
        self._goal_from = min((run.update for run in late), default=update)
        self._goal = update if late else None

    def begin_again(self) -> None:
        """Drop a replay, the clock and the cursor, because the runs are back at update 0."""
        self._goal = None
        self.cursor = None
        self.pace.restart_clock()

    def play(self) -> None:
        self.cursor = None
        self.playing = True
        self.pace.start()

    def pause(self) -> None:
        """Stop playing. If the last chunk was interrupted, the runs that are further back come up with the others."""
        if self.playing and self._goal is None:
            self.aim(self.session.update)
        self.playing = False

    def halt(self) -> None:
        """Stop playing and replaying."""
        self.playing = False
        self._goal = None

    def step(self, updates: int) -> None:
        """Take so many updates at once, then pause; what takes long and is interrupted goes on as a replay."""
        self.playing = False
        self.cursor = None
        goal, end = self.reached + updates, time.perf_counter() + STEP_SECONDS
        while True:
            self._advance(goal - self.session.update)
            if not self._late(goal) or time.perf_counter() > end:
                break
        self.aim(goal)

    def move_on(self, passed: float) -> None:
        """Take the next chunk, `passed` seconds after the last."""
        if self._goal is not None:
            self._replay(self._goal)
        elif self.playing and not self.session.moving and not self.unsettled:
            self.playing = False
        elif self.playing and (updates := self.pace.due(passed)):
            self._advance(updates)
        elif self.unsettled:
            self.session.settle(self._spread)

    def settle(self, seconds: float) -> None:
        """Do what is due in the runs, for so long; `move_on` does the rest."""
        end = time.perf_counter() + seconds
        with self._waiting.by_the_piece():
            while self.unsettled and not self.session.settle() and time.perf_counter() < end:
                pass

    def picture(self) -> SessionPicture:
        """The session as it stands, or as it was at the cursor as soon as that is computed.

        A next step that takes longer comes with a later picture.
        """
        session, focus, end = self.session, self.focus, time.perf_counter() + EXPLAIN_SECONDS
        if self.cursor is None or session.seek(self.cursor):
            self._shown_cursor = self.cursor
        looked_at = next((run for run in session.runs if run.settings.id == focus.run), None)
        with self._waiting.by_the_piece():
            if focus.step and looked_at is not None and not self.unsettled:
                while not looked_at.explain(self._shown_cursor) and time.perf_counter() < end:
                    pass
            return session.picture(self._shown_cursor, focus.run, focus.step)

    def _state(self) -> State:
        return State(self.session.experiment(), self.reached, self.document)

    def _late(self, update: int) -> list[Run]:
        return [run for run in self.session.runs if run.update < update and run.status in (READY, RUNNING)]

    def _replay(self, goal: int) -> None:
        late, chunk = self._late(goal), self.pace.chunk
        if not late:
            self._goal = None
            return
        begun = time.perf_counter()
        taken = list(self._spread(lambda run: run.advance(min(goal - run.update, chunk)), late))
        self._adapt(max(taken), chunk, time.perf_counter() - begun)

    def _adapt(self, taken: int, asked: int, spent: float) -> None:
        """Adapt the next chunk to how long this one took, of which only a part was taken if it was interrupted."""
        if taken >= asked >= self.pace.chunk or spent > 2.0 * CHUNK_SECONDS:
            self.pace.adapt(spent)

    def _advance(self, updates: int) -> None:
        session, pace = self.session, self.pace
        before = session.update
        begun = time.perf_counter()
        if updates * pace.cost < SPREAD_SECONDS:
            session.advance(updates)
        else:
            session.advance(updates, self._spread)
        spent = time.perf_counter() - begun
        pace.note_cost(session.update - before, spent)
        pace.note(session.update, spent)
        if self.playing:
            pace.note_rate(session.update - before, spent)
        self._adapt(session.update - before, updates, spent)
