"""Trials through executors: the same bits by one thread or several, and workers that are lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from engine import SettingError, Summary, Trial, Work, new_experiment, plan_of, run_trials, trial


@dataclass
class Threads:
    count: int
    work: Work = trial
    lost: tuple[type[BaseException], ...] = ()
    opened: int = 0

    def open(self) -> Executor:
        self.opened += 1
        return ThreadPoolExecutor(self.count)


def trials(seeds: int = 4) -> tuple[Trial, ...]:
    return plan_of(new_experiment("rosenbrock", ["adam", "sgd"]), "seeds", {"seeds": seeds, "updates": 50}).trials({})


def digests(workers, **given) -> dict[str, str]:
    return {one.key: summary.digest for one, summary in run_trials(trials(), workers, **given)}


def test_threads_give_the_same_bits_and_known_trials_are_left_out() -> None:
    one = digests(Threads(1))
    assert len(one) == 8 and digests(Threads(3)) == one
    left = digests(Threads(2), known=set(list(one)[:5]))
    assert left == dict(list(one.items())[5:])


class _Gone(Exception):
    pass


@dataclass
class _Failing:
    """Work that fails a few times with some error before it succeeds."""

    error: type[BaseException]
    times: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, one: Trial) -> Summary:
        with self.lock:
            self.times -= 1
            if self.times >= 0:
                raise self.error("the worker is gone")
        return trial(one)


def test_a_lost_worker_costs_its_own_trials_which_are_done_again() -> None:
    expected = digests(Threads(1))
    assert digests(Threads(2, _Failing(_Gone, 2), (_Gone,))) == expected
    broken = Threads(2, _Failing(BrokenExecutor, 2))
    assert digests(broken) == expected and broken.opened > 1, "a broken executor is made anew"


def test_a_trial_that_fails_says_so_and_the_others_go_on() -> None:
    found = [summary for _, summary in run_trials(trials(), Threads(1, _Failing(ValueError, 1)))]
    assert [summary.failed for summary in found].count("ValueError: the worker is gone") == 1
    assert sum(not summary.failed for summary in found) == 7
    lost = [summary for _, summary in run_trials(trials(1)[:1], Threads(1, _Failing(_Gone, 99), (_Gone,)))]
    assert "3 times" in lost[0].failed


class _Breaking(Executor):
    """Breaks as processes do: when one ends, whatever is with the executor is lost."""

    def __init__(self, ends: Callable[[Trial], bool]) -> None:
        self.ends = ends
        self.lock = threading.Lock()
        self.at_work: list[Future[Summary]] = []
        self.threads: list[threading.Timer] = []
        self.broken = False

    def submit(self, work: Work, one: Trial) -> Future[Summary]:  # type: ignore[override]
        with self.lock:
            if self.broken:
                raise BrokenExecutor
            future: Future[Summary] = Future()
            self.at_work.append(future)
        self.threads.append(threading.Timer(0.02 if self.ends(one) else 0.05, self._finish, (future, work, one)))
        self.threads[-1].start()
        return future

    def _finish(self, future: Future[Summary], work: Work, one: Trial) -> None:
        with self.lock:
            if self.broken:
                return
            self.broken = self.ends(one)
            if self.broken:
                for lost in self.at_work:
                    lost.set_exception(BrokenExecutor())
            else:
                self.at_work.remove(future)
                future.set_result(work(one))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for thread in self.threads:
            thread.join()


@dataclass
class _Fragile(Threads):
    ends: Callable[[Trial], bool] = lambda one: False

    def open(self) -> Executor:
        self.opened += 1
        return _Breaking(self.ends)


def test_a_trial_that_ends_its_worker_fails_alone() -> None:
    expected = digests(Threads(1))
    found = list(run_trials(trials(), _Fragile(2, ends=lambda one: one.seed == 2 and one.group == "sgd")))
    failed = [(one.group, one.seed) for one, summary in found if summary.failed]
    assert failed == [("sgd", 2)] and len(found) == 8
    assert all(expected[one.key] == summary.digest for one, summary in found if not summary.failed)


def test_workers_of_which_none_stays_are_told() -> None:
    with pytest.raises(SettingError, match="in a row"):
        list(run_trials(trials(), _Fragile(2, ends=lambda one: True)))


class _Never(Executor):
    def __init__(self) -> None:
        self.handed: list[Future[Summary]] = []

    def submit(self, *_: object, **__: object) -> Future[Summary]:  # type: ignore[override]
        self.handed.append(Future())
        return self.handed[-1]


def test_no_more_is_handed_out_than_keeps_the_workers_busy_and_stopping_ends_it() -> None:
    executor = _Never()

    class Workers(Threads):
        def open(self) -> Executor:
            return executor

    assert list(run_trials(trials(), Workers(2), stopped=lambda: len(executor.handed) > 1)) == []
    assert len(executor.handed) == 4
