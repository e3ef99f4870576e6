"""Surfaces from papers, each of which illustrates one effect."""

from __future__ import annotations

import math
from functools import partial

from engine.problems.surface.catalogue import surface

shown = partial(surface, family="From papers and demos")


@shown(
    "distill_momentum",
    "Distill's valley",
    "(1 - x)^2 + 20*(3*y - x^2)^2",
    domain=(-2.0, 2.0, -0.6, 1.4),
    minima=((1.0, 1.0 / 3.0),),
    start=(-1.21, 0.853),
    rate=0.003,
    summary="Why Momentum Really Works: raise momentum from 0 to 0.99 and watch creeping turn into oscillation.",
    source="Goh 2017, https://distill.pub/2017/momentum",
    log_levels=True,
    tier="basic",
)
def distill_momentum(theta, grad, stream, constants, work):
    x = theta[0]
    a = 1.0 - x
    b = 3.0 * theta[1] - x * x
    slope = 40.0 * b
    grad[0] = -2.0 * (a + x * slope)
    grad[1] = 3.0 * slope
    return a * a + 0.5 * b * slope


@shown(
    "two_wells",
    "Sharp well, wide well",
    "-0.6*exp(-(x + 1.5)^2/(2*0.12^2)) - exp(-(x - 1.5)^2/(2*0.8^2)) + 0.05*x^2 + 0.5*y^2",
    domain=(-2.5, 3.5, -1.5, 1.5),
    minima=((1.409227015464693, 0.0),),
    fmin=-0.8942873431746505,
    stationary=(
        ("local-min", -1.4963060742271719, 0.0),
        ("saddle", -1.1295255191877416, 0.0),
    ),
    start=(-1.75, 0.9),
    rate=0.3,
    summary="Up to a rate of 0.047, descent stays in the sharp well; larger steps or noise escape from it.",
    source="sharp and wide minima; Keskar et al. 2017, https://arxiv.org/abs/1609.04836",
    tier="basic",
)
def two_wells(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = x + 1.5
    b = x - 1.5
    sharp = 0.6 * math.exp(-a * a / 0.0288)
    wide = math.exp(-b * b / 1.28)
    grad[0] = a * sharp / 0.0144 + b * wide / 0.64 + 0.1 * x
    grad[1] = y
    return 0.05 * x * x + 0.5 * y * y - sharp - wide


@shown(
    "weight_product",
    "Product of two weights",
    "(1 - x*y)^2/2",
    domain=(-1.0, 6.0, -2.0, 5.0),
    minima=((1.0, 1.0), (2.0, 0.5), (0.5, 2.0), (4.0, 0.25)),
    stationary=(("saddle", 0.0, 0.0),),
    start=(5.0, 0.1),
    rate=0.1,
    summary="A large rate leaves the sharp end of the valley by itself, until x² + y² is below 2/rate.",
    source="Wang et al. 2022, https://arxiv.org/abs/2110.03677",
    log_levels=True,
)
def weight_product(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    r = x * y - 1.0
    grad[0] = r * y
    grad[1] = r * x
    return 0.5 * r * r


@shown(
    "cliff",
    "Cliff of a recurrent network",
    "(sigmoid(x_50) - 0.7)^2,  x_t = w*sigmoid(x_(t-1)) + b,  x_0 = 0.5",
    domain=(3.5, 7.0, -3.6, -1.6),
    minima=(
        (3.6, -1.6727020430733097),
        (4.0, -1.9526871175489784),
        (4.4, -2.2309842726808973),
    ),
    start=(5.5, -2.4),
    rate=0.1,
    summary="One recurrent neuron over 50 steps: the gradient explodes at a wall and throws descent out, "
    "unless it is clipped.",
    source="Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063",
    formula_is_exact=False,
    axes=("w", "b"),
)
def cliff(theta, grad, stream, constants, work):
    """xw and xb are the derivatives of x after the steps so far.

    Forward-mode differentiation: the same products as in backpropagation, without storing the 50 states.
    """
    w = theta[0]
    x = 0.5
    xw = 0.0
    xb = 0.0
    for _ in range(50):
        s = 1.0 / (1.0 + math.exp(-x))
        gain = w * s * (1.0 - s)
        xw = s + gain * xw
        xb = 1.0 + gain * xb
        x = w * s + theta[1]
    s = 1.0 / (1.0 + math.exp(-x))
    miss = s - 0.7
    slope = 2.0 * miss * s * (1.0 - s)
    grad[0] = slope * xw
    grad[1] = slope * xb
    return miss * miss
