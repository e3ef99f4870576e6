"""Architectures in the problem panel: offered where the data allow them, with their parts as settings of the task."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.controls.problem_panel import ProblemPanel
from app.look.theme import DARK
from app.widgets.more import More
from app.widgets.restart_effects import LIVE, RESTARTS
from engine import ARCHITECTURES, STAGES, Session, new_network

CONVOLUTIONAL = {"data": "digits", "architecture": "convolutional"}
RECURRENT = {"data": "adding", "architecture": "recurrent"}


def picture(data="digits", moved: bool = False, **settings):
    return replace(Session(new_network(data, ["sgd"], **settings)).picture(), update=int(moved))


@pytest.fixture
def problem(show_in_column):
    made = show_in_column(ProblemPanel(DARK))
    made.told = []
    made.changed.connect(made.told.append)
    return made


@pytest.fixture
def panel(problem):
    return problem.panels["network"]


def test_they_are_offered_where_examples_have_a_shape(problem, panel):
    problem.refresh(picture("circle"))
    assert not panel.architecture.isVisible()
    problem.refresh(picture("digits"))
    assert panel.architecture.isVisible()
    assert [key for key, _ in panel.architecture.chooser.entries()] == list(ARCHITECTURES)
    panel.architecture.chooser.chosen.emit("convolutional")
    assert problem.told == [{"architecture": "convolutional"}]


def test_of_each_only_its_own_parts_are_shown(problem, panel):
    for settings, shown in (({}, "layers"), (CONVOLUTIONAL, "stages"), (RECURRENT, "")):
        problem.refresh(picture(**settings))
        assert panel.layers.heading.isVisible() == (shown == "layers"), settings
        assert panel.stages.isVisible() == (shown == "stages"), settings
        assert len([row for row in panel.layers.rows if row.isVisible()]) == (2 if shown == "layers" else 0)
        assert ("units" in panel.architecture.knobs.knobs) == (settings is RECURRENT)
    problem.refresh(picture())
    assert panel.layers.heading.isVisible() and {"dropout", "residual"} <= panel.layers.settings.knobs.keys()


def test_stages_are_rows_that_change_the_task(qtbot, problem, panel):
    problem.refresh(picture(**CONVOLUTIONAL))
    first, second = panel.stages.rows
    assert (first.kind.key, second.kind.key) == ("convolution", "max_pooling")
    assert first.sizes["channels"].isVisible() and not first.sizes["units"].isVisible()
    assert [first.sizes["channels"].value, second.sizes["window"].value] == [8, 2]
    first.sizes["channels"].changed.emit(5)
    second.kind.chosen.emit("mean_pooling")
    first.knobs.changed.emit("kernel", 4)
    assert problem.told == [{"stages.1.channels": 5}, {"stages.2": "mean_pooling"}, {"stages.1.kernel": 4}]
    problem.told.clear()
    qtbot.mouseClick(panel.stages.add, Qt.MouseButton.LeftButton)
    (added,) = problem.told
    assert [stage.kind for stage in added["stages"]] == ["convolution", "max_pooling", "convolution"]
    first.removed.emit(1)
    assert [stage.kind for stage in problem.told[-1]["stages"]] == ["max_pooling"]


def test_where_no_convolution_fits_any_more_a_dense_layer_is_added(qtbot, problem, panel):
    problem.refresh(picture(**CONVOLUTIONAL, stages=["max_pooling", "max_pooling"]))
    qtbot.mouseClick(panel.stages.add, Qt.MouseButton.LeftButton)
    assert problem.told[-1]["stages"][-1].kind == "dense"


def test_rows_follow_the_stages_and_leave_nothing_behind_more(problem, panel):
    problem.refresh(picture(**CONVOLUTIONAL, stages=["convolution", "dense", "dense"]))
    knobs = sum(len(STAGES[kind].knobs) - 1 for kind in ("convolution", "dense", "dense"))
    assert panel.stages.more.count == knobs
    problem.refresh(picture(**CONVOLUTIONAL, stages=["dense"]))
    assert [row.isVisible() for row in panel.stages.rows] == [True, False, False]
    assert panel.stages.more.count == len(STAGES["dense"].knobs) - 1
    problem.refresh(picture())
    assert panel.stages.more.count == 0


def test_what_restarts_the_runs_is_said_beforehand(problem, panel):
    problem.refresh(picture(**CONVOLUTIONAL, moved=True))
    assert panel.stages.heading.hint.text() == f"new shape {RESTARTS}"
    assert panel.architecture.chooser.effect("recurrent") == RESTARTS
    row = panel.stages.rows[0]
    assert panel.stages.rows[1].kind.effect("dense") == RESTARTS
    assert LIVE in row.knobs.knobs["activation"]._effect and row.knobs.knobs["kernel"]._effect == RESTARTS


def test_knobs_of_a_recurrent_network(problem, panel):
    problem.refresh(picture(**RECURRENT))
    for more in panel.findChildren(More):
        more.open()
    knobs = panel.architecture.knobs.knobs
    assert list(knobs) == [knob.name for knob in ARCHITECTURES["recurrent"].knobs]
    knobs["cell"].options.chosen.emit("lstm")
    knobs["units"].changed.emit("units", 9)
    assert problem.told == [{"architecture.cell": "lstm"}, {"architecture.units": 9}]
    assert [knobs["cell"].options.buttons.button(place).text() for place in range(3)] == ["Elman", "GRU", "LSTM"]


def test_classes_can_be_weighed_and_values_cannot(problem, panel):
    for more in panel.findChildren(More):
        more.open()
    problem.refresh(picture("circle"))
    assert panel.class_weights.chooser.isVisible()
    panel.class_weights.chooser.chosen.emit("balanced")
    assert problem.told == [{"class_weights": "balanced"}]
    problem.refresh(picture("circle", class_weights={"kind": "given", "weights": [1, 3]}))
    assert panel.class_weights.knobs.knobs["weights"].value == (1.0, 3.0)
    problem.refresh(picture("sine"))
    assert not panel.class_weights.chooser.isVisible()
