from __future__ import annotations

import math

import pytest

from app.curves.ranges import Extent, fitted_axis, linear_range, log_range, symlog_range, symlog_type
from app.plots.axis_type import LINEAR, LOG

CALM = Extent(0.01, 5.0, 5.0, 0.01)
DIVERGED = Extent(2.0, 1e290, 2.0, 1e290, diverged=True)


def symlog(extents, small=0.01):
    """The range of a symlog axis."""
    return symlog_range(extents, symlog_type(extents, small))


FITS = [linear_range, log_range, symlog]


@pytest.mark.parametrize("fit", FITS)
def test_an_explosion_does_not_ruin_the_range(fit):
    alone, together = fit([CALM]), fit([CALM, DIVERGED])
    assert together[1] < 400.0
    assert together[0] <= alone[0] + 1e-9 or together[0] < 0.02
    assert fit([DIVERGED])[1] < 400.0


@pytest.mark.parametrize("fit", FITS)
def test_a_spike_is_shown_whole(fit):
    assert fit([Extent(0.5, 3e9, 0.6, 0.5)])[1] >= 3e9


@pytest.mark.parametrize("fit", FITS)
def test_a_run_on_its_way_out_does_not_ruin_the_range_either(fit):
    leaving = Extent(2.0, 1e40, 2.0, 1e40, usual=1e20)
    assert fit([CALM, leaving])[1] < 400.0
    gone = Extent(2.0, 1e30, 2.0, 1e30, usual=1e30)
    assert fit([CALM, gone])[1] < 400.0
    rising = Extent(2.0, 1e5, 2.0, 1e5, usual=300.0)
    assert fit([CALM, rising])[1] >= 1e5


@pytest.mark.parametrize("diverged", [False, True])
@pytest.mark.parametrize("end", [1.0, -1.0, 40.0])
def test_a_moderate_parameter_that_began_at_nearly_nothing_is_shown_whole(end, diverged):
    leaver = Extent(min(1e-8, end), max(1e-8, end), 1e-8, end, diverged, usual=1e-8)
    low, high = linear_range([leaver, Extent(0.0, 1e-8, 1e-8, 0.0)])
    assert low <= leaver.low and leaver.high <= high


@pytest.mark.parametrize("fit", FITS)
def test_a_high_start_is_shown_whole(fit):
    assert fit([Extent(0.1, 1e12, 1e12, 0.1, usual=0.2)])[1] >= 1e12


@pytest.mark.parametrize(
    "extents",
    [
        [],
        [Extent(math.nan, math.nan, math.nan, math.nan)],
        [Extent(0.0, 0.0, 0.0, 0.0)],
        [Extent(4.0, 4.0, 4.0, 4.0)],
        [Extent(-4.0, -4.0, -4.0, -4.0)],
        [Extent(1e6, 1e6 + 1e-9, 1e6, 1e6)],
        [Extent(-1e308, 1e308, 0.0, 1e308)],
        [Extent(5e-324, 1.0, 1.0, 5e-324)],
        [DIVERGED],
    ],
)
@pytest.mark.parametrize("fit", FITS)
def test_every_range_can_be_drawn(fit, extents):
    low, high = fit(extents)
    assert math.isfinite(low) and math.isfinite(high) and low < high
    if fit is log_range:
        assert low > 0.0 and math.log10(high / low) <= 620


def test_denormals_do_not_stretch_a_log_axis():
    low, high = log_range([Extent(5e-324, 1.0, 1.0, 5e-324)])
    assert math.log10(high / low) < 50


@pytest.mark.parametrize("fit", FITS)
def test_the_range_moves_in_steps_while_a_curve_falls(fit):
    ranges = {fit([Extent(10.0 * 0.999**k, 10.0, 10.0, 10.0 * 0.999**k)]) for k in range(2000)}
    assert len(ranges) < 100


def test_a_linear_axis_of_positive_numbers_begins_just_below_zero():
    low, high = linear_range([Extent(0.001, 0.03, 0.03, 0.001)])
    assert -0.003 < low < 0.0
    assert 0.03 <= high < 0.04


def test_a_linear_range_goes_no_further_down_than_it_is_told():
    deep = Extent(-900.0, 0.9, -900.0, 0.9)
    assert fitted_axis("linear", [deep], 1.0, -1.0) == (LINEAR, (-1.0, 1.0)), "as round as what is shown"
    assert fitted_axis("log", [CALM], 1.0, 1.0) == (LOG, log_range([CALM]))
    assert fitted_axis("linear", [Extent(-9.0, -5.0, -9.0, -5.0)], 1.0, 1.0)[1][0] <= -9.0


def test_a_symlog_axis_is_linear_below_what_few_values_are_smaller_than():
    assert symlog_type([Extent(-1.0, 1000.0, 1000.0, -1.0)], 0.3).threshold == pytest.approx(0.1)
    assert symlog_type([Extent(0.0, 1.0, 1.0, 0.0)], 1e-80).threshold == pytest.approx(1e-36)
    assert symlog_type([Extent(-1.0, 1.0, 1.0, 0.0)], 1e-80).threshold == pytest.approx(1e-12)
    assert symlog_type([Extent(0.0, 0.0, 0.0, 0.0)], math.nan).threshold == 1.0


def test_a_symlog_range_of_numbers_that_fall_to_zero_begins_just_below_it():
    type = symlog_type([Extent(0.0, 50.0, 50.0, 0.0)], 1e-6)
    low, high = symlog_range([Extent(0.0, 50.0, 50.0, 0.0)], type)
    assert -0.06 < type.place(low) / type.place(high) < 0.0
    assert 50.0 <= high < 400.0
