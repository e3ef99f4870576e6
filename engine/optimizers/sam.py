"""Sharpness-aware minimization: the gradient that counts is that of a worse point nearby."""

from __future__ import annotations

from engine.contracts import STEP, Hyper, kernel
from engine.optimizers.catalogue import optimizer
from engine.optimizers.context import ask, decay_all, norm_of, was_interrupted
from engine.optimizers.shared import Integers, Pointer, fraction
from engine.simd.vectors import at


@optimizer(
    "sam",
    "SAM",
    Hyper(
        "rho",
        "ρ",
        0.05,
        0.0,
        1e6,
        log=True,
        slider=(1e-3, 1.0),
        help="How far away the worse point is, over all parameters together; 0 is plain momentum at twice the price.",
        tier="basic",
    ),
    fraction("momentum", "μ", 0.9, "Share of the velocity kept per update; 0 is gradient descent."),
    slots=("v",),
    buffers=("ahead", "h"),
    momentum="v",
    learning_rate=1e-3,
    asks=True,
    given={"norm": "‖g‖", "h": "∇L(θ + e)"},
    rule=("e = rho*g/(norm + 1e-12)", "v = momentum*v + h", "step = -eta*v"),
    source="Foret et al. 2021, algorithm 1, https://arxiv.org/abs/2010.01412; base torch.optim.SGD with momentum",
    summary="momentum along the gradient of a worse point nearby; two gradients an update, on one batch",
)
@kernel(STEP)
def sam(
    theta: Pointer, grad: Pointer, slots: Pointer, hyper: Pointer, lr: float, t: int, n: int, context: Integers
) -> None:
    """SAM over momentum: theta (n,) moves by -lr v; slots (3, n) = (v, theta + e, h), h the gradient at theta + e.

    e = rho g / ||g|| over all parameters; h on the same batch with the same dropout and noise. L1 and L2 act at theta,
    and neither in e nor at theta + e: in the paper's equation 1 they stand beside the loss whose worst point nearby
    counts, and PyTorch's and Optax's forms leave them to the base optimizer. hyper = (rho, momentum)
    """
    mu = hyper[1]
    scale = hyper[0] / (norm_of(context) + 1e-12)
    ahead = at(slots, n)
    h = at(slots, 2 * n)
    for i in range(n):
        ahead[i] = theta[i] + scale * grad[i]
    ask(context, ahead, h, n, False)
    if was_interrupted(context):
        return
    decay_all(context, theta, h, lr)
    for i in range(n):
        v = mu * slots[i] + h[i]
        slots[i] = v
        theta[i] -= lr * v
