"""Which axis a curve has by itself, and how large its values are, whether they come at once or bit by bit."""

from __future__ import annotations

import numpy as np
import pytest

from app.curves.automatic_axis import SteadyType, smallest_size, suited_type
from app.curves.curve_catalogue import CURVES
from app.curves.curve_line import CurveLine
from app.curves.x_axes import UPDATES
from tests.app.curves.histories import HARD, grown, history_of, picture_of, run_of

FALLING = 10.0 ** -np.linspace(-2.0, 6.0, 2000)


def line_of(history, number=0, line=None):
    made = line or CurveLine(CURVES["loss"], CURVES["loss"].parts(picture_of())[0])
    run = run_of(history, number)
    made.pull(run, picture_of(run), UPDATES, 0)
    return made


@pytest.mark.parametrize(
    ("loss", "type"),
    [
        (FALLING, "log"),
        (np.where(FALLING < 1e-5, 0.0, FALLING), "symlog"),
        (FALLING - 1e-5, "symlog"),
        (5.0 * np.exp(-np.arange(500) / 100.0) - 2.0, "linear"),
        (np.random.default_rng(1).standard_normal(100_000), "linear"),
        (np.zeros(50), "linear"),
        (np.array([]), "log"),
        (np.full(20, np.nan), "log"),
        (np.array([1.0, -np.inf]), "linear"),
    ],
    ids=["positive", "to zero", "a little below zero", "few decades", "noise", "zero", "nothing", "NaN", "infinite"],
)
@pytest.mark.parametrize("width", [1, 8])
def test_the_type_that_suits_the_values(loss, type, width):
    if width > 1 and len(loss) < 100:
        loss = np.repeat(loss, width)
    assert suited_type(True, [line_of(history_of(loss, width))]) == type
    assert suited_type(False, [line_of(history_of(loss, width))]) == "linear"


def test_one_line_decides_for_all():
    lines = [line_of(history_of(FALLING)), line_of(history_of(np.full(10, -1.0)), 1)]
    assert suited_type(True, lines[:1]) == "log" and suited_type(True, lines) == "symlog"


@pytest.mark.parametrize("name", list(HARD))
def test_sizes_that_come_bit_by_bit_are_those_of_the_whole(name):
    whole, growing = history_of(HARD[name]), None
    for updates in sorted({0, min(1, len(HARD[name])), len(HARD[name]) // 3, len(HARD[name])}):
        growing = line_of(grown(whole, updates), line=growing)
        afresh = line_of(grown(whole, updates))
        assert (growing.sizes, growing.reaches_zero) == (afresh.sizes, afresh.reaches_zero)


def test_sizes_bracket_the_values():
    line = line_of(history_of(np.concatenate((FALLING, -FALLING, np.zeros(9)))))
    few, quarter, all = line.sizes
    sizes = np.abs(FALLING)
    assert few <= np.quantile(sizes, 0.05) <= 2.0 * few
    assert quarter <= np.quantile(sizes, 0.25) <= 2.0 * quarter
    assert all / 2.0 <= sizes.max() <= all
    assert smallest_size([line, line_of(history_of(np.zeros(3)))]) == few
    assert np.isnan(smallest_size([line_of(history_of(np.zeros(3)))]))


def test_another_past_is_judged_anew():
    line = line_of(history_of(-FALLING))
    assert line.reaches_zero
    assert not line_of(history_of(FALLING), line=line).reaches_zero


def test_a_type_moves_one_way_while_lines_go_on():
    steady, line = SteadyType(), None
    whole = history_of(np.concatenate((np.full(20, -1e-6), np.full(5000, 1.0))))
    names = []
    for updates in (5, 20, 30, 5000):
        line = line_of(grown(whole, updates), line=line)
        names.append(steady.name(True, [line]))
    assert suited_type(True, [line]) == "linear" and names == ["linear", "linear", "symlog", "symlog"]
    line = line_of(grown(whole, 10), line=line)  # begun again
    assert steady.name(True, [line]) == "linear"
