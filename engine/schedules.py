"""Learning-rate schedules: closed forms in the update t, which counts from 0.

The base η is the run's learning rate, which every schedule multiplies: absolute rates of other libraries (eta_min,
min_lr, base_lr) are fractions of η here, so that raising the rate scales the whole curve. As closed forms they stay
well defined when a knob changes during a run; PyTorch's recursions agree with them to 1e-13 of η.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import types
from numpy.typing import NDArray

from engine.contracts import SCHEDULE, Catalogue, Hyper, Kernel, Tier, call_schedule, inline, pointer, routine

Pointer = list[float]  # in a kernel it is an address, indexed like a list

TORCH = "https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler."


@dataclass(frozen=True, slots=True)
class Schedule:
    """One learning-rate schedule.

    memory is how many numbers the kernel keeps between updates, initially zero. A schedule that watches the loss
    receives the loss of the previous update. Of one that is steady, the rate never changes.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    formula: str
    summary: str
    source: str
    memory: int
    watches_loss: bool
    kernel: Kernel
    tier: Tier = "more"
    steady: bool = False

    @property
    def address(self) -> int:
        """Of the kernel, for scheduled_rate; 0 if it is steady, for there is no need to call it."""
        return 0 if self.steady else self.kernel.address


SCHEDULES: Catalogue[Schedule] = Catalogue("schedule")


def schedule(
    key: str,
    title: str,
    *knobs: Hyper,
    formula: str,
    summary: str,
    source: str,
    memory: int = 0,
    watches_loss: bool = False,
    tier: Tier = "more",
    steady: bool = False,
) -> Callable[[Callable[..., float]], Schedule]:
    """Decorator: declare a schedule over its kernel `(base, t, knobs, loss, memory) -> rate`."""

    def declare(function: Callable[..., float]) -> Schedule:
        made = Kernel(function, SCHEDULE)
        return SCHEDULES.add(
            Schedule(key, title, knobs, formula, summary, source, memory, watches_loss, made, tier, steady)
        )

    return declare


def _updates(name: str, symbol: str, default: int, text: str, low: int = 1, tier: Tier = "more") -> Hyper:
    """A knob that counts updates."""
    slider = (max(low, 1), 10_000.0)
    return Hyper(name, symbol, default, low, 1e9, True, "integer", slider, "updates", text, tier=tier)


def _share(name: str, symbol: str, default: float, text: str, high: float = 1.0, tier: Tier = "more") -> Hyper:
    """A knob for a fraction, mostly of the base rate."""
    return Hyper(name, symbol, default, 0.0, high, slider=(0.0, 1.0), help=text, tier=tier)


LENGTH = _updates("length", "T", 1000, "updates until the final rate is reached, which then stays", tier="basic")
FINAL = _share("final_fraction", "f", 0.0, "final rate, as a fraction of the learning rate")
GAMMA = _share("gamma", "γ", 0.5, "factor of each step; above 1 the rate grows", high=10.0, tier="basic")


@inline
def blend(start: float, end: float, weight: float) -> float:
    """Interpolate from start (weight 1) to end (weight 0), exact at both."""
    return start * weight + end * (1.0 - weight)


@inline
def half_cosine(part: float) -> float:
    """From 1 to 0 along half a cosine, for part from 0 to 1."""
    return (1.0 + math.cos(math.pi * part)) / 2.0


@schedule(
    "constant",
    "Constant",
    formula="ηₜ = η",
    summary="The learning rate stays as set.",
    source="Robbins & Monro 1951, https://doi.org/10.1214/aoms/1177729586, on why noise needs a decaying rate",
    tier="basic",
    steady=True,
)
def constant(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Constant: η."""
    return base


@schedule(
    "step",
    "Step",
    _updates("interval", "s", 500, "updates between two steps", tier="basic"),
    GAMMA,
    formula="ηₜ = η γ^⌊t/s⌋",
    summary="Multiplies the rate at equal intervals.",
    source=TORCH + "StepLR.html",
    tier="basic",
)
def step(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Step: knobs = (s, γ). torch StepLR; optax exponential_decay with staircase."""
    return base * math.pow(knobs[1], float(t // int(knobs[0])))


@schedule(
    "multi_step",
    "Multi-step",
    GAMMA,
    Hyper(
        "milestones",
        "mᵢ",
        (500, 1000, 1500),
        0,
        1e9,
        kind="list",
        unit="updates",
        help="updates at which the rate is multiplied; repeated ones count repeatedly",
        tier="basic",
    ),
    formula="ηₜ = η γ^#{mᵢ ≤ t}",
    summary="Multiplies the rate at chosen updates.",
    source=TORCH + "MultiStepLR.html",
    tier="expert",
)
def multi_step(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Multi-step: knobs = (γ, number of milestones, the milestones). torch MultiStepLR."""
    passed = 0
    for i in range(int(knobs[1])):
        if knobs[2 + i] <= t:
            passed += 1
    return base * math.pow(knobs[0], float(passed))


@schedule(
    "exponential",
    "Exponential",
    Hyper(
        "gamma",
        "γ",
        0.998,
        0.0,
        1.1,
        slider=(0.98, 1.02),
        help="factor per update; above 1 the rate grows until the run diverges, "
        "which finds the largest stable rate (a range test)",
        tier="basic",
    ),
    formula="ηₜ = η γᵗ",
    summary="Decays by the same factor at every update.",
    source=TORCH + "ExponentialLR.html",
    tier="basic",
)
def exponential(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Exponential: knobs = (γ,). torch ExponentialLR, optax exponential_decay."""
    return base * math.pow(knobs[0], float(t))


@schedule(
    "inverse_time",
    "Inverse time",
    _updates("half_life", "τ", 200, "updates until the rate has halved; after 9 τ it is a tenth", tier="basic"),
    formula="ηₜ = η / (1 + t/τ)",
    summary="Decays like 1/t: the classical schedule under which noise averages out.",
    source="Bottou 2012, Stochastic gradient descent tricks, section 5.2, "
    "https://doi.org/10.1007/978-3-642-35289-8_25; keras InverseTimeDecay with decay_steps / decay_rate = τ",
)
def inverse_time(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Inverse time: knobs = (τ,)."""
    return base / (1.0 + t / knobs[0])


@schedule(
    "inverse_sqrt",
    "Inverse square root",
    _updates(
        "scale",
        "τ",
        100,
        "the rate halves after 3 τ updates; set it to the warm-up for the Transformer's schedule",
        tier="basic",
    ),
    formula="ηₜ = η / √(1 + t/τ)",
    summary="Decays slowly, like 1/√t. With a warm-up of τ updates it is the Transformer's schedule.",
    source="Vaswani et al. 2017, section 5.3, https://arxiv.org/abs/1706.03762",
)
def inverse_sqrt(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Inverse square root: knobs = (τ,)."""
    return base / math.sqrt(1.0 + t / knobs[0])


@schedule(
    "polynomial",
    "Polynomial",
    LENGTH,
    Hyper(
        "power",
        "p",
        2.0,
        0.0,
        10.0,
        slider=(0.5, 4.0),
        help="exponent: 1 is linear; higher decays sooner",
        tier="basic",
    ),
    FINAL,
    formula="ηₜ = η (f + (1 − f) (1 − min(t, T)/T)^p)",
    summary="Decays as a power of the remaining time.",
    source=TORCH + "PolynomialLR.html (f = 0); optax polynomial_schedule",
)
def polynomial(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Polynomial: knobs = (T, p, f). torch PolynomialLR, optax polynomial_schedule."""
    left = 1.0 - min(float(t), knobs[0]) / knobs[0]
    return base * blend(1.0, knobs[2], math.pow(left, knobs[1]))


@schedule(
    "linear",
    "Linear",
    LENGTH,
    _share("start_factor", "a", 1.0, "initial rate, as a fraction of the learning rate", high=10.0),
    _share("end_factor", "b", 0.0, "final rate, as a fraction of the learning rate", high=10.0),
    formula="ηₜ = η (a + (b − a) min(t, T)/T)",
    summary="Linear from start to end, then constant.",
    source=TORCH + "LinearLR.html",
)
def linear(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Linear: knobs = (T, a, b). torch LinearLR, optax linear_schedule."""
    return base * blend(knobs[2], knobs[1], min(float(t), knobs[0]) / knobs[0])


@schedule(
    "cosine",
    "Cosine",
    LENGTH,
    FINAL,
    Hyper(
        "rise_again",
        "↑",
        False,
        0,
        1,
        kind="switch",
        help="on: rise again along the same curve, with period 2 T, like torch's CosineAnnealingLR; "
        "off: stay at the final rate, like optax",
        tier="expert",
    ),
    formula="ηₜ = η (f + (1 − f) (1 + cos(π min(t, T)/T))/2)",
    summary="Decays along half a cosine: slow, fast, slow; then stays.",
    source="Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983; optax cosine_decay_schedule, and "
    "torch CosineAnnealingLR with `rise again`",
    tier="basic",
)
def cosine(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Cosine: knobs = (T, f, rise again)."""
    length = int(knobs[0])
    # Integer modulo keeps the angle as exact at 10^12 updates as at 10.
    at = t % (2 * length) if knobs[2] != 0.0 else min(t, length)
    return base * blend(1.0, knobs[1], half_cosine(at / length))


@schedule(
    "warm_restarts",
    "Cosine with warm restarts",
    _updates("first_length", "T₀", 250, "updates until the first restart", tier="basic"),
    Hyper(
        "growth",
        "k",
        2,
        1,
        10,
        kind="integer",
        help="factor by which each period is longer than the previous one",
    ),
    FINAL,
    formula="ηₜ = η (f + (1 − f) (1 + cos(π r/Tᵢ))/2),  r = updates since the last restart,  Tᵢ = T₀ kⁱ",
    summary="Cosine decays that restart at the full rate, each longer than the last.",
    source="Loshchilov & Hutter 2017 (SGDR), equation 5, https://arxiv.org/abs/1608.03983; "
    + TORCH
    + "CosineAnnealingWarmRestarts.html",
)
def warm_restarts(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Warm restarts: knobs = (T₀, k, f). torch CosineAnnealingWarmRestarts.

    The last update before a restart is one short of the end, which is never reached.
    """
    length = int(knobs[0])
    growth = int(knobs[1])
    since = t
    if growth == 1:
        since = t % length
    else:
        # One iteration per restart so far, at most log2(t); unlike a logarithm never one too few.
        while since >= length:
            since -= length
            length *= growth
    return base * blend(1.0, knobs[2], half_cosine(since / length))


@schedule(
    "cyclic",
    "Cyclic",
    _share(
        "floor_fraction",
        "f",
        0.1,
        "minimum rate, as a fraction of the learning rate, which is the maximum",
        tier="basic",
    ),
    _updates("rise", "u", 200, "updates from minimum to maximum", tier="basic"),
    _updates("fall", "d", 200, "updates from maximum to minimum"),
    _share("cycle_factor", "c", 1.0, "factor on the amplitude per cycle; 0.5 is triangular2", tier="expert"),
    Hyper(
        "gamma",
        "γ",
        1.0,
        0.0,
        1.0,
        slider=(0.99, 1.0),
        help="factor on the amplitude per update; below 1 it is exp_range",
        tier="expert",
    ),
    formula="ηₜ = η (f + (1 − f) Λ c^⌊t/(u + d)⌋ γᵗ),  Λ = 0 → 1 in u updates → 0 in d",
    summary="Oscillates between a minimum and the learning rate, which is the maximum.",
    source="Smith 2017, https://arxiv.org/abs/1506.01186; " + TORCH + "CyclicLR.html (cycle_momentum=False)",
    tier="expert",
)
def cyclic(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Cyclic: knobs = (f, u, d, c, γ). torch CyclicLR."""
    rise = int(knobs[1])
    fall = int(knobs[2])
    at = t % (rise + fall)
    height = at / rise if at <= rise else (rise + fall - at) / fall
    height *= math.pow(knobs[3], float(t // (rise + fall))) * math.pow(knobs[4], float(t))
    return base * blend(1.0, knobs[0], height)


@schedule(
    "one_cycle",
    "One-cycle",
    _updates("length", "T", 1000, "updates of the whole cycle; the rate then stays at its final value", tier="basic"),
    Hyper("peak_at", "p", 0.3, 0.0, 0.99, help="position of the peak, as a fraction of the cycle (pct_start)"),
    Hyper(
        "start_divisor",
        "D",
        25.0,
        1.0,
        1e12,
        True,
        slider=(1.0, 1e4),
        help="the initial rate is the learning rate, which is the peak, divided by this (div_factor)",
        tier="expert",
    ),
    Hyper(
        "final_divisor",
        "F",
        1e4,
        1.0,
        1e12,
        True,
        slider=(1.0, 1e6),
        help="the final rate is the initial rate divided by this (final_div_factor)",
        tier="expert",
    ),
    Hyper("straight", "/", False, 0, 1, kind="switch", help="linear instead of half cosines", tier="expert"),
    Hyper(
        "three_phases",
        "3",
        False,
        0,
        1,
        kind="switch",
        help="decay to the initial rate as fast as it rose, then to the final one; needs a peak before the middle",
        tier="expert",
    ),
    formula="η/D → η → η/(D F),  peak at update p T − 1, end at T − 1;  three phases: η/D → η → η/D → η/(D F)",
    summary="Rises to the learning rate, which is the peak, then decays to almost zero and stays there "
    "(torch's jumps up again). Includes its own warm-up; momentum is not cycled.",
    source="Smith & Topin 2019, https://arxiv.org/abs/1708.07120; " + TORCH + "OneCycleLR.html (cycle_momentum=False)",
)
def one_cycle(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """One-cycle: knobs = (T, p, D, F, straight, three phases). torch OneCycleLR.

    As in torch, phases end at fractions of updates. A phase of length zero is fine, where torch divides by zero (p T =
    1).
    """
    start = 1.0 / knobs[2]
    final = start / knobs[3]
    peak = knobs[1] * knobs[0] - 1.0
    back = 2.0 * peak if knobs[5] != 0.0 else peak
    end = knobs[0] - 1.0
    if t >= end:
        return base * final
    if t < peak:
        part = t / peak
        low = start
        high = 1.0
    elif t < back:
        part = (t - peak) / (back - peak)
        low = 1.0
        high = start
    else:
        part = (t - back) / (end - back)
        low = start if knobs[5] != 0.0 else 1.0
        high = final
    return base * blend(low, high, 1.0 - part if knobs[4] != 0.0 else half_cosine(part))


@schedule(
    "plateau",
    "Reduce on plateau",
    Hyper("factor", "φ", 0.5, 0.0, 0.999, slider=(0.05, 0.95), help="factor of each reduction", tier="basic"),
    _updates(
        "patience",
        "p",
        50,
        "updates without improvement that are tolerated; the next one reduces the rate",
        low=0,
        tier="basic",
    ),
    Hyper(
        "threshold",
        "θ",
        1e-4,
        0.0,
        1e6,
        True,
        slider=(1e-6, 1.0),
        help="an improvement is lower than the best loss by this fraction of it. For a negative loss, as in "
        "torch, that is above the best: a slightly worse one then counts as better",
    ),
    Hyper(
        "absolute",
        "|θ|",
        False,
        0,
        1,
        kind="switch",
        help="the threshold is an absolute difference, not a fraction",
        tier="expert",
    ),
    _updates("cooldown", "c", 0, "updates after a reduction during which nothing is counted", low=0),
    _share("least_fraction", "f", 0.0, "minimum rate, as a fraction of the learning rate"),
    Hyper(
        "eps",
        "ε",
        1e-8,
        0.0,
        1.0,
        True,
        slider=(1e-12, 1e-2),
        help="reductions smaller than this fraction of the learning rate are skipped",
        tier="expert",
    ),
    formula="ηₜ = η c,  c ← max(φ c, f) after more than p updates without L < (1 − θ) L_best",
    summary="Reduces the rate when the loss stops improving. It depends on the loss, so it cannot be "
    "previewed. A NaN loss counts as no improvement.",
    source=TORCH + "ReduceLROnPlateau.html (mode='min', stepped at every update)",
    memory=5,
    watches_loss=True,
)
def plateau(base: float, t: int, knobs: Pointer, loss: float, memory: Pointer) -> float:
    """Reduce on plateau: knobs = (φ, p, θ, absolute, cooldown, f, ε). torch ReduceLROnPlateau.

    memory = (started, best loss, bad updates, cooldown left, fraction of η). The first call only initialises it: there
    is no loss yet.
    """
    if memory[0] == 0.0:
        memory[0] = 1.0
        memory[1] = math.inf
        memory[4] = 1.0
        return base
    best = memory[1]
    limit = best - knobs[2] if knobs[3] != 0.0 else best * (1.0 - knobs[2])
    if loss < limit:
        memory[1] = loss
        memory[2] = 0.0
    else:
        memory[2] += 1.0
    if memory[3] > 0.0:
        memory[3] -= 1.0
        memory[2] = 0.0
    if memory[2] > knobs[1]:
        reduced = max(memory[4] * knobs[0], knobs[5])
        if memory[4] - reduced > knobs[6]:
            memory[4] = reduced
        memory[3] = knobs[4]
        memory[2] = 0.0
    return base * memory[4]


@inline
def scheduled_rate(
    address: int,
    base: float,
    t: int,
    warmup: int,
    warmup_start: float,
    knobs: Pointer,
    loss: float,
    memory: Pointer,
) -> float:
    """The rate of update t: a linear warm-up from warmup_start * base, then the schedule from its t = 0.

    address: as Schedule.address tells.
    """
    if t < warmup:
        return base * blend(1.0, warmup_start, t / warmup)
    if address == 0:
        return base
    rate: float = call_schedule(address, base, t - warmup, knobs, loss, memory)
    return rate


_Numbers = types.Array(types.float64, 1, "C", readonly=True)


@routine(
    types.void(
        types.int64,
        _Numbers,
        types.float64,
        types.int64,
        types.float64,
        types.Array(types.int64, 1, "C", readonly=True),
        types.float64[::1],
        types.float64[::1],
    )
)
def _sample(
    address: int,
    knobs: NDArray[np.float64],
    base: float,
    warmup: int,
    warmup_start: float,
    t: NDArray[np.int64],
    memory: NDArray[np.float64],
    rates: NDArray[np.float64],
) -> None:
    """The rate of every update in t, each with fresh memory."""
    for i in range(t.size):
        memory[:] = 0.0
        rates[i] = scheduled_rate(address, base, t[i], warmup, warmup_start, pointer(knobs), math.nan, pointer(memory))


def preview(
    entry: Schedule,
    knobs: NDArray[np.float64],
    base: float,
    warmup: int,
    warmup_start: float,
    updates: int,
    points: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Up to `points` updates, evenly spaced over the first `updates`, and their learning rates.

    knobs are the packed numbers that the kernel reads. A schedule that watches the loss is shown as it is before any
    loss.
    """
    t = np.linspace(0, updates - 1, min(points, updates)).astype(np.int64)
    rates = np.empty(t.size)
    memory = np.zeros(max(1, entry.memory))
    _sample(entry.address, knobs, base, warmup, warmup_start, t, memory, rates)
    return t, rates
