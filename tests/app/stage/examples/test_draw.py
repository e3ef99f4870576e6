"""A drawing becomes the numbers that the network reads, and its answer is shown."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from app.look.theme import DARK, LIGHT
from app.stage.examples.draw import DrawView
from app.stage.networks.network_stage import NetworkStage
from engine import DATASETS, Classify, Session, choose, new_network, new_run, snapshot_of

RUN = new_run("adam", learning_rate=0.01, batch=32)
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture(scope="module")
def session() -> Session:
    made = Session(new_network(choose(DATASETS, "digits", {}), [RUN], (16,), scaling="min_max", loss="softmax"))
    made.advance(100)
    return made


@pytest.fixture
def view(qtbot, session) -> DrawView:
    made = DrawView(DARK)
    qtbot.addWidget(made)
    made.resize(560, 400)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh(session.picture())
    return made


def handed(view: DrawView, session: Session):
    picture = session.picture()
    run = picture.runs[0]
    found = snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, run.update)
    view.show_snapshot(found)
    return found


def test_it_fits_classified_images_of_every_architecture(session):
    assert DrawView.fits(session.picture())
    assert not DrawView.fits(Session(new_network("iris", ["sgd"])).picture())
    assert not DrawView.fits(Session(new_network("digits", ["sgd"], target="inputs")).picture())


def test_ink_is_averaged_into_pixels_as_the_data_are(view):
    """A pixel that is covered has all levels, and one that is half covered half of them."""
    view.pad.stroke(QPointF(1.0, 2.75), QPointF(7.0, 2.75), rubs_out=False)
    levels = view.pad.levels
    assert levels.shape == (8, 8) and levels.max() == 16
    assert levels[2, 2:6].tolist() == [16] * 4 and levels[3, 2:6].tolist() == [8] * 4
    assert not levels[[0, 1, 4, 5, 6, 7]].any()
    (asked,) = view.queries()
    assert asked == Classify(tuple(levels.reshape(-1) * 1.0)), "in the units of the data, from 0 to 16"


def test_what_is_drawn_is_asked_for_and_the_answer_shown(qtbot, view, session):
    handed(view, session)
    assert view.bars.shares.size == 0 and "Draw an example" in view.describe()
    paper = view.pad.paper()
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mousePress(view.pad, Qt.MouseButton.LeftButton, pos=paper.center() - QPoint(0, paper.height() // 3))
    qtbot.mouseMove(view.pad, paper.center() + QPoint(0, paper.height() // 3))
    qtbot.mouseRelease(view.pad, Qt.MouseButton.LeftButton)
    assert view.pad.levels[:, 3:5].sum() > 40, "a line from above to below"
    found = handed(view, session)
    assert (view.bars.shares == found.answer(Classify)).all()
    best = session.problem.subject.data.classes[int(np.argmax(view.bars.shares))]
    assert f"taken for {best}" in view.describe()


def test_the_right_button_and_the_eraser_rub_out(qtbot, view):
    middle = view.pad.paper().center()
    for button, tool in ((Qt.MouseButton.RightButton, "pen"), (Qt.MouseButton.LeftButton, "eraser")):
        view.tool.button("pen").click()
        qtbot.mouseClick(view.pad, Qt.MouseButton.LeftButton, pos=middle)
        assert view.pad.levels.any()
        view.tool.button(tool).click()
        qtbot.mouseClick(view.pad, button, pos=middle)
        assert not view.pad.levels.any()


def test_everything_is_done_by_keys_too(qtbot, view):
    view.pad.setFocus()
    qtbot.keyClick(view.pad, Key.Key_Space)
    assert view.pad.levels[4, 4] > 8
    for _ in range(3):
        qtbot.keyClick(view.pad, Key.Key_Left, Modifier.ShiftModifier)
    assert (view.pad.levels[4, 1:5] > 8).all()
    qtbot.keyClick(view.pad, Key.Key_Backspace)
    assert view.pad.levels[4, 1] == 0 and view.pad.levels[4, 4] > 8
    for _ in range(20):
        qtbot.keyClick(view.pad, Key.Key_Up)
    qtbot.keyClick(view.pad, Key.Key_Space)
    assert view.pad.levels[0, 1] > 8, "not beyond the edge"
    qtbot.keyClick(view.pad, Key.Key_Delete)
    assert not view.pad.levels.any() and not view.clear.isEnabled()


def test_the_drawing_stays_while_the_network_learns_and_in_the_file(qtbot, view, session):
    view.pad.stroke(QPointF(2, 1), QPointF(5, 7), rubs_out=False)
    drawn = view.pad.levels
    view.refresh(session.picture())
    view.set_theme(LIGHT)
    assert (view.pad.levels == drawn).all()
    again = DrawView(LIGHT)
    qtbot.addWidget(again)
    again.apply_view(view.view())
    again.refresh(session.picture())
    assert (again.pad.levels == drawn).all() and again.queries() == view.queries()
    for nonsense in ("x" * 64, "00", 7, None):
        again.apply_view({"network_draw_pixels": nonsense})
        assert (again.pad.levels == drawn).all()
    assert not again.grab().isNull()


def test_the_drawing_survives_the_choice_of_another_view(qtbot, themed, session):
    stage = NetworkStage(DARK)
    qtbot.addWidget(stage)
    stage.resize(900, 700)
    with qtbot.waitExposed(stage):
        stage.show()
    stage.refresh(session.picture())
    stage.choose("draw")
    stage.current.pad.stroke(QPointF(2, 1), QPointF(5, 7), rubs_out=False)
    asked = stage.current.queries()
    assert asked <= stage.queries()
    stage.choose("confusion")
    assert not asked & stage.queries(), "nobody looks at it"
    stage.choose("draw")
    assert stage.current.queries() == asked <= stage.queries()
