"""The window at full training speed: frame times, and the cost of display for training."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine import Session, new_experiment, new_run

UPDATES = 1_000_000  # of every run before measuring starts
SECONDS = 3.0
RUNS = ("adam", "sgd", "momentum", "rmsprop", "nadam", "adamw", "nesterov", "amsgrad")
_CHUNK = 20_000


def measure(rounds: int) -> Iterator[str]:
    from PySide6.QtWidgets import QApplication

    from app.launch.main_window import Shell
    from app.look.theme import DARK, apply
    from app.window.workbench import Workbench

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, DARK)
    race = new_experiment("rosenbrock", [new_run(key, learning_rate=1e-4) for key in RUNS], updates=0)
    headless = Session(race)
    shell = Shell()
    bench = Workbench(DARK, race)
    shell.setCentralWidget(bench)
    shell.show()
    bench.set_speed(0.0)
    bench.play()
    while _reached(bench) < UPDATES:
        application.processEvents()
    frames = _Frames(bench)
    alone, shown, intervals, costs = [], [], [], []
    for _ in range(max(2, rounds // 3)):
        bench._orders.pause.emit()
        _wait(0.2)
        alone.append(_headless_rate(headless))
        bench.play()
        _wait(0.3)
        frames.clear()
        before, begun = _taken(bench), time.perf_counter()
        _wait(SECONDS)
        shown.append((_taken(bench) - before) / (time.perf_counter() - begun))
        intervals += frames.intervals()
        costs += frames.costs
    bench.shut_down()
    shell.deleteLater()
    yield f"{len(RUNS)} runs, more than {UPDATES:,} updates each, {shell.width()} x {shell.height()}, offscreen"
    share = statistics.median(with_ / without for with_, without in zip(shown, alone, strict=True))
    yield f"training  {statistics.median(shown) / 1e6:.1f} M updates/s in the window, {share:.0%} of the same headless"
    yield f"frames    {1e3 / np.median(intervals):.0f} a second; interval {_spread(intervals)} ms"
    yield f"GUI work  {_spread(costs)} ms a frame"


class _Frames:
    """Records when each frame of the workbench began and what it cost the GUI thread."""

    def __init__(self, bench: Any) -> None:
        self._frame = bench._frame
        self.begun: list[float] = []
        self.costs: list[float] = []
        bench._frames.timeout.disconnect()
        bench._frames.timeout.connect(self._take)

    def clear(self) -> None:
        self.begun, self.costs = [], []

    def intervals(self) -> list[float]:
        return (1e3 * np.diff(self.begun)).tolist()

    def _take(self) -> None:
        begun = time.perf_counter()
        self._frame()
        self.begun.append(begun)
        self.costs.append(1e3 * (time.perf_counter() - begun))


def _headless_rate(session: Session) -> float:
    """Updates per second, all runs together."""
    taken, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        taken += session.advance(_CHUNK)
    return taken / passed


def _reached(bench: Any) -> int:
    published = bench.worker.published
    return 0 if published is None else published.picture.update


def _taken(bench: Any) -> int:
    return sum(run.update for run in bench.worker.published.picture.runs)


def _wait(seconds: float) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _spread(values: list[float]) -> str:
    middle, most, worst = np.median(values), np.percentile(values, 99), max(values)
    return f"p50 {middle:.1f}, p99 {most:.1f}, max {worst:.1f}"
