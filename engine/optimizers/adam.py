"""Adam and its variants in PyTorch: AdamW, AMSGrad, Adamax, NAdam, RAdam."""

from __future__ import annotations

import math

from engine.contracts import STEP, Hyper, inline, kernel
from engine.optimizers.catalogue import optimizer
from engine.optimizers.shared import (
    Integers,
    Pointer,
    bias_correction,
    epsilon,
    first_moment_decay,
    second_moment_decay,
    switch,
)
from engine.simd.elementary import quotient
from engine.simd.vectors import LANES, fma, load, load_first, root, splat, store, store_first

BETA1 = first_moment_decay("beta1", "β₁", 0.9)
BETA2 = second_moment_decay("beta2", "β₂", 0.999)
EPS = epsilon(1e-8)
CORRECTION = switch(
    "bias_correction",
    "corrected",
    True,
    "On: correct both means for their initialisation at zero. Off: the first steps are too long.",
    tier="expert",
)
EPS_ROOT = Hyper(
    "eps_root",
    "ε root",
    0.0,
    0.0,
    1e6,
    log=True,
    slider=(1e-16, 0.1),
    help="Added inside the square root; 0 is off.",
    tier="expert",
)
ADAM_RULE = (
    "m = beta1*m + (1 - beta1)*g",
    "v = beta2*v + (1 - beta2)*g^2",
    "mhat = where(bias_correction, m/(1 - beta1^t), m)",
    "vhat = where(bias_correction, v/(1 - beta2^t), v)",
    "step = -eta*mhat/(sqrt(vhat + eps_root) + eps)",
)


@inline
def _moments(g, m, v, beta1, beta2):
    """The next vectors m and v."""
    return fma(splat(beta1), m, splat(1.0 - beta1) * g), fma(splat(beta2), v, splat(1.0 - beta2) * g * g)


@inline
def _change(m, v, rate, unbias, eps_root, eps):
    """What a vector of parameters changes by, with the bias corrections in rate and unbias."""
    return quotient(splat(rate) * m, root(fma(v, splat(unbias), splat(eps_root))) + splat(eps))


@optimizer(
    "adamw",
    "AdamW",
    BETA1,
    BETA2,
    EPS,
    CORRECTION,
    EPS_ROOT,
    slots=("m", "v"),
    momentum="m",
    scalars=4,
    learning_rate=1e-3,
    common={"weight_decay": 1e-2, "decoupled": True},
    rule=ADAM_RULE,
    source="Loshchilov & Hutter 2019, algorithm 2, https://arxiv.org/abs/1711.05101; form of torch.optim",
    summary="Adam with decoupled weight decay",
    tier="basic",
)
@optimizer(
    "adam",
    "Adam",
    BETA1,
    BETA2,
    EPS,
    CORRECTION,
    EPS_ROOT,
    slots=("m", "v"),
    momentum="m",
    scalars=4,
    learning_rate=1e-3,
    rule=ADAM_RULE,
    source="Kingma & Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980; form of torch.optim",
    summary="running mean of gradients over their root mean square",
    tier="basic",
)
@kernel(STEP)
def adam(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Adam: step along m / sqrt(v), both bias-corrected.

    theta (n,) is updated in place, as are slots (2, n) = (m, v), the running means of g and of g squared, and 4
    scalars. hyper = (beta1, beta2, eps, bias_correction, eps_root); t counts from 1.
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    eps = hyper[2]
    eps_root = hyper[4]
    rate = lr / bias_correction(beta1, t, slots, 2 * n)
    unbias = 1.0 / bias_correction(beta2, t, slots, 2 * n + 2)
    if hyper[3] == 0.0:
        rate = lr
        unbias = 1.0
    if n < LANES:
        for i in range(n):
            g = grad[i]
            m = beta1 * slots[i] + (1.0 - beta1) * g
            v = beta2 * slots[n + i] + (1.0 - beta2) * g * g
            slots[i] = m
            slots[n + i] = v
            theta[i] -= rate * m / (math.sqrt(v * unbias + eps_root) + eps)
        return
    whole = n // LANES * LANES
    for i in range(0, whole, LANES):
        m, v = _moments(load(grad, i), load(slots, i), load(slots, n + i), beta1, beta2)
        store(slots, i, m)
        store(slots, n + i, v)
        store(theta, i, load(theta, i) - _change(m, v, rate, unbias, eps_root, eps))
    # The rest in vectors, too, so that equal parameters stay equal wherever they stand.
    left = n - whole
    m, v = _moments(
        load_first(grad, whole, left), load_first(slots, whole, left), load_first(slots, n + whole, left), beta1, beta2
    )
    store_first(slots, whole, m, left)
    store_first(slots, n + whole, v, left)
    moved = load_first(theta, whole, left) - _change(m, v, rate, unbias, eps_root, eps)
    store_first(theta, whole, moved, left)


@optimizer(
    "amsgrad",
    "AMSGrad",
    BETA1,
    BETA2,
    EPS,
    switch(
        "max_of_corrected",
        "max of v̂",
        False,
        "On: maximum of the corrected means (as in Optax). Off: of the uncorrected ones (as in PyTorch).",
        tier="expert",
    ),
    slots=("m", "v", "v_max"),
    momentum="m",
    scalars=4,
    learning_rate=1e-3,
    rule=(
        "m = beta1*m + (1 - beta1)*g",
        "v = beta2*v + (1 - beta2)*g^2",
        "v_max = max(v_max, where(max_of_corrected, v/(1 - beta2^t), v))",
        "mhat = m/(1 - beta1^t)",
        "vhat = where(max_of_corrected, v_max, v_max/(1 - beta2^t))",
        "step = -eta*mhat/(sqrt(vhat) + eps)",
    ),
    source="Reddi, Kale & Kumar 2018, algorithm 2, https://openreview.net/forum?id=ryQu7f-RZ; as torch.optim",
    summary="Adam with the maximum of all past second moments",
)
@kernel(STEP)
def amsgrad(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """AMSGrad: Adam with the largest v so far; slots (3, n) = (m, v, v_max), 4 scalars.

    hyper = (beta1, beta2, eps, max_of_corrected). The paper has no bias correction; PyTorch and Optax do.
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    eps = hyper[2]
    rate = lr / bias_correction(beta1, t, slots, 3 * n)
    unbias = 1.0 / bias_correction(beta2, t, slots, 3 * n + 2)
    before = unbias if hyper[3] > 0.0 else 1.0
    after = 1.0 if hyper[3] > 0.0 else unbias
    for i in range(n):
        g = grad[i]
        m = beta1 * slots[i] + (1.0 - beta1) * g
        v = beta2 * slots[n + i] + (1.0 - beta2) * g * g
        slots[i] = m
        slots[n + i] = v
        largest = slots[2 * n + i]
        # Not `v > vmax`: NaN must propagate.
        if not v * before <= largest:
            largest = v * before
            slots[2 * n + i] = largest
        theta[i] -= rate * m / (math.sqrt(largest * after) + eps)


@optimizer(
    "adamax",
    "Adamax",
    BETA1,
    second_moment_decay("beta2", "β₂", 0.999),
    epsilon(1e-8, "Added to the magnitude of every gradient, to avoid division by zero."),
    slots=("m", "u"),
    momentum="m",
    scalars=2,
    learning_rate=2e-3,
    rule=(
        "m = beta1*m + (1 - beta1)*g",
        "u = max(beta2*u, abs(g) + eps)",
        "step = -eta/(1 - beta1^t)*m/u",
    ),
    source="Kingma & Ba 2015, algorithm 2, https://arxiv.org/abs/1412.6980; form of torch.optim",
    summary="Adam with the infinity norm: a decaying maximum of gradients",
)
@kernel(STEP)
def adamax(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Adamax: step along m / u; slots (2, n) = (m, u), u the decaying maximum of |g|; 2 scalars.

    hyper = (beta1, beta2, eps)
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    eps = hyper[2]
    rate = lr / bias_correction(beta1, t, slots, 2 * n)
    for i in range(n):
        g = grad[i]
        m = beta1 * slots[i] + (1.0 - beta1) * g
        u = beta2 * slots[n + i]
        size = abs(g) + eps
        # Not `size > u`: NaN must propagate.
        if not size <= u:
            u = size
        slots[i] = m
        slots[n + i] = u
        theta[i] -= rate * m / u


@optimizer(
    "nadam",
    "NAdam",
    BETA1,
    BETA2,
    EPS,
    Hyper(
        "momentum_decay",
        "ψ",
        0.004,
        0.0,
        1e6,
        log=True,
        slider=(1e-5, 1.0),
        help="How fast the momentum grows from β₁/2 to β₁; a very large value means β₁ from the start.",
        tier="expert",
    ),
    slots=("m", "v", "product"),
    momentum="m",
    scalars=5,
    learning_rate=2e-3,
    rule=(
        "mu = beta1*(1 - 0.5*0.96^(t*momentum_decay))",
        "ahead = beta1*(1 - 0.5*0.96^((t + 1)*momentum_decay))",
        "product = where(t - 1, product, 1)*mu",
        "m = beta1*m + (1 - beta1)*g",
        "v = beta2*v + (1 - beta2)*g^2",
        "mhat = ahead*m/(1 - product*ahead) + (1 - mu)*g/(1 - product)",
        "vhat = v/(1 - beta2^t)",
        "step = -eta*mhat/(sqrt(vhat) + eps)",
    ),
    source="Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ; form of torch.optim",
    summary="Adam with Nesterov momentum",
)
@kernel(STEP)
def nadam(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """NAdam: Adam with Nesterov momentum, whose mu grows with t; slots (3, n) = (m, v, product), 5 scalars.

    product is that of all mu so far, the same for every parameter; it is a slot, not a scalar, so that the rule can
    name it. hyper = (beta1, beta2, eps, momentum_decay)
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    eps = hyper[2]
    psi = hyper[3]
    unbias = 1.0 / bias_correction(beta2, t, slots, 3 * n)
    # The scalars after bias_correction's two: psi, 0.96^psi, 0.96^(t psi), by products as in bias_correction.
    at = 3 * n + 2
    if psi == slots[at] and t & 63 != 1:
        slots[at + 2] *= slots[at + 1]
    else:
        slots[at] = psi
        slots[at + 1] = 0.96**psi
        slots[at + 2] = 0.96 ** (t * psi)
    mu = beta1 * (1.0 - 0.5 * slots[at + 2])
    ahead = beta1 * (1.0 - 0.5 * slots[at + 2] * slots[at + 1])
    product = mu if t == 1 else slots[2 * n] * mu
    if product < 1e-300:
        product = 0.0  # denormal numbers are slow, and 1 - product is 1 long before
    rate_g = lr * (1.0 - mu) / (1.0 - product)
    rate_m = lr * ahead / (1.0 - product * ahead)
    for i in range(n):
        g = grad[i]
        m = beta1 * slots[i] + (1.0 - beta1) * g
        v = beta2 * slots[n + i] + (1.0 - beta2) * g * g
        slots[i] = m
        slots[n + i] = v
        slots[2 * n + i] = product
        theta[i] -= (rate_g * g + rate_m * m) / (math.sqrt(v * unbias) + eps)


@optimizer(
    "radam",
    "RAdam",
    BETA1,
    BETA2,
    EPS,
    switch(
        "eps_corrected",
        "ε after",
        False,
        "On: add ε to the corrected root (as in Optax). Off: to the uncorrected one (as in PyTorch).",
        tier="expert",
    ),
    slots=("m", "v"),
    momentum="m",
    scalars=4,
    learning_rate=1e-3,
    rule=(
        "m = beta1*m + (1 - beta1)*g",
        "v = beta2*v + (1 - beta2)*g^2",
        "mhat = m/(1 - beta1^t)",
        "c = 1 - beta2^t",
        "rho_max = 2/(1 - beta2) - 1",
        "rho = rho_max - 2*t*beta2^t/c",
        "r = sqrt(max((rho - 4)*(rho - 2)*rho_max/((rho_max - 4)*(rho_max - 2)*rho), 0))",
        "root = where(eps_corrected, sqrt(v/c) + eps, (sqrt(v) + eps)/sqrt(c))",
        "step = -eta*mhat*where(rho - 5, r/root, 1)",
    ),
    source="Liu et al. 2020, algorithm 2, https://arxiv.org/abs/1908.03265; form of torch.optim",
    summary="Adam with a rectified (warmed-up) adaptive rate",
)
@kernel(STEP)
def radam(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """RAdam: plain momentum while v averages few gradients, then Adam with a rectified rate.

    slots (2, n) = (m, v), 4 scalars; hyper = (beta1, beta2, eps, eps_corrected). rho estimates how many gradients v
    averages. The threshold is 5 as in PyTorch (the paper: 4).
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    rate = lr / bias_correction(beta1, t, slots, 2 * n)
    c = bias_correction(beta2, t, slots, 2 * n + 2)
    rho_max = 2.0 / (1.0 - beta2) - 1.0
    rho = rho_max - 2.0 * t * (1.0 - c) / c
    sure = rho > 5.0
    eps = hyper[2]
    if sure:
        rate *= math.sqrt((rho - 4.0) * (rho - 2.0) * rho_max / ((rho_max - 4.0) * (rho_max - 2.0) * rho) * c)
        if hyper[3] > 0.0:
            eps *= math.sqrt(c)
    for i in range(n):
        g = grad[i]
        m = beta1 * slots[i] + (1.0 - beta1) * g
        v = beta2 * slots[n + i] + (1.0 - beta2) * g * g
        slots[i] = m
        slots[n + i] = v
        theta[i] -= rate * m / (math.sqrt(v) + eps) if sure else rate * m
