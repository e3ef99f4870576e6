"""Scales: from values to pixels and back, round ends, and where an axis has its ticks. Qt-free: figures use it too."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from app.look.number_format import MINUS, Ticks, power_of_ten, round_ticks
from app.plots.axis_type import FARTHEST, LINEAR, AxisType

Array = np.ndarray

FINEST = 1e-11  # of a number: a narrower range could not be told apart


@dataclass(frozen=True, slots=True)
class Scale:
    """The values low to high on the pixels start to end, on an axis of a type."""

    low: float
    high: float
    start: float
    end: float
    type: AxisType = LINEAR
    _first: float = field(init=False, repr=False, compare=False)  # the place of `low`
    _pitch: float = field(init=False, repr=False, compare=False)  # pixels from a place to one that is 1 further
    _step: float = field(init=False, repr=False, compare=False)  # from the place of a pixel to that of the next

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.type.log and self.low <= 0.0):
            raise ValueError(f"a {self.type.name} axis cannot go from {self.low} to {self.high}")
        first, last = self.type.place(self.low), self.type.place(self.high)
        object.__setattr__(self, "_first", first)
        across, wide = self.end - self.start, last - first
        pitch = across / wide if wide else 0.0  # 0 where the ends cannot be told apart: all lies at the start
        object.__setattr__(self, "_pitch", pitch if math.isfinite(pitch) else 0.0)
        object.__setattr__(self, "_step", wide / across if across else 0.0)

    @property
    def log(self) -> bool:
        return self.type.log

    def pixels(self, values: Array) -> Array:
        """Pixel of each value; on a log axis NaN for those that are not positive."""
        return self.start + (self.type.places(values) - self._first) * self._pitch

    def pixel(self, value: float) -> float:
        """The same for one value, without the cost of an array."""
        return self.start + (self.type.place(value) - self._first) * self._pitch

    def values(self, pixels: Array) -> Array:
        return self.type.values(self._first + (pixels - self.start) * self._step)

    def value(self, pixel: float) -> float:
        """The same for one pixel, without the cost of an array."""
        return self.type.value(self._first + (pixel - self.start) * self._step)

    def zoomed(self, factor: float, around: float) -> Scale:
        """Magnified about a pixel; itself where neighbouring numbers would lie pixels apart."""
        ends = around + (np.array([self.start, self.end]) - around) / factor
        low, high = (float(end) for end in self.values(ends))
        if self.type.name == "linear":
            low, high = max(low, -FARTHEST), min(high, FARTHEST)
        return replace(self, low=low, high=high) if wide(low, high) else self


def wide(low: float, high: float) -> bool:
    """Whether numbers between these can still be told apart on a screen."""
    return high - low > FINEST * max(abs(low), abs(high))


@lru_cache(maxsize=32)  # the room of an axis and its picture ask for the same
def ticks(scale: Scale, spacing: float, counts: bool = False) -> Ticks:
    """Ticks at round numbers, as pixels; labels at least about `spacing` pixels apart.

    counts: large numbers are written 20k and 1.5M, without a factor elsewhere.
    """
    if scale.type.name == "symlog":
        return _symlog_ticks(scale, spacing)
    decades = math.log10(scale.high / scale.low) if scale.log else 0.0
    return _log_ticks(scale, spacing, decades) if decades >= 1.0 else _linear_ticks(scale, spacing, counts)


def round_up(value: float) -> float:
    """The next round number, at most a quarter above: the end of an axis that grows with a run."""
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.5)
    return next(step * power for step in steps if step * power >= value * (1 - 1e-12))


def _linear_ticks(scale: Scale, spacing: float, counts: bool) -> Ticks:
    most = max(abs(scale.end - scale.start) / spacing, 1.0)
    large: Literal["counts", "factor"] = "counts" if counts else "factor"
    found = round_ticks(scale.low, scale.high, most, large)
    if len(found.major) < 2:  # one number alone tells no scale
        found = round_ticks(scale.low, scale.high, 2.0 * most, large)
    seen = [value for value in found.minor if value > 0.0] if scale.log else found.minor
    labelled = [(value, text) for value, text in found.major if value > 0.0 or not scale.log]
    pixels = scale.pixels(np.array([value for value, _ in labelled])).tolist()
    major = tuple(zip(pixels, (text for _, text in labelled), strict=True))
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


def _symlog_ticks(scale: Scale, spacing: float) -> Ticks:
    """Zero and powers of ten on both sides of it, as many as fit; where they are few also 2 and 5, or round numbers."""
    smallest, largest = scale.type.threshold, max(abs(scale.low), abs(scale.high), scale.type.threshold)
    powers = range(math.ceil(math.log10(smallest) - 1e-9), math.floor(math.log10(largest) + 1e-9) + 1)
    for factors in ((1.0,), (1.0, 2.0, 5.0)):
        sizes = [factor * 10.0**power for power in powers for factor in factors]
        inside = [value for value in (*(-size for size in sizes), 0.0, *sizes) if scale.low <= value <= scale.high]
        if len(inside) > 2:
            named = [(scale.pixel(value), _power_label(value)) for value in sorted(inside, key=_importance)]
            return _spaced(named, spacing)
    found = _linear_ticks(scale, spacing, False)
    spaced = _spaced(sorted(found.major, reverse=True), spacing)
    return Ticks(spaced.major, found.minor, found.factor)


def _importance(value: float) -> tuple[bool, float]:
    """Zero comes first, then the largest."""
    return value != 0.0, -abs(value)


def _power_label(value: float) -> str:
    """A power of ten, or 2 or 5 times one."""
    if value == 0.0:
        return "0"
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    factor, sign = round(abs(value) / 10.0**exponent), MINUS if value < 0.0 else ""
    if factor == 1:
        return f"{sign}{power_of_ten(exponent)}"
    if -3 <= exponent <= 2:
        return f"{sign}{abs(value):.{max(0, -exponent)}f}"
    return f"{sign}{factor}·{power_of_ten(exponent)}"


def _spaced(named: list[tuple[float, str]], spacing: float) -> Ticks:
    """Labels where there is room beside those before them, and marks without elsewhere."""
    major: list[tuple[float, str]] = []
    minor: list[float] = []
    for pixel, text in named:
        if all(abs(pixel - other) >= spacing for other, _ in major):
            major.append((pixel, text))
        else:
            minor.append(pixel)
    return Ticks(tuple(sorted(major)), tuple(sorted(minor)))
