"""Many minima: highly multimodal surfaces."""

from __future__ import annotations

import math
from functools import partial

from engine.contracts import inline
from engine.problems.surface.catalogue import surface

rugged = partial(surface, family="Many minima")

SQRT2 = math.sqrt(2.0)


@rugged(
    "rastrigin",
    "Rastrigin",
    "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)",
    domain=(-5.12, 5.12, -5.12, 5.12),
    minima=((0.0, 0.0),),
    stationary=(
        *(("local-min", s * 0.9949586376523348, 0.0) for s in (1, -1)),
        *(("local-min", 0.0, s * 0.9949586376523348) for s in (1, -1)),
        *(("local-max", s * 0.5025460365546747, t * 0.5025460365546747) for s in (1, -1) for t in (1, -1)),
    ),
    start=(-3.4, 2.7),
    rate=0.001,
    summary="A bowl covered with one dent per unit: descent ends in the nearest one, "
    "from about 1% of all starts in the deepest.",
    source="Rastrigin 1974; Surjanovic & Bingham",
    tier="basic",
)
def rastrigin(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = 2.0 * math.pi * x
    b = 2.0 * math.pi * y
    grad[0] = 2.0 * x + 20.0 * math.pi * math.sin(a)
    grad[1] = 2.0 * y + 20.0 * math.pi * math.sin(b)
    return 20.0 + (x * x - 10.0 * math.cos(a)) + (y * y - 10.0 * math.cos(b))


@rugged(
    "ackley",
    "Ackley",
    "-20*exp(-0.2*sqrt(0.5*(x^2 + y^2))) - exp(0.5*(cos(2*pi*x) + cos(2*pi*y))) + e + 20",
    domain=(-5.0, 5.0, -5.0, 5.0),
    minima=((0.0, 0.0),),
    start=(-1.7, 1.3),
    rate=0.02,
    summary="Dents around a steep funnel with a sharp tip: near it the gradient does not vanish.",
    source="Ackley 1987; Surjanovic & Bingham",
    smooth=False,
    tier="basic",
)
def ackley(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = 2.0 * math.pi * x
    b = 2.0 * math.pi * y
    r = math.sqrt(0.5 * (x * x + y * y))
    cone = math.exp(-0.2 * r)
    waves = math.exp(0.5 * (math.cos(a) + math.cos(b)))
    pull = 2.0 * cone / r if r > 0.0 else 0.0
    grad[0] = pull * x + math.pi * waves * math.sin(a)
    grad[1] = pull * y + math.pi * waves * math.sin(b)
    return 20.0 * (1.0 - cone) + (math.e - waves)


@rugged(
    "griewank",
    "Griewank",
    "(x^2 + y^2)/4000 - cos(x)*cos(y/sqrt(2)) + 1",
    domain=(-20.0, 20.0, -20.0, 20.0),
    minima=((0.0, 0.0),),
    start=(-16.0, 11.0),
    rate=0.5,
    summary="A regular egg box on a bowl so shallow that gradients hardly point towards the minimum.",
    source="Griewank 1981; Surjanovic & Bingham",
)
def griewank(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    v = y / SQRT2
    cx = math.cos(x)
    cy = math.cos(v)
    grad[0] = x / 2000.0 + math.sin(x) * cy
    grad[1] = y / 2000.0 + cx * math.sin(v) / SQRT2
    return (x * x + y * y) / 4000.0 - cx * cy + 1.0


@rugged(
    "schwefel",
    "Schwefel",
    "2*418.98288727243369 - x*sin(sqrt(abs(x))) - y*sin(sqrt(abs(y)))",
    domain=(-500.0, 500.0, -500.0, 500.0),
    minima=((420.968746359982, 420.968746359982),),
    start=(150.0, 330.0),
    rate=2.0,
    summary="The deepest valley is in a corner, far from the second deepest: promising regions mislead.",
    source="Schwefel 1981; Surjanovic & Bingham, constant to full precision",
)
def schwefel(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = math.sqrt(abs(x))
    b = math.sqrt(abs(y))
    sa = math.sin(a)
    sb = math.sin(b)
    grad[0] = -sa - 0.5 * a * math.cos(a)
    grad[1] = -sb - 0.5 * b * math.cos(b)
    return 2.0 * 418.98288727243369 - x * sa - y * sb


@rugged(
    "levy13",
    "Lévy 13",
    "sin(3*pi*x)^2 + (x - 1)^2*(1 + sin(3*pi*y)^2) + (y - 1)^2*(1 + sin(2*pi*y)^2)",
    domain=(-10.0, 10.0, -10.0, 10.0),
    view=(-2.0, 4.0, -2.0, 4.0),
    minima=((1.0, 1.0),),
    start=(-1.3, 3.2),
    rate=0.002,
    summary="Ripples that grow with distance: smooth near the minimum, rough where descent begins.",
    source="Surjanovic & Bingham",
    tier="expert",
)
def levy13(theta, grad, stream, constants, work):
    a = theta[0] - 1.0
    b = theta[1] - 1.0
    u = 3.0 * math.pi * theta[0]
    v = 3.0 * math.pi * theta[1]
    w = 2.0 * math.pi * theta[1]
    su = math.sin(u)
    sv = math.sin(v)
    sw = math.sin(w)
    p = 1.0 + sv * sv
    q = 1.0 + sw * sw
    grad[0] = 6.0 * math.pi * su * math.cos(u) + 2.0 * a * p
    grad[1] = 2.0 * b * q + math.pi * (6.0 * a * a * sv * math.cos(v) + 4.0 * b * b * sw * math.cos(w))
    return su * su + a * a * p + b * b * q


@rugged(
    "eggcrate",
    "Egg crate",
    "x^2 + y^2 + 25*(sin(x)^2 + sin(y)^2)",
    domain=(-5.0, 5.0, -5.0, 5.0),
    minima=((0.0, 0.0),),
    start=(-4.4, 2.0),
    rate=0.005,
    summary="Nine large hollows in a grid, the middle one the lowest.",
    source="Jamil & Yang 2013, https://arxiv.org/abs/1308.4008",
)
def eggcrate(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    sx = math.sin(x)
    sy = math.sin(y)
    grad[0] = 2.0 * x + 50.0 * sx * math.cos(x)
    grad[1] = 2.0 * y + 50.0 * sy * math.cos(y)
    return x * x + y * y + 25.0 * (sx * sx + sy * sy)


@rugged(
    "bohachevsky1",
    "Bohachevsky",
    "x^2 + 2*y^2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7",
    domain=(-100.0, 100.0, -100.0, 100.0),
    view=(-2.0, 2.0, -2.0, 2.0),
    minima=((0.0, 0.0),),
    start=(-1.6, 1.3),
    rate=0.01,
    summary="A plain bowl from afar, full of ripples up close: the step size decides which one descent sees.",
    source="Bohachevsky 1986; Surjanovic & Bingham",
    log_levels=True,
    tier="expert",
)
def bohachevsky1(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = 3.0 * math.pi * x
    b = 4.0 * math.pi * y
    grad[0] = 2.0 * x + 0.9 * math.pi * math.sin(a)
    grad[1] = 4.0 * y + 1.6 * math.pi * math.sin(b)
    return x * x + 2.0 * y * y + 0.3 * (1.0 - math.cos(a)) + 0.4 * (1.0 - math.cos(b))


@rugged(
    "dropwave",
    "Drop wave",
    "-(1 + cos(12*sqrt(x^2 + y^2)))/(0.5*(x^2 + y^2) + 2)",
    domain=(-5.12, 5.12, -5.12, 5.12),
    view=(-2.0, 2.0, -2.0, 2.0),
    minima=((0.0, 0.0),),
    fmin=-1.0,
    start=(-0.9, 0.85),
    rate=0.005,
    summary="Concentric ripples: every ring is a valley that traps descent, whatever its direction.",
    source="Surjanovic & Bingham",
)
def dropwave(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    rr = x * x + y * y
    r = math.sqrt(rr)
    c = 1.0 + math.cos(12.0 * r)
    d = 0.5 * rr + 2.0
    # wave has a limit at the origin, but it is multiplied by 0 there.
    wave = 12.0 * math.sin(12.0 * r) / r if r > 0.0 else 0.0
    slope = (wave + c / d) / d
    grad[0] = slope * x
    grad[1] = slope * y
    return -c / d


@rugged(
    "schaffer2",
    "Schaffer 2",
    "0.5 + (sin(x^2 - y^2)^2 - 0.5)/(1 + 0.001*(x^2 + y^2))^2",
    domain=(-100.0, 100.0, -100.0, 100.0),
    view=(-3.0, 3.0, -3.0, 3.0),
    minima=((0.0, 0.0),),
    start=(-1.6, 0.6),
    rate=0.02,
    summary="Ripples that get finer outwards, along crossed valleys in which the value hardly changes.",
    source="Schaffer 1984; Surjanovic & Bingham",
    tier="expert",
)
def schaffer2(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    u = x * x - y * y
    d = 1.0 + 0.001 * (x * x + y * y)
    dd = d * d
    s = math.sin(u)
    q = (s * s - 0.5) / dd
    wave = 2.0 * math.sin(2.0 * u) / dd
    fade = 0.004 * q / d
    grad[0] = x * (wave - fade)
    grad[1] = -y * (wave + fade)
    return 0.5 + q


@rugged(
    "schaffer4",
    "Schaffer 4",
    "0.5 + (cos(sin(abs(x^2 - y^2)))^2 - 0.5)/(1 + 0.001*(x^2 + y^2))^2",
    domain=(-100.0, 100.0, -100.0, 100.0),
    view=(-3.0, 3.0, -3.0, 3.0),
    minima=(
        (0.0, 1.2531318314637332),
        (0.0, -1.2531318314637332),
        (1.2531318314637332, 0.0),
        (-1.2531318314637332, 0.0),
    ),
    fmin=0.29257863203598056,
    start=(-1.9, 1.5),
    rate=0.05,
    summary="Four equal minima in the innermost of crossed valleys; all others are only slightly higher.",
    source="Schaffer 1984; Surjanovic & Bingham, minima to full precision",
    tier="expert",
)
def schaffer4(theta, grad, stream, constants, work):
    """The absolute value in the formula can be dropped: cos(sin(u)) is even in u."""
    x = theta[0]
    y = theta[1]
    u = x * x - y * y
    d = 1.0 + 0.001 * (x * x + y * y)
    dd = d * d
    s = math.sin(u)
    c = math.cos(s)
    q = (c * c - 0.5) / dd
    wave = -2.0 * math.sin(2.0 * s) * math.cos(u) / dd
    fade = 0.004 * q / d
    grad[0] = x * (wave - fade)
    grad[1] = -y * (wave + fade)
    return 0.5 + q


@inline
def comb(t):
    """The sum over k = 1..5 of k cos((k + 1) t + k), and its derivative.

    From one k to the next the phase grows by t + 1: a rotation replaces a cosine.
    """
    c = math.cos(2.0 * t + 1.0)
    s = math.sin(2.0 * t + 1.0)
    turn_c = math.cos(t + 1.0)
    turn_s = math.sin(t + 1.0)
    value = 0.0
    slope = 0.0
    for k in range(1, 6):
        value += k * c
        slope -= k * (k + 1) * s
        c, s = c * turn_c - s * turn_s, s * turn_c + c * turn_s
    return value, slope


@rugged(
    "shubert",
    "Shubert",
    "(cos(2*x + 1) + 2*cos(3*x + 2) + 3*cos(4*x + 3) + 4*cos(5*x + 4) + 5*cos(6*x + 5))"
    "*(cos(2*y + 1) + 2*cos(3*y + 2) + 3*cos(4*y + 3) + 4*cos(5*y + 4) + 5*cos(6*y + 5))",
    domain=(-10.0, 10.0, -10.0, 10.0),
    minima=(
        (-7.0835064076515595, 4.858056878859825),
        (-7.0835064076515595, -7.708313735499347),
        (-7.0835064076515595, -1.425128428319761),
    ),
    fmin=-186.73090883102384,
    start=(-7.6, -1.9),
    rate=0.0002,
    summary="A field of steep, narrow spikes and pits, 18 of them equally deep.",
    source="Shubert 1972; Surjanovic & Bingham, three of the 18 minima",
)
def shubert(theta, grad, stream, constants, work):
    a, da = comb(theta[0])
    b, db = comb(theta[1])
    grad[0] = da * b
    grad[1] = a * db
    return a * b


@inline
def notch(t, m):
    """sin(t) sin(m t^2 / pi)^20 and its derivative."""
    q = m * t * t / math.pi
    s = math.sin(q)
    s2 = s * s
    s4 = s2 * s2
    s16 = s4 * s4 * s4 * s4
    s19 = s16 * s2 * s
    st = math.sin(t)
    return st * s19 * s, s19 * (math.cos(t) * s + 40.0 * st * math.cos(q) * m * t / math.pi)


@rugged(
    "michalewicz",
    "Michalewicz",
    "-sin(x)*sin(x^2/pi)^20 - sin(y)*sin(2*y^2/pi)^20",
    domain=(0.0, math.pi, 0.0, math.pi),
    minima=((2.2029055201726093, 1.5707963267948966),),
    fmin=-1.8013034100985525,
    start=(2.6, 1.9),
    rate=0.005,
    summary="Sharp trenches in a plain: away from them the gradient is almost zero.",
    source="Michalewicz 1992; Surjanovic & Bingham",
    tier="expert",
)
def michalewicz(theta, grad, stream, constants, work):
    a, da = notch(theta[0], 1.0)
    b, db = notch(theta[1], 2.0)
    grad[0] = -da
    grad[1] = -db
    return -a - b
