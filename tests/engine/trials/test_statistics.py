"""Quartiles and the sign test, against what SciPy and NumPy have told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from engine.trials.statistics import geometric_mean, holm, quartiles, sign_test, spread
from engine.trials.words import chance, paired

STORED = json.loads((Path(__file__).parent.parent / "reference" / "sign_tests.json").read_text())


def test_sign_tests_are_scipys() -> None:
    for wins, losses, p in STORED["sign_tests"]:
        found = sign_test([0.0] * wins + [2.0] * losses + [1.0], [1.0] * (wins + losses + 1))
        assert (found.wins, found.losses, found.ties) == (wins, losses, 1)
        assert found.p == pytest.approx(p, rel=1e-12)


def test_quartiles_are_numpys_and_what_diverged_counts_as_the_largest() -> None:
    for numbers, expected in STORED["quartiles"]:
        found = spread(numbers)
        np.testing.assert_allclose([found.low, found.median, found.high], expected, rtol=1e-14)
    assert spread([1.0, 2.0, math.inf, 3.0]).median == 2.5 and spread([1.0, 2.0, math.inf]).high == math.inf
    assert spread([1.0, math.nan, math.inf]).median == math.inf and math.isnan(spread([]).median)
    assert quartiles(np.full((4, 2), np.inf)).tolist() == [[math.inf] * 2] * 3


def test_infinite_pairs_tie_and_nothing_is_decided_without_pairs() -> None:
    test = sign_test([math.inf, math.nan, 1.0], [math.inf, 1.0, math.inf])
    assert (test.wins, test.losses, test.ties, test.p) == (1, 1, 1, 1.0)
    assert sign_test([], []).p == 1.0
    assert geometric_mean([1.0, 4.0, 16.0]) == pytest.approx(4.0) and math.isnan(geometric_mean([]))


def said(one, other) -> str:
    test = sign_test(one, other)
    return paired("A", "B", test, test.p)


def test_words_claim_no_more_than_the_test() -> None:
    assert said([0] * 17 + [1] * 3, [1] * 17 + [0] * 3) == (
        "A ends lower than B for 17 of 20 seeds; luck alone does as much once in 388 (p = .0026), by the sign test."
    )
    unsure = said([0] * 3 + [1], [1] * 3 + [0])
    assert "no difference can be told" in unsure and "more seeds" in unsure
    assert "B ends lower than A" in said([1] * 8, [0] * 8)
    assert said([1.0], [1.0]) == "A and B end alike for every seed."
    assert chance(1e-28) == "less than once in 1,000,000"
    assert chance(0.7) == "more often than not (p = .7)"


def test_several_pairs_are_corrected_for_their_number() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06]) and holm([0.2, 0.9]) == pytest.approx(
        [0.4, 0.9]
    )
    test = sign_test([0] * 6, [1] * 6)
    assert "corrected for 3 pairs" in paired("A", "B", test, 0.04, 3)
    assert "no difference can be told" in paired("A", "B", test, holm([test.p] * 3)[0], 3)
