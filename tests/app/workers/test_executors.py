"""Trials by threads, processes and a Dask cluster: the same bits, whoever is lost in the middle."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable

import psutil
import pytest

from app.workers import dask_cluster
from app.workers.crew import Crew, processor_rows, processors, processors_told
from app.workers.dask_cluster import DaskCluster
from app.workers.executors import Processes, Threads, cores, crew_of
from engine import SettingError, Summary, Trial, new_experiment, plan_of, run_trials
from engine import processor as own_processor

ADDRESS = "tcp://127.0.0.1:{}"


def trials(seeds: int = 10, updates: int = 300) -> tuple[Trial, ...]:
    experiment = new_experiment("rosenbrock", ["adam", "sgd"])
    return plan_of(experiment, "seeds", {"seeds": seeds, "updates": updates}).trials({})


def digests(crew: Crew, which: tuple[Trial, ...], during: Callable[[int], None] = lambda done: None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one, summary in run_trials(which, crew):
        assert not summary.failed
        found[one.key] = summary.digest
        during(len(found))
    return found


def test_what_a_person_types_is_read() -> None:
    for words, kind, title in (
        ("", Threads, f"{cores()} thread{'s' * (cores() != 1)}"),
        (" 3 ", Threads, "3 threads"),
        ("1 thread", Threads, "1 thread"),
        ("2 Processes", Processes, "2 processes"),
        ("tcp://host:8786", DaskCluster, "tcp://host:8786"),
        ("host:8786", DaskCluster, "tcp://host:8786"),
        ("tls://[::1]:8786/", DaskCluster, "tls://[::1]:8786"),
    ):
        crew = crew_of(words)
        assert isinstance(crew, kind) and crew.title == title, words
    for words in ("3 horses", "0 threads", "300 threads", "-1", "tcp://host", "tcp://host:99999", "http://host:80"):
        with pytest.raises(SettingError, match=r"must be|there must be"):
            crew_of(words)


def test_threads_stop_at_once_and_leave_nothing_behind() -> None:
    crew = crew_of("2 threads")
    endless = trials(2, 10**9)
    began = time.monotonic()
    assert list(run_trials(endless, crew, stopped=lambda: time.monotonic() > began + 0.2)) == []
    assert time.monotonic() < began + 5
    assert len(digests(crew, trials(2))) == 4, "and may be opened again"


def test_where_nobody_answers_there_is_a_sentence(monkeypatch) -> None:
    monkeypatch.setattr(dask_cluster, "_ANSWER", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for port in (silent.getsockname()[1], 1):
            with pytest.raises(SettingError, match=f"no Dask scheduler answers at tcp://127.0.0.1:{port}"):
                crew_of(ADDRESS.format(port)).open()
    monkeypatch.setattr(dask_cluster, "PACKAGE", "no_such_package")
    with pytest.raises(SettingError, match=r"needs the package.*-m pip install no_such_package"):
        crew_of(ADDRESS.format(1)).members()


def test_who_computed_is_told() -> None:
    (member,) = crew_of("2 threads").members()
    assert member.count == 2 and processors([member]) == {own_processor()}
    summaries = [Summary(processor=name) for name in ("zen", "lake", "lake", "")]
    assert processor_rows(summaries) == (("lake", 2), ("zen", 1))
    assert "lake (2 trials), zen (1 trial)" in processors_told(summaries)
    assert not processors_told(summaries[1:])


@pytest.mark.slow
def test_processes_give_the_same_bits_and_a_killed_one_costs_its_own_trials() -> None:
    expected = digests(crew_of("1 thread"), trials())
    before = psutil.Process().children()

    def kill(done: int) -> None:
        if done == 2:
            workers = [each for each in psutil.Process().children() if each not in before and is_worker(each)]
            workers[0].kill()

    assert digests(crew_of("2 processes"), trials(), kill) == expected
    began = time.monotonic()
    assert (
        list(run_trials(trials(2, 10**9), crew_of("2 processes"), stopped=lambda: time.monotonic() > began + 2)) == []
    )
    assert not [each for each in psutil.Process().children() if each not in before and is_worker(each)]


def is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return "spawn_main" in " ".join(process.cmdline())
    return False
