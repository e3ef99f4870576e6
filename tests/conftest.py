"""What every test needs before anything is imported: one kernel cache, one thread for linear algebra, no screen.

The cache is the app's own, so whatever has been compiled once, by a test or by the app, is compiled for
all of them; tests that start processes hand it on through the environment.
"""

from __future__ import annotations

import gc
import os
import subprocess

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from app.launch import compile_kernels, kernel_cache
from app.launch.own_threads import keep_to_own_threads
from app.launch.returned_memory import return_large_arrays

keep_to_own_threads()
return_large_arrays()
CACHE = kernel_cache.prepare()


def pytest_configure(config: pytest.Config) -> None:
    """Before the tests are spread over processes: compile every kernel, which each of them would do else."""
    spread = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    if spread and not CACHE.complete:
        print("compiling the kernels ...", flush=True)
        # With an open standard input: the child ends when that does.
        child = subprocess.Popen(compile_kernels.command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        child.wait()
        assert child.stdin is not None
        child.stdin.close()


def pytest_collection_finish() -> None:
    """What has been imported and collected stays: no collection of garbage need look through it."""
    gc.collect()
    gc.freeze()
