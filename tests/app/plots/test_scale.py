from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from app.plots.axis_type import HUGEST, LINEAR, LOG, AxisType, symlog
from app.plots.scale import Scale, round_up, ticks
from tests.each import each


def labels(scale: Scale, spacing: float = 30.0, counts: bool = False) -> list[str]:
    return [text for _, text in ticks(scale, spacing, counts).major]


def test_decades_are_written_as_in_print():
    assert labels(Scale(1e-5, 200.0, 300.0, 0.0, LOG)) == (["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10", "10²"])


SYMLOG = AxisType("symlog", 0.01)
TYPES = [LINEAR, LOG, SYMLOG]
TYPE_NAMES = [type.name for type in TYPES]


@pytest.mark.parametrize("type", TYPES, ids=TYPE_NAMES)
@pytest.mark.parametrize(("low", "high"), [(1e-150, 1e150), (1e-6, 3e2), (0.9, 1.1), (2.0, 40.0), (5.0, 5.0000001)])
def test_labels_neither_repeat_nor_touch(low, high, type):
    marks = ticks(Scale(low, high, 250.0, 0.0, type), 28.0)
    pixels = sorted(pixel for pixel, _ in marks.major)
    assert len(marks.major) >= 1
    assert len({text for _, text in marks.major}) == len(marks.major)
    assert all(after - before > 12.0 for before, after in pairwise(pixels))
    assert all(-1e-6 <= pixel <= 250.0 + 1e-6 for pixel in [*pixels, *marks.minor])


def test_many_updates_are_counted_in_thousands_and_millions():
    assert labels(Scale(0.0, 40_000.0, 0.0, 300.0), 60.0, counts=True) == ["0", "10k", "20k", "30k", "40k"]
    assert labels(Scale(1_234_560.0, 1_234_570.0, 0.0, 300.0), 100.0, counts=True)[0] == "1.234560M"


def test_a_factor_keeps_tiny_labels_short():
    marks = ticks(Scale(0.0, 3e-7, 200.0, 0.0), 40.0)
    assert marks.factor == "×10⁻⁷"
    assert [text for _, text in marks.major] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("type", TYPES, ids=TYPE_NAMES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_pixels_and_values_are_inverse(type, sign):
    if type.log and sign < 0.0:
        with pytest.raises(ValueError, match="log axis"):
            Scale(-70.0, 70.0, 280.0, 10.0, type)
        return
    scale = Scale(min(0.02, sign * 70.0), 70.0, 280.0, 10.0, type)
    values = sign * np.geomspace(0.02, 70.0, 17)
    assert scale.values(scale.pixels(values)) == pytest.approx(values)
    assert [scale.pixel(value) for value in values] == pytest.approx(scale.pixels(values).tolist())
    assert [scale.value(pixel) for pixel in scale.pixels(values).tolist()] == pytest.approx(values)


def test_a_log_axis_knows_no_zero_and_clips_what_no_screen_can_hold():
    scale = Scale(1e-3, 1.0, 100.0, 0.0, LOG)
    shown = scale.pixels(np.array([0.0, -1.0, np.nan, 5e-324, np.inf]))
    assert np.isnan(shown[:3]).all()
    assert shown[3] == scale.pixel(1e-300)
    assert shown[4] == scale.pixel(1e300)


def test_a_symlog_axis_is_odd_linear_near_zero_and_logarithmic_far_from_it():
    values = np.array([1e-6, 1e-5, 1e3, 1e4, 1e200])
    places = SYMLOG.places(values)
    assert SYMLOG.place(0.0) == 0.0
    np.testing.assert_array_equal(SYMLOG.places(-values), -places)
    assert places[1] / places[0] == pytest.approx(10.0, rel=1e-3)
    assert places[3] - places[2] == pytest.approx(1.0, rel=1e-4)
    assert places[4] == pytest.approx(202.0)
    assert SYMLOG.place(np.inf) == SYMLOG.place(HUGEST)


def test_a_symlog_axis_has_powers_of_ten_on_both_sides_of_a_zero():
    assert labels(Scale(-150.0, 2000.0, 600.0, 0.0, SYMLOG)) == [
        "10³", "10²", "10", "1", "0.1", "0", "−0.1", "−1", "−10", "−10²",
    ]  # fmt: skip
    assert labels(Scale(-5.0, 2000.0, 60.0, 0.0, SYMLOG), 25.0) == ["10³", "0"]
    assert labels(Scale(2.0, 40.0, 300.0, 0.0, SYMLOG)) == ["20", "10", "5", "2"]
    assert labels(Scale(-7000.0, -200.0, 300.0, 0.0, SYMLOG)) == ["−200", "−500", "−10³", "−2·10³", "−5·10³"]
    assert labels(Scale(0.3, 0.34, 300.0, 0.0, SYMLOG), 70.0) == ["0.34", "0.33", "0.32", "0.31", "0.30"]


def test_a_symlog_axis_begins_to_be_logarithmic_at_the_smallest_value_but_for_a_dozen_decades():
    assert symlog([0.0, -0.03, 700.0]).threshold == pytest.approx(0.01)
    assert symlog([1e-80, 5.0]).threshold == pytest.approx(1e-12)
    assert symlog([0.0, np.nan, np.inf]).threshold == 1.0


@pytest.mark.parametrize(
    ("name", "threshold"), [("loglog", 1.0), ("symlog", 0.0), ("symlog", np.nan), ("symlog", np.inf)]
)
def test_a_type_that_cannot_be_is_refused(name, threshold):
    with pytest.raises(ValueError, match="axis"):
        AxisType(name, threshold)


def test_an_axis_without_extent_is_refused():
    for low, high, log in ((1.0, 1.0, False), (0.0, 1.0, True), (np.nan, 1.0, False)):
        with pytest.raises(ValueError, match="axis"):
            Scale(low, high, 0.0, 1.0, LOG if log else LINEAR)


def test_zooming_ends_where_numbers_do():
    for type in TYPES:
        scale = Scale(1.0, 2.0, 0.0, 100.0, type)
        for _ in range(400):
            scale = scale.zoomed(2.0, 40.0)
        assert scale.low < scale.high
        for _ in range(4000):
            scale = scale.zoomed(0.5, 40.0)
        assert np.isfinite([scale.low, scale.high]).all()


def test_the_end_of_a_growing_axis_moves_seldom_and_wastes_little():
    ends = [round_up(updates) for updates in range(1, 100_001)]
    assert len(set(ends)) < 60
    assert all(updates <= end <= 1.34 * updates for updates, end in enumerate(ends, 1))


@each("low, high", [(1e200, 1e250), (0.0, 5e-324), (-1e300, 1e300), (1.0, 1.0 + 2.0**-52)])
def test_every_value_of_a_linear_axis_has_a_pixel_and_every_pixel_a_value(low, high):
    """Also where the ends lie so close, or so far out, that they cannot be told apart: Qt must not be given NaN."""
    for start, end in ((0.0, 100.0), (100.0, 0.0), (0.0, 0.0)):
        scale = Scale(low, high, start, end)
        values, pixels = np.array([low, high, 0.0]), np.array([0.0, 50.0, 100.0])
        assert np.isfinite(scale.pixels(values)).all() and np.isfinite(scale.values(pixels)).all()
        assert all(math.isfinite(scale.pixel(value)) for value in values.tolist())
        assert all(math.isfinite(scale.value(pixel)) for pixel in pixels.tolist())
