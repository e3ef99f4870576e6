from __future__ import annotations

import numpy as np
import pytest

from app.curves.curve_catalogue import CURVES
from app.curves.series import Average, Series
from engine import smooth
from tests.app.curves.histories import grown, history_of, picture_of, run_of

RISING = np.exp(np.sin(np.arange(3000) / 40.0))


@pytest.mark.parametrize("key", [key for key, curve in CURVES.items() if curve.columns])
@pytest.mark.parametrize("width", [1, 8])
def test_a_curve_that_grows_is_the_curve_made_at_once(key, width):
    whole = history_of(RISING, width)
    growing = Series(CURVES[key])
    for updates in (0, 1, 7, 500, 501, 2222, 3000):
        run = run_of(grown(whole, updates))
        bins = growing.pull(run, picture_of(run))
        afresh = Series(CURVES[key]).pull(run, picture_of(run))
        for mine, other in ((bins.last, afresh.last), (bins.low, afresh.low), (bins.high, afresh.high)):
            np.testing.assert_array_equal(mine, other)
        assert bins.count == updates // width


def test_loss_above_the_minimum_is_the_difference():
    run = run_of(history_of(RISING, 4))
    bins = Series(CURVES["excess_loss"]).pull(run, picture_of(run, lowest=0.25))
    np.testing.assert_allclose(bins.last, RISING[3::4] - 0.25)
    assert bins.latest == pytest.approx(RISING[-1] - 0.25)


def test_another_past_in_the_same_place_is_computed_anew():
    series = Series(CURVES["excess_loss"])
    for sign in (1.0, 2.0):
        run = run_of(history_of(sign * RISING))
        np.testing.assert_array_equal(series.pull(run, picture_of(run)).last, sign * RISING)


def test_an_average_that_grows_is_the_average_of_the_whole():
    whole, average = history_of(RISING), Average(50)
    for updates in (1, 2, 900, 901, 3000):
        run = run_of(grown(whole, updates))
        smoothed = average.pull(Series(CURVES["loss"]).pull(run, picture_of(run)))
    np.testing.assert_array_equal(smoothed.last, smooth(RISING, 1.0 - 1.0 / 50))
    assert smoothed.latest == smoothed.last[-1]


def test_merged_bins_are_averaged_over_as_many_updates():
    run, merged = run_of(history_of(RISING)), run_of(history_of(RISING, 8))
    fine = Average(400).pull(Series(CURVES["loss"]).pull(run, picture_of(run)))
    coarse = Average(400).pull(Series(CURVES["loss"]).pull(merged, picture_of(merged)))
    np.testing.assert_allclose(coarse.last[50:], fine.last[7::8][50:], rtol=0.05)


def test_values_are_found_by_update():
    run = run_of(history_of(np.arange(1003.0), 8))
    bins = Series(CURVES["loss"]).pull(run, picture_of(run))
    assert bins.value(0) == 7.0
    assert bins.value(1002) == 1002.0
    assert np.isnan(bins.value(1003)) and np.isnan(bins.value(-1))
