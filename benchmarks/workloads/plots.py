"""GUI-thread time of a frame of the live plots: taking a picture of the race, and painting what it adds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.workloads.window import RUNS
from engine import Session, new_experiment, new_run, problem_of

FRAMES = 200
CHUNK = 3000  # updates of every run between two frames, about what full speed takes
CURVES, STAGE = (350, 640), (560, 560)
WARM_UP = 20  # frames
TURNS = 40  # of the wheel


def measure(rounds: int) -> Iterator[str]:
    from PySide6.QtWidgets import QApplication

    from app.look.theme import DARK, apply

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, DARK)
    for _ in range(max(1, rounds // 3)):
        yield from _measure(application)


def _measure(application: Any) -> Iterator[str]:
    race = new_experiment("rosenbrock", [new_run(key, learning_rate=1e-4) for key in RUNS], updates=0)
    session = Session(race)
    widgets = {"curves": _panel(), "stage": _stage(session)}
    costs: dict[str, list[float]] = {name: [] for name in widgets}
    for _ in range(FRAMES):
        session.advance(CHUNK)
        picture = session.picture()
        for name, widget in widgets.items():
            costs[name].append(_milliseconds(application, partial(widget.refresh, picture)))
    for name, spent in costs.items():
        yield f"{name:7} live, {len(RUNS)} runs, {FRAMES * CHUNK:,} updates: {_spread(spent[WARM_UP:])} ms a frame"
    for name, widget in widgets.items():
        plot = _plot_of(widget)
        turning = [_milliseconds(application, partial(_turn_wheel, plot)) for _ in range(TURNS)]
        yield f"{name:7} zooming by the wheel: {_spread(turning)} ms a turn"
    for widget in widgets.values():
        widget.close()
        widget.deleteLater()
    application.processEvents()


def _panel() -> Any:
    from app.curves.curve_panel import CurvePanel
    from app.look.theme import DARK

    panel = CurvePanel(DARK)
    panel.resize(*CURVES)
    panel.show()
    return panel


def _stage(session: Session) -> Any:
    from app.look.theme import DARK
    from app.stage.surface.surface_stage import SurfaceStage
    from app.stage.terrain import Terrain

    stage = SurfaceStage(DARK)
    stage.resize(*STAGE)
    stage.show()
    surface_info = session.picture().subject
    x0, x1, y0, y1 = surface_info.view
    xs, ys = np.linspace(x0, x1, 240), np.linspace(y0, y1, 240)
    stage.set_terrain(Terrain(surface_info, xs, ys, problem_of(session.picture().task).values(xs, ys), 0))
    return stage


def _plot_of(widget: Any) -> Any:
    """The first plot of a panel or a stage that takes the wheel."""
    from app.plots.plot_view import PlotView

    return next(plot for plot in widget.findChildren(PlotView) if plot.isVisible()).viewport()


def _turn_wheel(widget: Any) -> None:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    at = QPointF(widget.rect().center())
    turn = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(widget.rect().center())),
        QPoint(),
        QPoint(0, 30),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, turn)


def _milliseconds(application: Any, act: Callable[[], object]) -> float:
    """For doing something and for painting what it has changed."""
    begun = time.perf_counter()
    act()
    application.processEvents()
    return 1e3 * (time.perf_counter() - begun)


def _spread(values: list[float]) -> str:
    middle, most, worst = np.median(values), np.percentile(values, 99), max(values)
    return f"p50 {middle:.1f}, p99 {most:.1f}, max {worst:.1f}"
