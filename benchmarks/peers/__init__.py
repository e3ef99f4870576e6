"""The alternatives to compare with. Each module has `start() -> Peer`, or raises Missing with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Missing(Exception):
    """A peer that is not installed."""


@dataclass(frozen=True)
class Peer:
    """run(count): take so many updates of Adam on Rosenbrock from START; returns the final (x, y)."""

    name: str
    run: Callable[[int], tuple[float, float]]


START = (-1.5, 2.0)
RATE, BETA1, BETA2, EPS = 0.01, 0.9, 0.999, 1e-8
