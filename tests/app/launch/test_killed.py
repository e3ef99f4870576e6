"""The app is killed while a person works with it, and the next start gives the work back."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.documents.recovery import left_behind
from engine import Session

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60  # seconds; only a failure takes them
LONGEST_LOSS = 30.0  # seconds of work, whatever ends the process
# Starts the app, and tweaks a run again and again; says each tweak, and each time that the work is kept.
WORK = """
import sys, time
from PySide6.QtCore import QTimer
from app.window import recovery
from app.launch import main_window
from app.documents.recovery import WorkKeeper

recovery.KEEP_MILLISECONDS = int(sys.argv[1])
made, keep = main_window.MainWindow.__init__, WorkKeeper.keep

def make(self):
    made(self)
    self.watch, self.rate = QTimer(self), 0
    self.watch.timeout.connect(lambda: work(self))
    self.watch.start(20)

def work(self):
    bench = self.centralWidget()
    if type(bench).__name__ == "Workbench" and bench.controller.shown is not None:
        self.rate += 1
        bench.controller.tweak(bench.controller.selected, "learning_rate", self.rate * 1e-6)
        print(f"tweak {self.rate} {time.monotonic()}\\n", end="", flush=True)  # in one: two threads write

def told(self, *work):
    keep(self, *work)
    print(f"kept 0 {time.monotonic()}\\n", end="", flush=True)

main_window.MainWindow.__init__, WorkKeeper.keep = make, told
from app.commands import cli
sys.exit(cli.main([]))
"""


def worked_and_killed(seconds: float, interval: int) -> dict[int, float]:
    """Work, and be killed so many seconds after the work was kept first; the time before the kill of each tweak."""
    process = subprocess.Popen([sys.executable, "-c", WORK, str(interval)], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    guard = threading.Timer(PATIENCE, process.kill)
    guard.start()
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.split())
        if lines[-1][0] == "kept":
            break
    ending = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
    ending.start()
    lines += [line.split() for line in process.stdout]
    killed = time.monotonic()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    guard.cancel()
    return {int(line[1]): killed - float(line[2]) for line in lines if line[:1] == ["tweak"] and len(line) == 3}


def check(seconds: float, interval: int) -> None:
    """Of what was done all but the last moments is found again, and gives the same numbers to the bit."""
    made = worked_and_killed(seconds, interval)
    (work,) = left_behind()
    assert work.changed and work.crashed
    experiment, update = work.load()
    tweaks = [tweak for run in experiment.runs for tweak in run.tweaks]
    tweaks = [tweak for tweak in tweaks if tweak.setting.path == "learning_rate"]
    last = round(max(tweak.value for tweak in tweaks) * 1e6)
    lost = [ago for rate, ago in made.items() if rate > last]
    assert max(lost, default=0.0) < min(interval / 1000 + 2.0, LONGEST_LOSS)
    session, again = Session(experiment), Session(replace(experiment))
    session.advance(update)
    for updates in (update // 3, update - update // 3):
        again.advance(updates)
    for one, other in zip(session.runs, again.runs, strict=True):
        assert one.update == other.update == update
        assert np.array_equal(one.peek(None).theta, other.peek(None).theta)
    work.discard()
    assert left_behind() == ()


def test_work_is_given_back_after_a_kill(tmp_path, monkeypatch):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    check(0.7, 200)


@pytest.mark.slow
def test_work_is_given_back_whenever_it_is_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    chance = random.Random(1)
    for _ in range(100):
        check(chance.uniform(0.0, 3.0), 500)


@pytest.mark.slow
def test_work_is_given_back_with_the_interval_of_the_app(tmp_path, monkeypatch):
    from app.window.recovery import KEEP_MILLISECONDS

    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    check(8.0, KEEP_MILLISECONDS)
