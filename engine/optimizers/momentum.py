"""Gradient descent with and without momentum."""

from __future__ import annotations

from engine.contracts import STEP, Hyper, kernel
from engine.optimizers.catalogue import optimizer
from engine.optimizers.shared import Integers, Pointer, fraction

MOMENTUM = fraction("momentum", "μ", 0.9, "Share of the velocity kept per update.", tier="basic")


@optimizer(
    "sgd",
    "Gradient descent",
    learning_rate=1e-3,
    rule=("step = -eta*g",),
    stability="2",
    source="Robbins & Monro 1951, https://doi.org/10.1214/aoms/1177729586; form of torch.optim.SGD",
    summary="plain steps along the negative gradient",
    tier="basic",
)
@kernel(STEP)
def sgd(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Gradient descent: theta (n,) is updated in place by -lr * grad."""
    for i in range(n):
        theta[i] -= lr * grad[i]


@optimizer(
    "momentum",
    "Momentum",
    MOMENTUM,
    Hyper("dampening", "τ", 0.0, 0.0, 1.0, help="Share of each new gradient left out of the velocity.", tier="expert"),
    slots=("v",),
    momentum="v",
    learning_rate=1e-3,
    rule=("v = where(t - 1, momentum*v + (1 - dampening)*g, g)", "step = -eta*v"),
    stability="2*(1 + momentum)/(1 - dampening)",
    source="Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5; form of torch.optim.SGD",
    summary="a heavy ball that keeps rolling",
    tier="basic",
)
@kernel(STEP)
def momentum(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Heavy ball: theta (n,) moves by -lr v; slots (n,) = v, the velocity; hyper = (momentum, dampening).

    The learning rate is not part of v: changing it acts at once on the whole velocity.
    """
    mu = hyper[0]
    # As in PyTorch, the first velocity is the whole gradient, undamped.
    fresh = 1.0 - hyper[1] if t > 1 else 1.0
    for i in range(n):
        v = mu * slots[i] + fresh * grad[i]
        slots[i] = v
        theta[i] -= lr * v


@optimizer(
    "nesterov",
    "Nesterov",
    MOMENTUM,
    slots=("v",),
    momentum="v",
    learning_rate=1e-3,
    rule=("v = momentum*v + g", "step = -eta*(g + momentum*v)"),
    stability="(2 + 2*momentum)/(1 + 2*momentum)",
    source=(
        "Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013, equations 3 and 4, "
        "https://proceedings.mlr.press/v28/sutskever13.html; form of torch.optim.SGD"
    ),
    summary="momentum with the gradient taken one step ahead",
    tier="basic",
)
@kernel(STEP)
def nesterov(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Nesterov momentum: theta (n,) moves by -lr (g + momentum v); slots (n,) = v; hyper = (momentum,).

    theta is the look-ahead point, where the gradient is taken, not the paper's point behind it.
    """
    mu = hyper[0]
    for i in range(n):
        g = grad[i]
        v = mu * slots[i] + g
        slots[i] = v
        theta[i] -= lr * (g + mu * v)


@optimizer(
    "qhm",
    "QHM",
    Hyper("nu", "ν", 0.7, 0.0, 1.0, help="Weight of the velocity; the rest is the plain gradient.", tier="basic"),
    fraction("beta", "β", 0.999, "Decay of the running mean of gradients (the velocity)."),
    slots=("v",),
    momentum="v",
    learning_rate=1.0,
    rule=("v = beta*v + (1 - beta)*g", "step = -eta*((1 - nu)*g + nu*v)"),
    stability="2*(1 + beta)/(1 + beta - 2*nu*beta)",
    source="Ma & Yarats 2019, https://arxiv.org/abs/1810.06801; form of the authors' qhoptim",
    summary="quasi-hyperbolic momentum: a mix of gradient and momentum",
    tier="expert",
)
@kernel(STEP)
def qhm(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """Quasi-hyperbolic momentum: theta (n,) moves by -lr ((1 - nu) g + nu v).

    slots (n,) = v, the running mean of g (a velocity times 1 - beta, hence the high learning rates).
    hyper = (nu, beta)
    """
    nu = hyper[0]
    beta = hyper[1]
    for i in range(n):
        g = grad[i]
        v = beta * slots[i] + (1.0 - beta) * g
        slots[i] = v
        theta[i] -= lr * ((1.0 - nu) * g + nu * v)
