"""The Compare workspace of the real window, for a test to operate."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from app.documents.settings import Settings
from app.window.actions import Actions
from engine import new_experiment, new_run

Button = Qt.MouseButton.LeftButton
TINY = {"updates": 30, "seeds": 6}


@pytest.fixture
def comparing(open_window, monkeypatch, tmp_path):
    """A function: a window with its menus that compares two runs on Rosenbrock."""
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))

    def opened():
        runs = [new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4, colour=1)]
        window = open_window(new_experiment("rosenbrock", runs, updates=0))
        window.actions = Actions(window.shell, window.bench, Settings())
        window.shell.closing.connect(window.actions.shut_down)
        window.compare = window.actions.comparing
        QApplication.processEvents()
        return window

    return opened


def show(window, key: str):
    """The workspace with a page of tiny budgets, shown by the mouse."""
    if not window.compare.is_shown:
        window.qtbot.mouseClick(window.compare.switch.button(1), Button)
    space = window.compare.workspace
    window.qtbot.mouseClick(space.tabs.button(key), Button)
    page = space.page_of(key)
    page.set_values({name: value for name, value in TINY.items() if name in page.knobs.knobs})
    window.until(lambda: page.request is not None)
    return space, page


def compute(window, space) -> None:
    """Start, and wait until all is on screen in its place: sentences move what is below them."""
    window.qtbot.mouseClick(space.bar.start, Button)
    window.until(lambda: space.bar.start.isVisible())
    window.settle()
    QApplication.processEvents()


def click(window, plot, place: QPointF) -> None:
    """A click at a place in the pixels of a plot."""
    at = plot.mapFromScene(plot.box.mapToScene(place))
    window.qtbot.mouseMove(plot.viewport(), at)
    window.qtbot.mouseClick(plot.viewport(), Button, pos=QPoint(at))
