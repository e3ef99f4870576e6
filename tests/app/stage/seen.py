"""A view with a chart outside of the window, driven as a person would, with snapshots as the workbench makes them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.look.theme import DARK
from engine import Session, network_snapshot, new_network, new_run

RUN = new_run("adam", learning_rate=0.01, batch=10)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MOUSE = {
    "press": QEvent.Type.MouseButtonPress,
    "move": QEvent.Type.MouseMove,
    "release": QEvent.Type.MouseButtonRelease,
    "double": QEvent.Type.MouseButtonDblClick,
}


class Seen:
    """A view with the session that it shows."""

    def __init__(self, qtbot, kind, data, size=(560, 460), **settings) -> None:
        self.session = Session(new_network(data, [RUN], **{"hidden": (4,), **settings}))
        self.view = kind(DARK)
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.edits: list[dict] = []
        self.settled: list[int] = []
        self.view.edited.connect(self.edits.append)
        self.view.settled.connect(lambda: self.settled.append(len(self.edits)))
        self.view.show()
        self.refresh()

    def refresh(self):
        """Hand on the newest picture, and the snapshot that the view then asks for."""
        self.picture = self.session.picture()
        self.view.refresh(self.picture)
        return self.show_theta(self.picture.runs[0].shown.theta)

    def show_theta(self, theta):
        """A snapshot of these weights."""
        run = self.picture.runs[0]
        self.snapshot = network_snapshot(self.picture.learner, theta, self.view.wanted(), run.id, run.update)
        self.view.show_snapshot(self.snapshot)
        return self.snapshot

    def advance(self, updates: int):
        self.session.advance(updates)
        return self.refresh()

    def change(self, **changes):
        """Other settings of the problem; `data_add` stands for `data.add`."""
        self.session.problem_changed({name.replace("data_", "data."): value for name, value in changes.items()})
        return self.refresh()

    def mouse(self, kind: str, x: float, y: float, button=LEFT, keys=NONE) -> None:
        """Send one of MOUSE at a place of the plane."""
        chart = self.view.chart
        at = chart.view.point(x, y)
        held = Qt.MouseButton.NoButton if kind in ("move", "release") else button
        event = QMouseEvent(MOUSE[kind], at, QPointF(chart.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(chart, event)

    def click(self, x: float, y: float, button=LEFT, keys=NONE) -> None:
        self.mouse("press", x, y, button, keys)
        self.mouse("release", x, y, button, keys)

    def stroke(self, *places) -> None:
        """Press at the first place, go through the others, let go at the last."""
        self.mouse("press", *places[0])
        for place in places[1:]:
            self.mouse("move", *place)
        self.mouse("release", *places[-1])

    @property
    def added(self) -> list[tuple[float, ...]]:
        """The examples that were drawn."""
        return [edit["data.add"] for edit in self.edits if "data.add" in edit]

    def image(self):
        return self.view.chart.grab().toImage()


@pytest.fixture
def see(qtbot, themed):
    """Show a problem in a view: see(kind, data, **settings)."""
    return lambda kind, data, **settings: Seen(qtbot, kind, data, **settings)
