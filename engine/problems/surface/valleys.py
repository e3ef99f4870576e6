"""Valleys: long curved floors between steep walls, and badly scaled axes."""

from __future__ import annotations

import math
from functools import partial

from engine.problems.surface.catalogue import surface

valley = partial(surface, family="Valleys", log_levels=True)


@valley(
    "rosenbrock",
    "Rosenbrock",
    "(1 - x)^2 + 100*(y - x^2)^2",
    domain=(-2.0, 2.0, -1.0, 3.0),
    minima=((1.0, 1.0),),
    start=(-1.2, 1.0),
    rate=0.001,
    summary="The classic curved valley: easy to enter, slow to follow to its minimum.",
    source="Rosenbrock 1960; Surjanovic & Bingham",
    tier="basic",
)
def rosenbrock(theta, grad, stream, constants, work):
    x = theta[0]
    a = 1.0 - x
    b = theta[1] - x * x
    slope = 200.0 * b
    grad[0] = -2.0 * (a + x * slope)
    grad[1] = slope
    return a * a + 0.5 * b * slope


@valley(
    "leon",
    "Leon",
    "100*(y - x^3)^2 + (1 - x)^2",
    domain=(-1.2, 1.2, -1.2, 1.2),
    minima=((1.0, 1.0),),
    start=(-0.8, 0.6),
    rate=0.001,
    summary="Rosenbrock's valley along a cubic: its middle is flat, and descent nearly stops there.",
    source="Leon 1966, the cubic original",
    tier="expert",
)
def leon(theta, grad, stream, constants, work):
    x = theta[0]
    a = 1.0 - x
    xx = x * x
    b = theta[1] - xx * x
    slope = 200.0 * b
    grad[0] = -2.0 * a - 3.0 * xx * slope
    grad[1] = slope
    return a * a + 0.5 * b * slope


@valley(
    "beale",
    "Beale",
    "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
    domain=(-4.5, 4.5, -4.5, 4.5),
    minima=((3.0, 0.5),),
    stationary=(("saddle", 0.0, 1.0), ("saddle", 0.10053793732415836, -2.644513585023125)),
    start=(1.0, 1.5),
    rate=0.005,
    summary="A flat plain between cliffs at the corners: one rate is too large outside and too small inside.",
    source="Beale 1958; Surjanovic & Bingham",
    tier="basic",
)
def beale(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    yy = y * y
    a = 1.5 - x + x * y
    b = 2.25 - x + x * yy
    c = 2.625 - x + x * yy * y
    grad[0] = 2.0 * (a * (y - 1.0) + b * (yy - 1.0) + c * (yy * y - 1.0))
    grad[1] = 2.0 * x * (a + 2.0 * b * y + 3.0 * c * yy)
    return a * a + b * b + c * c


@valley(
    "dixonprice",
    "Dixon-Price",
    "(x - 1)^2 + 2*(2*y^2 - x)^2",
    domain=(-10.0, 10.0, -10.0, 10.0),
    view=(-2.0, 6.0, -2.5, 2.5),
    minima=((1.0, math.sqrt(0.5)), (1.0, -math.sqrt(0.5))),
    stationary=(("saddle", 1.0 / 3.0, 0.0),),
    start=(5.0, -0.2),
    rate=0.02,
    summary="A parabolic valley with a minimum in each arm and a saddle where they meet.",
    source="Dixon & Price 1989; Surjanovic & Bingham",
    tier="expert",
)
def dixonprice(theta, grad, stream, constants, work):
    a = theta[0] - 1.0
    y = theta[1]
    b = 2.0 * y * y - theta[0]
    grad[0] = 2.0 * a - 4.0 * b
    grad[1] = 16.0 * y * b
    return a * a + 2.0 * b * b


@valley(
    "freudenstein_roth",
    "Freudenstein-Roth",
    "(x - 13 + ((5 - y)*y - 2)*y)^2 + (x - 29 + ((y + 1)*y - 14)*y)^2",
    domain=(-10.0, 30.0, -10.0, 10.0),
    view=(-10.0, 30.0, -4.0, 6.0),
    minima=((5.0, 4.0),),
    stationary=(
        ("local-min", 11.412778986902094, -0.8968052532744765),
        ("saddle", 23.92055434643124, 2.23013858660781),
    ),
    start=(28.0, 1.0),
    rate=0.0005,
    summary="A deep valley and a shallow one: descent often ends in the shallow one, at a value of 49.",
    source="Freudenstein & Roth 1963; Moré, Garbow & Hillstrom 1981, problem 2",
    tier="expert",
)
def freudenstein_roth(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = x - 13.0 + ((5.0 - y) * y - 2.0) * y
    b = x - 29.0 + ((y + 1.0) * y - 14.0) * y
    grad[0] = 2.0 * (a + b)
    grad[1] = 2.0 * (a * ((10.0 - 3.0 * y) * y - 2.0) + b * ((3.0 * y + 2.0) * y - 14.0))
    return a * a + b * b


@valley(
    "brown_badly_scaled",
    "Brown's badly scaled",
    "(x - 1e6)^2 + (y - 2e-6)^2 + (x*y - 2)^2",
    domain=(0.0, 2e6, -1.0, 1.0),
    minima=((1e6, 2e-6),),
    start=(1.5e6, 0.5),
    rate=2e-13,
    summary="Axes that differ by a factor of 10^12: no single learning rate can serve both.",
    source="Moré, Garbow & Hillstrom 1981, problem 4",
    tier="expert",
)
def brown_badly_scaled(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = x - 1e6
    b = y - 2e-6
    c = x * y - 2.0
    grad[0] = 2.0 * (a + c * y)
    grad[1] = 2.0 * (b + c * x)
    return a * a + b * b + c * c


@valley(
    "powell_badly_scaled",
    "Powell's badly scaled",
    "(1e4*x*y - 1)^2 + (exp(-x) + exp(-y) - 1.0001)^2",
    domain=(-1.0, 10.0, -1.0, 10.0),
    minima=(
        (1.0981593296997149e-05, 9.106146739866707),
        (9.106146739866707, 1.0981593296997149e-05),
    ),
    stationary=(
        ("saddle", 0.010048156947108327, 0.010048156947108327),
        ("saddle", -0.00010003002051701593, -0.00010003002051701593),
        ("local-min", -0.009948091925800946, -0.009948091925800946),
    ),
    start=(0.5, 3.0),
    rate=5e-10,
    summary="A hair-thin valley along both axes, its floor so flat that gradient descent seems to stand still.",
    source="Powell 1970; Moré, Garbow & Hillstrom 1981, problem 3",
    tier="expert",
)
def powell_badly_scaled(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    ex = math.exp(-x)
    ey = math.exp(-y)
    a = 1e4 * x * y - 1.0
    b = ex + ey - 1.0001
    grad[0] = 2e4 * y * a - 2.0 * ex * b
    grad[1] = 2e4 * x * a - 2.0 * ey * b
    return a * a + b * b
