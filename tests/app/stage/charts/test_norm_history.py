"""Gradient in time: what the record of each run says, as colours over updates and time steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.look.networks.norm_history import columns, decades, record
from app.look.number_format import number
from app.look.theme import DARK, LIGHT
from app.stage.charts.norm_history import NormHistoryView
from engine import Session, new_network, new_run


@pytest.fixture(scope="module")
def race() -> Session:
    runs = [new_run("adam", id=key, name=key, learning_rate=0.01, batch=32) for key in ("one", "two")]
    architecture = {"kind": "recurrent", "units": 4}
    session = Session(new_network({"kind": "adding", "samples": 60}, runs, architecture=architecture))
    session.advance(20)
    return session


@pytest.fixture
def view(qtbot, race):
    made = NormHistoryView(DARK)
    qtbot.addWidget(made)
    made.resize(560, 420)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh(race.picture())
    return made


def test_it_fits_networks_that_go_through_time_alone(race):
    assert NormHistoryView.fits(race.picture())
    assert not NormHistoryView.fits(Session(new_network("digits", ["sgd"])).picture())


def test_each_run_has_a_picture_of_what_was_measured(view, race):
    run = race.picture().runs[1]
    at, norms = record(run)
    assert [plot.run.id for plot in view.plots if plot.isVisible()] == ["one", "two"]
    plot = view.plots[1]
    last = int(at[-1])
    told = f"update {last}, step 12: {number(float(norms[-1, 11]), 3)}"
    assert plot.read(20.0, 12.3) == told and plot.read(21.5, 12.0) == plot.read(3.0, 99.0) == ""
    low, high = plot._levels
    known = np.log10(norms)
    assert low <= known.min() and known.max() <= high
    assert view.caption.text().startswith("First step over last: one: 1")
    with_cursor = []
    view.cursor_moved.connect(with_cursor.append)
    plot.pointed.emit(7)
    assert with_cursor == [7]
    view.set_cursor(7)
    view.set_theme(LIGHT)
    view.refresh(race.picture())
    assert not view.grab().isNull()


def test_before_the_first_update_and_of_hidden_runs_nothing_is_wrong(qtbot, view, race):
    race.reset()
    picture = race.picture()
    view.refresh(picture)
    plot = view.plots[0]
    assert plot.scales[0].high == 1.0, "the axis begins again, too"
    assert plot.read(0.5, 3.0).startswith("update 0, step 3: ") and not plot._coloured(plot.run, 40).isNull()
    view.refresh(replace(picture, runs=()))
    assert not view.grab().isNull() and view.describe() == "Gradients: Nothing measured yet"
    race.advance(20)


def test_columns_hold_what_was_measured_last_and_the_largest_of_several():
    at, norms = np.array([0.0, 1.0, 2.0, 4.0]), np.array([[1.0], [9.0], [3.0], [np.nan]])
    seen = columns(at, norms, 6.0, np.array([-1.0, 0.0, 0.5, 1.0, 3.0, 5.0, 6.0, 7.0]))
    assert np.array_equal(seen[0], [np.nan, 1.0, 1.0, 9.0, 3.0, np.nan, np.nan], equal_nan=True)
    wide = columns(at, norms, 6.0, np.array([0.0, 8.0]))
    assert wide[0, 0] == 9.0, "an explosion is seen however far out one looks"
    assert np.isnan(columns(np.empty(0), np.empty((0, 3)), 0.0, np.array([0.0, 1.0]))).all()


def test_colours_follow_what_is_within_reason(race):
    run = race.picture().runs[0]
    low, high = decades([run])
    assert 10.0**low == pytest.approx(record(run)[1].min()) and 10.0**high == pytest.approx(record(run)[1].max())
    assert decades([]) is None
