"""The latest wanted job, in a background thread: the one mechanism for snapshots, slices, grids, export and import."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from app.workers.ending import ended
from app.workers.priority import FRAMES, give_way
from engine import Interruption, Pieces

T = TypeVar("T")


class Cancelled(Exception):
    """The job is no longer wanted."""


class Ticket:
    """Passed to a job, which asks it whether to go on. number: of the job, counted from 1.

    interruption: for an evaluation of the engine, which a cancelled job gives up.
    """

    def __init__(self, number: int, work: Callable[[Ticket], object], keep: bool) -> None:
        self.number = number
        self.work = work
        self.keep = keep
        self.cancelled = False
        self.interruption = Interruption(self.check)
        self._woken = threading.Event()

    @property
    def wanted(self) -> bool:
        """Whether to go on: it is not cancelled, and no later job waits for it to end."""
        return not self._woken.is_set()

    def check(self) -> None:
        """Let a window that is late go first, between two pieces. Raises Cancelled for a job that is cancelled."""
        if not self.cancelled:
            FRAMES.wait()
        if self.cancelled:
            raise Cancelled

    def finish(self, pieces: Pieces[T]) -> T:
        """The result of an evaluation that was given `interruption`. Raises Cancelled."""
        while True:
            try:
                next(pieces)
            except StopIteration as end:
                result: T = end.value
                return result
            self.check()

    def pause(self, seconds: float) -> None:
        """Wait for so long, or until the job is no longer wanted."""
        self._woken.wait(seconds)

    def supersede(self) -> None:
        self._woken.set()

    def cancel(self) -> None:
        self.cancelled = True
        self.interruption.stop()
        self._woken.set()


class LatestJob:
    """Runs one job at a time, in a thread of its own. Of the jobs that wait, the latest takes the others' place.

    A job is a function of its Ticket; it looks at the ticket between two of its pieces, and may raise Cancelled.
    `failed` hears, from that thread, the number of a job and what else it has raised. The thread is one of Python's
    and not of Qt's: Matplotlib asks for the current thread, and for one of Qt's Python makes up a dummy.
    """

    def __init__(self, name: str, failed: Callable[[int, BaseException], None], gives_way: bool = False) -> None:
        """gives_way: whether the window's thread goes before it wherever both want a core, as before those of runs."""
        self._failed = failed
        self._lock = threading.Lock()
        self._waiting: list[Ticket] = []
        self._current: Ticket | None = None
        self._busy = self._released = False
        self._at_rest = threading.Event()
        self._at_rest.set()
        self._count = 0
        self._pool = ThreadPoolExecutor(1, name, initializer=give_way if gives_way else None)

    @property
    def idle(self) -> bool:
        """Whether no job is under way or waits."""
        with self._lock:
            return not self._busy

    def start(self) -> None:
        """Start the thread now. Else the first job starts it: a thread of Qt's that does so becomes a dummy."""
        self._pool.submit(int).result()

    def offer(self, work: Callable[[Ticket], object], keep: bool = False) -> int:
        """Do this after the job that is under way, instead of those that wait; its number.

        keep: whether it is done whatever is offered later, and supersedes nothing itself, as a file to be written.
        After `release` nothing is done any more.
        """
        with self._lock:
            self._count += 1
            if self._released:
                return self._count
            if not keep:
                self._waiting = [ticket for ticket in self._waiting if ticket.keep]
                if self._current is not None and not self._current.keep:
                    self._current.supersede()
            self._waiting.append(Ticket(self._count, work, keep))
            if not self._busy:
                self._busy = True
                self._at_rest.clear()
                self._pool.submit(self._run)
            return self._count

    def cancel(self) -> None:
        """Cancel the job that is under way, and those that wait: a kept one begins, so that it can say so."""
        with self._lock:
            self._waiting = [ticket for ticket in self._waiting if ticket.keep]
            for ticket in (*self._waiting, self._current):
                if ticket is not None:
                    ticket.cancel()

    def give_up(self) -> None:
        """Cancel everything, and do nothing any more; `release` waits for the end, while others may come to theirs."""
        with self._lock:
            self._released = True
            self._waiting.clear()
            if self._current is not None:
                self._current.cancel()

    def release(self, most: float = math.inf) -> None:
        """Cancel everything and wait until the piece that is under way has ended, and with it the thread: unless that
        compiles, see `ended`, or takes more than `most` seconds.
        """
        self.give_up()
        self._pool.shutdown(wait=ended(self._at_rest.wait, most=most))

    def drain(self, most: float) -> None:
        """Finish what is to be kept, cancel the rest, and end the thread: for files, which a close must not lose.

        What is not finished within `most` seconds is cancelled, too, and left if it does not end in as many again.
        """
        with self._lock:
            self._released = True
            self._waiting = [ticket for ticket in self._waiting if ticket.keep]
            if self._current is not None and not self._current.keep:
                self._current.cancel()
        is_done = self._at_rest.wait(most)
        if not is_done:
            self.cancel()
            is_done = self._at_rest.wait(most)
        self._pool.shutdown(wait=is_done)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._current = ticket = self._waiting.pop(0) if self._waiting else None
                if ticket is None:
                    self._busy = False
                    self._at_rest.set()
                    return
            try:
                ticket.work(ticket)
            except Cancelled:
                continue
            except BaseException as error:
                self._failed(ticket.number, error)
