"""The same sweep by one thread, two threads, two processes, and two local workers of Dask, which are started before.

Beside them stands what this machine gives two threads that have nothing in common but its cores.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import psutil

from app.workers.crew import Crew
from app.workers.executors import crew_of
from benchmarks.timing import readable
from engine import Experiment, Trial, Work, new_experiment, new_network, plan_of, run_trials

ROOT = Path(__file__).resolve().parents[2]
CASES = (
    ("Rosenbrock, one update: what a trial takes besides its updates", new_experiment("rosenbrock", ["adam"]), 1, 200),
    ("Rosenbrock, 100,000 updates", new_experiment("rosenbrock", ["adam"]), 100_000, 160),
    ("two moons, 8 x 8 units, 500 updates", new_network("moons", ["adam"], hidden=(8, 8)), 500, 200),
    ("digits, 32 units, 100 updates", new_network("digits", ["adam"], hidden=(32,)), 100, 40),
)
HASHES = 400_000  # of a loop that lets the interpreter go: some tenths of a second


class Open:
    """A crew whose executor stays open between sweeps: what is compared is neither processes nor imports that begin."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._executor = _Lasting(crew.open())
        self.title = crew.title if "://" not in crew.title else "Dask, 2 local workers"
        self.lost = crew.lost

    @property
    def count(self) -> int:
        return self._crew.count

    @property
    def work(self) -> Work:
        return self._crew.work

    def open(self) -> Executor:
        return self._executor

    def close(self) -> None:
        self._executor.inner.shutdown()


class _Lasting(Executor):
    def __init__(self, inner: Executor) -> None:
        self.inner = inner
        self.submit = inner.submit  # type: ignore[method-assign]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pass


def measure(rounds: int) -> Iterator[str]:
    rounds = min(rounds, 5)
    yield f"sweeps in turns, {rounds} rounds: the least seconds; seconds of the processor for a trial; how much faster"
    yield "than the first, as the median and range of rounds. Whoever does not have its turn is halted."
    with contextlib.ExitStack() as ends:
        crews = [Open(crew_of(words)) for words in ("1 thread", "2 threads", "2 processes")]
        address, cluster = ends.enter_context(_cluster())
        crews.append(Open(crew_of(address)))
        for crew in reversed(crews):
            ends.callback(crew.close)
        for title, experiment, updates, seeds in CASES:
            trials = _trials(experiment, updates, seeds)
            yield f"{title}, {len(trials)} trials"
            yield from _compared(crews, cluster, trials, rounds)


def _trials(experiment: Experiment, updates: int, seeds: int) -> tuple[Trial, ...]:
    return plan_of(experiment, "seeds", {"seeds": seeds, "updates": updates}).trials({})


def _compared(crews: list[Open], cluster: _Halting, trials: tuple[Trial, ...], rounds: int) -> Iterator[str]:
    spent: dict[str, list[float]] = {crew.title: [] for crew in crews}
    own: dict[str, list[float]] = {crew.title: [] for crew in crews}
    cores = []
    digests = set()
    for place in range(rounds + 1):
        if place:  # the first compiles
            with cluster.halted():
                cores.append(2 * _hashed(1) / _hashed(2))
        for crew in crews:
            with contextlib.nullcontext() if "Dask" in crew.title else cluster.halted():
                began = time.perf_counter()
                found = {one.key: summary for one, summary in run_trials(trials, crew)}
                seconds = time.perf_counter() - began
            digests.add(tuple(found[one.key].digest for one in trials))
            if place:
                spent[crew.title].append(seconds)
                own[crew.title].append(sum(summary.seconds for summary in found.values()) / len(found))
    yield f"  {'':22}  {'a sweep':>8}  {'a trial':>8}  {'its own':>8}  faster than the first"
    first = spent[crews[0].title]
    for title, seconds in spent.items():
        least = min(seconds)
        ratios = [reference / each for reference, each in zip(first, seconds, strict=True)]
        columns = (readable(least), readable(least / len(trials)), readable(min(own[title])))
        yield f"  {title:22}  {'  '.join(f'{column:>8}' for column in columns)}  {_told(ratios)}"
    yield f"  {'2 threads that only hash: what these cores give':54}{_told(cores)}"
    yield f"  {'the same bits' if len(digests) == 1 else 'OTHER BITS'} everywhere"


def _told(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _hashed(threads: int) -> float:
    """The seconds until so many threads have each hashed alike, which keeps nothing but a core busy."""
    with ThreadPoolExecutor(threads) as executor:
        began = time.perf_counter()
        list(executor.map(lambda salt: hashlib.pbkdf2_hmac("sha256", b"", salt, HASHES), [b""] * threads))
        return time.perf_counter() - began


class _Halting:
    """Processes that can be halted: even a cluster that waits takes a tenth of a core."""

    def __init__(self, started: list[subprocess.Popen[bytes]]) -> None:
        self._processes = [psutil.Process(process.pid) for process in started]

    @contextlib.contextmanager
    def halted(self) -> Iterator[None]:
        for process in self._processes:
            process.suspend()
        try:
            yield
        finally:
            for process in self._processes:
                process.resume()


@contextlib.contextmanager
def _cluster() -> Iterator[tuple[str, _Halting]]:
    """The address of a scheduler with two workers of one thread each, and its processes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "scheduler.json"
        started = [_dask("scheduler", "--port", "0", "--scheduler-file", str(place))]
        try:
            while not place.exists():
                time.sleep(0.05)
            (address,) = re.findall(r'"address": "([^"]+)"', place.read_text("utf-8"))
            started += [_dask("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
            crew = crew_of(address)
            while len(crew.members()) < 2:
                time.sleep(0.2)
            yield address, _Halting(started)
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def _dask(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
