from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from app.plots.axis_type import LINEAR, LOG
from app.plots.scale import Scale, round_up, ticks


def labels(scale: Scale, spacing: float = 30.0, counts: bool = False) -> list[str]:
    return [text for _, text in ticks(scale, spacing, counts).major]


def test_decades_are_written_as_in_print():
    assert labels(Scale(1e-5, 200.0, 300.0, 0.0, LOG)) == (["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10", "10²"])


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("low", "high"), [(1e-150, 1e150), (1e-6, 3e2), (0.9, 1.1), (2.0, 40.0), (5.0, 5.0000001)])
def test_labels_neither_repeat_nor_touch(low, high, log):
    marks = ticks(Scale(low, high, 250.0, 0.0, LOG if log else LINEAR), 28.0)
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


@pytest.mark.parametrize("log", [False, True])
def test_pixels_and_values_are_inverse(log):
    scale = Scale(0.02, 70.0, 280.0, 10.0, LOG if log else LINEAR)
    values = np.geomspace(0.02, 70.0, 17)
    assert scale.values(scale.pixels(values)) == pytest.approx(values)
    assert [scale.pixel(value) for value in values] == pytest.approx(scale.pixels(values).tolist())


def test_a_log_axis_knows_no_zero_and_clips_what_no_screen_can_hold():
    scale = Scale(1e-3, 1.0, 100.0, 0.0, LOG)
    shown = scale.pixels(np.array([0.0, -1.0, np.nan, 5e-324, np.inf]))
    assert np.isnan(shown[:3]).all()
    assert shown[3] == scale.pixel(1e-300)
    assert shown[4] == scale.pixel(1e300)


def test_an_axis_without_extent_is_refused():
    for low, high, log in ((1.0, 1.0, False), (0.0, 1.0, True), (np.nan, 1.0, False)):
        with pytest.raises(ValueError, match="axis"):
            Scale(low, high, 0.0, 1.0, LOG if log else LINEAR)


def test_zooming_ends_where_numbers_do():
    for log in (False, True):
        scale = Scale(1.0, 2.0, 0.0, 100.0, LOG if log else LINEAR)
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
