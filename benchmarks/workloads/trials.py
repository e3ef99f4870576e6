"""The same sweep by one thread, two threads, two processes, and two local workers of Dask, which are started before."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

from app.workers.crew import Crew
from app.workers.executors import crew_of
from benchmarks.timing import readable
from engine import Experiment, Trial, Work, new_experiment, new_network, plan_of, run_trials

ROOT = Path(__file__).resolve().parents[2]
CASES = (
    ("Rosenbrock, one update: what a trial takes besides its updates", new_experiment("rosenbrock", ["adam"]), 1, 200),
    ("Rosenbrock, 100,000 updates", new_experiment("rosenbrock", ["adam"]), 100_000, 40),
    ("two moons, 8 x 8 units, 500 updates", new_network("moons", ["adam"], hidden=(8, 8)), 500, 80),
    ("digits, 32 units, 100 updates", new_network("digits", ["adam"], hidden=(32,)), 100, 24),
)


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
    yield f"the least seconds for a sweep of {min(rounds, 5)} rounds, in turns; seconds of the processor for a trial"
    with contextlib.ExitStack() as ends:
        crews = [Open(crew_of(words)) for words in ("1 thread", "2 threads", "2 processes")]
        crews.append(Open(crew_of(ends.enter_context(_cluster()))))
        for crew in reversed(crews):
            ends.callback(crew.close)
        for title, experiment, updates, seeds in CASES:
            trials = _trials(experiment, updates, seeds)
            yield f"{title}, {len(trials)} trials"
            yield from _compared(crews, trials, min(rounds, 5))


def _trials(experiment: Experiment, updates: int, seeds: int) -> tuple[Trial, ...]:
    return plan_of(experiment, "seeds", {"seeds": seeds, "updates": updates}).trials({})


def _compared(crews: list[Open], trials: tuple[Trial, ...], rounds: int) -> Iterator[str]:
    least: dict[str, float] = {}
    own: dict[str, float] = {}
    digests = set()
    for place in range(rounds + 1):
        for crew in crews:
            began = time.perf_counter()
            found = {one.key: summary for one, summary in run_trials(trials, crew)}
            spent = time.perf_counter() - began
            digests.add(tuple(found[one.key].digest for one in trials))
            if place:  # the first compiles
                least[crew.title] = min(spent, least.get(crew.title, spent))
                seconds = sum(summary.seconds for summary in found.values()) / len(found)
                own[crew.title] = min(seconds, own.get(crew.title, seconds))
    yield f"  {'':22}  {'a sweep':>8}  {'a trial':>8}  {'its own':>8}  faster than the first"
    for title, seconds in least.items():
        ratio = least[crews[0].title] / seconds
        each = readable(seconds / len(trials))
        yield f"  {title:22}  {readable(seconds):>8}  {each:>8}  {readable(own[title]):>8}  {ratio:.2f}"
    yield f"  {'the same bits' if len(digests) == 1 else 'OTHER BITS'} everywhere"


@contextlib.contextmanager
def _cluster() -> Iterator[str]:
    """The address of a scheduler with two workers of one thread each."""
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
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def _dask(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
