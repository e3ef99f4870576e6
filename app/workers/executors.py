"""Where trials are computed, from the words that a person types: threads, processes, or a Dask cluster's address."""

from __future__ import annotations

import multiprocessing
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as ended

from app.workers.crew import Crew, Member
from app.workers.dask_cluster import DaskCluster
from app.workers.priority import FRAMES, give_way
from app.workers.trial_worker import begin, computed, identity, work
from engine import Interruption, SettingError, Work

MAX_WORKERS = 256
_GRACE = 0.2  # seconds that processes have to end by themselves
_LOCAL = re.compile(r"(\d{0,9})\s*(threads?|process(?:es)?|)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:(tcp|tls)://)?(\[[0-9a-f:.%]+\]|[\w.-]+):(\d{1,5})/?", re.IGNORECASE)


def crew_of(words: str = "", gives_way: bool = False, stopped: Callable[[], bool] = lambda: False) -> Crew:
    """The workers that words name: `2 threads`, `2 processes`, a number of threads, or `tcp://host:8786`.

    Without a number there are as many as cores may be used, without words threads. gives_way: whether a window on this
    machine goes first. stopped: asked while a cluster is waited for, whether to wait on. Nobody is asked yet whether
    they are there. Raises SettingError for what cannot be read.
    """
    typed = words.strip()
    if local := _LOCAL.fullmatch(typed):
        count = int(local[1]) if local[1] else cores()
        if not 1 <= count <= MAX_WORKERS:
            raise SettingError(f"there must be 1 to {MAX_WORKERS} workers, got {count}", "workers")
        kind = Processes if local[2].lower().startswith("p") else Threads
        return kind(count, gives_way)
    address = _ADDRESS.fullmatch(typed)
    if address and 0 < int(address[3]) < 2**16:
        return DaskCluster(f"{(address[1] or 'tcp').lower()}://{address[2]}:{address[3]}", stopped)
    told = f"must be like 2 threads, 2 processes or tcp://host:8786, got {typed[:60]!r}"
    raise SettingError(told, "workers")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Threads:
    """Threads of this process: compiled loops let each other go. Shutting the executor down stops their trials."""

    lost: tuple[type[BaseException], ...] = ()
    preparing = "preparing the first trials"

    def __init__(self, count: int, gives_way: bool = False) -> None:
        self.count = count
        self.title = f"{count} thread{'s' * (count != 1)}"
        self._gives_way = gives_way
        self._interruption = self._new_interruption()

    @property
    def work(self) -> Work:
        return partial(computed, interruption=self._interruption)

    def open(self) -> Executor:
        self._interruption = self._new_interruption()
        return _Threads(self.count, self._interruption, self._gives_way)

    def members(self) -> tuple[Member, ...]:
        return (Member("this process", self.count, identity()),)

    def _new_interruption(self) -> Interruption:
        """That of trials which, in the window's process, go on when the window is not late."""
        return Interruption(FRAMES.wait) if self._gives_way else Interruption()


class _Threads(ThreadPoolExecutor):
    def __init__(self, count: int, interruption: Interruption, gives_way: bool) -> None:
        super().__init__(count, "trials", give_way if gives_way else None)
        self._interruption = interruption

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._interruption.stop()
        super().shutdown(wait=True, cancel_futures=cancel_futures)


class Processes:
    """Processes of this machine. Shutting the executor down ends them."""

    lost: tuple[type[BaseException], ...] = ()
    work: Work = staticmethod(work)

    def __init__(self, count: int, gives_way: bool = False) -> None:
        self.count = count
        self.title = f"{count} process{'es' * (count != 1)}"
        self.preparing = f"starting {self.title}"
        self._gives_way = gives_way

    def open(self) -> Executor:
        return _Processes(self.count, self._gives_way)

    def members(self) -> tuple[Member, ...]:
        return (Member("this machine", self.count, identity()),)


class _Processes(ProcessPoolExecutor):
    def __init__(self, count: int, gives_way: bool) -> None:
        context = multiprocessing.get_context("spawn")
        heard, self._held = context.Pipe(duplex=False)
        super().__init__(count, context, begin, (heard, gives_way))
        self._heard: Connection = heard  # kept until the last process has begun

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End every process: one that is only just starting, and does not listen yet, is killed."""
        left = list((self._processes or {}).values())
        self._held.close()
        ends = time.monotonic() + _GRACE
        while left and (rest := ends - time.monotonic()) > 0.0:
            gone = ended([process.sentinel for process in left], rest)
            left = [process for process in left if process.sentinel not in gone]
        for process in left:
            process.kill()
        super().shutdown(wait=True, cancel_futures=cancel_futures)
        self._heard.close()
