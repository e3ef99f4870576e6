"""The views in the real window."""

from __future__ import annotations

import pytest

from app.stage.charts.histograms import HistogramsView
from app.stage.examples.confusion import ConfusionView
from app.stage.examples.images import ImagesView
from engine import DIVERGED, Session, new_network, new_run


@pytest.fixture
def digits_window(open_window):
    runs = [new_run("adam", learning_rate=0.003, batch=32)]
    return open_window(new_network("digits", runs, hidden=(12, 8), loss="softmax", scaling="min_max"))


def test_a_view_chosen_while_the_race_rests_is_filled_at_once(digits_window):
    stage = digits_window.bench.network_stage
    digits_window.advance(30)
    for key, filled in (
        ("confusion", lambda view: view.matrix.counts.sum() > 0),
        ("images", lambda view: view.examples.count > 0),
        ("histograms", lambda view: len(view.sheet.rows) == 3),
    ):
        stage.choose(key)
        digits_window.until(lambda key=key, filled=filled: filled(stage.views[key]))
        assert stage.current is stage.views[key]


def test_what_is_shown_is_the_network_after_the_last_update(digits_window):
    window, stage = digits_window, digits_window.bench.network_stage
    stage.choose("confusion")
    window.advance(40)
    session = Session(window.picture.experiment)
    session.advance(40)
    run, learner = session.picture().runs[0], session.picture().learner
    right = learner.score(learner.outputs(run.shown.theta, learner.validation[0]), learner.validation[1])
    window.until(lambda: stage.views["confusion"].matrix.accuracy == pytest.approx(right))


@pytest.mark.parametrize("kind", [ImagesView, ConfusionView, HistogramsView])
def test_a_run_that_diverges_after_its_last_snapshot_is_told(shown, digits, make, kind):
    picture, _ = digits
    view = shown(kind, digits)
    assert "diverged" not in view.describe()
    run = make.replace(picture.runs[0], status=DIVERGED)
    view.refresh(make.replace(picture, runs=(run,)))
    assert "diverged: last finite state" in view.describe()
    view.refresh(picture)
    assert "diverged" not in view.describe()
