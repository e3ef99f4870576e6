"""Explain shows the engine's own lines, whole, at any width, and without moving what stands above it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.controls import explain_panel
from app.controls.explain_panel import ExplainPanel
from engine import OPTIMIZERS, Layer, RunPicture, Session, explain, new_experiment, new_network, new_run


@pytest.fixture
def panel(qtbot, themed, monkeypatch):
    monkeypatch.setattr(explain_panel, "_READABLE", 1)
    window = QWidget()
    qtbot.addWidget(window)
    made = ExplainPanel()
    column = QVBoxLayout(window)
    column.addWidget(made)
    column.addStretch(1)
    window.resize(600, 500)
    with qtbot.waitExposed(window):
        window.show()
    made.window_ = window
    yield made


def race(optimizer: str) -> Session:
    return Session(new_experiment("rosenbrock", [new_run(optimizer, learning_rate=1e-3)], updates=0))


def show(panel: ExplainPanel, session: Session, focus: str | None = None) -> RunPicture:
    """Show the first run as it stands; of a network the step is worked out for `focus` alone."""
    picture = session.picture(focus=focus)
    panel.refresh(picture, picture.runs[0])
    return picture.runs[0]


def texts(panel: ExplainPanel) -> list[list[str]]:
    return [[label.text().replace("\N{NO-BREAK SPACE}", " ") for label in row] for row in panel._rows]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_line_of_every_rule_is_shown_whole(panel, qtbot, optimizer):
    session = race(optimizer)
    session.advance(7)
    run = show(panel, session)
    lines = explain(run.shown, 0)
    assert [row[:3] for row in texts(panel)] == [
        [line.name, line.formula.removeprefix(line.name).strip(), f"= {line.numbers}"] for line in lines
    ]
    qtbot.waitUntil(lambda: panel._rows[0][3].geometry().right() <= panel.width())
    for row in panel._rows:
        assert row[0].width() >= row[0].sizeHint().width() and row[3].width() >= row[3].sizeHint().width()
        for label in row[1:3]:
            assert label.height() >= label.heightForWidth(label.width())
            room = QRect(0, 0, label.width(), 999)
            wrapped = label.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, label.text())
            assert wrapped.width() <= label.width(), label.text()
        assert row[3].geometry().right() <= panel.width()
    assert panel.minimumSizeHint().width() <= 600
    assert panel.source.text() == OPTIMIZERS[optimizer].source


def test_the_other_coordinate(panel, qtbot):
    session = race("adam")
    run = show(panel, session)
    chosen: list[int] = []
    panel.coordinate_chosen.connect(chosen.append)
    qtbot.mouseClick(panel.coordinates.findChildren(QPushButton)[1], Qt.MouseButton.LeftButton)
    assert chosen == [1]
    qtbot.waitUntil(lambda: not panel._pause.isActive())
    show(panel, session)
    assert texts(panel)[0][2] == f"= {explain(run.shown, 1)[0].numbers}"
    assert "y = " in panel.heading.text()


def test_the_last_of_many_pictures_is_shown(panel, qtbot):
    session = race("adam")
    for _ in range(5):
        session.advance(1)
        show(panel, session)
    last = explain(session.picture().runs[0].shown, 0)
    qtbot.waitUntil(lambda: texts(panel)[0][2] == f"= {last[0].numbers}")
    assert "at update 5" in panel.heading.text()


def test_nothing_is_worked_out_while_nobody_looks(panel, monkeypatch):
    def fail(*_):
        raise AssertionError

    monkeypatch.setattr(explain_panel, "explain", fail)
    panel.hide()
    show(panel, race("adam"))
    assert not panel._rows


def test_other_rules_leave_no_rows_behind(panel, qtbot):
    for optimizer in ("rmsprop_centred", "sgd", "adam"):
        show(panel, race(optimizer))
        qtbot.waitUntil(lambda: not panel._pause.isActive())
        assert len(panel._rows) == len(OPTIMIZERS[optimizer].rule)


def test_numbers_that_grow_do_not_shrink_the_panel_again(panel, qtbot):
    session = race("nadam")
    heights = []
    for _ in range(4):
        show(panel, session)
        qtbot.waitUntil(lambda: not panel._pause.isActive())
        heights.append(panel._scroll.height())
        session.advance(50)
    assert heights == sorted(heights)


def test_a_long_rule_is_scrolled(panel):
    panel.window_.resize(420, 500)
    show(panel, race("radam"))
    assert panel._scroll.height() <= explain_panel._TALLEST


def network(hidden=(4, 3), optimizer="adam", **settings) -> Session:
    runs = [new_run(optimizer, learning_rate=0.01, batch=10), new_run("sgd")]
    return Session(new_network("circle", runs, hidden=hidden, **settings))


def pick(panel: ExplainPanel, layer: int, unit: int, source: int) -> None:
    """As a hand would, list by list."""
    picker = panel.parameters
    for part, place in ((picker.layer, layer), (picker.unit, unit), (picker.source, source)):
        part.setCurrentIndex(place)
        part.activated.emit(place)


@pytest.mark.parametrize(
    ("layer", "unit", "source", "name"),
    [
        (0, 2, 1, "weight from y to unit 3 of hidden 1"),
        (0, 3, 2, "bias of unit 4 of hidden 1"),
        (1, 0, 3, "weight from unit 4 to unit 1 of hidden 2"),
        (2, 0, 1, "weight from unit 2 to output class"),
        (2, 0, 3, "bias of output class"),
    ],
)
def test_a_parameter_is_picked_by_name(panel, qtbot, layer, unit, source, name):
    session = network()
    session.advance(5)
    run = show(panel, session, "adam")
    assert panel.parameters.isVisible() and not panel.coordinates.isVisible()
    pick(panel, layer, unit, source)
    weights, biases = session.problem.learner.network.unpacked(np.arange(len(run.shown.theta)))[layer]
    place = biases[unit] if source == weights.shape[1] else weights[unit, source]
    assert panel.parameters.place == place and panel.parameters.name == name
    qtbot.waitUntil(lambda: not panel._pause.isActive())
    show(panel, session, "adam")
    lines = explain(run.shown, int(place))
    assert [row[2] for row in texts(panel)] == [f"= {line.numbers}" for line in lines]


def test_every_choice_in_the_lists_is_a_parameter_however_it_is_made(panel):
    session = network(hidden=(7, 2, 5))
    session.advance(5)
    run = show(panel, session, "adam")
    picker, places = panel.parameters, []
    picker.chosen.connect(places.append)
    for layer in (3, 0, 2, 1, 3):
        picker.layer.setCurrentIndex(layer)
        for part in (picker.unit, picker.source):
            part.setCurrentIndex(part.count() - 1)
        assert picker.place == session.problem.learner.network.biases(layer).stop - 1 == places[-1]
    assert max(places) == len(run.shown.theta) - 1


def test_a_run_that_kept_another_network_is_explained_by_its_own(panel):
    session = Session(new_network("circle", [new_run("sgd", learning_rate=0.01), new_run("adam")], hidden=(8,)))
    session.advance(3)
    small = session.picture(focus="sgd").runs[0]
    session.problem_changed({"hidden": [{"units": 3}]})
    session.advance(3)
    wide = show(panel, session, "adam")
    panel.refresh(session.picture(focus="adam"), small)  # of another shape than the picture's
    pick(panel, 1, 0, 8)
    assert panel.parameters.place == len(small.shown.theta) - 1 > len(wide.shown.theta)


def test_the_step_is_the_one_that_the_network_takes(panel, qtbot):
    session = network(optimizer="sgd")
    session.advance(30)
    run = show(panel, session, session.runs[0].settings.id)
    pick(panel, 1, 1, 2)
    place = panel.parameters.place
    before = session.runs[0].machine.theta[place]
    session.advance(1)
    assert explain(run.shown, place)[-1].value == pytest.approx(
        session.runs[0].machine.theta[place] - before, abs=1e-12
    )


def test_of_a_network_it_says_which_examples_and_which_loss(panel):
    session = network(loss="half_mse", output="tanh")
    session.advance(3 + 25)
    show(panel, session, "adam")
    text = panel.heading.text()
    assert "examples 31–40 of 250 in epoch 2, reshuffled" in text
    assert "mean (o − y)² / 2" in text and "half squared error" in text


def test_words_stand_for_a_step_that_is_not_known(panel, qtbot):
    session = network()
    show(panel, session)
    assert "computing its step" in panel.heading.text() and not panel._rows
    show(panel, session, "adam")
    assert "computing its step" not in panel.heading.text() and panel._rows


def test_another_shape_keeps_the_place_as_far_as_there_is_one(panel, qtbot):
    session = network()
    show(panel, session, "adam")
    pick(panel, 1, 2, 4)
    session.problem_changed({"hidden": (Layer(2),)})
    qtbot.waitUntil(lambda: not panel._pause.isActive())
    run = show(panel, session, "adam")
    assert panel.parameters.name == "bias of output class" and panel._coordinate == len(run.shown.theta) - 1
    qtbot.waitUntil(lambda: not panel._pause.isActive())
    show(panel, race("sgd"))
    assert panel.coordinates.isVisible() and not panel.parameters.isVisible() and "θ = x = " in panel.heading.text()


def test_of_a_hundred_thousand_parameters_only_short_lists_are_made(panel):
    session = network((300, 300))
    panel.parameters.offer(session.problem.learner)
    pick(panel, 1, 299, 299)
    assert panel.parameters.place == session.problem.learner.network.weights(1).stop - 1
    parts = (panel.parameters.layer, panel.parameters.unit, panel.parameters.source)
    assert [part.count() for part in parts] == [3, 300, 301]
