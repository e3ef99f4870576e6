"""One histogram: counts in bins, the ends of its axes, and what it says in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from app.look.number_format import number, power_of_ten, printed
from app.stage.charts.distribution import Distribution

Array = np.ndarray

PLAIN = (-3, 4)  # powers of ten that are written out


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """ends: of the x axis; counts (bins,) between them; top: the end of the y axis, at least the highest count.
    strokes: single numbers that are marked on the x axis. notes: words, of which the first that has room is shown;
    warns: that they are a warning.
    """

    title: str
    distribution: Distribution
    ends: tuple[float, float]
    counts: Array
    top: float
    strokes: Array
    notes: tuple[str, ...] = ("",)
    warns: bool = False

    @property
    def numbers(self) -> str:
        """Mean and standard deviation, the one no finer than the other."""
        return plus_minus(self.distribution.mean, self.distribution.deviation)

    @property
    def edges(self) -> Array:
        """Where the bins begin and end, (bins + 1,)."""
        return np.linspace(*self.ends, len(self.counts) + 1)

    @property
    def nothing(self) -> str:
        """Why there is nothing to show; empty if there is something."""
        if len(self.distribution.values):
            return ""
        return "no number is finite" if self.distribution.total else "none"

    def bin_at(self, value: float) -> int | None:
        """The bin that holds a value; None beside them."""
        low, high = self.ends
        place = math.floor((value - low) / (high - low) * len(self.counts))
        return place if 0 <= place < len(self.counts) else None

    def words(self, place: int) -> list[str]:
        """What a bin holds, in words."""
        first, last = (number(float(edge), 3) for edge in self.edges[place : place + 2])
        held, every = len(self.distribution.values), self.distribution.every
        part = f", 1 in {every}" if every > 1 else ""
        return [
            f"{self.title} from {first} to {last}",
            f"{self.counts[place]:,} of {held:,} numbers{part}",
            f"mean {number(self.distribution.mean, 3)}, deviation {number(self.distribution.deviation, 3)}",
        ]


def plus_minus(mean: float, deviation: float) -> str:
    """A mean and a deviation with two digits of the larger: 0.12 ± 0.34, (1.2 ± 3.4)·10⁻⁵."""
    if not (math.isfinite(mean) and math.isfinite(deviation)):
        return "not finite"
    largest = max(abs(mean), deviation)
    if largest == 0.0:
        return "0 ± 0"
    exponent = math.floor(math.log10(largest))
    power = exponent if not PLAIN[0] <= exponent < PLAIN[1] else 0
    decimals = max(0, 1 - exponent + power)
    # The z leaves no minus before a rounded 0.
    first, second = (printed(f"{value / 10.0**power:z.{decimals}f}") for value in (mean, deviation))
    return f"({first} ± {second})·{power_of_ten(power)}" if power else f"{first} ± {second}"
