from __future__ import annotations

import numpy as np
import pytest

from app.curves.columns import Columns
from app.curves.curve_catalogue import CURVES, Part
from app.curves.samples import Samples
from app.curves.series import Series
from app.curves.x_axes import UPDATES, XAxisMapping
from app.plots.axis_type import LOG
from app.plots.scale import Scale
from tests.app.curves.histories import due_until, grown, history_of, measured_of, picture_of, run_of, younger

NOISY = np.random.default_rng(0).lognormal(size=20_000)
STEPPED = XAxisMapping(np.array([0.0, 3000.0, 20_000.0]), np.array([0.0, 30.0, 3000.0]))
AXES = {
    "updates": (UPDATES, Scale(-200.0, 20_000.0, 0.0, 350.0)),
    "log updates": (UPDATES, Scale(1.0, 20_000.0, 0.0, 350.0, LOG)),
    "zoomed": (UPDATES, Scale(5000.5, 5040.5, 0.0, 350.0)),
    "epochs": (STEPPED, Scale(0.0, 3000.0, 0.0, 350.0)),
}


def bins_of(history):
    run = run_of(history)
    return Series(CURVES["loss"]).pull(run, picture_of(run))


@pytest.mark.parametrize("axis", list(AXES))
@pytest.mark.parametrize("width", [1, 16])
def test_columns_that_grow_are_the_columns_of_the_whole(axis, width):
    mapping, scale = AXES[axis]
    whole, columns = history_of(NOISY, width), Columns()
    for updates in (0, 1, 2, 40, 41, 5000, 5010, 5021, 12_000, 12_000, 19_999, 20_000):
        before = columns.low.copy()
        first = columns.update(bins_of(grown(whole, updates)), mapping, scale, 1.0)
        afresh = Columns()
        afresh.update(bins_of(grown(whole, updates)), mapping, scale, 1.0)
        for side in ("start", "stop", "low", "high"):
            there = afresh.filled
            np.testing.assert_array_equal(columns.filled, there)
            np.testing.assert_array_equal(getattr(columns, side)[there], getattr(afresh, side)[there])
        if len(before):
            np.testing.assert_array_equal(before[:first], columns.low[:first])


@pytest.mark.parametrize("axis", list(AXES))
def test_columns_of_points_that_come_are_the_columns_of_all(axis):
    mapping, scale = AXES[axis]
    at = due_until(20_000)
    whole, columns, samples = measured_of(at), Columns(), Samples(Part("", "training_loss"))
    whole.values[at.searchsorted([40, 9000]), 0] = np.nan
    for count in (0, 1, 2, 40, 41, 41, 300, 350, len(at) - 1, len(at)):
        run = run_of(history_of([1.0]), measures=younger(whole, count))
        before = columns.low.copy()
        first = columns.update(samples.pull(run, None), mapping, scale, 1.0)
        afresh = Columns()
        afresh.update(Samples(Part("", "training_loss")).pull(run, None), mapping, scale, 1.0)
        np.testing.assert_array_equal(columns.filled, afresh.filled)
        for side in ("start", "stop", "low", "high"):
            there = afresh.filled
            np.testing.assert_array_equal(getattr(columns, side)[there], getattr(afresh, side)[there])
        if len(before):
            np.testing.assert_array_equal(before[:first], columns.low[:first])


def test_a_course_has_the_same_places_one_by_one():
    updates = np.array([0.0, 1.0, 2999.5, 3000.0, 3001.0, 12_345.6, 20_000.0, 20_001.0, 1e6])
    assert [STEPPED.place(update) for update in updates] == STEPPED.at(updates).tolist()


def test_a_course_that_goes_on_as_before_is_known():
    def mapping(*knots):
        return XAxisMapping(*np.array(knots, float).T)

    begun = mapping((0, 0), (100, 10), (200, 40))
    assert begun.leads_to(begun)
    assert begun.leads_to(mapping((0, 0), (100, 10), (400, 100)))
    assert begun.leads_to(mapping((0, 0), (100, 10), (150, 25)))
    assert not begun.leads_to(mapping((0, 0), (100, 10), (400, 101)))
    assert not begun.leads_to(mapping((0, 0), (110, 10), (400, 100)))
    assert not begun.leads_to(mapping((0, 0), (400, 100)))
    assert not begun.leads_to(UPDATES) and not UPDATES.leads_to(begun)


def test_a_point_alone_stands_where_it_was_measured():
    columns = Columns()
    run = run_of(history_of([1.0]), measures=measured_of([0, 64, 192]))
    points = Samples(Part("", "penalty")).pull(run, None)
    columns.update(points, UPDATES, Scale(0.0, 200.0, 0.0, 400.0), 1.0)
    assert columns.start[columns.filled].tolist() == columns.stop[columns.filled].tolist() == [0.0, 128.0, 384.0]
    assert columns.low[columns.filled].tolist() == points.last.tolist()


@pytest.mark.parametrize("width", [1, 16])
def test_no_spike_is_lost(width):
    loss = np.ones(20_000)
    loss[[77, 12_345]] = 50.0
    columns = Columns()
    columns.update(bins_of(history_of(loss, width)), *AXES["updates"], 1.0)
    assert np.count_nonzero(columns.high == 50.0) == 2
    assert np.nanmin(columns.low) == 1.0


def test_a_single_update_stands_where_it_is():
    columns = Columns()
    columns.update(bins_of(history_of([4.0])), UPDATES, Scale(-1.0, 9.0, 0.0, 350.0), 1.0)
    assert columns.start[columns.filled].tolist() == pytest.approx([35.0])
    assert columns.low[columns.filled].tolist() == [4.0]


def test_lines_enter_and_leave_a_zoomed_axis():
    columns = Columns()
    columns.update(bins_of(history_of(NOISY)), UPDATES, Scale(99.5, 100.5, 0.0, 350.0), 1.0)
    assert columns.filled.nonzero()[0].tolist()[0] == 0
    assert columns.start[0] < 0.0 and columns.stop[-1] > 350.0
    assert np.count_nonzero(columns.filled) == 3
