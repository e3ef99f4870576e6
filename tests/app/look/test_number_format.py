"""Marks of axes and numbers to read."""

from __future__ import annotations

import pytest

from app.look.number_format import counted, duration, nice_step, number, power_of_ten, round_ticks


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (-2, 2, ["−2", "−1", "0", "1", "2"]),
        (0, 0.001, ["0", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010"]),
        (0, 4e6, ["0", "1·10⁶", "2·10⁶", "3·10⁶", "4·10⁶"]),
    ],
)
def test_ticks_are_at_round_numbers(low, high, texts):
    assert [text for _, text in round_ticks(low, high, 5).major] == texts


@pytest.mark.parametrize("large", ["each", "factor"])
@pytest.mark.parametrize("span", [1e-9, 3.7e-3, 1, 77, 1e9])
@pytest.mark.parametrize("at", [0.0, 1.0, -250.0])
def test_labels_tell_neighbours_apart(span, at, large):
    found = round_ticks(at, at + span, 6, large)
    texts = [text for _, text in found.major]
    assert 2 <= len(texts) <= 8 and len(set(texts)) == len(texts)
    assert all(at - 1e-6 * span <= value <= at + span * (1 + 1e-6) for value, _ in found.major)


def test_a_factor_is_said_once():
    found = round_ticks(0.0, 3e-7, 5, "factor")
    assert found.factor == "×10⁻⁷"
    assert [text for _, text in found.major] == ["0", "1", "2", "3"]


def test_numbers_are_written_for_reading():
    assert number(-1.25e-7) == "−1.25·10⁻⁷"
    assert number(1.5e20) == "1.5·10²⁰"
    assert number(12345.678) == "12346"
    assert number(0.97) == "0.97"
    assert number(float("inf")) == number(float("nan")) == "not finite"


def test_steps_and_powers():
    assert nice_step(0.3) == pytest.approx(0.5)
    assert [power_of_ten(k) for k in (-4, -1, 0, 1, 2)] == ["10⁻⁴", "0.1", "1", "10", "10²"]


def test_one_is_not_many():
    assert [counted(count, "unit") for count in (0, 1, 2, 2000)] == ["0 units", "1 unit", "2 units", "2,000 units"]


def test_a_span_of_time_has_the_unit_that_suits_it():
    told = [duration(seconds) for seconds in (12.4, 89.0, 95.0, 3000.0, 5400.0, 86_400.0)]
    assert told == ["12 s", "89 s", "2 min", "50 min", "2 h", "24 h"]
