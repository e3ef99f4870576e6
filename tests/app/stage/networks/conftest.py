"""Views of networks without a window: a session that is portrayed for them, as the workbench would."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.theme import DARK
from engine import Session, new_network, new_run, portrait

RUN = new_run("adam", learning_rate=0.01, batch=10)


class Seen:
    """A view with the session that it shows."""

    def __init__(self, qtbot, kind, data, **settings) -> None:
        size = settings.pop("size", (560, 460))
        self.session = Session(new_network(data, [RUN], **{"hidden": (4,), **settings}))
        self.view = kind(DARK)
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.edits: list[dict] = []
        self.settled = 0
        self.view.edited.connect(self.edits.append)
        self.view.settled.connect(self._settle)
        self.view.show()
        self.refresh()

    def _settle(self) -> None:
        self.settled += 1

    def refresh(self):
        """Hand on the newest picture, and the portrait that it asks for."""
        self.picture = self.session.picture()
        self.view.refresh(self.picture)
        run = self.picture.runs[0]
        self.portrait = portrait(self.picture.learner, run.shown.theta, self.view.wanted(), run.id, run.update)
        self.view.show_portrait(self.portrait)
        return self.portrait

    def advance(self, updates: int):
        self.session.advance(updates)
        return self.refresh()

    def show_theta(self, theta) -> None:
        """A portrait of these weights."""
        self.portrait = portrait(self.picture.learner, theta, self.view.wanted(), self.picture.runs[0].id, 1)
        self.view.show_portrait(self.portrait)

    def mouse(self, kind: str, x: float, y: float, button=Qt.MouseButton.LeftButton, keys=Qt.KeyboardModifier.NoModifier):
        """Send `press`, `move`, `release` or `double` at a place of the plane."""
        chart = self.view.chart
        at = chart.view.point(x, y)
        types = {
            "press": QEvent.Type.MouseButtonPress,
            "move": QEvent.Type.MouseMove,
            "release": QEvent.Type.MouseButtonRelease,
            "double": QEvent.Type.MouseButtonDblClick,
        }
        held = Qt.MouseButton.NoButton if kind in ("move", "release") else button
        where = QPointF(chart.mapToGlobal(at))
        QApplication.sendEvent(
            chart, QMouseEvent(types[kind], at, where, button if kind != "move" else held, held, keys)
        )

    def click(self, x: float, y: float, button=Qt.MouseButton.LeftButton, keys=Qt.KeyboardModifier.NoModifier) -> None:
        self.mouse("press", x, y, button, keys)
        self.mouse("release", x, y, button, keys)

    def stroke(self, *places, button=Qt.MouseButton.LeftButton) -> None:
        """Press at the first place, go through the others, let go at the last."""
        self.mouse("press", *places[0], button)
        for place in places[1:]:
            self.mouse("move", *place)
        self.mouse("release", *places[-1], button)

    def image(self):
        return self.view.chart.grab().toImage()


@pytest.fixture
def see(qtbot, themed):
    """Show a problem in a view: see(kind, data, **settings)."""
    return lambda kind, data, **settings: Seen(qtbot, kind, data, **settings)
