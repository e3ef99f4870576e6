"""The workers of a Dask cluster: those of the same Fall Line compute trials, others are refused with a sentence."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError
from functools import partial
from typing import Any

from app.documents.files import shown
from app.workers.crew import Member
from app.workers.trial_worker import Identity, give_up, identity, work
from engine import SettingError, Work

PACKAGE = "distributed"
_ANSWER = 5.0  # seconds that a scheduler has to answer
_JOIN = 10.0  # seconds to wait for a first worker: one that was lost is started again in less
_LOOK = 1.0  # seconds between two looks at who is there


class DaskCluster:
    """The workers that a Dask scheduler knows at any time, each with as many trials at once as it has threads.

    A worker that is lost costs nothing but time: Dask hands its trials to others.
    """

    lost: tuple[type[BaseException], ...] = ()

    def __init__(self, address: str) -> None:
        self.title = address
        self._client = uuid.uuid4().hex
        self._members: tuple[Member, ...] = ()

    @property
    def count(self) -> int:
        return max(1, sum(member.count for member in self._members if not member.refused))

    @property
    def work(self) -> Work:
        return partial(work, client=self._client)

    def open(self) -> Executor:
        self._client = uuid.uuid4().hex
        executor = _DaskExecutor(self.title, self._client, self._seen)
        try:
            executor.begin()
        except BaseException:
            executor.shutdown()
            raise
        return executor

    def members(self) -> tuple[Member, ...]:
        self.open().shutdown()
        return self._members

    def _seen(self, members: tuple[Member, ...]) -> None:
        self._members = members


class _DaskExecutor(Executor):
    """Hands work to the workers of a cluster that are admitted, and looks every second who they are.

    client: the name by which workers know whose trials they do. seen: told of all members whenever they change.
    """

    def __init__(self, address: str, client: str, seen: Callable[[tuple[Member, ...]], None]) -> None:
        self._address = address
        self._name = client
        self._seen = seen
        self._client = _connected(address)
        self._own = identity()
        self._members: dict[str, Member] = {}
        self._at_work: dict[Future[Any], tuple[Any, frozenset[str]]] = {}  # with Dask's future, and who may do it
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._watched, name="cluster", daemon=True)

    def begin(self) -> None:
        """Wait for a first worker. Raises SettingError if there is none that may work."""
        until = time.monotonic() + _JOIN
        while not self._admitted:
            try:
                self._look()
            except OSError:
                raise SettingError(_nobody(self._address), "workers") from None
            refused = [member.refused for member in self._members.values() if member.refused]
            if refused and not self._admitted:
                raise SettingError("; ".join(dict.fromkeys(refused)), "workers")
            if time.monotonic() > until:
                told = f"the scheduler at {self._address} has no workers; `{_worker(self._address)}` starts one"
                raise SettingError(told, "workers")
            if not self._admitted:
                time.sleep(0.1)
        self._watch.start()

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        admitted = self._admitted
        if not admitted or self._client.status != "running":
            raise BrokenExecutor(f"the workers of {self._address} are gone")
        task = self._client.submit(
            function, *given, **named, key=f"trial-{uuid.uuid4().hex}", workers=sorted(admitted), pure=False
        )
        found: Future[Any] = Future()
        with self._lock:
            self._at_work[found] = task, admitted
        self._client.loop.add_callback(self._follow, task, found)
        return found

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster as it was; what it still computes for us is given up."""
        if self._ended.is_set():
            return
        self._ended.set()
        with contextlib.suppress(Exception):  # whatever a cluster that is going down answers
            busy = sorted({worker for _, workers in self._at_work.values() for worker in workers} & self._admitted)
            if busy and self._client.status == "running":
                self._client.run(give_up, self._name, workers=busy, on_error="ignore")
        if self._watch.is_alive():
            self._watch.join()
        with contextlib.suppress(Exception):
            self._client.close(timeout=_LOOK)
        self._fail(BrokenExecutor("it was given up"))

    @property
    def _admitted(self) -> frozenset[str]:
        return frozenset(address for address, member in self._members.items() if not member.refused)

    async def _follow(self, task: Any, found: Future[Any]) -> None:
        """Hand on what Dask has found; in Dask's own thread."""
        try:
            result = await task
        except BaseException as error:
            self._settle(found, error=error)
        else:
            self._settle(found, result=result)

    def _settle(self, found: Future[Any], result: Any = None, error: BaseException | None = None) -> None:
        with self._lock:
            self._at_work.pop(found, None)
        with contextlib.suppress(InvalidStateError):  # it was given up meanwhile
            if error is None:
                found.set_result(result)
            else:
                found.set_exception(error)

    def _watched(self) -> None:
        while not self._ended.wait(_LOOK):
            try:
                if self._client.status != "running":
                    raise OSError("the connection is lost")
                self._look()
            except OSError as error:
                self._members = {}
                self._fail(BrokenExecutor(f"{self._address}: {error}"))
                return
            with self._lock:
                orphans = [found for found, (_, may) in self._at_work.items() if may.isdisjoint(self._admitted)]
            for found in orphans:
                self._give_back(found)

    def _fail(self, error: BrokenExecutor) -> None:
        """Give all back that is at work."""
        with self._lock:
            left = list(self._at_work)
        for found in left:
            self._settle(found, error=error)

    def _give_back(self, found: Future[Any]) -> None:
        """All who might have done it are gone."""
        with self._lock:
            task, _ = self._at_work.get(found, (None, frozenset()))
        if task is not None:
            with contextlib.suppress(Exception):
                task.cancel()
            self._settle(found, error=BrokenExecutor("all workers that had it are gone"))

    def _look(self) -> None:
        """Ask those who are new what they are. Raises OSError if the scheduler does not answer."""
        threads: dict[str, int] = self._client.nthreads()
        new = sorted(set(threads) - set(self._members))
        answers = self._client.run(identity, workers=new, on_error="return") if new else {}
        kept = {address: member for address, member in self._members.items() if address in threads}
        found = {address: _member(address, threads[address], answers.get(address), self._own) for address in new}
        if found or len(kept) < len(self._members):
            self._members = kept | found
            self._seen(tuple(self._members.values()))


def _member(address: str, threads: int, answer: object, own: Identity) -> Member:
    """A worker by what it has answered."""
    if isinstance(answer, Identity):
        difference = own.difference(answer)
        told = f"the worker {address} {difference}; start it from a copy of this version" if difference else ""
        return Member(address, threads, answer, told)
    why = f" ({shown(str(answer))[:120]})" if answer is not None else ""
    told = (
        f"the worker {address} does not find Fall Line {own.version}{why}; start it in the project's folder, "
        "with its environment"
    )
    return Member(address, threads, None, told)


def _connected(address: str) -> Any:
    """A client of a scheduler. Raises SettingError if none answers, or there is no Dask here."""
    if importlib.util.find_spec(PACKAGE) is None:
        told = f"a cluster needs the package {PACKAGE}, which `{_python(f'pip install {PACKAGE}')}` installs"
        raise SettingError(told, "workers")
    import dask

    dask.config.set({"logging": {PACKAGE: "critical"}})  # what matters is told in sentences
    from distributed import Client

    try:
        return Client(address, timeout=_ANSWER, set_as_default=False)
    except (OSError, ValueError):
        raise SettingError(_nobody(address), "workers") from None


def _nobody(address: str) -> str:
    return f"no Dask scheduler answers at {address}; `{_python('dask scheduler')}` starts one"


def _worker(address: str) -> str:
    return _python(f"dask worker {address}")


def _python(module: str) -> str:
    """The command that runs a module, with its arguments, in this environment and the project's folder."""
    program = sys.executable
    return f'"{program}" -m {module}' if " " in program else f"{program} -m {module}"
