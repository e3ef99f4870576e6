"""A worker in a process of its own: it makes itself ready, says what it is, and computes trials.

Nothing of the engine is imported before the kernel cache is prepared, for Numba reads its place once, at its import.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents import kernel_cache
from app.documents.file_lock import FileLock, LockHeld
from app.documents.version import version
from app.workers.priority import give_way

if TYPE_CHECKING:
    from engine import Interruption, Summary, Trial

Outcome = tuple[Any, BaseException | None]  # of a call: what it returns, or what it raises

_COMPILING = 300.0  # seconds that a worker waits for another one that compiles the same
_TURN = 0.1  # seconds between two looks at whether it is still to wait


@dataclass(frozen=True, slots=True)
class Identity:
    """What a result depends on besides its trial: where all of it is equal, results are equal to the bit.

    version: of Fall Line. numbers, format: NUMBERS and FORMAT of the engine. sources: a hash of the engine and Numba.
    processor: its kind.
    """

    version: str
    numbers: int
    format: int
    sources: str
    processor: str

    def difference(self, other: Identity) -> str:
        """What keeps a worker that is `other` from working for this one, in words; empty if nothing does."""
        for what, ours, theirs in (
            ("Fall Line {}", self.version, other.version),
            ("version {} of the numbers", self.numbers, other.numbers),
            ("format {} of experiments", self.format, other.format),
            ("sources {} of the engine", self.sources[:8], other.sources[:8]),
        ):
            if ours != theirs:
                return f"has {what.format(theirs)}, while this is {what.format(ours)}"
        return ""


def identity() -> Identity:
    """What this process is, ready to compute trials from now on."""
    kernel_cache.prepare()
    from engine import FORMAT, NUMBERS, processor

    return Identity(version(), NUMBERS, FORMAT, kernel_cache.sources(), processor())


def work(what: Trial, client: str = "") -> Summary:
    """The summary of a trial, computed by a worker. client: whoever may stop it, by `give_up`.

    Raises engine.Stopped.
    """
    return computed(what, _interruption(client))


def computed(what: Trial, interruption: Interruption) -> Summary:
    """The summary of a trial, which the seconds of compiling are no part of. Raises engine.Stopped."""
    from engine import trial

    _compile_once(what, interruption)
    return trial(what, interruption, time.thread_time)


def bundle(calls: Sequence[tuple[Callable[[Any], Any], Any]]) -> tuple[list[Outcome], float]:
    """What each of several functions returns or raises, given its argument, and the seconds that all took."""
    began = time.perf_counter()
    found: list[Outcome] = []
    for function, given in calls:
        try:
            found.append((function(given), None))
        except Exception as error:
            found.append((None, error))
    return found, time.perf_counter() - began


def give_up(client: str) -> None:
    """Stop the trials of a client that are at work here, and those that may still arrive."""
    _interruption(client).stop()


def begin(parent: Connection, gives_way: bool) -> None:
    """A process of a pool begins: it ends when the parent closes the connection, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the parent too, which ends this one
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    kernel_cache.prepare()
    if gives_way:
        give_way()


def _end_with(parent: Connection) -> None:
    """End at once, in the middle of a trial, of compiling or of an import: nobody wants what comes of it any more."""
    with contextlib.suppress(OSError, EOFError):
        parent.recv_bytes()
    os._exit(0)


_interruptions: dict[str, Interruption] = {}
_compiled: set[str] = set()  # Trial.choices


def _interruption(client: str) -> Interruption:
    """What stops the trials of a client; it lives as long as the process."""
    from engine import Interruption

    return _interruptions.setdefault(client, Interruption())


def _compile_once(what: Trial, interruption: Interruption) -> None:
    """Compile what the first trial of its kind needs; of all processes on the machine one does, the others load it."""
    from engine import trial

    if what.choices in _compiled:
        return
    with _alone(interruption):
        if what.choices not in _compiled:
            stop = {**what.experiment.stop, "updates": 1}
            trial(replace(what, experiment=replace(what.experiment, stop=stop)), interruption)
            _compiled.add(what.choices)


@contextlib.contextmanager
def _alone(interruption: Interruption) -> Iterator[None]:
    """Compile by turns with other threads and processes; together where there can be no lock. Raises engine.Stopped."""
    lock, until = FileLock(Path(os.environ["NUMBA_CACHE_DIR"]) / "compiling"), time.monotonic() + _COMPILING
    with contextlib.suppress(OSError):
        while not _taken(lock) and time.monotonic() < until:
            interruption.check()
    try:
        yield
    finally:
        lock.release()


def _taken(lock: FileLock) -> bool:
    """Take a lock within a moment; False if others have it. Raises OSError."""
    with contextlib.suppress(LockHeld):
        lock.take(_TURN)
        return True
    return False
