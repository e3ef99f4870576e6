"""Trials by a Dask cluster, started as the README says: a worker that is killed, and those of other versions."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace

import pytest

from app.workers import dask_cluster
from app.workers.executors import crew_of
from app.workers.trial_worker import Identity
from engine import SettingError, Trial, new_experiment, plan_of, run_trials
from tests.app.cluster import Cluster, copied, until


def trials(seeds: int, updates: int) -> tuple[Trial, ...]:
    experiment = new_experiment("rosenbrock", ["adam", "sgd"])
    return plan_of(experiment, "seeds", {"seeds": seeds, "updates": updates}).trials({})


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits_whoever_is_lost_and_refuses_other_versions(cluster: Cluster) -> None:
    which = trials(40, 200_000)
    expected = {one.key: summary.digest for one, summary in run_trials(which, crew_of("2 threads"))}
    cluster.worker()
    doomed = cluster.worker()
    crew = crew_of(cluster.address)
    until(lambda: len(crew.members()) == 2)

    found: dict[str, str] = {}
    for one, summary in run_trials(which, crew):
        assert not summary.failed
        found[one.key] = summary.digest
        if len(found) == 5:
            doomed.kill()
    assert found == expected, "a worker that is killed in the middle costs its own trials, which are done again"
    assert len(crew.members()) == 1

    began = time.monotonic()
    assert list(run_trials(trials(2, 10**9), crew, stopped=lambda: time.monotonic() > began + 1)) == []
    assert len(list(run_trials(which[:3], crew))) == 3, "the worker has given up what was at work"

    cluster.worker(copied(cluster.tmp / "other", "9.8.7"))
    (cluster.tmp / "nothing").mkdir()
    cluster.worker(cluster.tmp / "nothing")
    until(lambda: len(crew.members()) == 3)
    refused = {member.refused for member in crew.members()}
    own = crew.members()[0].identity or crew.members()[-1].identity
    assert any("has Fall Line 9.8.7, while this is Fall Line" in told for told in refused)
    assert any("does not find Fall Line" in told and "project's folder" in told for told in refused)
    assert len(list(run_trials(which[:8], crew))) == 8, "those who are refused do nothing"
    assert own is not None and refused

    cluster.started[1].kill()
    with pytest.raises(SettingError, match=r"tcp://\S+ has Fall Line 9\.8\.7"):
        until(lambda: not crew.members())
    cluster.started[0].kill()
    with pytest.raises(SettingError, match="no Dask scheduler answers"):
        list(run_trials(which, crew))


def test_what_tells_workers_apart_is_named() -> None:
    own = Identity("1.2", 3, 4, "0123456789ab", "zen")
    for other, told in (
        (Identity("1.1", 2, 4, "0123456789ab", "zen"), "has Fall Line 1.1, while this is Fall Line 1.2"),
        (Identity("1.2", 2, 4, "0123456789ab", "zen"), "version 2 of the numbers, while this is version 3"),
        (Identity("1.2", 3, 5, "0123456789ab", "zen"), "format 5 of experiments, while this is format 4"),
        (
            Identity("1.2", 3, 4, "ffff456789ab", "zen"),
            "sources ffff4567 of the engine, while this is sources 0",
        ),
        (Identity("1.2", 3, 4, "0123456789ab", "lake"), ""),
    ):
        assert told in own.difference(other) and bool(told) == bool(own.difference(other))


def test_of_a_bundle_that_ends_its_workers_each_is_done_again_by_itself() -> None:
    """So that a trial which ends its workers, such as by taking all memory, takes no other with it."""
    from distributed import KilledWorker  # half a second, which no other test needs

    class Task:
        def __await__(self) -> Iterator[None]:
            raise KilledWorker("a bundle", "tcp://somewhere:1", 3)
            yield

    executor = object.__new__(dask_cluster._DaskExecutor)  # without a cluster
    executor._killed, executor._waiting, executor._members = KilledWorker, deque(), {}
    calls = [dask_cluster._Call(abs, number, Future()) for number in (1, 2, 3)]
    several, single = Task(), Task()
    executor._at_work = {several: (calls, frozenset()), single: ([replace(calls[0], alone=True)], frozenset())}
    asyncio.run(executor._follow(several))
    assert sorted(call.given for call in executor._waiting) == [1, 2, 3]
    assert all(call.alone and not call.found.done() for call in executor._waiting)
    asyncio.run(executor._follow(single))
    assert isinstance(calls[0].found.exception(), KilledWorker) and not executor._at_work


def test_bundles_are_whole_while_much_waits_and_small_at_the_end() -> None:
    """So that few of them travel, and yet all threads end together."""
    for waiting, size, threads, told in (
        (40, 53, 2, [13, 13, 7, 3, 2, 1, 1]),  # a sweep that is smaller than a bundle for each thread
        (24, 8, 2, [6, 4, 3, 2, 2, 2, 2, 1, 1, 1]),
        (5, 1, 2, [1] * 5),  # nothing is known yet of how long one takes
        (1000, 100, 4, [100, 100, 100, 87]),
    ):
        sent: list[int] = []
        left = waiting
        while left:
            sent.append(dask_cluster._share(size, left, threads))
            left -= sent[-1]
        assert left == 0 and sent[: len(told)] == told and sent == sorted(sent, reverse=True)
        assert max(sent) <= size and sent[-1] <= max(1, size // 4)
