"""Trials handed out to an executor: threads, processes or machines, whichever it stands for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from typing import Protocol

from engine.trials.trial import Stopped, Summary, Trial

Work = Callable[[Trial], Summary]

_ATTEMPTS = 3  # of a trial whose worker is lost, before it counts as failed
_WAITING = 2  # trials per worker that are handed out at once, so that none waits for the next
_PATIENCE = 0.1  # seconds between two looks at whether it is to end


class Workers(Protocol):
    """Where trials are computed.

    count: how many at once. work: what a worker does with a trial; it can be sent where `open` leads to. lost: the
    errors, besides BrokenExecutor, by which a future says that its worker is gone.
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
    trial: Trial
    attempts: int = 1


def run_trials(
    trials: Iterable[Trial], workers: Workers, known: Container[str] = (), stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Trial, Summary]]:
    """The summaries of trials as they are finished, each by its trial; those whose key is `known` are left out.

    A worker that is lost costs its own trials, which are done again; a trial that loses three workers has failed. Once
    `stopped`, what is at work is given up and nothing more is handed out. What a trial gives depends on neither the
    workers nor their order. Raises SettingError where no workers can be reached.
    """
    waiting = _distinct(trials, known)
    executor = workers.open()
    at_work: dict[Future[Summary], _Handed] = {}
    again: list[_Handed] = []
    broken = False  # the executor: what is with it comes back, and then it is made anew
    try:
        while not stopped():
            if broken and not at_work:
                executor.shutdown(wait=False)
                executor, broken = workers.open(), False
            while not broken and len(at_work) < _WAITING * workers.count:
                handed = again.pop() if again else next((_Handed(trial) for trial in waiting), None)
                if handed is None:
                    break
                try:
                    at_work[executor.submit(workers.work, handed.trial)] = handed
                except BrokenExecutor:
                    again.append(handed)
                    broken = True
            if not at_work and not again:
                return
            done, _ = wait(at_work, _PATIENCE, FIRST_COMPLETED)
            for future in done:
                handed = at_work.pop(future)
                error = None if future.cancelled() else future.exception()
                if isinstance(error, Stopped):
                    continue
                if error is None and not future.cancelled():
                    yield handed.trial, future.result()
                elif handed.attempts < _ATTEMPTS and (future.cancelled() or _is_lost(error, workers)):
                    broken = broken or isinstance(error, BrokenExecutor)
                    again.append(_Handed(handed.trial, handed.attempts + 1))
                else:
                    yield handed.trial, Summary(failed=_told(error, handed.attempts))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _distinct(trials: Iterable[Trial], known: Container[str]) -> Iterator[Trial]:
    """Each trial once."""
    seen: set[str] = set()
    for trial in trials:
        key = trial.key
        if key not in seen and key not in known:
            seen.add(key)
            yield trial


def _is_lost(error: BaseException | None, workers: Workers) -> bool:
    return isinstance(error, (BrokenExecutor, *workers.lost))


def _told(error: BaseException | None, attempts: int) -> str:
    if attempts >= _ATTEMPTS:
        return f"it was lost with its worker {attempts} times"
    return f"{type(error).__name__}: {error}"
