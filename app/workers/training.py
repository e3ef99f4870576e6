"""The training thread: the only one that touches a session. Events in, immutable pictures out."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.window.undo_history import Edits, State
from app.workers.loss_slices import LossSlices
from app.workers.snapshots import Portraits, Sitting
from engine import (
    Experiment,
    Problem,
    RunRecord,
    Session,
    SessionPicture,
    SettingError,
    SliceRequest,
    Wanted,
    path_request,
)

CHUNK_SECONDS = 0.008  # at full speed; short enough that a tweak is felt at once
FRAME_SECONDS = 1 / 60
PATH_SECONDS = 0.2  # between two looks at where the runs of a moving race have been
MOST_CLOCK_MARKS = 4096
POOL = 2  # threads that advance runs; more would only take cores from the window
SPREAD_FROM = 1000  # updates for which handing runs to the pool is worth its while
MAX_SPEED = 0.0  # the speed that means: as fast as it goes
MOST_FOLLOWED = 100_000  # updates computed again at once when the problem changes in a pause
_LARGEST_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Published:
    """What the views pull, once a frame. serial: how many edits of the window it has seen.

    clock: (updates, seconds of training), linear in between. replaying: the share of a replay that is
    done, or None. undo_label, redo_label: what would be taken back or done again, empty if nothing.
    """

    picture: SessionPicture
    serial: int
    playing: bool
    speed: float
    updates_per_second: float
    clock: tuple[np.ndarray, np.ndarray]
    replaying: float | None
    undo_label: str
    redo_label: str


@dataclass(frozen=True, slots=True)
class Patch:
    """Loss on a grid of the surface: values (ny, nx) at xs (nx,) and ys (ny,)."""

    serial: int
    xs: np.ndarray
    ys: np.ndarray
    values: np.ndarray


class Worker(QObject):
    """Lives in its own thread; every slot is reached through a queued signal."""

    refused = Signal(str)
    failed = Signal(str)
    not_loaded = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.published: Published | None = None
        self.patch: Patch | None = None
        self._session: Session | None = None
        self._edits = Edits()
        self._label = self._key = ""
        self._serial = 0
        self._playing = False
        self._speed = MAX_SPEED
        self._cursor: int | None = None
        self._goal: int | None = None
        self._goal_from = 0
        self._chunk = 64
        self._due = 0.0
        self._last_tick = self._last_frame = 0.0
        self._rate = 0.0
        self._seconds = 0.0
        self._marks: list[tuple[int, float]] = [(0, 0.0)]
        self._timer: QTimer | None = None
        self._portrayed = ""
        self._wanted: Wanted | None = None
        self._plane: SliceRequest | None = None
        self._explained = False
        self._mapped: SliceRequest | None = None
        self._last_path_request = 0.0
        self.portraits = Portraits(self._fail)
        self.planes = LossSlices(self._fail)
        # While one thread waits for the window to let Python go on, the other computes.
        self._pool = ThreadPoolExecutor(POOL, "runs", initializer=_be_silent)
        met = threading.Barrier(POOL)
        for _ in range(POOL):  # started here: one started by a thread of Qt would leave Python a dummy of that
            self._pool.submit(met.wait)

    @Slot()
    def begin(self) -> None:
        """Called once in the worker's own thread, so that the timer lives there."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @Slot()
    def publish(self) -> None:
        """Publish at once, with every edit that was sent before."""
        self._publish()

    @Slot()
    def end(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._session = None

    def release(self) -> None:
        """Let the threads of the runs end and wait for them; called by the window, once this thread has ended."""
        self._pool.shutdown()
        self.portraits.release()
        self.planes.release()

    @Slot(object, int)
    def load(self, experiment: Experiment, serial: int) -> None:
        """Open another experiment, at update 0 and paused."""

        def load() -> None:
            try:
                session = Session(experiment)
            except SettingError:
                self.not_loaded.emit(serial)
                raise
            self._take(session)

        self._edit(serial, load)

    @Slot(object, int)
    def become(self, experiment: Experiment, serial: int) -> None:
        """Take up another problem from its beginning, as an edit that can be undone."""

        def become() -> None:
            self._restore(State(experiment, 0))
            self._forget_clock()

        self._edit(serial, become)

    @Slot(str, str)
    def name_edit(self, label: str, key: str) -> None:
        """What the next edit is called; those of one key in a row are undone together."""
        self._label, self._key = label, key

    @Slot()
    def settle(self) -> None:
        """A gesture is over: the next edit is undone by itself."""
        self._edits.settle()

    @Slot(int)
    def undo(self, serial: int) -> None:
        self._edit(serial, lambda: self._restore(self._edits.undo(self._state())))

    @Slot(int)
    def redo(self, serial: int) -> None:
        self._edit(serial, lambda: self._restore(self._edits.redo(self._state())))

    @Slot(str, str, object, int)
    def tweak(self, id: str, setting: str, value: object, serial: int) -> None:
        self._edit(serial, lambda: self._of_session().tweak(id, setting, value))

    @Slot(object, int)
    def change_problem(self, changes: Mapping[str, Any], serial: int) -> None:
        def change() -> None:
            session = self._of_session()
            reached = self._reached()
            if not session.problem_changed(changes):
                return
            self._goal = None
            self._forget_clock()
            if not self._playing and session.problem.ground is not None:  # the paths follow the hand at the start
                self._aim(min(reached, MOST_FOLLOWED))

        self._edit(serial, change)

    @Slot(object, int)
    def stop_at(self, stop: Mapping[str, Any], serial: int) -> None:
        self._edit(serial, lambda: self._of_session().stop_at(stop))

    @Slot(object, int)
    def add_run(self, record: RunRecord, serial: int) -> None:
        def add() -> None:
            session = self._of_session()
            session.add(record)
            self._aim(session.update)

        self._edit(serial, add)

    @Slot(str, int)
    def remove_run(self, id: str, serial: int) -> None:
        self._edit(serial, lambda: self._of_session().remove(id))

    @Slot(bool, int)
    def reset(self, keep_tweaks: bool, serial: int) -> None:
        def reset() -> None:
            self._goal = None
            self._of_session().reset(keep_tweaks)
            self._forget_clock()

        self._edit(serial, reset)

    @Slot(object, int)
    def rewind(self, update: int, serial: int) -> None:
        self._edit(serial, lambda: self._restore(State(self._of_session().rewound(update), update)))

    @Slot(str, object, float, int)
    def remedy(self, id: str, update: int, rate: float, serial: int) -> None:
        """Go back to an update and on from there with another learning rate in one run."""
        self._edit(serial, lambda: self._restore(State(self._of_session().rewound(update, {id: rate}), update)))

    @Slot()
    def play(self) -> None:
        self._cursor = None
        self._playing = True
        self._due = 0.0
        self._last_tick = time.perf_counter()
        self._wake()

    @Slot()
    def pause(self) -> None:
        self._playing = False
        self._publish()

    @Slot(int)
    def step(self, updates: int) -> None:
        """Take single updates, then stand still."""
        self._playing = False
        self._cursor = None
        self._guard(lambda: self._advance(updates))
        self._publish()

    @Slot(float)
    def set_speed(self, speed: float) -> None:
        self._speed = speed
        self._due = 0.0
        self._publish()
        self._wake()

    @Slot(object)
    def scrub(self, update: int | None) -> None:
        """Show the state at a past update (paused), or the present again."""
        if update is not None:
            self._playing = False
        self._cursor = update
        self._publish()

    @Slot(str, object, object, bool)
    def want(self, run: str, wanted: Wanted, plane: SliceRequest | None, step: bool) -> None:
        """Portray this run from now on, in this plane if any; step: whether its next step is to be shown too."""
        self._portrayed, self._wanted, self._plane, self._explained = run, wanted, plane, step
        if plane is None:
            self.planes.rest()
        self._publish()

    @Slot(object, object, int)
    def survey(self, xs: np.ndarray, ys: np.ndarray, serial: int) -> None:
        """Compute the surface on a grid, for the stage."""

        def compute() -> None:
            problem: Problem = self._of_session().problem
            if problem.ground is None:
                return
            self.patch = Patch(serial, xs, ys, problem.values(xs, ys))

        self._guard(compute)

    def _take(self, session: Session) -> None:
        self._session = session
        self._edits.clear()
        self._playing = False
        self._cursor = self._goal = None
        self._forget_clock()

    def _of_session(self) -> Session:
        if self._session is None:
            raise SettingError("no experiment is open yet")
        return self._session

    def _state(self) -> State:
        return State(self._of_session().experiment(), self._reached())

    def _reached(self) -> int:
        """Where the race is, or will be once a replay is done."""
        return max(self._of_session().update, self._goal or 0)

    def _restore(self, state: State | None) -> None:
        """Make the session what it was, and compute it up to there again."""
        if state is not None:
            self._of_session().restore(state.experiment, state.update)
            self._goal = None
            self._cursor = None
            self._aim(state.update)

    def _edit(self, serial: int, change: Callable[[], None]) -> None:
        """Carry out one edit of the window; a refusal is a sentence and leaves everything as it was.

        What the window has named can be undone, if it changes anything.
        """
        before = self._state() if self._label and self._session is not None else None
        try:
            self._guard(change)
            if before is not None:
                self._edits.record(self._label, self._key, before, self._state())
        finally:
            self._label = ""
            self._serial = serial
            self._publish()
            self._wake()

    def _guard(self, action: Callable[[], Any]) -> None:
        """Run something of the session; a fault pauses the race and is told, it never kills the thread."""
        try:
            with np.errstate(all="ignore"):
                action()
        except SettingError as error:
            self.refused.emit(str(error))
        except Exception:
            self._playing = False
            self._goal = None
            self.failed.emit(traceback.format_exc())

    def _aim(self, update: int) -> None:
        """Replay at full speed, whatever the playing speed, until every run has reached `update`."""
        session = self._of_session()
        self._goal_from = min((run.update for run in session.runs), default=0)
        self._goal = update if self._goal_from < update else None

    def _forget_clock(self) -> None:
        self._seconds = 0.0
        self._marks = [(0, 0.0)]
        self._cursor = None

    def _wake(self) -> None:
        if self._timer is None or self._session is None:
            return
        if not (self._playing or self._goal is not None):
            self._timer.stop()
        elif self._goal is not None or self._speed == MAX_SPEED:
            self._timer.start(0)
        else:
            self._timer.start(max(1, round(min(1000 / self._speed, 1000 / 60))))

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        passed, self._last_tick = min(now - self._last_tick, 0.1), now
        if self._goal is not None:
            self._guard(self._replay)
        elif self._playing:
            self._guard(lambda: self._play_on(passed))
        if now - self._last_frame >= FRAME_SECONDS or not self._playing:
            self._publish()
        if not self._playing and self._goal is None:
            self._wake()

    def _replay(self) -> None:
        session, goal = self._of_session(), self._goal
        assert goal is not None
        late = [run for run in session.runs if run.update < goal and run.status in ("ready", "running")]
        begun = time.perf_counter()
        list(self._pool.map(lambda run: run.advance(min(goal - run.update, self._chunk)), late))
        if late:
            self._adapt(time.perf_counter() - begun)
        else:
            self._goal = None

    def _play_on(self, passed: float) -> None:
        if not self._of_session().moving:
            self._playing = False
            return
        updates = self._chunk
        if self._speed != MAX_SPEED:
            self._due += passed * self._speed
            updates = min(int(self._due), self._chunk)
            self._due -= min(int(self._due), 2 * updates)
        if updates:
            self._advance(updates)

    def _advance(self, updates: int) -> None:
        session = self._of_session()
        begun = time.perf_counter()
        before = session.update
        if updates < SPREAD_FROM:
            session.advance(updates)
        else:
            session.advance(updates, self._pool.map)
        spent = time.perf_counter() - begun
        self._seconds += spent
        self._marks.append((session.update, self._seconds))
        if len(self._marks) > MOST_CLOCK_MARKS:
            self._marks = self._marks[::2]
        if self._playing and spent > 0.0:
            self._rate += 0.1 * ((session.update - before) / max(spent, 1e-9) - self._rate)
        if updates >= self._chunk:
            self._adapt(spent)

    def _adapt(self, spent: float) -> None:
        """Bring the next chunk nearer to its intended duration, by at most a factor of 4."""
        factor = CHUNK_SECONDS / max(spent, 1e-6)
        self._chunk = int(min(max(self._chunk * min(max(factor, 0.25), 4.0), 1), _LARGEST_CHUNK))

    def _publish(self) -> None:
        if self._session is None:
            return
        self._last_frame = time.perf_counter()
        self._guard(self._publish_now)

    def _publish_now(self) -> None:
        session = self._of_session()
        marks = np.array(self._marks, float)
        replaying = None
        if self._goal is not None:
            done = min((run.update for run in session.runs), default=0) - self._goal_from
            replaying = min(max(done / max(self._goal - self._goal_from, 1), 0.0), 1.0)
        speed = self._rate if self._speed == MAX_SPEED else min(self._rate, self._speed)
        picture = session.picture(self._cursor, self._portrayed, self._explained)
        self._offer(picture)
        self.published = Published(
            picture=picture,
            serial=self._serial,
            playing=self._playing,
            speed=self._speed,
            updates_per_second=speed if self._playing else 0.0,
            clock=(marks[:, 0], marks[:, 1]),
            replaying=replaying,
            undo_label=self._edits.undo_label,
            redo_label=self._edits.redo_label,
        )

    def _offer(self, picture: SessionPicture) -> None:
        """Let the run that is looked at be portrayed as the picture shows it."""
        if picture.learner is None or self._wanted is None:
            return
        for run in picture.runs:
            if run.id == self._portrayed:
                self.portraits.offer(Sitting(picture.learner, run.shown.theta, self._wanted, run.id, run.shown.update))
                self._offer_path_request(picture)

    def _offer_path_request(self, picture: SessionPicture) -> None:
        """Let the paths be mapped, if a plane of them is looked at: at once in a pause, now and then in a race."""
        moving = self._playing or self._goal is not None
        now = time.perf_counter()
        soon = moving and self._plane == self._mapped and now - self._last_path_request < PATH_SECONDS
        if self._plane is None or soon:
            return
        self._mapped, self._last_path_request = self._plane, now
        self.planes.offer(path_request(picture, self._of_session(), self._portrayed, self._plane, moving))

    def _fail(self, error: BaseException) -> None:
        """Tell what went wrong in a thread beside this one."""
        self.failed.emit("".join(traceback.format_exception(error)))


def _be_silent() -> None:
    """A run that diverges says so in its status; a warning from its thread would reach nobody."""
    np.seterr(all="ignore")
