"""Several minima: the start and the optimizer decide which one is found."""

from __future__ import annotations

import math
from functools import partial

from engine.problems.surface.catalogue import surface

hilly = partial(surface, family="Several minima")

PI = math.pi


@hilly(
    "himmelblau",
    "Himmelblau",
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    domain=(-5.0, 5.0, -5.0, 5.0),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    stationary=(
        ("local-max", -0.2708445906673476, -0.9230385564799815),
        ("saddle", -3.0730257507643897, -0.08135304428796751),
        ("saddle", 0.08667750455539636, 2.884254701174776),
        ("saddle", 3.385154183607021, 0.07385187983774928),
        ("saddle", -0.12796134673068008, -1.9537149802445763),
    ),
    start=(-0.5, -0.6),
    rate=0.01,
    summary="Four equal minima around one hill: a tiny change of a start near the top leads to another one.",
    source="Himmelblau 1972; Jamil & Yang 2013",
    log_levels=True,
    tier="basic",
)
def himmelblau(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = x * x + y - 11.0
    b = x + y * y - 7.0
    grad[0] = 4.0 * x * a + 2.0 * b
    grad[1] = 2.0 * a + 4.0 * y * b
    return a * a + b * b


@hilly(
    "goldstein_price",
    "Goldstein-Price",
    "(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))"
    "*(30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))",
    domain=(-2.0, 2.0, -2.0, 2.0),
    minima=((0.0, -1.0),),
    fmin=3.0,
    stationary=(
        ("local-min", -0.6, -0.4),
        ("local-min", 1.8, 0.2),
        ("local-min", 1.2, 0.8),
        ("saddle", -0.4, -0.6),
        ("saddle", 1.2, -0.2),
        ("saddle", 1.4, 0.6),
        ("saddle", 0.6, 0.4),
        ("local-max", 0.8, 0.2),
    ),
    start=(-1.4, 0.6),
    rate=1e-5,
    summary="Values from 3 to a million: a rate that is safe at the rim crawls at the bottom.",
    source="Goldstein & Price 1971; Surjanovic & Bingham",
    log_levels=True,
    tier="expert",
)
def goldstein_price(theta, grad, stream, constants, work):
    """f = a b with a = 1 + s^2 q and b = 30 + t^2 r; a and q have equal partial derivatives."""
    x = theta[0]
    y = theta[1]
    s = x + y + 1.0
    q = 19.0 - 14.0 * x + 3.0 * x * x - 14.0 * y + 6.0 * x * y + 3.0 * y * y
    a = 1.0 + s * s * q
    da = s * (2.0 * q + s * (6.0 * (x + y) - 14.0))
    t = 2.0 * x - 3.0 * y
    r = 18.0 - 32.0 * x + 12.0 * x * x + 48.0 * y - 36.0 * x * y + 27.0 * y * y
    b = 30.0 + t * t * r
    bx = t * (4.0 * r + t * (24.0 * x - 36.0 * y - 32.0))
    by = t * (-6.0 * r + t * (54.0 * y - 36.0 * x + 48.0))
    grad[0] = da * b + a * bx
    grad[1] = da * b + a * by
    return a * b


@hilly(
    "six_hump_camel",
    "Six-hump camel",
    "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (-4 + 4*y^2)*y^2",
    domain=(-3.0, 3.0, -2.0, 2.0),
    view=(-2.0, 2.0, -1.2, 1.2),
    minima=(
        (0.08984201310031806, -0.7126564030207396),
        (-0.08984201310031806, 0.7126564030207396),
    ),
    fmin=-1.0316284534898774,
    stationary=(
        ("saddle", 0.0, 0.0),
        ("local-min", -1.703606714969981, 0.7960835686726251),
        ("local-min", 1.703606714969981, -0.7960835686726251),
        ("local-min", -1.6071047529201974, -0.5686514548841314),
        ("local-min", 1.6071047529201974, 0.5686514548841314),
        ("saddle", -1.1092053368047865, 0.7682680925095399),
        ("saddle", 1.1092053368047865, -0.7682680925095399),
        ("saddle", -1.6380679841897785, -0.22867406904439408),
        ("saddle", 1.6380679841897785, 0.22867406904439408),
        ("saddle", -1.2960702671671092, -0.6050843880386585),
        ("saddle", 1.2960702671671092, 0.6050843880386585),
        ("local-max", -1.2302298765166526, -0.16233458445899496),
        ("local-max", 1.2302298765166526, 0.16233458445899496),
    ),
    start=(-1.0, -0.1),
    rate=0.02,
    summary="Six minima, two of them global: from most of the middle, descent finds one of these.",
    source="Dixon & Szegö 1978; Surjanovic & Bingham",
    log_levels=True,
    tier="basic",
)
def six_hump_camel(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    xx = x * x
    yy = y * y
    grad[0] = x * (8.0 + xx * (2.0 * xx - 8.4)) + y
    grad[1] = x + y * (16.0 * yy - 8.0)
    return (4.0 - 2.1 * xx + xx * xx / 3.0) * xx + x * y + (4.0 * yy - 4.0) * yy


@hilly(
    "three_hump_camel",
    "Three-hump camel",
    "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2",
    domain=(-5.0, 5.0, -5.0, 5.0),
    view=(-2.5, 2.5, -2.5, 2.5),
    minima=((0.0, 0.0),),
    stationary=(
        ("local-min", 1.747552345830289, -0.8737761729151445),
        ("local-min", -1.747552345830289, 0.8737761729151445),
        ("saddle", 1.07054229182366, -0.53527114591183),
        ("saddle", -1.07054229182366, 0.53527114591183),
    ),
    start=(2.1, 1.6),
    rate=0.03,
    summary="Three hollows in a row: momentum may carry a run over the saddle into the deepest.",
    source="Surjanovic & Bingham",
    log_levels=True,
)
def three_hump_camel(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    xx = x * x
    grad[0] = x * (4.0 + xx * (xx - 4.2)) + y
    grad[1] = x + 2.0 * y
    return xx * (2.0 + xx * (xx / 6.0 - 1.05)) + y * (x + y)


BEND = 5.1 / (4.0 * PI * PI)
SWELL = 10.0 * (1.0 - 1.0 / (8.0 * PI))


@hilly(
    "branin",
    "Branin",
    "(y - 5.1/(4*pi^2)*x^2 + 5/pi*x - 6)^2 + 10*(1 - 1/(8*pi))*cos(x) + 10",
    domain=(-5.0, 10.0, 0.0, 15.0),
    minima=((-PI, 12.275), (PI, 2.275), (3.0 * PI, 2.475)),
    fmin=0.39788735772973816,
    stationary=(("saddle", 0.0, 6.0), ("saddle", 2.0 * PI, 1.1)),
    start=(0.4, 13.5),
    rate=0.02,
    summary="A curved valley with three equal minima: neighbouring starts separate at its saddles.",
    source="Branin 1972; Surjanovic & Bingham",
    log_levels=True,
)
def branin(theta, grad, stream, constants, work):
    x = theta[0]
    a = theta[1] - BEND * x * x + 5.0 / PI * x - 6.0
    grad[0] = 2.0 * a * (5.0 / PI - 2.0 * BEND * x) - SWELL * math.sin(x)
    grad[1] = 2.0 * a
    return a * a + SWELL * math.cos(x) + 10.0


@hilly(
    "styblinski_tang",
    "Styblinski-Tang",
    "0.5*(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y)",
    domain=(-5.0, 5.0, -5.0, 5.0),
    minima=((-2.903534027771178, -2.903534027771178),),
    fmin=-78.33233140754285,
    stationary=(
        ("local-min", 2.746802770990837, 2.746802770990837),
        ("local-min", -2.903534027771177, 2.746802770990837),
        ("local-min", 2.746802770990837, -2.903534027771177),
        ("local-max", 0.1567312567803401, 0.1567312567803401),
        ("saddle", -2.903534027771177, 0.1567312567803401),
        ("saddle", 0.1567312567803401, -2.903534027771177),
        ("saddle", 2.746802770990837, 0.1567312567803401),
        ("saddle", 0.1567312567803401, 2.746802770990837),
    ),
    start=(0.4, -0.2),
    rate=0.01,
    summary="Four hollows of different depth around one hill: the first steps decide which one is found.",
    source="Styblinski & Tang 1990; Surjanovic & Bingham",
)
def styblinski_tang(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    xx = x * x
    yy = y * y
    grad[0] = x * (2.0 * xx - 16.0) + 2.5
    grad[1] = y * (2.0 * yy - 16.0) + 2.5
    return 0.5 * (x * (x * (xx - 16.0) + 5.0) + y * (y * (yy - 16.0) + 5.0))


@hilly(
    "mccormick",
    "McCormick",
    "sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1",
    domain=(-1.5, 4.0, -3.0, 4.0),
    minima=((0.5 - PI / 3.0, -0.5 - PI / 3.0),),
    fmin=-0.5 * math.sqrt(3.0) - PI / 3.0,
    stationary=(
        ("local-min", 0.5 + 2.0 * PI / 3.0, -0.5 + 2.0 * PI / 3.0),
        ("saddle", 0.5 + PI / 3.0, -0.5 + PI / 3.0),
    ),
    start=(2.2, -1.5),
    rate=0.05,
    summary="A trough with a wavy floor: two hollows and a saddle between them.",
    source="McCormick 1976; Surjanovic & Bingham",
)
def mccormick(theta, grad, stream, constants, work):
    d = theta[0] - theta[1]
    s = theta[0] + theta[1]
    c = math.cos(s)
    grad[0] = c + 2.0 * d - 1.5
    grad[1] = c - 2.0 * d + 2.5
    return math.sin(s) + d * d - 1.5 * theta[0] + 2.5 * theta[1] + 1.0


@hilly(
    "easom",
    "Easom",
    "-cos(x)*cos(y)*exp(-(x - pi)^2 - (y - pi)^2)",
    domain=(-100.0, 100.0, -100.0, 100.0),
    view=(0.0, 6.25, 0.0, 6.25),
    minima=((PI, PI),),
    fmin=-1.0,
    stationary=tuple(
        ("local-min", x, y)
        for x in (1.3049954504376675, 4.978189856741919)
        for y in (1.3049954504376675, 4.978189856741919)
    ),
    start=(1.9, 2.2),
    rate=0.2,
    summary="One hole in a vast plain: a few units away the gradient is zero to machine precision.",
    source="Easom 1990; Surjanovic & Bingham",
)
def easom(theta, grad, stream, constants, work):
    a = theta[0] - PI
    b = theta[1] - PI
    cx = math.cos(theta[0])
    cy = math.cos(theta[1])
    g = math.exp(-(a * a + b * b))
    grad[0] = g * cy * (math.sin(theta[0]) + 2.0 * a * cx)
    grad[1] = g * cx * (math.sin(theta[1]) + 2.0 * b * cy)
    return -cx * cy * g


@hilly(
    "peaks",
    "Peaks",
    "3*(1 - x)^2*exp(-x^2 - (y + 1)^2) - 10*(x/5 - x^3 - y^5)*exp(-x^2 - y^2) - exp(-(x + 1)^2 - y^2)/3",
    domain=(-3.0, 3.0, -3.0, 3.0),
    minima=((0.22827892055636909, -1.6255349574999964),),
    fmin=-6.551133332835837,
    stationary=(
        ("local-max", -0.009317581959954116, 1.5813679629389998),
        ("local-max", -0.46002451803438665, -0.6291965087168009),
        ("local-max", 1.285684697241304, -0.004847559075593672),
        ("local-min", -1.3473962443682108, 0.20451886609700518),
        ("local-min", 0.2964455538468321, 0.32019624766683435),
        ("saddle", 0.4163233216785082, -0.3941450984024246),
        ("saddle", -0.2659375568372457, 0.4667399937262694),
        ("saddle", 1.0982728343350927, 0.8544609795247524),
    ),
    start=(0.1, 1.3),
    rate=0.02,
    summary="Three hills and three hollows surrounded by a plain, where descent stalls.",
    source="MATLAB's peaks",
    tier="basic",
)
def peaks(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    xx = x * x
    yy = y * y
    a = 1.0 - x
    p = x / 5.0 - xx * x - yy * yy * y
    e1 = math.exp(-xx - (y + 1.0) * (y + 1.0))
    e2 = math.exp(-xx - yy)
    e3 = math.exp(-(x + 1.0) * (x + 1.0) - yy)
    grad[0] = -6.0 * a * e1 * (1.0 + x * a) + (30.0 * xx - 2.0 + 20.0 * x * p) * e2 + 2.0 / 3.0 * (x + 1.0) * e3
    grad[1] = -6.0 * (y + 1.0) * a * a * e1 + (50.0 * yy * yy + 20.0 * y * p) * e2 + 2.0 / 3.0 * y * e3
    return 3.0 * a * a * e1 - 10.0 * p * e2 - e3 / 3.0


@hilly(
    "bird",
    "Bird",
    "sin(x)*exp((1 - cos(y))^2) + cos(y)*exp((1 - sin(x))^2) + (x - y)^2",
    domain=(-2.0 * PI, 2.0 * PI, -2.0 * PI, 2.0 * PI),
    minima=((4.701043130249553, 3.15293850372493), (-1.5821421769300335, -3.1302468034546562)),
    fmin=-106.76453674926468,
    stationary=(
        ("local-min", -1.536662471846804, 3.1074587986417006),
        ("local-min", 4.655171399427279, -3.084375072632382),
        ("local-min", -5.617907679231666, -5.37766660833261),
        ("local-min", 0.6652776279479201, 0.9055186988469766),
    ),
    start=(3.2, 0.6),
    rate=0.003,
    summary="Two global minima and several shallower ones, beside cliffs that throw large steps far away.",
    source="Mishra 2006; Jamil & Yang 2013, minima to full precision",
    tier="expert",
)
def bird(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    sx = math.sin(x)
    cy = math.cos(y)
    a = 1.0 - cy
    b = 1.0 - sx
    p = math.exp(a * a)
    q = math.exp(b * b)
    d = x - y
    grad[0] = math.cos(x) * (p - 2.0 * cy * q * b) + 2.0 * d
    grad[1] = math.sin(y) * (2.0 * sx * p * a - q) - 2.0 * d
    return sx * p + cy * q + d * d


@hilly(
    "deckkers_aarts",
    "Deckkers-Aarts",
    "1e5*x^2 + y^2 - (x^2 + y^2)^2 + 1e-5*(x^2 + y^2)^4",
    domain=(-20.0, 20.0, -20.0, 20.0),
    minima=((0.0, 14.945112151891959), (0.0, -14.945112151891959)),
    fmin=-24776.51834231769,
    stationary=(
        ("local-min", 0.0, 0.0),
        ("saddle", 0.0, 0.7071085489778077),
        ("saddle", 0.0, -0.7071085489778077),
    ),
    start=(8.0, 3.0),
    rate=5e-6,
    summary="A trench along y, 100,000 times steeper across, with a deep hole at each end.",
    source="Deckkers & Aarts 1991; Jamil & Yang 2013, minima to full precision",
    log_levels=True,
    tier="expert",
)
def deckkers_aarts(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    r = x * x + y * y
    cube = 8e-5 * r * r * r
    grad[0] = x * (2e5 - 4.0 * r + cube)
    grad[1] = y * (2.0 - 4.0 * r + cube)
    return 1e5 * x * x + y * y - r * r + 1e-5 * (r * r) * (r * r)
