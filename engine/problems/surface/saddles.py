"""Saddles: the gradient vanishes away from any minimum."""

from __future__ import annotations

import math
from functools import partial

from engine.problems.surface.catalogue import surface

saddle_like = partial(surface, family="Saddles")


@saddle_like(
    "saddle",
    "Saddle",
    "x^2 - y^2",
    domain=(-2.0, 2.0, -2.0, 2.0),
    fmin=-math.inf,
    stationary=(("saddle", 0.0, 0.0),),
    start=(-1.5, 1e-3),
    rate=0.05,
    summary="Down one way, up the other, unbounded below: from the ridge, descent first approaches the saddle.",
    source="textbook saddle, unbounded below",
    tier="basic",
)
def saddle(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = 2.0 * x
    grad[1] = -2.0 * y
    return x * x - y * y


@saddle_like(
    "quartic_saddle",
    "Saddle between two minima",
    "x^2/2 + y^4/4 - y^2/2",
    domain=(-1.5, 1.5, -1.5, 1.5),
    minima=((0.0, 1.0), (0.0, -1.0)),
    fmin=-0.25,
    stationary=(("saddle", 0.0, 0.0),),
    start=(1.0, 1e-4),
    rate=0.1,
    summary="The closer the start to the ridge, the longer the saddle delays descent; momentum and noise help.",
    source="Du et al. 2017, https://arxiv.org/abs/1705.10412",
)
def quartic_saddle(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    yy = y * y
    grad[0] = x
    grad[1] = y * (yy - 1.0)
    return 0.5 * x * x + yy * (0.25 * yy - 0.5)


@saddle_like(
    "monkey",
    "Monkey saddle",
    "x^3 - 3*x*y^2",
    domain=(-2.0, 2.0, -2.0, 2.0),
    fmin=-math.inf,
    stationary=(("degenerate", 0.0, 0.0),),
    start=(1.5, 0.02),
    rate=0.02,
    summary="Three ways down and three up, without curvature at the centre: "
    "descent slows to a crawl before it escapes.",
    source="textbook monkey saddle, unbounded below",
)
def monkey(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = 3.0 * (x * x - y * y)
    grad[1] = -6.0 * x * y
    return x * (x * x - 3.0 * y * y)


@saddle_like(
    "deeplinear",
    "Deep linear network",
    "(x*y - 1)^2",
    domain=(-3.0, 3.0, -3.0, 3.0),
    minima=((1.0, 1.0), (2.0, 0.5), (-1.0, -1.0), (-0.5, -2.0)),
    stationary=(("saddle", 0.0, 0.0),),
    start=(-2.5, 2.4),
    rate=0.02,
    summary="Two weights in series: a saddle at the origin between two curves of minima, x y = 1.",
    source="two-layer linear network; Saxe et al. 2014, https://arxiv.org/abs/1312.6120",
    log_levels=True,
)
def deeplinear(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    r = x * y - 1.0
    grad[0] = 2.0 * r * y
    grad[1] = 2.0 * r * x
    return r * r
