"""The training: the open session, its undo history, and whether it plays, pauses or replays. One thread owns it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.workers.pace import Pace
from app.workers.undo_history import State, UndoHistory
from engine import READY, RUNNING, Run, Session, SettingError, SliceRequest, SnapshotParts

SPREAD_FROM = 1000  # updates for which handing the runs to several threads is worth its while

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
    update on screen, None for the newest.
    """

    def __init__(self, spread: Spread) -> None:
        """spread: how the work on each run is handed out, as the `map` of a thread pool."""
        self.history = UndoHistory()
        self.pace = Pace()
        self.focus = Focus()
        self.document = 0
        self.serial = 0
        self.playing = False
        self.cursor: int | None = None
        self._spread = spread
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
    def replaying(self) -> float | None:
        """The share of a replay that is done; None if there is none."""
        if self._goal is None:
            return None
        done = min((run.update for run in self.session.runs), default=0) - self._goal_from
        return min(max(done / max(self._goal - self._goal_from, 1), 0.0), 1.0)

    @property
    def interval(self) -> int:
        """Milliseconds until `move_on` is due again."""
        return 0 if self._goal is not None else self.pace.interval

    @property
    def reached(self) -> int:
        """The update that the runs have reached, or will have once a replay is done."""
        return max(self.session.update, self._goal or 0)

    def open(self, session: Session, document: int, update: int = 0) -> None:
        """Open the session of a document, paused; its runs are replayed to `update`."""
        self._session = session
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
        self._goal_from = min((run.update for run in self.session.runs), default=0)
        self._goal = update if self._goal_from < update else None

    def begin_again(self) -> None:
        """Drop a replay, the clock and the cursor, because the runs are back at update 0."""
        self._goal = None
        self.cursor = None
        self.pace.restart_clock()

    def play(self) -> None:
        self.cursor = None
        self.playing = True
        self.pace.start()

    def halt(self) -> None:
        """Stop playing and replaying."""
        self.playing = False
        self._goal = None

    def step(self, updates: int) -> None:
        """Take so many updates at once, then pause."""
        self.playing = False
        self.cursor = None
        self._advance(updates)

    def move_on(self, passed: float) -> None:
        """Take the next chunk, `passed` seconds after the last."""
        if self._goal is not None:
            self._replay(self._goal)
        elif self.playing and not self.session.moving:
            self.playing = False
        elif self.playing and (updates := self.pace.due(passed)):
            self._advance(updates)

    def _state(self) -> State:
        return State(self.session.experiment(), self.reached, self.document)

    def _replay(self, goal: int) -> None:
        late = [run for run in self.session.runs if run.update < goal and run.status in (READY, RUNNING)]
        if not late:
            self._goal = None
            return
        begun = time.perf_counter()
        list(self._spread(lambda run: run.advance(min(goal - run.update, self.pace.chunk)), late))
        self.pace.adapt(time.perf_counter() - begun)

    def _advance(self, updates: int) -> None:
        session, pace = self.session, self.pace
        before = session.update
        begun = time.perf_counter()
        if updates < SPREAD_FROM:
            session.advance(updates)
        else:
            session.advance(updates, self._spread)
        spent = time.perf_counter() - begun
        pace.note(session.update, spent)
        if self.playing:
            pace.note_rate(session.update - before, spent)
        if updates >= pace.chunk:
            pace.adapt(spent)
