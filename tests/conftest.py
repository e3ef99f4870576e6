"""What every test needs before anything is imported: one kernel cache, one thread for linear algebra, settings of
their own, no screen.

The cache is the app's own, so whatever has been compiled once, by a test or by the app, is compiled for
all of them; tests that start processes hand it on through the environment.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from app.documents import kernel_cache
from app.launch.own_threads import keep_to_own_threads
from app.launch.returned_memory import return_large_arrays

if TYPE_CHECKING:
    from engine.contracts import Kernel, Routine

# Not the user's own: windows remember their files and layout, and offer what a window that was killed has left.
os.environ["FALL_LINE_CONFIG"] = tempfile.mkdtemp(prefix="fall-line-config-")
atexit.register(shutil.rmtree, os.environ["FALL_LINE_CONFIG"], ignore_errors=True)
keep_to_own_threads()
return_large_arrays()
CACHE = kernel_cache.prepare()
os.fsync = os.fstat  # type: ignore[assignment]  # nothing here outlives a power failure: thousands of waits for a disk
gc.disable()  # while all is imported and collected, of which nothing is garbage


class LastFirst(pytest.Dir):
    """A folder that is collected from its end."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        return reversed(list(super().collect()))


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Every other process begins at the end, so that none compiles a file of tests that another has compiled."""
    return LastFirst.from_parent(parent, path=path) if place_among_processes(parent.config) % 2 else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One order in all processes, that of names."""
    items.sort(key=lambda item: item.path.parts)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Kernels are compiled first: files of tests that are imported use some of them."""
    worker = getattr(session.config, "workerinput", None)
    if worker is not None and not CACHE.complete:
        compile_beside_others(worker["testrunuid"])


@pytest.hookimpl(tryfirst=True)  # before a process says that it has collected, and gets tests
def pytest_collection_finish() -> None:
    """What has been imported and collected stays: no collection of garbage need look through it."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.collect()  # how often Python collects all depends on how much it has kept the last time


def place_among_processes(config: pytest.Config) -> int:
    """Which of the processes this is, from 0; of a single one, too."""
    return int(getattr(config, "workerinput", {"workerid": "gw0"})["workerid"].removeprefix("gw"))


def compile_beside_others(run: str) -> None:
    """Compile kernels, module by module, until none is left that another process of this run has not taken.

    All of them would else compile all, each by itself. What takes longest comes first, so that they end together.
    """
    import engine
    from engine.contracts import Kernel

    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        importlib.import_module(module.name)  # kernels are declared by what is imported late, too
    modules: dict[str, list[Kernel | Routine]] = {}
    for kernel in Kernel.everyone:
        modules.setdefault(kernel.module, []).append(kernel)
    marks = CACHE.folder / f"tests-{run}"
    marks.mkdir(exist_ok=True)
    for name in sorted(modules, key=lambda name: (not name.startswith("engine.architectures."), name)):
        try:
            (marks / name).touch(exist_ok=False)
        except (FileExistsError, FileNotFoundError):  # another has taken it, or all have been compiled
            continue
        try:
            for kernel in modules[name]:
                kernel.prepare()
        except Exception:  # the tests of that kernel will say why
            continue
        (marks / f"{name} is compiled").touch()
    if all((marks / f"{name} is compiled").exists() for name in modules):
        CACHE.completed()
        shutil.rmtree(marks, ignore_errors=True)
