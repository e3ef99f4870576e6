"""Axes: from values to pixels and back, round ends, and where their marks are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from app.look.number_format import Ticks, power_of_ten, round_ticks

Array = np.ndarray
TINIEST, HUGEST = 1e-300, 1e300  # what a log axis can hold; denormals would stretch it to -320 decades


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
                held = np.minimum(np.maximum(values, TINIEST), HUGEST)
                values = np.where(values > 0.0, np.log10(held), np.nan)
        else:
            values = np.minimum(np.maximum(values, -HUGEST), HUGEST)
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


def ticks(scale: Scale, spacing: float, counts: bool = False) -> Ticks:
    """Marks at round numbers, as pixels; labels at least about `spacing` pixels apart.

    counts: large numbers are written 20k and 1.5M, without a factor elsewhere.
    """
    decades = math.log10(scale.high / scale.low) if scale.log else 0.0
    return _log_ticks(scale, spacing, decades) if decades >= 1.0 else _linear_ticks(scale, spacing, counts)


def round_up(value: float) -> float:
    """The next round number, at most a quarter above: the end of an axis that grows with a run."""
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.5)
    return next(step * power for step in steps if step * power >= value * (1 - 1e-12))


def _linear_ticks(scale: Scale, spacing: float, counts: bool) -> Ticks:
    most = max(abs(scale.end - scale.start) / spacing, 1.0)
    found = round_ticks(scale.low, scale.high, most, "counts" if counts else "factor")
    seen = [value for value in found.minor if value > 0.0] if scale.log else found.minor
    major = tuple((scale.pixel(value), text) for value, text in found.major if value > 0.0 or not scale.log)
    return Ticks(major, tuple(scale.pixels(np.array(seen)).tolist()), found.factor)


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
