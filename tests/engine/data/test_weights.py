"""Weights of examples, by themselves and by class."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts import SettingError
from engine.data import Examples, training_data
from engine.data.weights import checked_weights, class_weights


def test_weights_keep_their_ratios_and_have_a_mean_of_1() -> None:
    for scale in (1e-300, 1.0, 1e307):
        found = checked_weights(np.array([1.0, 0.0, 3.0, 4.0]) * scale, 4)
        assert found == pytest.approx([0.5, 0.0, 1.5, 2.0], rel=1e-14)
    assert (checked_weights(np.full(7, 0.1), 7) == 1.0).all()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -0.5, 2.0], "weights must be numbers of at least 0, got -0.5 among 3"),
        ([1.0, np.nan, 2.0], "weights must be numbers of at least 0, got nan among 3"),
        ([1.0, np.inf, 2.0], "weights must be numbers of at least 0, got inf among 3"),
        ([0.0, 0.0, 0.0], "all 3 weights are 0: one at least must be above 0"),
        ([1.0, 1.0], r"weights are an array \(3,\), one for every example, got an array \(2,\)"),
        ("many", "must be an array of numbers"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights, message) -> None:
    with pytest.raises(SettingError, match=message):
        checked_weights(weights, 3)


def test_balanced_classes_count_the_same() -> None:
    places = np.repeat([0, 1, 2], [10, 30, 60])
    found = class_weights(places, 3, "balanced")
    sums = [found[places == place].sum() for place in range(3)]
    assert sums == pytest.approx([100 / 3] * 3, rel=1e-13)
    # scikit-learn's compute_class_weight("balanced"): n / (classes * count)
    assert found[0] == pytest.approx(100 / (3 * 10)) and found[-1] == pytest.approx(100 / (3 * 60))
    given = class_weights(places, 3, [2.0, 1.0, 0.0])
    assert given[0] == pytest.approx(2 * given[10]) and (given[40:] == 0.0).all()
    for wrong in ([1.0, 2.0], "even", [0.0, 0.0, 0.0], [1.0, -1.0, 1.0]):
        with pytest.raises(SettingError):
            class_weights(places, 3, wrong)


def test_weights_go_with_their_examples() -> None:
    weights = np.arange(1.0, 21.0)
    examples = Examples(np.arange(20.0)[:, None], np.arange(20.0), ("x",), weights=weights)
    data = training_data(examples, ("x",), "none", 0.5, 3)
    assert data.weights is not None and (data.weights == data.raw[:, 0] + 1.0).all()
    assert training_data(Examples(examples.inputs, weights, ("x",)), ("x",), "none", 0.5, 3).weights is None
