"""Explain shows the engine's own lines, whole, at any width, and without moving what stands above it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.controls import explain_panel
from app.controls.explain_panel import ExplainPanel
from engine import OPTIMIZERS, Session, explain, new_experiment, new_run


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


def texts(panel: ExplainPanel) -> list[list[str]]:
    return [[label.text().replace("\N{NO-BREAK SPACE}", " ") for label in row] for row in panel._rows]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_line_of_every_rule_is_shown_whole(panel, qtbot, optimizer):
    session = race(optimizer)
    session.advance(7)
    run = session.picture().runs[0]
    panel.refresh(run)
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
    run = race("adam").picture().runs[0]
    panel.refresh(run)
    chosen: list[int] = []
    panel.coordinate_chosen.connect(chosen.append)
    qtbot.mouseClick(panel.coordinates.findChildren(QPushButton)[1], Qt.MouseButton.LeftButton)
    assert chosen == [1]
    qtbot.waitUntil(lambda: not panel._pause.isActive())
    panel.refresh(run)
    assert texts(panel)[0][2] == f"= {explain(run.shown, 1)[0].numbers}"
    assert "y = " in panel.heading.text()


def test_the_last_of_many_pictures_is_shown(panel, qtbot):
    session = race("adam")
    for _ in range(5):
        session.advance(1)
        panel.refresh(session.picture().runs[0])
    last = explain(session.picture().runs[0].shown, 0)
    qtbot.waitUntil(lambda: texts(panel)[0][2] == f"= {last[0].numbers}")
    assert "at update 5" in panel.heading.text()


def test_nothing_is_worked_out_while_nobody_looks(panel, monkeypatch):
    def fail(*_):
        raise AssertionError

    monkeypatch.setattr(explain_panel, "explain", fail)
    panel.hide()
    panel.refresh(race("adam").picture().runs[0])
    assert not panel._rows


def test_other_rules_leave_no_rows_behind(panel, qtbot):
    for optimizer in ("rmsprop_centred", "sgd", "adam"):
        panel.refresh(race(optimizer).picture().runs[0])
        qtbot.waitUntil(lambda: not panel._pause.isActive())
        assert len(panel._rows) == len(OPTIMIZERS[optimizer].rule)


def test_numbers_that_grow_do_not_shrink_the_panel_again(panel, qtbot):
    session = race("nadam")
    heights = []
    for _ in range(4):
        panel.refresh(session.picture().runs[0])
        qtbot.waitUntil(lambda: not panel._pause.isActive())
        heights.append(panel._scroll.height())
        session.advance(50)
    assert heights == sorted(heights)


def test_a_long_rule_is_scrolled(panel):
    panel.window_.resize(420, 500)
    panel.refresh(race("radam").picture().runs[0])
    assert panel._scroll.height() <= explain_panel._TALLEST
