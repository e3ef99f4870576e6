"""The spectrogram of a word: what is painted and read are the numbers of the data and of the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from app.look.theme import DARK, LIGHT
from app.stage.examples.spectrogram import SpectrogramView
from engine import DIVERGED, LOSSES, Predictions, RunningOutputs, Session, new_network, new_run, snapshot_of

RUN = new_run("adam", learning_rate=0.01, batch=32)


@pytest.fixture(scope="module")
def heard() -> Session:
    cell = {"kind": "recurrent", "cell": "gru", "units": 6}
    session = Session(new_network("spoken", [RUN], architecture=cell, share=0.8, scaling="standardise"))
    session.advance(200)
    return session


def snapshot(session: Session, view: SpectrogramView):
    picture = session.picture()
    run = picture.runs[0]
    return snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, run.update)


def handed(view: SpectrogramView, session: Session):
    """The view with the newest snapshot, and that."""
    view.refresh(session.picture())
    found = snapshot(session, view)
    view.show_snapshot(found)
    return found


@pytest.fixture
def view(qtbot) -> SpectrogramView:
    made = SpectrogramView(DARK)
    qtbot.addWidget(made)
    made.resize(700, 420)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_it_fits_what_is_heard_and_nothing_else(heard):
    assert SpectrogramView.fits(heard.picture())
    assert SpectrogramView.fits(Session(new_network("spoken", ["sgd"])).picture())
    for data in ({"kind": "adding", "samples": 10}, "iris"):
        assert not SpectrogramView.fits(Session(new_network(data, ["sgd"])).picture())


def test_every_number_is_read_where_it_is_painted(view, heard):
    found = handed(view, heard)
    data = heard.problem.subject.data
    word = data.raw[data.train].reshape(28, 13)
    upper, lower = view.plot.boxes()
    first = view.plot.read(QPoint(upper.left() + 1, upper.bottom() - 1))
    assert first == f"0 ms, band 1: {word[0, 0]:g} dB"
    assert view.plot.read(QPoint(upper.right(), upper.top())) == f"540 ms, band 13: {word[27, 12]:g} dB"
    shares = LOSSES["softmax"].probabilities(found.answer(RunningOutputs))
    assert (view.plot.shares == shares.T).all() and shares.shape == (28, 10)
    assert view.plot.read(QPoint(lower.right(), lower.bottom())).startswith("heard up to 560 ms: nine ")
    assert view.plot.read(QPoint(0, 0)) == ""
    np.testing.assert_allclose(view.bars.shares, shares[-1], rtol=1e-12)


def test_only_mistakes_are_stepped_through_and_named(qtbot, view, heard):
    found = handed(view, heard)
    data, wrong = heard.problem.subject.data, found.predicted.wrong
    places = data.train + np.flatnonzero(wrong[data.train :])
    assert len(places) > 2
    view.mistakes.click()
    visited = []
    for _ in range(len(places)):
        found = handed(view, heard)
        visited.append(view.example)
        true, predicted = (int(part[view.example]) for part in (data.targets, found.predicted.predictions))
        assert f"{data.classes[true]}, heard as {data.classes[predicted]}" in view.label.text()
        with qtbot.waitSignal(view.wanted_changed):
            view.after.click()
    assert sorted(visited) == places.tolist() and view.example == visited[0]
    view.before.click()
    assert view.example == visited[-1]
    assert f"{len(places)} heard wrong" in view.label.text()


def test_the_choice_is_kept_in_the_file(qtbot, view, heard):
    view.refresh(heard.picture())
    data = heard.problem.subject.data
    assert view.queries() == {Predictions(), RunningOutputs(data.train)}
    view.after.click()
    view.part.button("training").click()
    view.mistakes.click()
    again = SpectrogramView(LIGHT)
    qtbot.addWidget(again)
    again.apply_view({**view.view(), "network_spectrogram_example": "x"})
    again.apply_view(view.view())
    again.refresh(heard.picture())
    assert again.queries() == view.queries() and again.view() == view.view()
    again.apply_view({"network_spectrogram_example": 10**9})
    again.refresh(heard.picture())
    assert again.example == data.train - 1


def test_a_run_that_diverges_after_its_last_snapshot_is_told(view, heard):
    handed(view, heard)
    picture = heard.picture()
    assert "diverged" not in view.describe()
    view.refresh(replace(picture, runs=tuple(replace(run, status=DIVERGED) for run in picture.runs)))
    assert "diverged: last finite state" in view.describe()
    view.refresh(picture)
    assert "diverged" not in view.describe()


def test_a_network_that_does_not_go_through_time_shows_bars_alone(view):
    session = Session(new_network("spoken", [RUN], [4], share=0.8, scaling="standardise"))
    handed(view, session)
    assert view.queries() == {Predictions()} and view.plot.shares is None and len(view.bars.shares) == 10
    assert not view.plot.boxes()[1].height() and not view.grab().isNull()
    view.resize(330, 260)
    assert view.bars.isHidden() and not view.grab().isNull()
    assert "of 240" in view.describe()
