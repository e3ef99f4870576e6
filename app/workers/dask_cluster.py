"""The workers of a Dask cluster: those of the same Fall Line compute trials, others are refused with a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.documents.files import shown
from app.workers.crew import Member
from app.workers.trial_worker import Identity, Outcome, bundle, give_up, identity, work
from engine import SettingError, Work

PACKAGE = "distributed"
_LOGGERS = (PACKAGE, f"{PACKAGE}.client", f"{PACKAGE}.gc", "tornado.application")
_ANSWER = 5.0  # seconds that a scheduler has to answer
_JOIN = 10.0  # seconds to wait for a first worker: one that was lost is started again in less
_LOOK = 1.0  # seconds between two looks at who is there
_BUNDLE = 0.4  # seconds that a bundle of calls should take: Dask itself computes some 10 ms for each
_GROWTH = 4  # times as many calls as in the bundle before, at most
_LARGEST = 256  # calls in a bundle
_SHARES = 2  # bundles, for each thread, in what waits: the last ones are small, so that all threads end together
_SMALLEST = 4  # parts of a whole bundle: what is smaller is hardly worth its way
_GATHERING = 0.003  # seconds in which calls that follow each other are gathered


class DaskCluster:
    """The workers that a Dask scheduler knows at any time, each with as many trials at once as it has threads.

    A worker that is lost costs nothing but time: Dask hands its trials to others.
    """

    lost: tuple[type[BaseException], ...] = ()

    def __init__(self, address: str, stopped: Callable[[], bool] = lambda: False) -> None:
        """stopped: asked whether to wait on for who does not answer."""
        self.title = address
        self.preparing = f"asking {address} for workers"
        self._stopped = stopped
        self._client = uuid.uuid4().hex
        self._executor: _DaskExecutor | None = None

    @property
    def count(self) -> int:
        """How many trials keep the workers busy: short ones travel several at a time."""
        return self._executor.room if self._executor is not None else 1

    @property
    def work(self) -> Work:
        return partial(work, client=self._client)

    def open(self) -> Executor:
        self._client = uuid.uuid4().hex
        self._executor = _DaskExecutor(self.title, self._client, self._stopped)
        try:
            self._executor.begin()
        except BaseException:
            self._executor.shutdown()
            raise
        return self._executor

    def members(self) -> tuple[Member, ...]:
        if self._executor is None or self._executor.has_ended:
            self.open().shutdown()
        assert self._executor is not None
        return self._executor.members


@dataclass(slots=True)
class _Call:
    """What one `submit` has asked for."""

    function: Callable[[Any], Any]
    given: Any
    found: Future[Any]
    alone: bool = False  # no bundle: it may be what ends its workers

    def settle(self, outcome: Outcome) -> None:
        result, error = outcome
        with contextlib.suppress(InvalidStateError):  # it was given back meanwhile
            if error is None:
                self.found.set_result(result)
            else:
                self.found.set_exception(error)


class _DaskExecutor(Executor):
    """Hands calls to the workers of a cluster that are admitted, and looks every second who they are.

    name: by which workers know whose calls they do. Calls that are short travel in bundles, so that the cluster's own
    work for each, some milliseconds, is shared. What is at work is known to Dask's own thread alone.
    """

    def __init__(self, address: str, name: str, stopped: Callable[[], bool]) -> None:
        self._address = address
        self._name = name
        self._stopped = stopped
        self._client = _connected(address, stopped)
        self._killed = _killed_worker()
        self._own = identity()
        self._members: dict[str, Member] = {}
        self._waiting: deque[_Call] = deque()
        self._at_work: dict[Any, tuple[list[_Call], frozenset[str]]] = {}  # by Dask's futures: and who may do it
        self._size = 1  # of a bundle
        self._is_gathering = False
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._watched, name="cluster", daemon=True)

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(self._members.values())

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    @property
    def room(self) -> int:
        return _SHARES * self._threads * self._size

    def begin(self) -> None:
        """Wait for a first worker. Raises SettingError if there is none that may work."""
        until = time.monotonic() + _JOIN
        while not self._admitted:
            try:
                self._look()
            except OSError:
                raise SettingError(_nobody(self._address), "workers") from None
            refused = [member.refused for member in self.members if member.refused]
            if refused and not self._admitted:
                raise SettingError("; ".join(dict.fromkeys(refused)), "workers")
            if self._stopped() or time.monotonic() > until:
                told = f"the scheduler at {self._address} has no workers; `{_worker(self._address)}` starts one"
                raise SettingError(told, "workers")
            if not self._admitted:
                time.sleep(0.1)
        self._watch.start()

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """As executors do, of one argument. Raises BrokenExecutor if the workers or the scheduler are gone."""
        if not self._admitted or self._client.status != "running":
            raise BrokenExecutor(f"the workers of {self._address} are gone")
        (argument,) = given
        call = _Call(partial(function, **named), argument, Future())
        self._waiting.append(call)
        if not self._is_gathering:
            self._is_gathering = True
            self._client.loop.add_callback(self._gather)
        return call.found

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster as it was; what it still computes for us is given up."""
        if self._ended.is_set():
            return
        self._ended.set()
        with contextlib.suppress(Exception):  # whatever a cluster that is going down answers
            if self._at_work and self._client.status == "running":
                self._client.run(give_up, self._name, workers=sorted(self._admitted), on_error="ignore")
        if self._watch.is_alive():
            self._watch.join()
        with contextlib.suppress(Exception):
            self._client.close(timeout=_LOOK)
        for calls, _ in list(self._at_work.values()):
            _give_back(calls, "it was given up")
        _give_back(self._waiting, "it was given up")

    async def _gather(self) -> None:
        """Hand out what comes within a moment."""
        await asyncio.sleep(_GATHERING)
        self._is_gathering = False
        self._hand_out()

    def _hand_out(self) -> None:
        """Send bundles until every thread of the workers has one and the next."""
        while self._waiting and (admitted := self._admitted) and len(self._at_work) < 2 * self._threads:
            share = _share(self._size, len(self._waiting), self._threads)
            calls = [self._waiting.popleft()]
            while len(calls) < share and self._waiting and not (calls[0].alone or self._waiting[0].alone):
                calls.append(self._waiting.popleft())
            sent = [(call.function, call.given) for call in calls]
            name = f"trials-{uuid.uuid4().hex}"
            try:
                task = self._client.submit(bundle, sent, key=name, workers=sorted(admitted), pure=False)
            except Exception as error:  # it has been closed meanwhile
                _give_back(calls, str(error))
                continue
            self._at_work[task] = calls, admitted
            self._client.loop.add_callback(self._follow, task)

    async def _follow(self, task: Any) -> None:
        """Hand on what a bundle has found."""
        try:
            outcomes, seconds = await task
            fitting = round(_BUNDLE * len(outcomes) / max(seconds, 1e-6))
            self._size = max(1, min(fitting, _GROWTH * self._size, _LARGEST))
        except self._killed as lost:
            calls, _ = self._at_work.get(task, ([], frozenset()))
            if len(calls) > 1:  # one of them ends every worker that has it
                del self._at_work[task]
                self._waiting.extendleft(replace(call, alone=True) for call in calls)
            outcomes = [(None, lost)]
        except Exception as lost:
            outcomes = [(None, lost)] * _LARGEST
        except asyncio.CancelledError:
            outcomes = [(None, BrokenExecutor(f"the connection to {self._address} is lost"))] * _LARGEST
        calls, _ = self._at_work.pop(task, ([], frozenset()))
        for call, outcome in zip(calls, outcomes, strict=False):
            call.settle(outcome)
        self._hand_out()

    def _watched(self) -> None:
        """Look who is there, every second, and have given back what was with those who are gone."""
        while not self._ended.wait(_LOOK):
            try:
                if self._client.status != "running":
                    raise OSError("the connection is lost")
                self._look()
            except OSError:
                self._members = {}
            self._client.loop.add_callback(self._sort_out)

    def _sort_out(self) -> None:
        """Give back what was with workers who are gone; what waits too, if nobody is left."""
        admitted = self._admitted
        for task, (calls, may) in list(self._at_work.items()):
            if may.isdisjoint(admitted):
                del self._at_work[task]
                _give_back(calls, f"the workers of {self._address} are gone")
        if not admitted:
            _give_back(self._waiting, f"the workers of {self._address} are gone")
            self._waiting.clear()
        self._hand_out()

    @property
    def _admitted(self) -> frozenset[str]:
        return frozenset(member.address for member in self.members if not member.refused)

    @property
    def _threads(self) -> int:
        return max(1, sum(member.count for member in self.members if not member.refused))

    def _look(self) -> None:
        """Ask those who are new what they are. Raises OSError if the scheduler does not answer."""
        threads: dict[str, int] = self._client.nthreads()
        new = sorted(set(threads) - set(self._members))
        answers = self._client.run(identity, workers=new, on_error="return") if new else {}
        kept = {address: member for address, member in self._members.items() if address in threads}
        found = {address: _member(address, threads[address], answers.get(address), self._own) for address in new}
        if found or len(kept) < len(self._members):
            self._members = kept | found


def _share(size: int, waiting: int, threads: int) -> int:
    """How many of the calls that wait make the next bundle, where a whole one has `size`."""
    even = min(size, waiting // (_SHARES * threads))
    return max(1, even, min(size // _SMALLEST, waiting // threads))


def _give_back(calls: Iterable[_Call], why: str) -> None:
    for call in calls:
        call.settle((None, BrokenExecutor(why)))


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


def _connected(address: str, stopped: Callable[[], bool]) -> Any:
    """A client of a scheduler. Raises SettingError if none answers before it is stopped, or there is no Dask here."""
    if importlib.util.find_spec(PACKAGE) is None:
        told = f"a cluster needs the package {PACKAGE}, which `{_python(f'pip install {PACKAGE}')}` installs"
        raise SettingError(told, "workers")
    import dask

    dask.config.set({"logging": dict.fromkeys(_LOGGERS, "critical")})  # what matters is told in sentences
    from distributed import Client

    try:
        asyncio.run(_answered(address, stopped))  # a client waits for ever for one who is silent
        return Client(address, timeout=_ANSWER, set_as_default=False)
    except Exception:  # whatever those who are no scheduler have answered
        raise SettingError(_nobody(address), "workers") from None


def _killed_worker() -> type[Exception]:
    """What Dask raises for a task that several workers have died of."""
    from distributed import KilledWorker

    return KilledWorker  # type: ignore[no-any-return]


async def _answered(address: str, stopped: Callable[[], bool]) -> None:
    """Returns once a scheduler has answered; raises anything if none does in time, or before it is stopped."""
    asked, ends = asyncio.ensure_future(_greeted(address)), time.monotonic() + _ANSWER
    try:
        while not (await asyncio.wait({asked}, timeout=0.1))[0]:
            if stopped() or time.monotonic() > ends:
                raise OSError("it is silent")
        asked.result()
    finally:
        asked.cancel()


async def _greeted(address: str) -> None:
    """Returns once a scheduler has said what it is; raises anything if it is none."""
    from distributed import Security
    from distributed.core import connect

    comm: Any = await connect(address, **Security().get_connection_args("client"))
    try:
        await comm.write({"op": "identity", "reply": True})
        if (await comm.read())["type"] != "Scheduler":
            raise OSError("it is no scheduler")
    finally:
        comm.abort()


def _nobody(address: str) -> str:
    return f"no Dask scheduler answers at {address}; `{_python('dask scheduler')}` starts one"


def _worker(address: str) -> str:
    return _python(f"dask worker {address}")


def _python(module: str) -> str:
    """The command that runs a module, with its arguments, in this environment and the project's folder."""
    program = sys.executable
    return f'"{program}" -m {module}' if " " in program else f"{program} -m {module}"
