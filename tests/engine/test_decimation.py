from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.decimation import BLOCKS, block_extremes, envelope, envelope_between, merge_bins, smooth, thin_path
from tests.each import each

INF, NAN = np.inf, np.nan


def spoilt(size: int, seed: int) -> np.ndarray:
    """Noise with NaN, both infinities, zeros of both signs and a spike."""
    generator = np.random.default_rng(seed)
    values = generator.standard_normal(size)
    for value in (NAN, NAN, INF, -INF, -0.0, 1e300):
        values[generator.integers(0, size, max(1, size // 50))] = value
    return values


def extremes(low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    if np.isnan(low).all():
        return NAN, NAN
    return float(np.nanmin(low)), float(np.nanmax(high))


@pytest.mark.parametrize(("size", "start", "stop", "pixels"), [
    (1000, 0, 1000, 7), (1000, 3, 998, 100), (1000, 10, 20, 300), (50, 0, 50, 50), (1, 0, 1, 1), (9, 4, 4, 5),
])  # fmt: skip
def test_envelope_equals_numpy(size: int, start: int, stop: int, pixels: int) -> None:
    low = spoilt(size, 1)
    high = low + 1.0
    index, least, most = envelope(low, high, start, stop, pixels)
    assert index.size == least.size == most.size == min(pixels, stop - start)
    edges = [*index, stop]
    for k in range(index.size):
        column = slice(edges[k], edges[k + 1])
        assert edges[k] < edges[k + 1]
        np.testing.assert_array_equal((least[k], most[k]), extremes(low[column], high[column]))


def test_columns_are_equally_wide() -> None:
    index, *_ = envelope(np.zeros(1003), np.zeros(1003), 0, 1003, 10)
    assert set(np.diff([*index, 1003])) == {100, 101}


@each("place", range(0, 97, 4))
@each("spike", [1e9, -1e9, INF, -INF])
def test_a_spike_is_drawn(place: int, spike: float) -> None:
    values = np.full(97, NAN)
    values[::2] = 1.0
    values[place] = spike
    _, least, most = envelope(values, values, 0, 97, 5)
    assert (most.max() if spike > 0 else least.min()) == spike


def test_a_column_of_nothing_but_nan_is_nan() -> None:
    values = np.array([1.0, NAN, NAN, NAN, INF, INF, NAN, -INF])
    _, least, most = envelope(values, values, 0, 8, 4)
    np.testing.assert_array_equal(least, [1.0, NAN, INF, -INF])
    np.testing.assert_array_equal(most, [1.0, NAN, INF, -INF])


def test_columns_of_unequal_width() -> None:
    values = spoilt(1000, 2)
    edges = np.array([0, 1, 2, 4, 4, 8, 100, 1000], np.int64)
    least, most = envelope_between(values, values, edges)
    for k in range(7):
        column = values[edges[k] : edges[k + 1]]
        np.testing.assert_array_equal((least[k], most[k]), extremes(column, column))


@pytest.mark.parametrize(("start", "stop"), [(0, 11), (-1, 5)])
def test_columns_outside_are_refused(start: int, stop: int) -> None:
    with pytest.raises(IndexError, match="of 10 bins"):
        envelope(np.zeros(10), np.zeros(10), start, stop, 4)


def test_read_only_arrays_are_taken() -> None:
    values = spoilt(100, 3)
    values.setflags(write=False)
    envelope(values, values, 0, 100, 10)
    smooth(values, 0.5)
    thin_path(values, values, 1.0, 1.0, 0.5)
    table = values.reshape(2, 50)
    assert merge_bins(table, table, table, 50, *np.empty((3, 2, 25))) == 25


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.99, 0.999999])
def test_smooth_is_the_debiased_average(weight: float) -> None:
    values = np.random.default_rng(4).standard_normal(500)
    average, expected = 0.0, []
    for count, value in enumerate(values, 1):
        average = weight * average + (1 - weight) * value
        expected.append(average / -np.expm1(count * np.log(weight)) if weight else value)
    np.testing.assert_allclose(smooth(values, weight), expected, rtol=1e-8, atol=1e-10)


def test_smooth_with_all_the_past_is_the_mean() -> None:
    values = np.random.default_rng(5).standard_normal(300)
    np.testing.assert_allclose(smooth(values, 1.0), np.cumsum(values) / np.arange(1, 301), atol=1e-14)


def test_what_is_not_finite_leaves_the_average_alone() -> None:
    values = spoilt(400, 6)
    finite = np.isfinite(values)
    found = smooth(values, 0.9)
    np.testing.assert_array_equal(found[finite], smooth(values[finite], 0.9))
    np.testing.assert_array_equal(found[~finite], values[~finite])


def test_a_smoothed_curve_is_continued_to_the_bit() -> None:
    values = spoilt(400, 7)
    state = np.zeros(2)
    pieces = [smooth(values[a:b], 0.97, state) for a, b in ((0, 1), (1, 150), (150, 150), (150, 400))]
    np.testing.assert_array_equal(np.concatenate(pieces), smooth(values, 0.97))


def test_smoothing_survives_the_largest_numbers() -> None:
    values = np.full(50, 1.7e308)
    np.testing.assert_allclose(smooth(values, 0.99), values, rtol=1e-14)
    assert smooth(np.array([1e300, 1.0]), 0.0)[1] == 1.0


@pytest.mark.parametrize("weight", [-0.1, 1.1, NAN])
def test_a_wrong_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match=r"smoothing weight must lie in \[0, 1\], got"):
        smooth(np.zeros(3), weight)


def to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distances of points (m, 2) to the line segment from a to b."""
    along = b - a
    part = np.clip((points - a) @ along / max(along @ along, 1e-300), 0, 1)
    return np.linalg.norm(points - a - part[:, None] * along, axis=1)


def paths() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(8)
    t = np.linspace(0, 30, 3000)
    walk = np.cumsum(generator.standard_normal((3000, 2)), axis=0)
    return {
        "spiral": np.exp(-t / 10)[:, None] * np.stack([np.cos(t), np.sin(t)], 1) * 300,
        "zigzag": np.stack([t * 10, 40 * np.exp(-t / 9) * (-1.0) ** np.arange(3000)], 1),
        "line there and back": np.stack([50 * np.sin(t), 20 * np.sin(t)], 1),
        "slow walk": 0.05 * walk,
        "walk": walk,
        "jitter": 0.3 * generator.standard_normal((3000, 2)),
        "still": np.zeros((3000, 2)),
        "axis": np.stack([t, 0 * t], 1),
        "far away": 1e200 * walk,
    }


@pytest.mark.parametrize("name", paths())
@pytest.mark.parametrize("tolerance", [0.0, 0.4, 3.0])
def test_a_thinned_path_is_off_by_less_than_the_tolerance(name: str, tolerance: float) -> None:
    points = paths()[name]
    x, y = np.ascontiguousarray((points / (2.0, 0.5)).T)
    kept = thin_path(x, y, 2.0, 0.5, tolerance)
    assert kept[0] == 0 and kept[-1] == len(points) - 1 and (np.diff(kept) > 0).all()
    if name != "far away":
        for a, b in pairwise(kept):
            assert to_segment(points[a : b + 1], points[a], points[b]).max() <= tolerance + 1e-9


def test_smooth_paths_become_short() -> None:
    for name, most in (("spiral", 200), ("line there and back", 40), ("still", 2), ("axis", 2)):
        x, y = np.ascontiguousarray(paths()[name].T)
        assert thin_path(x, y, 1.0, 1.0, 0.4).size <= most, name


@pytest.mark.parametrize("name", paths())
def test_a_grown_path_is_thinned_from_its_last_but_one(name: str) -> None:
    x, y = np.ascontiguousarray(paths()[name].T)
    early = thin_path(x[:1700], y[:1700], 1.0, 1.0, 0.4)
    anchor = early[-2]
    onward = anchor + thin_path(x[anchor:].copy(), y[anchor:].copy(), 1.0, 1.0, 0.4)
    np.testing.assert_array_equal([*early[:-2], *onward], thin_path(x, y, 1.0, 1.0, 0.4))


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_path_ends_before_what_is_not_finite(value: float) -> None:
    x, y = np.ascontiguousarray(paths()["walk"].T)
    y[100] = value
    assert thin_path(x, y, 1.0, 1.0, 0.4)[-1] == 99
    y[0] = value
    assert thin_path(x, y, 1.0, 1.0, 0.4).size == 0
    assert thin_path(x[:0], y[:0], 1.0, 1.0, 0.4).size == 0


def test_a_path_has_as_many_x_as_y() -> None:
    with pytest.raises(ValueError, match="got 3 and 2"):
        thin_path(np.zeros(3), np.zeros(2), 1.0, 1.0, 0.4)


@pytest.mark.parametrize("count", [0, 1, 2, 40, 41])
def test_merged_bins_keep_extremes_and_the_second_last(count: int) -> None:
    last = spoilt(3 * 41, 9).reshape(3, 41)
    low, high = last - 1.0, last + 1.0
    merged = np.full((3, 3, 41), 7.0)
    pairs = merge_bins(last, low, high, count, *merged)
    assert pairs == count // 2
    for column in range(3):
        for k in range(pairs):
            pair = slice(2 * k, 2 * k + 2)
            least, most = extremes(low[column, pair], high[column, pair])
            found = merged[:, column, k]
            np.testing.assert_array_equal(found, (last[column, 2 * k + 1], least, most))
    assert (merged[:, :, pairs:] == 7.0).all()


@pytest.mark.parametrize("size", [0, 1, 5, 512, 513, 1023, 5000])
def test_block_extremes_hold_the_lowest_and_highest_of_every_block(size: int) -> None:
    values = spoilt(size, 3) if size > 100 else np.random.default_rng(3).standard_normal(size)
    found = block_extremes(values)
    assert len(found) <= 2 * (BLOCKS + 1) and set(found.tolist()) <= set(range(size))
    block = max(-(-size // BLOCKS), 1)
    for start in range(0, block * (size // block), block):
        part = values[start : start + block]
        known = part[~np.isnan(part)]
        inside = values[found[(found >= start) & (found < start + block)]]
        if len(known):
            assert {known.min(), known.max()} <= set(inside.tolist())
    if size:
        assert {np.nanmin(values), np.nanmax(values)} <= set(values[found].tolist())
