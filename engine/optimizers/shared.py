"""Knobs and inlined functions shared by several optimizers."""

from __future__ import annotations

import math
from collections.abc import MutableSequence
from typing import TypeAlias

from engine.contracts import Hyper, Tier, inline, standalone
from engine.simd.vectors import rare

Pointer: TypeAlias = MutableSequence[float]
Integers: TypeAlias = MutableSequence[int]

# Below one, so that 1 - beta^t is never 0.
NEARLY_ONE = 0.999999


def fraction(name: str, symbol: str, default: float, help: str, tier: Tier = "more") -> Hyper:
    """A knob for the share of the past that is kept, such as beta1: at least 0, less than 1."""
    return Hyper(name, symbol, default, 0.0, NEARLY_ONE, slider=(0.0, max(0.999, default)), help=help, tier=tier)


def second_moment_decay(name: str, symbol: str, default: float) -> Hyper:
    """The knob for the decay of the running mean of squared gradients."""
    return Hyper(
        name,
        symbol,
        default,
        0.0,
        NEARLY_ONE,
        slider=(min(0.9, default), 0.9999),
        help="Decay of the running mean of squared gradients: 0.999 averages over about 1000 updates.",
    )


def first_moment_decay(name: str, symbol: str, default: float, tier: Tier = "more") -> Hyper:
    """The knob for the decay of the running mean of gradients."""
    return fraction(
        name,
        symbol,
        default,
        "Decay of the running mean of gradients: 0.9 averages over about 10 updates.",
        tier,
    )


def epsilon(default: float, help: str = "Added to the square root, to avoid division by zero.") -> Hyper:
    """The knob for eps. Never 0: a parameter without any gradient yet would give 0/0."""
    return Hyper("eps", "ε", default, 1e-30, 1e6, log=True, slider=(1e-16, 0.1), help=help, tier="expert")


def switch(name: str, symbol: str, default: bool, help: str, tier: Tier = "expert") -> Hyper:
    """A knob that is on or off, 1 or 0 in the hyper array."""
    return Hyper(name, symbol, default, 0.0, 1.0, kind="switch", help=help, tier=tier)


@inline
def sign(x: float) -> float:
    """-1, 0 or 1; NaN stays NaN, so that divergence is not hidden."""
    return math.copysign(1.0, x) if abs(x) > 0.0 else x


@standalone
def _one_minus_power(beta: float, t: int) -> float:
    """By logarithm and power, whose calls would cost every update if they stood in its way."""
    rare()
    return -math.expm1(t * math.log(beta))


@inline
def bias_correction(beta: float, t: int, memory: Pointer, at: int) -> float:
    """1 - beta^t for t = 1, 2, 3, ... in turn, without a power at most updates.

    memory[at] and memory[at + 1], initially zero, hold the value and its beta: a changed beta takes effect at once, as
    if it had always been that. The recursion adds positive numbers only and restarts every 64 updates: relative error
    below 1e-14, even where beta^t is near 1.
    """
    if beta == memory[at + 1] and t & 63 != 1:
        value = beta * memory[at] + (1.0 - beta)
    else:
        value = _one_minus_power(beta, t)
    memory[at] = value
    memory[at + 1] = beta
    return value
