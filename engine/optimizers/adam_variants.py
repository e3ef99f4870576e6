"""Adam-like optimizers outside PyTorch: Adan, AdaBelief, Yogi, QHAdam, ADOPT."""

from __future__ import annotations

import math

from engine.contracts import STEP, Hyper, kernel
from engine.optimizers.catalogue import optimizer
from engine.optimizers.shared import (
    Integers,
    Pointer,
    bias_correction,
    epsilon,
    first_moment_decay,
    fraction,
    second_moment_decay,
    sign,
    switch,
)

BETA1 = first_moment_decay("beta1", "β₁", 0.9)
BETA2 = second_moment_decay("beta2", "β₂", 0.999)


@optimizer(
    "adan",
    "Adan",
    first_moment_decay("beta1", "β₁", 0.98),
    fraction("beta2", "β₂", 0.92, "Decay of the running mean of gradient differences."),
    second_moment_decay("beta3", "β₃", 0.99),
    epsilon(1e-8),
    Hyper(
        "eps_root",
        "ε root",
        1e-8,
        0.0,
        1e6,
        log=True,
        slider=(1e-16, 0.1),
        help="Added inside the square root; 0 is off.",
        tier="expert",
    ),
    slots=("m", "d", "v", "g_prev"),
    momentum="m",
    scalars=6,
    learning_rate=1e-3,
    common={"decoupled": True},
    rule=(
        "delta = where(t - 1, g - g_prev, 0)",
        "g_prev = g",
        "m = beta1*m + (1 - beta1)*g",
        "d = beta2*d + (1 - beta2)*delta",
        "v = beta3*v + (1 - beta3)*(g + (1 - beta2)*delta)^2",
        "u = m/(1 - beta1^t) + (1 - beta2)*d/(1 - beta2^t)",
        "step = -eta*u/(sqrt(v/(1 - beta3^t) + eps_root) + eps)",
    ),
    source="Xie et al. 2022, algorithm 1, https://arxiv.org/abs/2208.06677; form of optax.adan",
    summary="Adam with Nesterov momentum from gradient differences",
    tier="expert",
)
@kernel(STEP)
def adan(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Adan: Nesterov momentum from the change of the gradient; slots (4, n) = (m, d, v, g_prev), 6 scalars.

    m, d, v: running means of g, of its change, and of the squared look-ahead gradient. hyper = (beta1, beta2, beta3,
    eps, eps_root), the betas as in Optax: 1 minus the paper's.
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    beta3 = hyper[2]
    eps = hyper[3]
    eps_root = hyper[4]
    rate_m = lr / bias_correction(beta1, t, slots, 4 * n)
    rate_d = lr * (1.0 - beta2) / bias_correction(beta2, t, slots, 4 * n + 2)
    unbias = 1.0 / bias_correction(beta3, t, slots, 4 * n + 4)
    for i in range(n):
        g = grad[i]
        change = g - slots[3 * n + i] if t > 1 else 0.0
        ahead = g + (1.0 - beta2) * change
        m = beta1 * slots[i] + (1.0 - beta1) * g
        d = beta2 * slots[n + i] + (1.0 - beta2) * change
        v = beta3 * slots[2 * n + i] + (1.0 - beta3) * ahead * ahead
        slots[i] = m
        slots[n + i] = d
        slots[2 * n + i] = v
        slots[3 * n + i] = g
        theta[i] -= (rate_m * m + rate_d * d) / (math.sqrt(v * unbias + eps_root) + eps)


@optimizer(
    "adabelief",
    "AdaBelief",
    BETA1,
    BETA2,
    epsilon(1e-16),
    Hyper(
        "eps_root",
        "ε root",
        1e-16,
        0.0,
        1e6,
        log=True,
        slider=(1e-30, 0.1),
        help="Added to the running variance at every update, so it accumulates.",
        tier="expert",
    ),
    slots=("m", "s"),
    momentum="m",
    scalars=4,
    learning_rate=1e-3,
    rule=(
        "m = beta1*m + (1 - beta1)*g",
        "s = beta2*s + (1 - beta2)*(g - m)^2 + eps_root",
        "mhat = m/(1 - beta1^t)",
        "shat = s/(1 - beta2^t)",
        "step = -eta*mhat/(sqrt(shat) + eps)",
    ),
    source="Zhuang et al. 2020, algorithm 2, https://arxiv.org/abs/2010.07468; form of optax.adabelief",
    summary="Adam divided by the deviation of gradients from their mean",
    tier="expert",
)
@kernel(STEP)
def adabelief(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """AdaBelief: Adam with the spread of g around its mean; slots (2, n) = (m, s), 4 scalars.

    s is the running mean of (g - m) squared. hyper = (beta1, beta2, eps, eps_root)
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    eps = hyper[2]
    eps_root = hyper[3]
    rate = lr / bias_correction(beta1, t, slots, 2 * n)
    unbias = 1.0 / bias_correction(beta2, t, slots, 2 * n + 2)
    for i in range(n):
        g = grad[i]
        m = beta1 * slots[i] + (1.0 - beta1) * g
        surprise = g - m
        s = beta2 * slots[n + i] + (1.0 - beta2) * surprise * surprise + eps_root
        slots[i] = m
        slots[n + i] = s
        theta[i] -= rate * m / (math.sqrt(s * unbias) + eps)


@optimizer(
    "yogi",
    "Yogi",
    BETA1,
    BETA2,
    epsilon(1e-3),
    Hyper(
        "initial_accumulator",
        "a₀",
        1e-6,
        0.0,
        1e6,
        log=True,
        slider=(1e-12, 1.0),
        help="Initial value of both means; used at the first update only.",
        tier="expert",
    ),
    slots=("m", "v"),
    momentum="m",
    scalars=4,
    learning_rate=1e-2,
    rule=(
        "m = beta1*where(t - 1, m, initial_accumulator) + (1 - beta1)*g",
        "v_prev = where(t - 1, v, initial_accumulator)",
        "v = v_prev - (1 - beta2)*sign(v_prev - g^2)*g^2",
        "mhat = m/(1 - beta1^t)",
        "vhat = v/(1 - beta2^t)",
        "step = -eta*mhat/(sqrt(vhat) + eps)",
    ),
    source=(
        "Zaheer et al. 2018, algorithm 2, "
        "https://papers.nips.cc/paper/8186-adaptive-methods-for-nonconvex-optimization; form of optax.yogi"
    ),
    summary="Adam whose second moment grows additively",
    tier="expert",
)
@kernel(STEP)
def yogi(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Yogi: Adam whose v changes by at most (1 - beta2) g^2 per update; slots (2, n) = (m, v), 4 scalars.

    hyper = (beta1, beta2, eps, initial_accumulator). The paper has no bias correction; Optax does.
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    eps = hyper[2]
    if t == 1:
        for i in range(2 * n):
            slots[i] = hyper[3]
    rate = lr / bias_correction(beta1, t, slots, 2 * n)
    unbias = 1.0 / bias_correction(beta2, t, slots, 2 * n + 2)
    for i in range(n):
        g = grad[i]
        square = g * g
        m = beta1 * slots[i] + (1.0 - beta1) * g
        v = slots[n + i]
        v -= (1.0 - beta2) * sign(v - square) * square
        slots[i] = m
        slots[n + i] = v
        theta[i] -= rate * m / (math.sqrt(v * unbias) + eps)


@optimizer(
    "qhadam",
    "QHAdam",
    Hyper("nu1", "ν₁", 0.7, 0.0, 1.0, help="Weight of the mean gradient; the rest is the plain gradient."),
    Hyper("nu2", "ν₂", 1.0, 0.0, 1.0, help="Weight of the mean of squares; the rest is the plain square."),
    first_moment_decay("beta1", "β₁", 0.995),
    BETA2,
    epsilon(1e-8),
    slots=("m", "v"),
    momentum="m",
    scalars=4,
    learning_rate=1e-3,
    rule=(
        "m = beta1*m + (1 - beta1)*g",
        "v = beta2*v + (1 - beta2)*g^2",
        "mhat = m/(1 - beta1^t)",
        "vhat = v/(1 - beta2^t)",
        "step = -eta*((1 - nu1)*g + nu1*mhat)/(sqrt((1 - nu2)*g^2 + nu2*vhat) + eps)",
    ),
    source="Ma & Yarats 2019, https://arxiv.org/abs/1810.06801; form of the authors' qhoptim",
    summary="quasi-hyperbolic Adam: both means mixed with the current gradient",
    tier="expert",
)
@kernel(STEP)
def qhadam(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """QHAdam: Adam with both means mixed with the current gradient; slots (2, n) = (m, v), 4 scalars.

    hyper = (nu1, nu2, beta1, beta2, eps). nu1 = nu2 = 1 is Adam.
    """
    nu1 = hyper[0]
    nu2 = hyper[1]
    beta1 = hyper[2]
    beta2 = hyper[3]
    eps = hyper[4]
    rate_m = lr * nu1 / bias_correction(beta1, t, slots, 2 * n)
    rate_g = lr * (1.0 - nu1)
    part_v = nu2 / bias_correction(beta2, t, slots, 2 * n + 2)
    part_g = 1.0 - nu2
    for i in range(n):
        g = grad[i]
        m = beta1 * slots[i] + (1.0 - beta1) * g
        v = beta2 * slots[n + i] + (1.0 - beta2) * g * g
        slots[i] = m
        slots[n + i] = v
        theta[i] -= (rate_g * g + rate_m * m) / (math.sqrt(part_g * g * g + part_v * v) + eps)


@optimizer(
    "adopt",
    "ADOPT",
    BETA1,
    second_moment_decay("beta2", "β₂", 0.9999),
    epsilon(1e-6, "Lower bound of the root that gradients are divided by."),
    switch("clipping", "clip u", True, "On: clip normalised gradients to the fourth root of t - 1.", tier="expert"),
    slots=("m", "v"),
    momentum="m",
    learning_rate=1e-3,
    rule=(
        "raw = g/max(sqrt(v), eps)",
        "c = sqrt(sqrt(t - 1))",
        "u = where(clipping, min(max(raw, -c), c), raw)",
        "m = where(t - 1, beta1*m + (1 - beta1)*u, 0)",
        "v = where(t - 1, beta2*v + (1 - beta2)*g^2, g^2)",
        "step = -eta*m",
    ),
    source="Taniguchi et al. 2024, https://arxiv.org/abs/2411.02853; form of optax.contrib.adopt",
    summary="Adam normalised by past gradients only",
    tier="expert",
)
@kernel(STEP)
def adopt(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """ADOPT: divide by the root of v before this gradient, then average; slots (2, n) = (m, v).

    hyper = (beta1, beta2, eps, clipping). The first update only initialises v.
    """
    beta1 = hyper[0] if t > 1 else 1.0
    beta2 = hyper[1] if t > 1 else 0.0
    eps = hyper[2]
    c = math.sqrt(math.sqrt(t - 1.0)) if hyper[3] > 0.0 else math.inf
    for i in range(n):
        g = grad[i]
        v = slots[n + i]
        root = math.sqrt(v)
        if root < eps:
            root = eps
        # These comparisons propagate NaN; at t = 1 its product with 0 does, too.
        u = g / root
        if u > c:
            u = c
        if u < -c:
            u = -c
        m = beta1 * slots[i] + (1.0 - beta1) * u
        slots[i] = m
        slots[n + i] = beta2 * v + (1.0 - beta2) * g * g
        theta[i] -= lr * m
