"""Tick positions, and number formatting for axes and read-outs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

MINUS = "\u2212"
MAX_DECIMALS = 12
_UNITS = (("G", 1e9), ("M", 1e6), ("k", 1e3))
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Ticks:
    """Major ticks as (position, label), minor ticks, and the power of ten that multiplies the labels."""

    major: tuple[tuple[float, str], ...]
    minor: tuple[float, ...]
    factor: str = ""


def round_ticks(low: float, high: float, most: float, large: Literal["each", "factor", "counts"] = "each") -> Ticks:
    """About `most` major ticks at round numbers between low and high.

    large: how large and tiny numbers are shortened. Every label has its power of ten ("each"), the axis states it once
    ("factor"), or labels are counts: 20k and 1.5M.
    """
    step = nice_step((high - low) / max(most, 1))
    power, unit, factor = 1.0, "", ""
    largest = max(abs(low), abs(high))
    if large == "counts":
        unit, power = next(((u, p) for u, p in _UNITS if largest >= (9.5 if u == "k" else 1.0) * p), ("", 1.0))
    elif large == "factor" and not _plain(largest):
        exponent = math.floor(math.log10(largest) + 1e-9)
        power, factor = 10.0**exponent, f"×{power_of_ten(exponent)}"
    scientific = large == "each" and not _plain(largest)
    write = _scientific if scientific else _fixed
    labels = ((value, write(value / power, step / power) + unit) for value in multiples(low, high, step))
    major = tuple((value, text if abs(value) > step / 2 else "0") for value, text in labels)
    return Ticks(major, tuple(multiples(low, high, step / (4 if f"{step:e}"[0] == "2" else 5))), factor)


def nice_step(least: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= least * (1 - 1e-9))


def multiples(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step between low and high."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def number(value: float, digits: int = 4) -> str:
    """A number for display: a few significant digits, powers of ten as superscripts, a true minus sign."""
    if not math.isfinite(value):
        return "not finite"
    text = f"{value:.{digits}g}"
    if digits > 1 and 1e4 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    return printed(text)


def counted(count: int, what: str) -> str:
    """`1 unit`, `2,000 units`."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def to_scale(value: float, step: float) -> float:
    """A value with no more decimals than a step of that size tells apart: what a hand chooses has no more to say."""
    return round(value, -math.floor(math.log10(step))) + 0.0 if step > 0.0 and math.isfinite(step) else value


def printed(text: str) -> str:
    """A number formatted by Python, with its power of ten as superscript and a true minus sign."""
    mantissa, _, exponent = text.partition("e")
    return f"{_signed(mantissa)}·10{_raised(int(exponent))}" if exponent else _signed(text)


def power_of_ten(exponent: int) -> str:
    """10², 10, 1, 0.1, 0.01, 0.001, 10⁻⁴ ..."""
    if -3 <= exponent <= 1:
        return f"{10.0**exponent:g}"
    return f"10{_raised(exponent)}"


def _plain(largest: float) -> bool:
    """Whether numbers up to this one are written without a power of ten."""
    return 1e-3 <= largest < 1e5


def _fixed(value: float, step: float) -> str:
    """The shortest text that distinguishes ticks `step` apart."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return _signed(f"{value:.{min(decimals, MAX_DECIMALS)}f}")


def _scientific(value: float, step: float) -> str:
    """The same with a power of ten of its own."""
    largest = max(abs(value), step)
    digits = max(0, math.floor(math.log10(largest) + 1e-9) - math.floor(math.log10(step) + 1e-9))
    return printed(f"{value:.{min(digits, MAX_DECIMALS)}e}")


def _raised(exponent: int) -> str:
    return str(exponent).translate(_RAISED)


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def duration(seconds: float) -> str:
    """A span of time about which no more is known than its size: `40 s`, `3 min`, `2 h`."""
    divisor, unit = (1.0, "s") if seconds < 90.0 else (60.0, "min") if seconds < 5400.0 else (3600.0, "h")
    return f"{seconds / divisor:,.0f} {unit}"
