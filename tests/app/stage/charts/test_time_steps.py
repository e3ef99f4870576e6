"""Time steps of a recurrent network: the plot has the norms of its gradient, the pictures its states."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.look.number_format import number
from app.look.theme import DARK, LIGHT
from app.stage.charts.time_steps import NormPlot, TimeStepsView
from engine import Predictions, Session, TimeSteps, new_network, new_run, snapshot_of


@pytest.fixture(scope="module")
def adding() -> Session:
    run = new_run("adam", learning_rate=0.01, batch=32)
    data = {"kind": "adding", "samples": 200}
    session = Session(new_network(data, [run], architecture={"kind": "recurrent", "units": 5}))
    session.advance(20)
    return session


@pytest.fixture
def view(qtbot, adding):
    made = TimeStepsView(DARK)
    qtbot.addWidget(made)
    made.resize(560, 520)
    with qtbot.waitExposed(made):
        made.show()
    picture = adding.picture()
    run = picture.runs[0]
    made.refresh(picture)
    made.show_snapshot(snapshot_of(picture.problem, run.shown.theta, made.queries(), run.id, run.update))
    return made


def answer(session: Session, view: TimeStepsView):
    theta = session.runs[0].machine.theta
    return snapshot_of(session.problem, theta, view.queries()).answer(TimeSteps)


def test_it_fits_networks_that_go_through_time_alone(adding):
    assert TimeStepsView.fits(adding.picture())
    assert not TimeStepsView.fits(Session(new_network("digits", ["sgd"])).picture())


def test_the_line_is_the_norm_of_the_gradient_by_step(view, adding):
    (line,) = view.plot.plotItem.listDataItems()
    steps, norms = line.getOriginalDataset()
    assert steps.tolist() == list(range(1, 51)) and (norms == answer(adding, view).norms).all()
    low, high = view.plot.scales[1].low, view.plot.scales[1].high
    assert low <= norms.min() and norms.max() <= high and view.plot.y_axis.type.name == "log"
    assert "The gradient at the first step is" in view.caption.text()


def test_the_pictures_are_the_sequence_and_its_states(view, adding):
    found = answer(adding, view)
    sequence, state = view.tiles.sections
    assert (sequence.values[0, 0] == found.inputs.T).all() and (state.values[0, 0] == found.states.T).all()
    assert state.told(0, 0, 3, 10).startswith("unit 4, step 11: ")


def test_the_pointer_reads_a_step(view, adding):
    at = QPointF(view.plot.scales[0].pixel(12.2), 20.0)
    view.plot.hovered.emit(at)
    assert view.plot._at == 12
    assert view.plot.read(12) == f"step 12: {number(float(view.plot.norms[11]), 3)}"
    view.plot.hovered.emit(None)
    assert view.plot._at is None
    view.set_theme(LIGHT)
    assert not view.grab().isNull()


@pytest.mark.parametrize("norms", [np.zeros(4), np.full(4, np.nan), np.array([1e-300, 0.0, np.inf, 1.0]), np.empty(0)])
def test_gradients_that_vanish_or_are_not_finite_are_no_fault(qtbot, norms):
    plot = NormPlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.show_norms(norms, DARK.accent)
    plot.grab()


def test_another_sequence_is_asked_for(qtbot, view, adding):
    train = adding.problem.subject.data.train
    with qtbot.waitSignal(view.wanted_changed):
        view.picker.place.changed.emit(3)
    assert TimeSteps(train + 2) in view.queries()
    assert view.view() == {"network_steps_part": "validation", "network_steps_example": 3}


@pytest.mark.parametrize("data", ["sine_ahead", "echo"])
def test_outputs_at_every_step_stand_against_their_targets(qtbot, adding, view, data):
    assert not view.answers.isVisible(), "of one answer there is nothing to draw"
    run = new_run("adam", learning_rate=0.01, batch=32)
    architecture = {"kind": "recurrent", "units": 5}
    session = Session(new_network({"kind": data, "samples": 60}, [run], architecture=architecture))
    session.advance(10)
    picture = session.picture()
    view.refresh(picture)
    snapshot = snapshot_of(picture.problem, session.runs[0].machine.theta, view.queries() | {Predictions()}, "adam", 10)
    view.show_snapshot(snapshot)
    place = view.picker.example
    predicted, targets = snapshot.predicted.predictions[place], snapshot.learner.data.targets[place]
    assert view.answers.isVisible()
    drawn = {item.name(): item.getOriginalDataset()[1] for item in view.answers.plotItem.listDataItems()}
    assert (drawn["targets"] == targets).all() and (drawn["outputs"] == predicted).all()
    found = snapshot.answer(TimeSteps)
    assert found.outputs.shape == (len(targets), snapshot.learner.classes or 1)
    view.answers.hovered.emit(QPointF(view.answers.scales[0].pixel(3.0), 10.0))
    assert [line for line, _ in view.answers.told(3)][1].startswith("target ")
    assert ("of 24 steps right" in view.picker.label.text()) == (data == "echo")
    assert len(view.tiles.sections) == (3 if data == "echo" else 2) and not view.grab().isNull()
