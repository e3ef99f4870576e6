"""The settings of the selected run and of the problem: every control works on what the engine declares."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.controls.problem_panel import ProblemPanel
from app.controls.run_panel import RunPanel
from app.theme import DARK
from engine import BATCHES, OPTIMIZERS, SCHEDULES, SURFACES, Choice, Formula, Session, new_experiment, new_run

WIDTH = 296  # of the left column
KINDS = [("optimizer", key) for key in OPTIMIZERS] + [("schedule", key) for key in SCHEDULES]


@pytest.fixture
def show(qtbot, themed):
    windows = []

    def make(panel: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        column.addStretch(1)
        window.resize(WIDTH, 900)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return panel

    return make


def session(**settings) -> Session:
    return Session(new_experiment("rosenbrock", [new_run(settings.pop("optimizer", "adam"), **settings)], updates=100))


@pytest.fixture
def panel(show):
    made = show(RunPanel(DARK))
    made.told = []
    made.tweaked.connect(lambda *values: made.told.append(values))
    made.settled.connect(lambda: made.told.append("settled"))
    made.refresh(session().picture().runs[0], 100)
    assert made.told == []
    return made


@pytest.fixture
def problem(show):
    made = show(ProblemPanel(DARK))
    made.told = []
    made.changed.connect(made.told.append)
    made.noise_changed.connect(lambda value: made.told.append({"noise": value}))
    made.refresh(session().picture())
    assert made.told == []
    return made


def fits(panel: QWidget) -> None:
    """Nothing reaches beyond the column, and no label is narrower than its longest word."""
    assert panel.minimumSizeHint().width() <= WIDTH
    for label in panel.findChildren(QLabel):
        if label.isVisible() and label.minimumSizeHint().width():
            assert label.width() >= label.minimumSizeHint().width(), label.text()
    for button in panel.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width(), button.text()


@pytest.mark.parametrize(("part", "key"), KINDS)
def test_every_choice_shows_its_knobs_and_its_mathematics(panel, qtbot, part, key):
    run = session(**{part: key}).picture().runs[0]
    panel.refresh(run, 100)
    shown = getattr(panel, part)
    entry = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}[part][key]
    assert shown.chooser.key == key and list(shown.knobs.knobs) == [knob.name for knob in entry.knobs]
    if part == "optimizer":
        assert panel.rule.lines.text().count("<p") == len(entry.rule)
        assert panel.rule.source.text() == entry.source
    else:
        assert panel.formula.text() == entry.formula and entry.summary[:20] in panel.formula.toolTip()
    qtbot.waitUntil(lambda: panel.width() == WIDTH)
    fits(panel)
    assert panel.told == []


def test_a_switch_decides_how_the_rule_reads(panel):
    panel.refresh(session(bias_correction=False).picture().runs[0], 100)
    off = panel.rule.lines.text()
    panel.refresh(session(bias_correction=True).picture().runs[0], 100)
    assert "where" not in off + panel.rule.lines.text() and off != panel.rule.lines.text()


def test_the_rule_folds_away(panel, qtbot):
    assert panel.rule.lines.isVisible()
    qtbot.mouseClick(panel.rule.fold, Qt.MouseButton.LeftButton)
    assert not panel.rule.lines.isVisible() and not panel.rule.source.isVisible()


def test_a_closed_fold_names_what_is_set_in_it(panel):
    fold = panel.optimizer.knobs.findChild(QWidget, "fold")
    assert fold.toolTip() == "Decay and clipping"
    panel.refresh(session(weight_decay=0.5, clip_norm=2.0).picture().runs[0], 100)
    assert "λ 0.5" in fold.toolTip() and "‖g‖ max 2" in fold.toolTip()


def test_a_knob_is_a_tweak_of_this_run(panel, qtbot):
    field = panel.optimizer.knobs.knobs["beta1"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert panel.told == [("adam", "optimizer.beta1", 0.5), "settled"]


def test_another_batch_type(panel, qtbot):
    buttons = panel.batch.findChildren(QPushButton)
    assert [button.text() for button in buttons] == [entry.title for entry in BATCHES.values()]
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert panel.told == [("adam", "batch", "mini"), "settled"]
    panel.refresh(session(batch="mini").picture().runs[0], 100)
    assert list(panel.batch_knobs.knobs) == ["size"] and panel.batch.place == 1


def test_the_preview_tells_where_the_rate_goes(panel):
    run = session(learning_rate=0.5, schedule="cosine", schedule_knobs={"length": 100}).picture().runs[0]
    panel.refresh(run, 100)
    assert "from 0.5" in panel.preview.toolTip() and panel.preview.accessibleDescription() == panel.preview.toolTip()


@pytest.mark.parametrize("key", SURFACES)
def test_every_surface_shows_its_formula_and_knobs(problem, key):
    problem.refresh(Session(new_experiment(key, ["sgd"])).picture())
    entry = SURFACES[key]
    assert problem.chooser.key == key and problem.formula.text().startswith("f = ")
    assert list(problem.knobs.knobs) == [knob.name for knob in entry.knobs]
    assert not problem.editor.isVisible() and problem.told == []
    fits(problem)


def test_choosing_a_surface_takes_its_start(problem):
    problem.chooser.chosen.emit("beale")
    assert problem.told[-1]["surface"].kind == "beale" and problem.told[-1]["start"] == SURFACES["beale"].start


def test_an_exact_formula_becomes_ones_own(problem):
    problem.kind.chosen.emit(1)
    own = problem.told[-1]["surface"]
    assert isinstance(own, Formula) and own.text == SURFACES["rosenbrock"].formula
    problem.refresh(Session(new_experiment(own, ["sgd"])).picture())
    assert problem.editor.isVisible() and not problem.chooser.isVisible() and problem.editor.text.text() == own.text
    problem.kind.chosen.emit(0)
    assert isinstance(problem.told[-1]["surface"], Choice)


def test_start_seed_and_noise_are_typed(problem, qtbot):
    for knobs, name, told in (
        (problem.start, "start_x", {"start": (0.5, 1.0)}),
        (problem.start, "start_y", {"start": (0.5, 0.5)}),
        (problem.noise, "seed", {"seed": 7}),
        (problem.noise, "noise", {"noise": 0.5}),
    ):
        field = knobs.knobs[name].field
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, "7" if name == "seed" else "0.5")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert problem.told[-1] == told
