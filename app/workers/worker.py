"""The object in the training thread: takes the window's commands, and ticks while there is something to compute."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.workers.commands import Command, Edit
from app.workers.priority import FRAMES, give_way
from app.workers.publisher import Publisher
from app.workers.training import Training
from app.workers.waiting import Waiting
from engine import SettingError, Stopped

PUBLISH_SECONDS = 0.0125  # from which a chunk is published: each one at full speed, a frame of the window at most
PUBLISH_SHARE = 1 / 32  # of the time at most: the numbers of a large network are copied each time
SETTLE_SECONDS = 0.02  # after a command, before its result is published: most of what it entails takes less
POOL = 2  # threads that advance runs; more would only take cores from the window


class Worker(QObject):
    """Carries commands out between two chunks of training; Qt's queue of signals is the queue of commands.

    refused: a sentence, and the serial of the edit that it refuses (0 if it is no edit). told: a sentence about what
    an edit has entailed. failed: the traceback of a fault, which pauses the runs and never ends the thread.
    """

    refused = Signal(str, int)
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, publisher: Publisher) -> None:
        super().__init__()
        self._publisher = publisher
        self._timer: QTimer | None = None
        self._last_tick = self._next_published = 0.0
        # While one thread waits for the window to let Python go on, the other computes.
        self._pool = ThreadPoolExecutor(POOL, "runs", initializer=_begin_thread)
        met = threading.Barrier(POOL)
        for _ in range(POOL):  # started here: one started by a thread of Qt would leave Python a dummy of that
            self._pool.submit(met.wait)
        self.waiting = Waiting()
        self._training = Training(self._pool.map, self.waiting)

    @Slot()
    def begin(self) -> None:
        """Called once in the worker's own thread, so that the timer lives there."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @Slot(object)
    def take(self, command: Command) -> None:
        """Carry a command out, and publish what has come of it; nothing if another waits that replaces it."""
        if self.waiting.remove():
            return
        self._guard(partial(command.carry_out, self._training), command.serial if isinstance(command, Edit) else 0)
        if note := self._training.take_note():
            self.told.emit(note)
        FRAMES.wait()
        with self.waiting.patient(command.replaces):
            self._guard(partial(self._training.catch_up, command.patience))
        FRAMES.wait()
        self._guard(partial(self._training.settle, SETTLE_SECONDS))
        self.publish()
        self._wake()

    @Slot()
    def publish(self) -> None:
        if self._training.is_open:
            begun = time.perf_counter()
            self._guard(partial(self._publisher.publish, self._training))
            spent = time.perf_counter() - begun
            self._next_published = begun + max(PUBLISH_SECONDS, spent / PUBLISH_SHARE)

    def release(self, wait: bool = True) -> None:
        """End the threads of the runs; called by the window, once the training thread has ended, or is left.

        wait: for their ends.
        """
        self._pool.shutdown(wait=wait)

    def _guard(self, action: Callable[[], None], serial: int = 0) -> None:
        try:
            with np.errstate(all="ignore"):
                action()
        except Stopped:
            pass  # the window is closed, and nobody waits for what was being made
        except SettingError as error:
            self.refused.emit(str(error), serial)
        except Exception:
            self._training.halt()
            self.failed.emit(traceback.format_exc())

    def _wake(self) -> None:
        """Tick as often as the training needs it."""
        if self._timer is None:
            return
        if not self._training.busy:
            self._timer.stop()
            return
        if not self._timer.isActive():
            self._last_tick = time.perf_counter()
        self._timer.start(self._training.interval)

    @Slot()
    def _tick(self) -> None:
        FRAMES.wait()
        now = time.perf_counter()
        passed, self._last_tick = now - self._last_tick, now
        training, timer = self._training, self._timer
        self._guard(partial(training.move_on, passed))
        if time.perf_counter() >= self._next_published or not (training.moving or training.unsettled):
            self.publish()
        if timer is not None and (not training.busy or timer.interval() != training.interval):
            self._wake()


def _begin_thread() -> None:
    """A run that diverges says so in its status; a warning from its thread would reach nobody."""
    np.seterr(all="ignore")
    give_way()
