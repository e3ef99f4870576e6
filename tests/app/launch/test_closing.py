"""Closing while kernels are compiled, in the training thread, in that of a trial, or in a process for trials."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120  # seconds; only a failure takes them
WITHIN = 3.0  # seconds, on a machine that does other things besides; compiling goes on for longer
WATCH = """
import sys
import time
from PySide6.QtCore import QTimer
from app.documents import kernel_cache
from app.launch import main_window as shell

kernel_cache.prepare().completed()  # it is empty: whoever needs a kernel compiles it
workers, way = sys.argv[1:]
made = shell.MainWindow.__init__

def make(self):
    made(self)
    self.job, self.began = None, 0.0
    self.watch = QTimer(self)
    self.watch.timeout.connect(lambda: look(self))
    self.watch.start(20)

def look(self):
    if type(self.centralWidget()).__name__ != "Workbench":
        return
    from app.workers.trials import ComparisonRequest, TrialJob
    from engine import is_compiling, new_network
    if not self.began:
        self.began = time.monotonic()
        if workers:
            self.job = TrialJob(self)
            self.closing.connect(self.job.stop)
            race = new_network("moons", ["adam", "sgd"], hidden=(8, 8))
            self.job.start(ComparisonRequest(race, "race", {"seeds": 10, "updates": 200}), workers)
    if is_compiling() and time.monotonic() - self.began > (2.0 if "process" in workers else 0.3):
        self.watch.stop()
        print("compiling", flush=True)
        if way == "close":
            QTimer.singleShot(100, self.close)

shell.MainWindow.__init__ = make
from app.commands import cli
sys.exit(cli.main([]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workers", "way"), [("", "close"), ("", "SIGTERM"), ("2 threads", "close"), ("2 processes", "SIGTERM")]
)
def test_it_closes_at_once_and_leaves_nothing_behind(tmp_path, workers: str, way: str) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "FALL_LINE_CONFIG": str(tmp_path / "config"),
        "FALL_LINE_CACHE": str(tmp_path / "cache"),
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH, workers, way], cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    guard = threading.Timer(PATIENCE, process.kill)
    guard.start()
    assert process.stdout.readline() == "compiling\n"
    begun = time.monotonic()
    if way != "close":
        process.send_signal(signal.Signals[way])
    out, complaints = process.communicate(timeout=PATIENCE)
    took = time.monotonic() - begun
    guard.cancel()
    lines = [line for line in complaints.splitlines() if line and "propagateSizeHints" not in line]
    assert (process.returncode, out, lines) == (0, "", [])
    assert took < WITHIN
    until = time.monotonic() + 2.0
    while is_there(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_there(process.pid), "a process of the window's session goes on"


def is_there(session: int) -> bool:
    """Whether a process of a group is left."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True
