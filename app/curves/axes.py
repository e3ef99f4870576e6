"""Axes: from values to pixels and back, round ranges, and marks with the strings beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray
MINUS = "\u2212"
TINIEST, HUGEST = 1e-300, 1e300  # what a log axis can hold; denormals would stretch it to -320 decades
_UNITS = (("G", 1e9), ("M", 1e6), ("k", 1e3))
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """The values low to high on the pixels start to end, linear or logarithmic."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0.0):
            raise ValueError(f"an axis cannot go from {self.low} to {self.high}, log {self.log}")

    def pixels(self, values: Array) -> Array:
        """Pixel of each value; on a log axis NaN for those that are not positive."""
        low, high = self._span
        if self.log:
            with np.errstate(invalid="ignore"):
                values = np.where(values > 0.0, np.log10(np.clip(values, TINIEST, HUGEST)), np.nan)
        else:
            values = np.clip(values, -HUGEST, HUGEST)
        return self.start + (values - low) * ((self.end - self.start) / (high - low))

    def pixel(self, value: float) -> float:
        """The same for one value, without the cost of an array."""
        low, high = self._span
        if self.log:
            value = math.log10(min(max(value, TINIEST), HUGEST)) if value > 0.0 else math.nan
        else:
            value = min(max(value, -HUGEST), HUGEST)
        return self.start + (value - low) * ((self.end - self.start) / (high - low))

    def values(self, pixels: Array) -> Array:
        low, high = self._span
        values = low + (pixels - self.start) * ((high - low) / (self.end - self.start))
        return np.asarray(10.0**values if self.log else values)

    def value(self, pixel: float) -> float:
        return float(self.values(np.array([pixel]))[0])

    def zoomed(self, factor: float, around: float) -> Scale:
        """Magnified about a pixel; itself where neighbouring numbers would lie pixels apart."""
        ends = around + (np.array([self.start, self.end]) - around) / factor
        if self.log:
            low, high = self._span
            ends = low + (ends - self.start) * ((high - low) / (self.end - self.start))
            ends = 10.0 ** np.clip(ends, math.log10(TINIEST), math.log10(HUGEST))
        else:
            ends = np.clip(self.values(ends), -HUGEST, HUGEST)
        low, high = float(ends[0]), float(ends[1])
        return replace(self, low=low, high=high) if high - low > 1e-11 * max(abs(low), abs(high)) else self

    @property
    def _span(self) -> tuple[float, float]:
        return (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Marks with a label as (pixel, text), marks without, and the power of ten to multiply labels by."""

    major: tuple[tuple[float, str], ...]
    minor: tuple[float, ...]
    factor: str = ""


def ticks(scale: Scale, spacing: float, counts: bool = False) -> Ticks:
    """Marks at round numbers, labels at least about `spacing` pixels apart.

    counts: large numbers are written 20k and 1.5M, without a factor elsewhere.
    """
    decades = math.log10(scale.high / scale.low) if scale.log else 0.0
    return _log_ticks(scale, spacing, decades) if decades >= 1.0 else _linear_ticks(scale, spacing, counts)


def nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= least * (1 - 1e-9))


def round_up(value: float) -> float:
    """The next round number, at most a quarter above: the end of an axis that grows with a run."""
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.5)
    return next(step * power for step in steps if step * power >= value * (1 - 1e-12))


def power_of_ten(exponent: int) -> str:
    """10², 10, 1, 0.1, 0.01, 0.001, 10⁻⁴ ..."""
    if -3 <= exponent <= 1:
        return f"{10.0**exponent:g}"
    return f"10{str(exponent).translate(_RAISED)}"


def written(value: float, digits: int = 4) -> str:
    """A number to read: a few significant digits, powers of ten raised, a true minus sign."""
    if not math.isfinite(value):
        return "not finite"
    text = f"{value:.{digits}g}"
    if digits > 1 and 1e4 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    mantissa, _, exponent = text.partition("e")
    shown = mantissa.replace("-", MINUS)
    return f"{shown}·10{str(int(exponent)).translate(_RAISED)}" if exponent else shown


def _linear_ticks(scale: Scale, spacing: float, counts: bool) -> Ticks:
    span = scale.high - scale.low
    most = max(abs(scale.end - scale.start) / spacing, 1.0)
    step = nice_step(span / most)
    largest = max(abs(scale.low), abs(scale.high))
    unit, factor, power = "", "", 1.0
    if counts:
        unit, power = next(((u, p) for u, p in _UNITS if largest >= (9.5 if u == "k" else 1.0) * p), ("", 1.0))
    elif not 1e-3 <= largest < 1e5:
        exponent = math.floor(math.log10(largest) + 1e-9)
        factor, power = f"×{power_of_ten(exponent)}", 10.0**exponent
    decimals = min(max(0, -math.floor(math.log10(step / power) + 1e-9)), 9)
    major = _multiples(scale, step)
    labels = [f"{value / power:.{decimals}f}{unit}" if abs(value) > step / 2 else "0" for value in major]
    split = 4 if f"{step:e}"[0] == "2" else 5
    texts = (label.replace("-", MINUS) for label in labels)
    return Ticks(
        tuple(zip(scale.pixels(major).tolist(), texts, strict=True)),
        tuple(scale.pixels(_multiples(scale, step / split)).tolist()),
        factor,
    )


def _multiples(scale: Scale, step: float) -> Array:
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    found = np.arange(first, last + 1) * step
    return found[found > 0.0] if scale.log else found


def _log_ticks(scale: Scale, spacing: float, decades: float) -> Ticks:
    pitch = abs(scale.end - scale.start) / decades
    stride = next((n for n in (1, 2, 3, 5, 10, 20, 50, 100) if n * pitch >= spacing), 200)
    low, high = math.log10(scale.low), math.log10(scale.high)
    exponents = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    major = [(scale.pixel(10.0**k), power_of_ten(k)) for k in exponents if k % stride == 0]
    if stride > 1:
        return Ticks(tuple(major), tuple(scale.pixel(10.0**k) for k in exponents if k % stride))
    between = [m * 10.0**k for k in range(math.floor(low), math.ceil(high) + 1) for m in range(2, 10)]
    inside = np.array([value for value in between if scale.low <= value <= scale.high])
    # One or two decades have few powers of ten: 2 and 5 are labelled too where they fit.
    if pitch * math.log10(2.0) >= spacing:
        halves = [value for value in inside.tolist() if f"{value:e}"[0] in "25" and 1e-3 <= value < 1e4]
        major += [(scale.pixel(value), f"{value:.3g}") for value in halves]
    return Ticks(tuple(major), tuple(scale.pixels(inside).tolist()) if pitch >= 24 else ())
