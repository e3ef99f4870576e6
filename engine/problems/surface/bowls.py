"""Bowls: one minimum, no obstacles. Only their condition number makes them hard."""

from __future__ import annotations

import math
from functools import partial

from engine.contracts import Hyper
from engine.problems.surface.catalogue import surface

bowl = partial(surface, family="Bowls")


@bowl(
    "sphere",
    "Round bowl",
    "x^2 + y^2",
    domain=(-5.12, 5.12, -5.12, 5.12),
    minima=((0.0, 0.0),),
    start=(-4.0, 3.0),
    rate=0.1,
    summary="The same curvature in every direction: the gradient points straight at the minimum.",
    source="Surjanovic & Bingham, Virtual Library of Simulation Experiments",
    tier="basic",
)
def sphere(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = 2.0 * x
    grad[1] = 2.0 * y
    return x * x + y * y


@bowl(
    "quadratic",
    "Quadratic with knobs",
    "((x*cos(pi*rotation/180) + y*sin(pi*rotation/180))^2"
    " + condition*(y*cos(pi*rotation/180) - x*sin(pi*rotation/180))^2)/2",
    Hyper(
        "condition",
        "κ",
        10.0,
        1.0,
        1e6,
        log=True,
        help="condition number: the largest curvature over the smallest, which is 1",
        tier="basic",
    ),
    Hyper("rotation", "φ", 30.0, -180.0, 180.0, unit="°", help="direction of the smallest curvature", tier="basic"),
    domain=(-4.0, 4.0, -4.0, 4.0),
    minima=((0.0, 0.0),),
    start=(-3.0, 2.0),
    rate=0.15,
    summary="A quadratic with adjustable condition number and rotation: "
    "the rate must stay below 2/κ, which makes the shallow direction slow.",
    source="Goh 2017, Why Momentum Really Works, https://distill.pub/2017/momentum",
    log_levels=True,
    tier="basic",
)
def quadratic(theta, grad, stream, constants, work):
    """u lies along the shallow direction, v along the steep one."""
    condition = constants[0]
    angle = constants[1] * (math.pi / 180.0)
    c = math.cos(angle)
    s = math.sin(angle)
    u = c * theta[0] + s * theta[1]
    v = c * theta[1] - s * theta[0]
    steep = condition * v
    grad[0] = c * u - s * steep
    grad[1] = s * u + c * steep
    return 0.5 * (u * u + steep * v)


@bowl(
    "ellipse100",
    "Elongated bowl (κ = 100)",
    "x^2 + 100*y^2",
    domain=(-5.0, 5.0, -5.0, 5.0),
    minima=((0.0, 0.0),),
    start=(-4.5, 1.5),
    rate=0.0095,
    summary="100 times steeper in y: gradient descent zigzags, and diverges above a rate of 2/200.",
    source="quadratic with condition number 100",
    log_levels=True,
    tier="basic",
)
def ellipse100(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = 2.0 * x
    grad[1] = 200.0 * y
    return x * x + 100.0 * y * y


@bowl(
    "rotquad",
    "Tilted ravine (κ = 1000)",
    "0.5*(250.75*x^2 + 2*432.57968919032715*x*y + 750.25*y^2)",
    domain=(-2.0, 2.0, -2.0, 2.0),
    minima=((0.0, 0.0),),
    start=(-1.6, 1.4),
    rate=0.0019,
    summary="Curvatures 1 and 1000, rotated by 60°: per-coordinate rates do not help, momentum does.",
    source="quadratic with eigenvalues 1 and 1000",
    log_levels=True,
)
def rotquad(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    gx = 250.75 * x + 432.57968919032715 * y
    gy = 432.57968919032715 * x + 750.25 * y
    grad[0] = gx
    grad[1] = gy
    return 0.5 * (x * gx + y * gy)


@bowl(
    "booth",
    "Booth",
    "(x + 2*y - 7)^2 + (2*x + y - 5)^2",
    domain=(-10.0, 10.0, -10.0, 10.0),
    minima=((1.0, 3.0),),
    start=(-8.0, -6.0),
    rate=0.1,
    summary="A linear least-squares problem: a tilted quadratic bowl, 9 times steeper across.",
    source="Surjanovic & Bingham",
)
def booth(theta, grad, stream, constants, work):
    a = theta[0] + 2.0 * theta[1] - 7.0
    b = 2.0 * theta[0] + theta[1] - 5.0
    grad[0] = 2.0 * a + 4.0 * b
    grad[1] = 4.0 * a + 2.0 * b
    return a * a + b * b


@bowl(
    "matyas",
    "Matyas",
    "0.26*(x^2 + y^2) - 0.48*x*y",
    domain=(-10.0, 10.0, -10.0, 10.0),
    minima=((0.0, 0.0),),
    start=(-9.0, 4.0),
    rate=1.0,
    summary="A long, flat bowl along the diagonal: small gradients need a large rate.",
    source="Surjanovic & Bingham",
    log_levels=True,
)
def matyas(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = 0.52 * x - 0.48 * y
    grad[1] = 0.52 * y - 0.48 * x
    return 0.26 * (x * x + y * y) - 0.48 * x * y


@bowl(
    "trid",
    "Trid",
    "(x - 1)^2 + (y - 1)^2 - x*y",
    domain=(-4.0, 4.0, -4.0, 4.0),
    minima=((2.0, 2.0),),
    fmin=-2.0,
    start=(-3.5, 0.5),
    rate=0.2,
    summary="A quadratic with coupled coordinates: neither of its terms is minimal at its minimum.",
    source="Surjanovic & Bingham",
    tier="expert",
)
def trid(theta, grad, stream, constants, work):
    a = theta[0] - 1.0
    b = theta[1] - 1.0
    grad[0] = 2.0 * a - theta[1]
    grad[1] = 2.0 * b - theta[0]
    return a * a + b * b - theta[0] * theta[1]


@bowl(
    "zakharov",
    "Zakharov",
    "x^2 + y^2 + (0.5*x + y)^2 + (0.5*x + y)^4",
    domain=(-5.0, 10.0, -5.0, 10.0),
    minima=((0.0, 0.0),),
    start=(-3.0, 6.0),
    rate=0.003,
    summary="Gentle at the bottom, quartic walls far out: a rate that is safe up there is slow down here.",
    source="Surjanovic & Bingham",
    log_levels=True,
)
def zakharov(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    u = 0.5 * x + y
    du = 2.0 * u + 4.0 * u * u * u
    grad[0] = 2.0 * x + 0.5 * du
    grad[1] = 2.0 * y + du
    return x * x + y * y + u * u * (1.0 + u * u)
