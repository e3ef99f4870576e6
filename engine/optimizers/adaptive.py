"""Adaptive optimizers: a learning rate per parameter, from the size of its past gradients."""

from __future__ import annotations

import math

from engine.contracts import STEP, Hyper, inline, kernel
from engine.optimizers.catalogue import optimizer
from engine.optimizers.shared import Integers, Pointer, bias_correction, epsilon, fraction, second_moment_decay, switch

EPS_INSIDE = switch(
    "eps_inside", "ε inside", False, "On: add ε inside the square root (as in Optax). Off: outside.", tier="expert"
)


@optimizer(
    "adagrad",
    "AdaGrad",
    epsilon(1e-10),
    EPS_INSIDE,
    Hyper(
        "lr_decay",
        "δ",
        0.0,
        0.0,
        10.0,
        log=True,
        slider=(1e-6, 1.0),
        help="Additional decay: the rate is divided by 1 + δ (t - 1).",
        tier="expert",
    ),
    Hyper(
        "initial_accumulator",
        "s₀",
        0.0,
        0.0,
        1e6,
        log=True,
        slider=(1e-6, 10.0),
        help="Initial value of the sum of squares; used at the first update only. Optax starts at 0.1.",
        tier="expert",
    ),
    slots=("s",),
    learning_rate=1e-2,
    rule=(
        "s = where(t - 1, s, initial_accumulator) + g^2",
        "rate = eta/(1 + (t - 1)*lr_decay)",
        "step = -rate*g/where(eps_inside, sqrt(s + eps), sqrt(s) + eps)",
    ),
    source="Duchi, Hazan & Singer 2011, figure 1, https://jmlr.org/papers/v12/duchi11a.html; as torch.optim",
    summary="smaller steps for parameters with large past gradients",
    tier="basic",
)
@kernel(STEP)
def adagrad(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """AdaGrad: theta (n,) moves by -lr g / sqrt(s); slots (n,) = s, the sum of all g squared.

    hyper = (eps, eps_inside, lr_decay, initial_accumulator)
    """
    rate = lr / (1.0 + (t - 1) * hyper[2])
    inside = hyper[0] if hyper[1] > 0.0 else 0.0
    outside = hyper[0] - inside
    if t == 1:
        for i in range(n):
            slots[i] = hyper[3]
    for i in range(n):
        g = grad[i]
        s = slots[i] + g * g
        slots[i] = s
        theta[i] -= rate * g / (math.sqrt(s + inside) + outside)


ALPHA = second_moment_decay("alpha", "α", 0.99)
BUFFER = fraction("momentum", "μ", 0.0, "Momentum: share of the velocity kept per update; 0 is off.")
NESTEROV = switch("nesterov", "lookahead", False, "On: Nesterov momentum.", tier="expert")
CORRECTION = switch(
    "bias_correction", "corrected", False, "On: correct the mean for its initialisation at zero.", tier="expert"
)
RATE_INSIDE = switch(
    "rate_in_velocity",
    "η inside",
    False,
    "On: the velocity includes the learning rate (as in Optax and Keras), so changing it acts gradually.",
    tier="expert",
)


@inline
def rmsprop_step(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, centred: bool
) -> None:
    """RMSprop, about the mean if centred; slots are (v, b) and, if centred, m (n each)."""
    alpha = hyper[0]
    inside = hyper[1] if hyper[2] > 0.0 else 0.0
    outside = hyper[1] - inside
    mu = hyper[3]
    ahead = mu if hyper[4] > 0.0 else 0.0
    direct = 1.0 if hyper[4] > 0.0 else 0.0
    follow = 1.0 - direct + ahead
    unbias = 1.0 / bias_correction(alpha, t, slots, (3 if centred else 2) * n)
    if hyper[5] == 0.0:
        unbias = 1.0
    within = lr if hyper[6] > 0.0 else 1.0
    without = 1.0 if hyper[6] > 0.0 else lr
    for i in range(n):
        g = grad[i]
        v = alpha * slots[i] + (1.0 - alpha) * g * g
        slots[i] = v
        spread = v * unbias
        if centred:
            m = alpha * slots[2 * n + i] + (1.0 - alpha) * g
            slots[2 * n + i] = m
            mean = m * unbias
            spread -= mean * mean
            # Rounding can make it slightly negative; written so that NaN stays.
            spread = 0.0 if spread < 0.0 else spread
        u = within * g / (math.sqrt(spread + inside) + outside)
        b = mu * slots[n + i] + u
        slots[n + i] = b
        theta[i] -= without * (direct * u + follow * b)


@optimizer(
    "rmsprop",
    "RMSprop",
    ALPHA,
    epsilon(1e-8),
    EPS_INSIDE,
    BUFFER,
    NESTEROV,
    CORRECTION,
    RATE_INSIDE,
    slots=("v", "b"),
    momentum="b",
    scalars=2,
    learning_rate=1e-2,
    rule=(
        "v = alpha*v + (1 - alpha)*g^2",
        "vhat = where(bias_correction, v/(1 - alpha^t), v)",
        "u = g/where(eps_inside, sqrt(vhat + eps), sqrt(vhat) + eps)",
        "w = where(rate_in_velocity, eta*u, u)",
        "b = momentum*b + w",
        "ahead = where(nesterov, w + momentum*b, b)",
        "step = -where(rate_in_velocity, ahead, eta*ahead)",
    ),
    source=(
        "Hinton 2012, lecture 6e, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf; "
        "form of torch.optim"
    ),
    summary="gradient over its running root mean square",
    tier="basic",
)
@kernel(STEP)
def rmsprop(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """RMSprop: theta (n,) moves by -lr b; slots (2, n) = (v, b), 2 scalars.

    v is the running mean of g squared, b the velocity of g / sqrt(v).
    hyper = (alpha, eps, eps_inside, momentum, nesterov, bias_correction, rate_in_velocity)
    """
    rmsprop_step(theta, grad, slots, hyper, lr, t, n, False)


# Where the gradient hardly varies, v - m^2 is rounding noise around zero: with eps outside the root the
# step is then up to 1e8 gradients long and random, with eps inside at most 1e4. So inside is the default,
# unlike in PyTorch.
@optimizer(
    "rmsprop_centred",
    "RMSprop, centred",
    ALPHA,
    epsilon(1e-8),
    switch(
        "eps_inside",
        "ε inside",
        True,
        "On: add ε inside the square root. Off (as in PyTorch): outside, unstable where gradients hardly vary.",
        tier="expert",
    ),
    BUFFER,
    NESTEROV,
    CORRECTION,
    RATE_INSIDE,
    slots=("v", "b", "m"),
    momentum="b",
    scalars=2,
    learning_rate=1e-2,
    rule=(
        "v = alpha*v + (1 - alpha)*g^2",
        "m = alpha*m + (1 - alpha)*g",
        "vhat = where(bias_correction, v/(1 - alpha^t), v)",
        "mhat = where(bias_correction, m/(1 - alpha^t), m)",
        "spread = max(vhat - mhat^2, 0)",
        "u = g/where(eps_inside, sqrt(spread + eps), sqrt(spread) + eps)",
        "w = where(rate_in_velocity, eta*u, u)",
        "b = momentum*b + w",
        "ahead = where(nesterov, w + momentum*b, b)",
        "step = -where(rate_in_velocity, ahead, eta*ahead)",
    ),
    source="Graves 2013, equations 38 to 45, https://arxiv.org/abs/1308.0850; form of torch.optim",
    summary="gradient over its running standard deviation",
    tier="expert",
)
@kernel(STEP)
def rmsprop_centred(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Centred RMSprop: as RMSprop, with the variance v - m^2; slots (3, n) = (v, b, m), m the mean of g.

    hyper = (alpha, eps, eps_inside, momentum, nesterov, bias_correction, rate_in_velocity)
    """
    rmsprop_step(theta, grad, slots, hyper, lr, t, n, True)


@optimizer(
    "adadelta",
    "Adadelta",
    fraction("rho", "ρ", 0.9, "Decay of both running means: 0.9 averages over about 10 updates."),
    epsilon(1e-6, "Added inside both square roots; it also sets the size of the very first steps."),
    slots=("v", "d"),
    learning_rate=1.0,
    rule=(
        "v = rho*v + (1 - rho)*g^2",
        "u = sqrt(d + eps)/sqrt(v + eps)*g",
        "d = rho*d + (1 - rho)*u^2",
        "step = -eta*u",
    ),
    source="Zeiler 2012, algorithm 1, https://arxiv.org/abs/1212.5701; form of torch.optim",
    summary="adapts the rate to the size of past steps; needs no learning rate",
)
@kernel(STEP)
def adadelta(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Adadelta: theta (n,) moves by -lr u, u = g times the recent size of u over that of g.

    slots (2, n) = (v, d), the running means of g squared and of u squared; hyper = (rho, eps).
    """
    rho = hyper[0]
    eps = hyper[1]
    for i in range(n):
        g = grad[i]
        v = rho * slots[i] + (1.0 - rho) * g * g
        d = slots[n + i]
        u = math.sqrt(d + eps) / math.sqrt(v + eps) * g
        slots[i] = v
        slots[n + i] = rho * d + (1.0 - rho) * u * u
        theta[i] -= lr * u
