"""The window at full training speed, for surfaces and networks: frame times, and the cost of display for training."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine import Experiment, Session, new_experiment, new_network, new_run

UPDATES = 1_000_000  # of every run of a surface before measuring starts
SECONDS = 3.0
RUNS = ("adam", "sgd", "momentum", "rmsprop", "nadam", "adamw", "nesterov", "amsgrad")
PRESETS = {
    "Playground": "23_playground",
    "spiral": "25_spiral",
    "digits": "26_digits",
    "filters on digits": "41_convolution",
    "GRU, fifty steps": "43_fifty_steps",
    "gradients in time of three": "68_temporal_order",
    "transformer": "53_grokking",
}


def measure(rounds: int) -> Iterator[str]:
    from PySide6.QtWidgets import QApplication

    from app.launch.start import TURN_SECONDS
    from app.look.theme import DARK, apply

    sys.setswitchinterval(TURN_SECONDS)  # as the app does
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, DARK)
    for name, experiment, updates in _cases():
        yield from _measure(application, name, experiment, updates, max(2, rounds // 3))


def _cases() -> Iterator[tuple[str, Experiment, int]]:
    """Title, experiment, and the updates it is to have made before anything is measured."""
    race = new_experiment("rosenbrock", [new_run(key, learning_rate=1e-4) for key in RUNS], updates=0)
    yield f"Rosenbrock, {len(RUNS)} runs", race, UPDATES
    from dataclasses import replace

    from app.documents.experiment_file import load
    from app.documents.presets import FOLDER

    for name, preset in PRESETS.items():
        found = load(FOLDER / f"{preset}.toml")
        endless = {**found.stop, "updates": 0, "plateau_updates": 0, "gradient_below": 0.0, "patience": 0}
        yield name, replace(found, stop={**endless, "loss_below": -np.inf}), 2000
    wide = new_network("digits", [new_run("adam", learning_rate=1e-4, batch=32)], hidden=(512,) * 8, loss="softmax")
    yield "8 x 512 on digits", replace(wide, stop={**wide.stop, "updates": 0}), 10


def _measure(application: Any, name: str, experiment: Experiment, updates: int, rounds: int) -> Iterator[str]:
    from app.launch.main_window import MainWindow
    from app.look.theme import DARK
    from app.window.workbench import Workbench

    headless = Session(experiment)
    shell = MainWindow()
    bench = Workbench(DARK, experiment)
    shell.setCentralWidget(bench)
    shell.show()
    bench.controller.set_speed(0.0)
    bench.controller.play()
    while _reached(bench) < updates:
        application.processEvents()
    headless.advance(updates)
    frames = _Frames(bench)
    alone, shown, intervals, costs = [], [], [], []
    for _ in range(rounds):
        bench.controller.pause()
        _wait(0.3)
        alone.append(_headless_rate(headless))
        bench.controller.play()
        _wait(0.3)
        frames.clear()
        before, begun = _taken(bench), time.perf_counter()
        _wait(SECONDS)
        shown.append((_taken(bench) - before) / (time.perf_counter() - begun))
        intervals += frames.intervals()
        costs += frames.costs
    bench.shut_down()
    size = shell.width(), shell.height()
    shell.close()
    shell.deleteLater()
    application.processEvents()
    share = statistics.fmean(shown) / statistics.fmean(alone)  # of all rounds: measurements come in lumps
    yield f"{name}, {size[0]} x {size[1]}, offscreen"
    yield f"  training  {statistics.fmean(shown):,.0f} updates/s in the window, {share:.0%} of the same headless"
    yield f"  frames    {1e3 / np.median(intervals):.0f} a second; interval {_spread(intervals)} ms"
    yield f"  GUI work  {_spread(costs)} ms a frame"


class _Frames:
    """Records when each frame of the workbench began and what it cost the GUI thread, painting included."""

    def __init__(self, bench: Any) -> None:
        self._show = bench.show_newest
        self.begun: list[float] = []
        self.costs: list[float] = []
        bench.frames.timeout.disconnect()
        bench.frames.timeout.connect(self._take)

    def clear(self) -> None:
        self.begun, self.costs = [], []

    def intervals(self) -> list[float]:
        return (1e3 * np.diff(self.begun)).tolist()

    def _take(self) -> None:
        from PySide6.QtCore import QCoreApplication

        begun = time.perf_counter()
        self._show()
        for _ in range(2):  # a scene first collects what is dirty, then its view paints it
            QCoreApplication.sendPostedEvents()
        self.begun.append(begun)
        self.costs.append(1e3 * (time.perf_counter() - begun))


def _headless_rate(session: Session) -> float:
    """Updates per second, all runs together, in chunks of about 50 ms."""
    taken, chunk, begun = 0, 1, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        before = time.perf_counter()
        taken += session.advance(chunk)
        spent = time.perf_counter() - before
        chunk = max(1, min(int(chunk * 0.05 / max(spent, 1e-6)), 4 * chunk))
    return taken / passed


def _reached(bench: Any) -> int:
    published = bench.training.published
    return 0 if published is None else published.picture.update


def _taken(bench: Any) -> int:
    return sum(run.update for run in bench.training.published.picture.runs)


def _wait(seconds: float) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _spread(values: list[float]) -> str:
    middle, most, worst = np.median(values), np.percentile(values, 99), max(values)
    return f"p50 {middle:.1f}, p99 {most:.1f}, max {worst:.1f}"
