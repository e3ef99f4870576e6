"""Where an axis has its marks, and how a number is written beside one."""

from __future__ import annotations

import math
from dataclasses import dataclass

MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Ticks:
    """Marks with a label, as (value, text), and small ones without."""

    major: tuple[tuple[float, str], ...]
    minor: tuple[float, ...]


def ticks(low: float, high: float, most: int) -> Ticks:
    """At most about `most` labelled marks at round numbers between low and high."""
    step = nice_step((high - low) / max(most, 1))
    split = 5 if round(step / 10 ** math.floor(math.log10(step) + 1e-9)) != 2 else 4
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    major = tuple((index * step, label(index * step, step)) for index in range(first, last + 1))
    small = step / split
    first, last = math.ceil(low / small - 1e-9), math.floor(high / small + 1e-9)
    return Ticks(major, tuple(index * small for index in range(first, last + 1) if index % split))


def nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power = math.floor(math.log10(least))
    for factor in (1, 2, 5, 10):
        if factor * 10.0**power >= least * (1 - 1e-9):
            return float(factor * 10.0**power)
    raise AssertionError(least)


def label(value: float, step: float) -> str:
    """The shortest text that tells marks `step` apart."""
    largest = max(abs(value), step)
    if largest >= 1e5 or step < 1e-5:
        digits = max(0, math.floor(math.log10(largest) + 1e-9) - math.floor(math.log10(step) + 1e-9))
        text = f"{value:.{min(digits, 12)}e}" if abs(value) > step / 2 else "0"
        mantissa, _, exponent = text.partition("e")
        return _signed(f"{mantissa}e{int(exponent)}" if exponent else text)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return _signed(f"{value:.{decimals}f}" if abs(value) > step / 2 else "0")


def number(value: float, digits: int = 4) -> str:
    """A number to read: a few significant digits and a true minus sign."""
    return _signed(f"{value:.{digits}g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e"))


def grouped(count: int) -> str:
    """A whole number with its thousands apart: 1 264."""
    return f"{count:,}".replace(",", "\u202f")


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
