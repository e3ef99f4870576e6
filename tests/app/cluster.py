"""A Dask cluster on this machine, started as the README says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, tmp: Path) -> None:
        self.tmp = tmp
        self.started: list[subprocess.Popen[bytes]] = []
        self.start(ROOT, "scheduler", "--port", "0", "--scheduler-file", str(tmp / "scheduler.json"))
        until(lambda: (tmp / "scheduler.json").exists())
        (self.address,) = re.findall(r'"address": "(tcp://[^"]+)"', (tmp / "scheduler.json").read_text("utf-8"))

    def start(self, folder: Path, *words: str) -> subprocess.Popen[bytes]:
        """`python -m dask` in a folder, with nothing that the tests have put into the environment."""
        without = ("NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES", "PYTHONPATH")
        surroundings = {name: value for name, value in os.environ.items() if name not in without}
        with open(self.tmp / "log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"],
                cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.started.append(process)
        return process

    def worker(self, folder: Path = ROOT) -> subprocess.Popen[bytes]:
        return self.start(folder, "worker", self.address, "--nthreads", "1", "--no-nanny")

    def end(self) -> None:
        for process in reversed(self.started):
            process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path)
    yield started
    started.end()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def copied(folder: Path, version: str) -> Path:
    """The program of another version, with another engine."""
    for room in ("app", "engine"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (folder / "pyproject.toml").write_text(re.sub(r'(?m)^version = ".*"', f'version = "{version}"', text), "utf-8")
    return folder
