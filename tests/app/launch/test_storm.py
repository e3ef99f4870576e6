"""The real program is ended at any moment and in any way: it ends in time, with status 0, and leaves nothing behind."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60  # seconds; only a failure takes them
MOMENTS = ("early", "panel", "stage", "pdf", "svg", "csv", "playing")
WAYS = ("close", "SIGTERM", "SIGINT")
CHILD = """
import os, signal, sys, threading, time
from pathlib import Path
from PySide6.QtCore import QTimer
from app.launch import start

moment, way, wait, folder = sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])
begun = start.Starter.__init__

def begin(self, shell, *rest):
    begun(self, shell, *rest)
    self.looking = QTimer(self)
    self.looking.timeout.connect(lambda: look(self, shell))
    self.looking.start(10)

def look(self, shell):
    bench = self.bench
    if moment == "early" or (self.actions and bench.training.published and bench.training.published.picture.update):
        self.looking.stop()
        if moment in ("panel", "stage"):
            self.actions.show_export("loss" if moment == "panel" else "stage")
        elif moment in ("pdf", "svg", "csv"):
            self.actions.show_export("table" if moment == "csv" else "loss")
            self.actions.export.export_to(folder / f"figure.{moment}")
        QTimer.singleShot(round(1000 * wait), lambda: end(shell))

def end(shell):
    print("asked", time.time(), flush=True)
    if way == "close":
        shell.close()
    else:
        os.kill(os.getpid(), getattr(signal, way))

start.Starter.__init__ = begin
from app.commands import cli
status = cli.main([])
print("threads", *[thread.name for thread in threading.enumerate()], flush=True)
sys.exit(status)
"""


def ended(tmp_path: Path, moment: str, way: str, wait: float) -> tuple[int, float, str]:
    """(exit status, seconds from the wish to the end, what is wrong besides)."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "FALL_LINE_CONFIG": str(tmp_path / "config")}
    child = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, moment, way, str(wait), str(tmp_path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    now = time.time()
    told = dict(line.split(maxsplit=1) for line in child.stdout.splitlines())
    complaints = [line for line in child.stderr.splitlines() if line and "propagateSizeHints" not in line]
    if told.get("threads") != "MainThread":
        complaints.append(f"threads: {told.get('threads')}")
    complaints += [f"left: {path.name}" for path in tmp_path.iterdir() if path.suffix == ".tmp"]
    return child.returncode, now - float(told.get("asked", "nan")), "\n".join(complaints)


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(
    ("moment", "way", "wait"),
    [("early", "close", 0.1), pytest.param("panel", "SIGTERM", 0.5, marks=pytest.mark.slow), ("pdf", "SIGTERM", 0.5)],
)
def test_ended_at_any_moment(tmp_path: Path, moment: str, way: str, wait: float) -> None:
    status, seconds, wrong = ended(tmp_path, moment, way, wait)
    assert (status, wrong) == (0, "")
    assert seconds < 3.0, "other tests may keep the processor busy; alone it takes a few tenths of a second"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_storm_of_ends(tmp_path: Path, moment: str) -> None:
    """R14: a hundred times each, while nothing else keeps the processor busy."""
    chance = random.Random(moment)
    found = []
    for _ in range(100):
        way, wait = chance.choice(WAYS), chance.uniform(0.0, 1.5 if moment == "early" else 1.2)
        status, seconds, wrong = ended(tmp_path, moment, way, wait)
        if status or wrong or not seconds <= 1.0:
            found.append((way, round(wait, 2), status, round(seconds, 2), wrong))
    assert not found
