"""Axis range that grows at once and shrinks late, so that it does not jump with every frame."""

from __future__ import annotations

import math

from app.look.number_format import nice_step

PATIENCE = 12  # calls in a row that must ask for less before an axis shrinks
WASTE = 0.45  # of the span: what is in use when it shrinks
STEPS = 6  # about so many round steps from end to end


class StableAxis:
    """Round ends around what is asked for: they grow at once, and shrink when far less has been asked for a while."""

    def __init__(self) -> None:
        self._ends: tuple[float, float] | None = None
        self._waited = 0

    def follow(self, low: float, high: float) -> tuple[float, float]:
        """The ends for values between low and high, both finite."""
        ends = self._ends
        if ends is None or low < ends[0] or high > ends[1]:
            self._waited = 0
            wanted = low if ends is None else min(low, ends[0]), high if ends is None else max(high, ends[1])
            self._ends = rounded(*wanted)
        elif high - low < WASTE * (ends[1] - ends[0]):
            self._waited += 1
            if self._waited >= PATIENCE:
                self._waited = 0
                self._ends = rounded(low, high)
        else:
            self._waited = 0
        assert self._ends is not None
        return self._ends


def rounded(low: float, high: float) -> tuple[float, float]:
    """The nearest round numbers outside of low and high; a unit apart around what is one number."""
    span = high - low
    if not math.isfinite(span) or span <= 1e-12 * max(abs(low), abs(high)):
        middle = 0.5 * low + 0.5 * high
        around = 0.5 * abs(middle) or 0.5
        return middle - around, middle + around
    step = nice_step(span / STEPS)
    return math.floor(low / step) * step, math.ceil(high / step) * step
