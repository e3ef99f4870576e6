"""The stage of clusters in the window: drawing, dragging a centre, undo, a collapse in words, and the figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.export.figure import figure_bytes
from app.export.figure_content import StageContent
from app.export.style import FigureSettings
from app.look.theme import DARK, LIGHT
from app.stage.brush import ADD, ERASE
from app.stage.clustering.clusters import ClustersView
from engine import Session, Table, new_clustering, new_run, snapshot_of
from tests.app.conftest import Window, close_and_check
from tests.app.stage.mouse import FREE, LEFT, MOVE, PRESS, RELEASE, Mouse


@pytest.fixture
def window(qtbot):
    runs = [new_run("sgd", learning_rate=0.5), new_run("adam", learning_rate=0.05)]
    made = Window(qtbot, new_clustering({"kind": "blobs", "samples": 60}, runs, clusters=2))
    made.settle()
    yield made
    close_and_check(made)


def test_points_and_centres_are_edited_with_the_mouse(window):
    view = window.bench.shown_stage.views["clusters"]
    window.until(lambda: view.theta is not None)
    mouse = Mouse(view.chart)
    begun = view.centres.copy()
    goal = (-5.0, 4.5)
    mouse.drag(tuple(begun[1]), (0.0, 0.0), goal)
    window.until(lambda: window.picture.task.centres != ())
    window.settle()
    np.testing.assert_allclose(window.picture.task.centres[2:], goal, atol=0.1)
    np.testing.assert_array_equal(window.picture.task.centres[:2], begun[0])
    assert [run.shown.theta[2] for run in window.picture.runs] == [window.picture.task.centres[2]] * 2
    window.until(lambda: view._moved is None and np.allclose(view.centres[1], goal, atol=0.1))

    settled, view.chart._taken = [], None
    view.settled.connect(lambda: settled.append(view.chart.taken))
    x0, x1, y0, y1 = view.chart.view.region
    view.chart._held = tuple(view.centres[0])  # the crosshair of the keyboard
    for key, modifier, taken, right, up in (
        (Qt.Key.Key_Return, 0, 0, 0.0, 0.0),
        (Qt.Key.Key_Right, 0, 0, 0.01, 0.0),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, 0, 0.0, 0.001),
        (Qt.Key.Key_Enter, 0, 1, 0.0, 0.0),
        (Qt.Key.Key_Down, 0, 1, 0.0, -0.01),
        (Qt.Key.Key_Return, 0, 0, 0.0, 0.0),
    ):
        before, count = view.centres.copy(), len(settled)
        window.qtbot.keyClick(view.chart, key, Qt.KeyboardModifier(modifier))
        assert view.chart.taken == taken and len(settled) == count + (right != 0.0 or up != 0.0)
        goal = before[taken] + (right * (x1 - x0), up * (y1 - y0))
        np.testing.assert_allclose(view.centres[taken], goal, atol=0.02 * (right + abs(up)) * (x1 - x0))
        np.testing.assert_array_equal(view.centres[1 - taken], before[1 - taken])
    assert window.picture.update == 0, "the arrow keys are those of the centres"
    window.until(lambda: np.array_equal(np.ravel(window.picture.task.centres), view.centres.ravel()))
    window.qtbot.keyClick(view.chart, Qt.Key.Key_Escape)
    assert view.chart.taken is None

    view.brush.choose(ADD)
    mouse.click(5.5, -5.0)
    window.settle()
    assert isinstance(window.picture.task.points, Table) and window.picture.problem.examples == 61
    window.advance(20)
    assert len(view.chart.handles) == 0, "the runs have begun"
    window.qtbot.keyClick(view.chart, Qt.Key.Key_Return)
    assert view.chart.taken is None
    mouse.click(-5.5, -5.0)
    window.settle()
    assert window.picture.problem.examples == 62 and window.picture.update >= 20, "they go on with one more"
    view.brush.choose(ERASE)
    mouse.click(-5.5, -5.0)
    window.settle()
    assert window.picture.problem.examples == 61
    window.until(lambda: view.snapshot is not None and view.snapshot.subject is window.picture.subject)
    assert "loss" in view.caption.text() and "agreement" not in view.caption.text(), "drawn points have no groups"
    view.brush.choose("")
    mouse.send(MOVE, mouse.pixel(*view.centres[0]))
    assert view.read(view.chart.view.point(*view.centres[0]))[1][0].startswith("cluster 1, ")
    panel = window.bench.problem_panel.panels["clustering"]
    assert panel.note.text() == "61 points, drawn" and not panel.points.knobs.isVisible()
    saved = window.current()
    window.bench.document.undo()
    window.settle()
    assert window.picture.problem.examples == 62
    assert Session(saved).task.points == saved.problem.points


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_component_that_has_collapsed_is_told(qtbot, theme):
    model = {"kind": "mixture", "spread": "spherical", "least_spread": 0.0}
    session = Session(new_clustering({"kind": "moons", "samples": 60}, ["sgd"], model=model, clusters=2))
    session.tweak("sgd", "parameter.6", -40.0)
    picture = session.picture()
    view = ClustersView(theme)
    qtbot.addWidget(view)
    view.resize(320, 240)
    view.refresh(picture)
    view.grab()  # before the first snapshot
    view.show_snapshot(snapshot_of(picture.problem, picture.runs[0].shown.theta, view.queries(), "sgd", 0))
    view.refresh(picture)
    assert "collapsed onto a point: cluster 1" in view.caption.text()
    image = view.grab().toImage()
    assert len({image.pixel(x, y) for x in range(60, 300, 5) for y in range(60, 200, 5)}) > 20
    assert view.describe().startswith("Clusters: update 0")


@pytest.mark.parametrize("moves_before", [False, True])
def test_a_centre_that_is_dragged_is_let_go_of_with_the_clusters_it_belongs_to(qtbot, moves_before):
    """Undo and what else is under way may put other clusters under the hand; snapshots come when they come."""
    session = Session(new_clustering({"kind": "rings", "samples": 90}, ["sgd"], clusters=4))
    view, edits = ClustersView(DARK), []
    view.edited.connect(edits.append)
    qtbot.addWidget(view)
    view.resize(420, 340)
    with qtbot.waitExposed(view):
        view.show()

    def seen():
        picture = session.picture()
        return picture, snapshot_of(picture.problem, picture.runs[0].shown.theta, view.queries(), "sgd", 0)

    picture, first = seen()
    view.refresh(picture)
    view.show_snapshot(first)
    view.refresh(picture)
    mouse, last = Mouse(view.chart), tuple(view.centres[3])
    mouse.send(PRESS, mouse.pixel(*last), LEFT, LEFT)
    assert view.chart.held_centre == 3
    session.problem_changed({"model": "mixture", "clusters": 2})
    picture, second = seen()
    if moves_before:
        mouse.send(MOVE, mouse.pixel(0.5, 0.5), FREE, LEFT)
        assert len(edits[-1]["centres"]) == 8
    view.show_snapshot(second)  # of fewer clusters, before the picture of them
    view.grab()
    mouse.send(MOVE, mouse.pixel(0.5, 0.4), FREE, LEFT)
    view.refresh(picture)
    view.grab()
    assert view.chart.held_centre is None and view.chart.taken is None
    assert all(len(edit["centres"]) == 8 for edit in edits), "those that were under the hand"
    np.testing.assert_array_equal(view.centres, picture.subject.shape.centres(second.theta))
    count = len(edits)
    mouse.send(MOVE, mouse.pixel(-0.5, 0.5), FREE, LEFT)
    mouse.send(RELEASE, mouse.pixel(-0.5, 0.5), LEFT)
    view.show_snapshot(first)  # late
    view.grab()
    assert len(edits) == count and view.theta is None


def test_its_figure_is_that_of_the_selected_run_whatever_the_picture_is_of():
    """A run may have been selected since what was published last."""
    session = Session(new_clustering({"kind": "rings", "samples": 90}, ["sgd", "adam"], clusters=4))
    session.tweak("adam", "own.clusters", 2)
    session.advance(20)
    picture = session.picture(focus="sgd")
    selected = replace(picture, experiment=replace(picture.experiment, view={"selected": "adam"}))
    plain = FigureSettings(dpi=60)
    svg = figure_bytes("svg", selected, StageContent(), plain)
    assert svg == figure_bytes("svg", replace(session.picture(focus="adam"), experiment=selected.experiment),
                               StageContent(), plain)  # fmt: skip


@pytest.mark.parametrize("model", ["kmeans", "mixture"])
def test_its_figure_is_drawn(model):
    session = Session(new_clustering({"kind": "rings", "samples": 90}, [new_run("adam")], model=model))
    session.advance(40)
    assert figure_bytes("png", session.picture(), StageContent(), FigureSettings(dpi=60)).startswith(b"\x89PNG")
