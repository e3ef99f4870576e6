"""Light stand-ins for what the worker publishes: paths given as arrays, over a bowl. And a mouse for the plot."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.look.theme import DARK
from app.stage.surface.surface_stage import SurfaceStage
from app.stage.terrain import Terrain
from engine import COLUMNS, SURFACES, HistoryView, SurfaceInfo, SurfaceTask, choose, new_run, problem_of

DOMAIN = (-2.0, 2.0, -1.0, 3.0)


def surface_info_of(**changes):
    known = {
        "title": "Bowl",
        "formula": "x^2 + y^2",
        "domain": DOMAIN,
        "view": DOMAIN,
        "minima": ((0.0, 0.0),),
        "stationary": (("saddle", 1.0, 1.0), ("local-max", -1.0, 2.0), ("local-min", -1.0, 1.0)),
        "lowest": 0.0,
        "log_levels": True,
    }
    return SurfaceInfo(**{**known, **changes})


def terrain_of(region=DOMAIN, nx=81, ny=61, serial=0, function=lambda x, y: x * x + y * y, **changes):
    x, y = np.linspace(*region[:2], nx), np.linspace(*region[2:], ny)
    with np.errstate(all="ignore"):
        values = function(*np.meshgrid(x, y))
    return Terrain(surface_info_of(**changes), x, y, values, serial)


def history_of(points, width=1):
    points = np.asarray(points, float).reshape(-1, 2)
    last = np.zeros((len(COLUMNS), len(points)))
    last[COLUMNS.index("x")], last[COLUMNS.index("y")] = points.T
    latest = tuple(last[:, -1].tolist()) if len(points) else ()
    return HistoryView(width, len(points), len(points) * width, last, last, last, latest)


def run_of(points, id="a", colour=0, width=1, status="running", visible=True, theta=None, average=None, **peek):
    points = np.asarray(points, float).reshape(-1, 2)
    history = history_of(points, width)
    now = np.array(theta if theta is not None else (points[-1] if len(points) else (0.0, 0.0)), float)
    shown = {
        "update": history.updates,
        "theta": now,
        "average": None if average is None else np.array(average, float),
        "evaluated": now if average is None else np.array(average, float),
        "loss": float(now @ now),
        "gradient": 2 * now,
        "slots": {"m": 2 * now, "v": now**2},
        "settings": new_run("adam"),
        "step": -0.1 * now,
    }
    return SimpleNamespace(
        id=id,
        name=id.title(),
        colour=colour,
        visible=visible,
        begins=0,
        status=status,
        update=history.updates,
        history=history,
        shown=SimpleNamespace(**{**shown, **peek}),
    )


def picture_of(*runs, start=(-1.5, 2.0), update=0):
    """update: of the session; 0 is a race that has not begun, whatever the runs show."""
    task = SurfaceTask(choose(SURFACES, "sphere"), start)
    return SimpleNamespace(
        runs=tuple(runs), task=task, problem=problem_of(task), subject=surface_info_of(), update=update
    )


def spiral(count=400, turns=5, start=1.2):
    t = np.linspace(0, 1, count)
    return np.column_stack((start * (1 - t) * np.cos(turns * 7 * t), 1 + start * (1 - t) * np.sin(turns * 7 * t)))


@pytest.fixture
def make():
    return SimpleNamespace(
        surface_info=surface_info_of,
        terrain=terrain_of,
        history=history_of,
        run=run_of,
        picture=picture_of,
        spiral=spiral,
    )


@pytest.fixture
def stage(qtbot):
    made = SurfaceStage(DARK)
    qtbot.addWidget(made)
    made.resize(600, 560)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh(picture_of())
    made.value_at = None  # what is read is the terrain
    made.set_terrain(terrain_of())
    QApplication.processEvents()  # the axes take their room, and with it the plot its place
    made.grab()
    return made


@pytest.fixture
def plane(stage):
    return stage.plane


LEFT = Qt.MouseButton.LeftButton


class Mouse:
    """A mouse on a plot: places are (x, y) of the surface, or a QPoint of the plot's widget."""

    def __init__(self, plot) -> None:
        self.plot, self.viewport = plot, plot.viewport()

    def pixel(self, place) -> QPoint:
        if isinstance(place, QPoint):
            return place
        return self.plot.mapFromScene(self.plot.box.mapToScene(self.plot.view.point(*place)))

    def press(self, place, button=LEFT) -> None:
        QTest.mousePress(self.viewport, button, pos=self.pixel(place))

    def move(self, *places) -> None:
        for place in places:
            QTest.mouseMove(self.viewport, self.pixel(place))

    def release(self, place, button=LEFT) -> None:
        QTest.mouseRelease(self.viewport, button, pos=self.pixel(place))

    def click(self, place, button=LEFT) -> None:
        QTest.mouseClick(self.viewport, button, pos=self.pixel(place))

    def double_click(self, place) -> None:
        self.click(place)
        QTest.mouseDClick(self.viewport, LEFT, pos=self.pixel(place))
        self.release(place)

    def drag(self, start, by: QPoint, button=LEFT) -> None:
        """In steps, from one place by so many pixels."""
        at = self.pixel(start)
        self.press(at, button)
        self.move(*(at + by * part / 4 for part in range(1, 5)))
        self.release(at + by, button)

    def wheel(self, place, turns: float) -> None:
        at = QPointF(self.pixel(place))
        event = QWheelEvent(
            at,
            self.viewport.mapToGlobal(at),
            QPoint(),
            QPoint(0, round(120 * turns)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.viewport, event)


@pytest.fixture
def mouse(plane):
    return Mouse(plane)
