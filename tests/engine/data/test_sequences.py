"""Examples that are sequences: patterns on a line, and the adding problem."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import DATASETS, training_data
from engine.data.patterns import POINTS, TEMPLATES
from tests.engine.data.made import make


def clean(**values):
    return make("patterns", **{"noise": 0.0, "drift": 0.0, "shear": 0.0, **values})


def test_every_pattern_comes_as_often_and_nothing_is_around_it() -> None:
    examples = clean(samples=500)
    assert (np.bincount(examples.targets.astype(int)) == 50).all()
    used = np.array([np.ptp(np.flatnonzero(row)) + 1 for row in examples.inputs])
    assert used.min() >= 10 and used.max() <= 21
    begins = np.array([np.flatnonzero(row)[0] for row in examples.inputs])
    assert begins.min() <= 1 and (begins + used).max() >= POINTS - 1  # anywhere
    middle = clean(samples=500, spread=0.0)
    places = np.array([np.flatnonzero(row)[[0, -1]].mean() for row in middle.inputs])
    assert np.abs(places - (POINTS - 1) / 2).max() <= 1.5


def test_the_noises_have_the_deviation_and_the_reach_they_name() -> None:
    still = clean(samples=4000)
    white = clean(samples=4000, noise=0.3).inputs - still.inputs
    drift = clean(samples=4000, drift=0.3).inputs - still.inputs
    tilt = clean(samples=4000, shear=0.8).inputs - still.inputs
    assert white.std() == pytest.approx(0.3, rel=0.02) and drift.std() == pytest.approx(0.3, rel=0.02)
    assert abs(np.corrcoef(white[:, 10], white[:, 12])[0, 1]) < 0.06
    # A Gaussian of 2 points, twice: exp(-d^2 / 16) at a distance d.
    for distance in (1, 2, 4):
        found = np.corrcoef(drift[:, 10], drift[:, 10 + distance])[0, 1]
        assert found == pytest.approx(np.exp(-(distance**2) / 16), abs=0.05)
    ends = tilt[:, -1] - tilt[:, 0]
    assert np.abs(ends).max() <= 0.8 + 1e-12 and np.abs(ends).max() > 0.78


def likeness(lines, width):
    """How well each pattern fits lines (m, POINTS) at its best place, (m, 10); with an empty margin of 3 points."""
    ends = np.linspace(0.0, 1.0, width)
    table = np.pad(
        [np.interp(ends, np.linspace(0, 1, 14), (0, *values, 0)) for values in TEMPLATES.values()], ((0, 0), (3, 3))
    )
    table -= table.mean(axis=1, keepdims=True)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    wide = np.pad(lines, ((0, 0), (3, 3)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, width + 6, axis=1)
    windows = windows - windows.mean(axis=2, keepdims=True)
    return (windows @ table.T).max(axis=1)


def test_shape_matters_more_than_place() -> None:
    """A line through the points hardly tells the patterns apart; comparing them at their best place does."""
    examples, places = make("patterns", samples=2000), np.arange(2000) % 10
    inputs, train = np.hstack([examples.inputs, np.ones((2000, 1))]), slice(0, 1000)
    fitted, *_ = np.linalg.lstsq(inputs[train], np.eye(10)[places[train]], rcond=None)
    linear = (np.argmax(inputs[1000:] @ fitted, 1) == places[1000:]).mean()
    best = np.max([likeness(examples.inputs[1000:], width) for width in range(14, 26, 2)], axis=0)
    matched = (np.argmax(best, 1) == places[1000:]).mean()
    assert linear < 0.4 and matched > linear + 0.25


@pytest.mark.parametrize("length", [2, 3, 20, 50])
def test_two_numbers_are_marked_and_their_sum_is_the_target(length) -> None:
    sequences = make("adding", length=length, samples=300)
    numbers, marks = sequences.shaped[:, :, 0], sequences.shaped[:, :, 1]
    assert (numbers[:, : 50 - length] == 0.0).all() and (numbers[:, 50 - length :] > 0.0).all()
    assert set(np.unique(marks)) == {0.0, 1.0} and (marks.sum(axis=1) == 2.0).all()
    assert np.abs((numbers * marks).sum(axis=1) - sequences.targets).max() < 1e-15
    first, second = np.array([np.flatnonzero(row) for row in marks]).T - (50 - length)
    assert (first < length // 2).all() and (second >= length // 2).all()
    assert set(first) == set(range(length // 2)) and set(second) == set(range(length // 2, length))


def test_digits_are_images() -> None:
    digits = make("digits", samples=20)
    assert DATASETS["digits"].shape == (8, 8) and digits.shaped.shape == (20, 8, 8)
    assert (digits.shaped[3, 2] == digits.inputs[3, 16:24]).all()
    assert make("moons").shaped.shape == (500, 2)


def test_prepared_examples_keep_their_shape() -> None:
    digits = make("digits", samples=50)
    data = training_data(digits, (), "min_max", 0.8, 1)
    assert data.shape == (8, 8) and data.shaped.shape == (50, 8, 8) and np.shares_memory(data.shaped, data.inputs)
    assert (data.shaped[7, 2] == data.inputs[7, 16:24]).all()
    plane = training_data(make("moons"), ("x", "y", "xy"), "none", 0.8, 1)
    assert plane.shape == (3,) and plane.shaped.shape == (500, 3)
