"""Trials handed out to an executor: threads, processes or machines, whichever it stands for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol

from engine.contracts import SettingError
from engine.interruption import Stopped
from engine.trials.summary import Summary
from engine.trials.trial import Trial

Work = Callable[[Trial], Summary]

_ATTEMPTS = 3  # of a trial whose worker is lost, before it counts as failed
_LOST_IN_A_ROW = 5  # trials that have failed so, with none that ended between: then it is not they
_WAITING = 2  # trials per worker that are handed out at once, so that none waits for the next
_PATIENCE = 0.1  # seconds between two looks at whether it is to end


class Workers(Protocol):
    """Where trials are computed.

    count: how many at once. work: what a worker does with a trial; it can be sent where `open` leads to. lost: the
    errors, besides BrokenExecutor, by which a future says that the worker of this very trial is gone.
    """

    @property
    def count(self) -> int: ...
    @property
    def work(self) -> Work: ...
    @property
    def lost(self) -> tuple[type[BaseException], ...]: ...

    def open(self) -> Executor:
        """An executor, made anew after one has broken. Raises SettingError where there is none."""
        ...


@dataclass(slots=True)
class _Handed:
    """A trial that is handed out, and how many workers it has cost, as far as that is certain."""

    trial: Trial
    losses: int = 0
    is_suspect: bool = False


def run_trials(
    trials: Iterable[Trial], workers: Workers, known: Container[str] = (), stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Trial, Summary]]:
    """The summaries of trials as they are finished, each by its trial; those whose key is `known` are left out.

    A worker that is lost costs its own trials, which are done again; a trial that loses three workers has failed. Once
    `stopped`, what is at work is given up and nothing more is handed out. What a trial gives depends on neither the
    workers nor their order. Raises SettingError where no workers can be reached, or none stays.
    """
    spread = _Spread(workers, _distinct(trials, known))
    try:
        while not stopped() and spread.hand_out():
            yield from spread.finished()
    finally:
        spread.executor.shutdown(wait=False, cancel_futures=True)


class _Spread:
    """Trials at work. An executor that breaks takes all of them with it, and does not say by whose fault: they are
    suspects, and are done again one at a time, so that none fails for what another does.
    """

    def __init__(self, workers: Workers, waiting: Iterator[Trial]) -> None:
        self.workers = workers
        self.executor = workers.open()
        self._waiting = waiting
        self._at_work: dict[Future[Summary], _Handed] = {}
        self._done: SimpleQueue[Future[Summary]] = SimpleQueue()  # of those at work
        self._again: list[_Handed] = []
        self._suspects: list[_Handed] = []
        self._broken = False  # what is with the executor comes back, and then it is made anew
        self._failed_in_a_row = 0

    def hand_out(self) -> bool:
        """Keep the workers busy; False once every trial has come to its end. Raises SettingError."""
        if self._broken and not self._at_work:
            self.executor.shutdown(wait=False)
            self.executor, self._broken = self.workers.open(), False
        while not self._broken and len(self._at_work) < self._most and (handed := self._next()) is not None:
            try:
                future = self.executor.submit(self.workers.work, handed.trial)
            except BrokenExecutor:
                (self._suspects if handed.is_suspect else self._again).append(handed)
                self._broken = True
            else:
                self._at_work[future] = handed
                future.add_done_callback(self._done.put)
        return bool(self._at_work or self._again or self._suspects)

    def finished(self) -> Iterator[tuple[Trial, Summary]]:
        """The trials that end within a moment. Raises SettingError if workers are lost whatever they do."""
        for future in self._ended():
            handed = self._at_work.pop(future)
            error = CancelledError() if future.cancelled() else future.exception()
            if isinstance(error, Stopped):
                continue
            if error is None:
                self._failed_in_a_row = 0
                yield handed.trial, future.result()
            elif isinstance(error, (BrokenExecutor, CancelledError)):
                self._broken = True
                handed.losses, handed.is_suspect = handed.losses + handed.is_suspect, True
                yield from self._once_more(handed, self._suspects)
            elif isinstance(error, self.workers.lost):
                handed.losses += 1
                yield from self._once_more(handed, self._again)
            else:
                yield handed.trial, Summary(failed=f"{type(error).__name__}: {error}")

    def _ended(self) -> list[Future[Summary]]:
        """What has ended, or does so within a moment: many may be at work, so each says so by itself."""
        found: list[Future[Summary]] = []
        with contextlib.suppress(Empty):
            found.append(self._done.get(timeout=_PATIENCE))
            while True:
                found.append(self._done.get_nowait())
        return found

    @property
    def _most(self) -> int:
        """How many may be at work: a suspect only by itself."""
        suspected = self._suspects or any(handed.is_suspect for handed in self._at_work.values())
        return 1 if suspected else _WAITING * self.workers.count

    def _next(self) -> _Handed | None:
        if self._suspects:
            return self._suspects.pop()
        return self._again.pop() if self._again else next((_Handed(trial) for trial in self._waiting), None)

    def _once_more(self, handed: _Handed, waiting: list[_Handed]) -> Iterator[tuple[Trial, Summary]]:
        """Take a trial up again, unless it has lost too many workers."""
        if handed.losses < _ATTEMPTS:
            waiting.append(handed)
            return
        self._failed_in_a_row += 1
        if self._failed_in_a_row == _LOST_IN_A_ROW:
            raise SettingError(f"workers end before their trials do: {_LOST_IN_A_ROW} trials in a row have lost theirs")
        yield handed.trial, Summary(failed=f"it was lost with its worker {handed.losses} times")


def _distinct(trials: Iterable[Trial], known: Container[str]) -> Iterator[Trial]:
    """Each trial once."""
    seen: set[str] = set()
    for trial in trials:
        key = trial.key
        if key not in seen and key not in known:
            seen.add(key)
            yield trial
