"""Kinks and edges: the gradient jumps, or the minimum is on the boundary of the domain.

Where there is no gradient the kernels return 0.
"""

from __future__ import annotations

import math
from functools import partial

from engine.contracts import inline
from engine.problems.surface.catalogue import surface

kinked = partial(surface, family="Kinks and edges", smooth=False)


@inline
def sign(u):
    """-1, 0 or 1: math.copysign has no 0."""
    return 1.0 if u > 0.0 else (-1.0 if u < 0.0 else 0.0)


@kinked(
    "abs",
    "Absolute values",
    "abs(x) + 2*abs(y)",
    domain=(-3.0, 3.0, -3.0, 3.0),
    minima=((0.0, 0.0),),
    start=(-2.5, 1.7),
    rate=0.05,
    summary="The slope is the same however near the minimum: a constant rate never settles, a decaying one does.",
    source="weighted L1 norm",
    tier="basic",
)
def absolute(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = sign(x)
    grad[1] = 2.0 * sign(y)
    return abs(x) + 2.0 * abs(y)


@kinked(
    "bukin6",
    "Bukin 6",
    "100*sqrt(abs(y - 0.01*x^2)) + 0.01*abs(x + 10)",
    domain=(-15.0, -5.0, -3.0, 3.0),
    minima=((-10.0, 1.0),),
    start=(-13.0, -1.5),
    rate=0.001,
    summary="A knife-edge valley near which the gradient is unbounded: clip it to stay close.",
    source="Bukin 1997; Surjanovic & Bingham",
    tier="expert",
)
def bukin6(theta, grad, stream, constants, work):
    x = theta[0]
    # Division, because a product would be fused with the difference, which is then not 0 at the minimum.
    u = theta[1] - x * x / 100.0
    root = math.sqrt(abs(u))
    slope = 50.0 * sign(u) / root if root > 0.0 else 0.0
    grad[0] = 0.01 * sign(x + 10.0) - 0.02 * x * slope
    grad[1] = slope
    return 100.0 * root + 0.01 * abs(x + 10.0)


@inline
def ripple(u):
    """sin(sqrt(|u|)) and its slope."""
    r = math.sqrt(abs(u))
    return math.sin(r), 0.5 * sign(u) * math.cos(r) / r if r > 0.0 else 0.0


@kinked(
    "eggholder",
    "Eggholder",
    "-(y + 47)*sin(sqrt(abs(x/2 + y + 47))) - x*sin(sqrt(abs(x - y - 47)))",
    domain=(-512.0, 512.0, -512.0, 512.0),
    minima=((512.0, 404.2318051137578),),
    fmin=-959.6406627208509,
    start=(300.0, 300.0),
    rate=1.0,
    summary="Deep folds everywhere, and the minimum on the edge of the domain, where the gradient is not 0.",
    source="Whitley et al. 1996; Surjanovic & Bingham, minimum to full precision",
)
def eggholder(theta, grad, stream, constants, work):
    x = theta[0]
    h = theta[1] + 47.0
    a, da = ripple(0.5 * x + h)
    b, db = ripple(x - h)
    grad[0] = -0.5 * h * da - b - x * db
    grad[1] = -a - h * da + x * db
    return -h * a - x * b


@kinked(
    "cross_in_tray",
    "Cross in tray",
    "-0.0001*(abs(sin(x)*sin(y)*exp(abs(100 - sqrt(x^2 + y^2)/pi))) + 1)^0.1",
    domain=(-10.0, 10.0, -10.0, 10.0),
    minima=tuple((s * 1.3494066171539107, t * 1.3494066171539107) for s in (1, -1) for t in (1, -1)),
    fmin=-2.0626118708227383,
    start=(-2.9, 2.2),
    rate=0.1,
    summary="Smooth pits separated by sharp crests; the four at the centre are the deepest.",
    source="Mishra 2006; Surjanovic & Bingham",
    tier="expert",
)
def cross_in_tray(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    sx = math.sin(x)
    sy = math.sin(y)
    r = math.sqrt(x * x + y * y)
    t = 100.0 - r / math.pi
    swell = math.exp(abs(t))
    p = sx * sy
    h = abs(p) * swell + 1.0
    f = -0.0001 * math.pow(h, 0.1)
    k = 0.1 * f * swell / h
    fade = -sign(t) * abs(p) / (math.pi * r) if r > 0.0 else 0.0
    grad[0] = k * (sign(p) * math.cos(x) * sy + fade * x)
    grad[1] = k * (sign(p) * sx * math.cos(y) + fade * y)
    return f


@kinked(
    "holder_table",
    "Hölder table",
    "-abs(sin(x)*cos(y)*exp(abs(1 - sqrt(x^2 + y^2)/pi)))",
    domain=(-10.0, 10.0, -10.0, 10.0),
    minima=tuple((s * 8.055023475736563, t * 9.664590019241272) for s in (1, -1) for t in (1, -1)),
    fmin=-19.208502567886732,
    start=(6.4, 7.5),
    rate=0.02,
    summary="Pits that get deeper outwards, with the deepest four near the corners.",
    source="Mishra 2006; Surjanovic & Bingham",
    tier="expert",
)
def holder_table(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    sx = math.sin(x)
    cy = math.cos(y)
    r = math.sqrt(x * x + y * y)
    t = 1.0 - r / math.pi
    swell = math.exp(abs(t))
    p = sx * cy
    fade = -sign(t) * abs(p) / (math.pi * r) if r > 0.0 else 0.0
    grad[0] = -swell * (sign(p) * math.cos(x) * cy + fade * x)
    grad[1] = swell * (sign(p) * sx * math.sin(y) - fade * y)
    return -abs(p) * swell
