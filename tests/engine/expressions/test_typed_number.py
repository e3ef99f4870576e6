"""Numbers as people type them mean what they say, and what may be one of two is asked."""

from __future__ import annotations

import math

import pytest

from engine import SettingError, read_number
from tests.each import each

TYPED = {
    "0,003": 0.003, "1/3": 1 / 3, "2^-7": 2.0**-7, "5%": 0.05, "5 %": 0.05, "3·10⁻⁴": 3e-4, "3e-4": 3e-4,
    "1e-3*2": 0.002, "−0.5": -0.5, "0,5": 0.5, ",5": 0.5, "-0,25": -0.25, "1,5e-3": 1.5e-3, "12,5%": 0.125,
    "0.1*3": 0.3, "0.1+0.2": 0.3, "3×10^5": 3e5, "10⁻³": 1e-3, "1 000": 1000.0, "1\u202f000\u202f000": 1e6,
    "1'000'000": 1e6, "1,000,000": 1e6, "1.000.000": 1e6, "1.234,5": 1234.5, "1,234.5": 1234.5, "1 234,5": 1234.5,
    "pi/2": math.pi / 2, "2π": 2 * math.pi, "√(2)": math.sqrt(2.0), "(1+1)/4": 0.5, "2^10": 1024.0,
    "1.5": 1.5, "+2": 2.0, "1.000": 1.0, "12,3456": 12.3456, "1000,5": 1000.5, "0,125": 0.125, "1/2 + 1/4": 0.75,
}  # fmt: skip


@each("text", TYPED)
def test_a_number_is_what_it_says(text: str) -> None:
    assert read_number(text) == TYPED[text]


@pytest.mark.parametrize("text", ["1.000", "1,000", "12.000", "-1.234"])
def test_a_thousand_or_one_is_asked_among_whole_numbers(text: str) -> None:
    with pytest.raises(SettingError, match=r"can be read as .* or as .*; write one of them"):
        read_number(text, whole=True)


def test_a_comma_before_three_digits_is_asked_everywhere() -> None:
    with pytest.raises(SettingError, match="1,000 can be read as 1 or as 1000"):
        read_number("1,000")


def test_digits_alone_are_an_int_and_a_percentage_may_be_the_unit() -> None:
    assert read_number("31", whole=True) == 31 and isinstance(read_number(" 31 "), int)
    assert read_number("5 %", percent=True) == 5.0


@each(
    "text",
    [
        "", " ", "nan", "inf", "1e9999", "0x10", "one", "1,2,3", "0.5.5", "1e", "--1", "½", "1/0", "0/0", "9^9^9",
        "1 00", "1,00,000", "1.000,000.0", "x", "2 3", "5%%", "()", "1;2", "1e400/1e399", "9" * 5000,
        "1" + "0" * 399, "__import__('os')",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(SettingError):
        read_number(text)
