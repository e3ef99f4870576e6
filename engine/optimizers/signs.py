"""Sign-based optimizers: only the sign of the gradient sets the direction."""

from __future__ import annotations

from engine.contracts import STEP, Hyper, kernel
from engine.optimizers.catalogue import optimizer
from engine.optimizers.shared import Integers, Pointer, first_moment_decay, fraction, sign


@optimizer(
    "lion",
    "Lion",
    fraction(
        "beta1",
        "β₁",
        0.9,
        "Weight of the running mean in the step; the rest is the gradient.",
    ),
    first_moment_decay("beta2", "β₂", 0.99),
    slots=("m",),
    momentum="m",
    learning_rate=1e-4,
    common={"weight_decay": 1e-3, "decoupled": True},
    rule=("u = sign(beta1*m + (1 - beta1)*g)", "m = beta2*m + (1 - beta2)*g", "step = -eta*u"),
    source="Chen et al. 2023, algorithm 2, https://arxiv.org/abs/2302.06675; form of optax.lion",
    summary="sign of a running mean; discovered by program search",
)
@kernel(STEP)
def lion(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Lion: theta (n,) moves by lr against the sign of a mean of m and g; slots (n,) = m, the mean of g.

    hyper = (beta1, beta2): the weight of m in the step, and in the next m.
    """
    beta1 = hyper[0]
    beta2 = hyper[1]
    for i in range(n):
        g = grad[i]
        m = slots[i]
        slots[i] = beta2 * m + (1.0 - beta2) * g
        theta[i] -= lr * sign(beta1 * m + (1.0 - beta1) * g)


@optimizer(
    "rprop",
    "Rprop",
    Hyper("shrink", "η⁻", 0.5, 0.01, 0.99, help="Factor on the step size when the gradient changes sign."),
    Hyper(
        "grow",
        "η⁺",
        1.2,
        1.0,
        10.0,
        slider=(1.0, 2.0),
        help="Factor on the step size when the gradient keeps its sign.",
    ),
    Hyper(
        "smallest",
        "Δ min",
        1e-6,
        1e-30,
        1e6,
        log=True,
        slider=(1e-9, 1e-2),
        help="The smallest step size.",
        tier="expert",
    ),
    Hyper(
        "largest",
        "Δ max",
        50.0,
        1e-30,
        1e6,
        log=True,
        slider=(1e-2, 100.0),
        help="The largest step size.",
        tier="expert",
    ),
    slots=("g_prev", "size"),
    learning_rate=1e-2,
    rule=(
        "same = sign(g*g_prev)",
        "factor = where(same, grow, where(-same, shrink, 1))",
        "size = min(max(where(t - 1, size, eta)*factor, smallest), largest)",
        "g_prev = where(-same, 0, g)",
        "step = -sign(g_prev)*size",
    ),
    source=(
        "Riedmiller & Braun 1993, https://doi.org/10.1109/ICNN.1993.298623; "
        "the iRprop- of Igel & Hüsken 2000, form of torch.optim"
    ),
    summary="adapts a step size per parameter; the learning rate only initialises it",
)
@kernel(STEP)
def rprop(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Rprop: theta (n,) moves by its own step size against the sign of g; slots (2, n) = (g_prev, size).

    After a sign change the size shrinks, the step is skipped and its gradient is forgotten. lr is the initial size and
    is not used again. hyper = (shrink, grow, smallest, largest)
    """
    shrink = hyper[0]
    grow = hyper[1]
    smallest = hyper[2]
    largest = hyper[3]
    for i in range(n):
        g = grad[i]
        same = g * slots[i]
        size = slots[n + i] if t > 1 else lr
        if same > 0.0:
            size *= grow
        elif same < 0.0:
            size *= shrink
            g = 0.0
        size = min(max(size, smallest), largest)
        slots[i] = g
        slots[n + i] = size
        theta[i] -= sign(g) * size


@optimizer(
    "signsgd",
    "SignSGD",
    learning_rate=1e-3,
    rule=("step = -eta*sign(g)",),
    source="Bernstein et al. 2018, algorithm 1, https://arxiv.org/abs/1802.04434",
    summary="steps of equal size, whatever the slope",
)
@kernel(STEP)
def signsgd(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """SignSGD: theta (n,) moves by lr against the sign of g."""
    for i in range(n):
        theta[i] -= lr * sign(grad[i])


@optimizer(
    "signum",
    "Signum",
    first_moment_decay("momentum", "β", 0.9, tier="basic"),
    slots=("m",),
    momentum="m",
    learning_rate=1e-3,
    rule=("m = momentum*m + (1 - momentum)*g", "step = -eta*sign(m)"),
    source="Bernstein et al. 2018, algorithm 2, https://arxiv.org/abs/1802.04434; form of optax.signum",
    summary="sign of the running mean of gradients",
    tier="expert",
)
@kernel(STEP)
def signum(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Signum: theta (n,) moves by lr against the sign of m; slots (n,) = m, the mean of g.

    hyper = (momentum,)
    """
    beta = hyper[0]
    for i in range(n):
        m = beta * slots[i] + (1.0 - beta) * grad[i]
        slots[i] = m
        theta[i] -= lr * sign(m)
