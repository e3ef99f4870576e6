"""A view with a chart outside of the window, driven as a person would, with snapshots as the workbench makes them."""

from __future__ import annotations

import pytest

from app.look.theme import DARK
from engine import Session, new_network, new_run, snapshot_of
from tests.app.stage.mouse import Mouse

RUN = new_run("adam", learning_rate=0.01, batch=10)


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
        self.mouse = Mouse(self.view.chart)
        self.refresh()

    def refresh(self):
        """Hand on the newest picture, and the snapshot that the view then asks for."""
        self.picture = self.session.picture()
        self.view.refresh(self.picture)
        return self.show_theta(self.picture.runs[0].shown.theta)

    def show_theta(self, theta):
        """A snapshot of these weights."""
        run = self.picture.runs[0]
        self.snapshot = snapshot_of(self.picture.problem, theta, self.view.queries(), run.id, run.update)
        self.view.show_snapshot(self.snapshot)
        return self.snapshot

    def advance(self, updates: int):
        self.session.advance(updates)
        return self.refresh()

    def change(self, **changes):
        """Other settings of the problem; `data_add` stands for `data.add`."""
        self.session.problem_changed({name.replace("data_", "data."): value for name, value in changes.items()})
        return self.refresh()

    @property
    def added(self) -> list[tuple[float, ...]]:
        """The examples that were drawn."""
        return [edit["data.add"] for edit in self.edits if "data.add" in edit]

    def image(self):
        """The plot inside its axes."""
        return self.view.chart.grab(self.view.chart.plot_rect()).toImage()

    def whole(self):
        """The chart with its axes."""
        return self.view.chart.grab().toImage()


@pytest.fixture
def see(qtbot, themed):
    """Show a problem in a view: see(kind, data, **settings)."""
    return lambda kind, data, **settings: Seen(qtbot, kind, data, **settings)
