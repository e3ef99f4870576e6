"""What every test needs before anything is imported: one kernel cache, one thread for linear algebra, settings of
their own, no screen.

The cache is the app's own, so whatever has been compiled once, by a test or by the app, is compiled for
all of them; tests that start processes hand it on through the environment.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from app.documents import kernel_cache
from app.launch.own_threads import keep_to_own_threads
from app.launch.returned_memory import return_large_arrays

# Not the user's own: windows remember their files and layout, and offer what a window that was killed has left.
os.environ["FALL_LINE_CONFIG"] = tempfile.mkdtemp(prefix="fall-line-config-")
atexit.register(shutil.rmtree, os.environ["FALL_LINE_CONFIG"], ignore_errors=True)
keep_to_own_threads()
return_large_arrays()
CACHE = kernel_cache.prepare()
os.fsync = os.fstat  # type: ignore[assignment]  # nothing here outlives a power failure: thousands of waits for a disk
gc.disable()  # while all is imported and collected, of which nothing is garbage


@pytest.hookimpl(tryfirst=True)  # before a process says that it has collected, and gets tests
def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been imported and collected stays: no collection of garbage need look through it."""
    worker = getattr(session.config, "workerinput", None)
    if worker is not None and not CACHE.complete:
        compile_share(int(worker["workerid"].removeprefix("gw")), worker["workercount"])
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.collect()  # how often Python collects all depends on how much it has kept the last time


def compile_share(place: int, count: int) -> None:
    """Compile every `count`th kernel, which all the tests' processes would do else, each by itself."""
    from engine import ARCHITECTURES
    from engine.contracts import Kernel

    for architecture in ARCHITECTURES.values():
        architecture.own_kernels()  # declares them; what is imported declares all others
    marks = [CACHE.folder / f"compiled-{share}-of-{count}" for share in range(count)]
    try:
        for kernel in Kernel.everyone[place::count]:
            kernel.prepare()
    except Exception:  # the tests of that kernel will say why
        return
    marks[place].touch()
    if all(mark.exists() for mark in marks):
        CACHE.completed()
