"""Surfaces of well-known demos: gradient_descent_viz and Emilien Dupont's page."""

from __future__ import annotations

import math
from functools import partial

from engine.contracts import inline
from engine.problems.surface.papers import shown

viz = partial(
    shown,
    domain=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 1.5),
    source="gradient_descent_viz, https://github.com/lilipads/gradient_descent_viz",
)


@inline
def bump(x, y):
    """A Gaussian bump of height 1; its gradient is -10 (x, y) times its value."""
    return math.exp(-(x * x + y * y) / 0.2)


@shown(
    "dupont",
    "Two holes in a bowl",
    "x^2 + y^2 - 2*exp(-((x - 1)^2 + y^2)/0.2) - 3*exp(-((x + 1)^2 + y^2)/0.2)",
    domain=(-2.0, 2.0, -2.0, 2.0),
    minima=((-0.9363006340109187, 0.0),),
    fmin=-2.063090251768194,
    stationary=(
        ("local-min", 0.905317899160115, 0.0),
        ("saddle", 0.06860243670809657, 0.0),
    ),
    start=(0.4, 1.6),
    rate=0.01,
    summary="Two holes, one deeper: four optimizers from one start do not all end in the same one.",
    source="Emilien Dupont 2018, https://emiliendupont.github.io/2018/01/24/optimization-visualization",
)
def dupont(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    a = 2.0 * bump(x - 1.0, y)
    b = 3.0 * bump(x + 1.0, y)
    grad[0] = 2.0 * x + 10.0 * ((x - 1.0) * a + (x + 1.0) * b)
    grad[1] = y * (2.0 + 10.0 * (a + b))
    return x * x + y * y - a - b


@viz(
    "viz_local_minimum",
    "Viz: local minimum",
    "-2*exp(-((x - 1)^2 + (1.4*y)^2)/0.2) - 6*exp(-((x + 1)^2 + (1.4*y)^2)/0.2) + x^2 + (1.4*y)^2",
    minima=((-0.9675774464554597, 0.0),),
    fmin=-5.032339968658435,
    stationary=(
        ("local-min", 0.9053178606008483, 0.0),
        ("saddle", 0.12025036405942183, 0.0),
    ),
    rate=0.01,
    summary="The hole near the start is not the deepest: only momentum can reach the other.",
)
def viz_local_minimum(theta, grad, stream, constants, work):
    x = theta[0]
    z = 1.4 * theta[1]
    a = 2.0 * bump(x - 1.0, z)
    b = 6.0 * bump(x + 1.0, z)
    grad[0] = 2.0 * x + 10.0 * ((x - 1.0) * a + (x + 1.0) * b)
    grad[1] = 1.4 * z * (2.0 + 10.0 * (a + b))
    return x * x + z * z - a - b


@viz(
    "viz_global_minimum",
    "Viz: global minimum",
    "x^2 + y^2",
    minima=((0.0, 0.0),),
    rate=0.05,
    summary="A round bowl: every optimizer arrives, but along different paths.",
)
def viz_global_minimum(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = 2.0 * x
    grad[1] = 2.0 * y
    return x * x + y * y


@viz(
    "viz_saddle_point",
    "Viz: saddle point",
    "sin(x) + y^2",
    minima=((-0.5 * math.pi, 0.0),),
    fmin=-1.0,
    stationary=(("saddle", 0.5 * math.pi, 0.0),),
    rate=0.1,
    summary="Starts almost on a ridge: optimizers that rescale the gradient leave the saddle first.",
)
def viz_saddle_point(theta, grad, stream, constants, work):
    x = theta[0]
    y = theta[1]
    grad[0] = math.cos(x)
    grad[1] = 2.0 * y
    return math.sin(x) + y * y


@viz(
    "viz_ecliptic_bowl",
    "Viz: ecliptic bowl",
    "-exp(-((x/2)^2 + 5*(y/2)^2)) + (x/2)^2 + 0.5*(y/2)^2",
    minima=((0.0, 0.0),),
    fmin=-1.0,
    rate=0.2,
    summary="An elongated dent in a bowl elongated the other way: the path downhill turns.",
)
def viz_ecliptic_bowl(theta, grad, stream, constants, work):
    x = 0.5 * theta[0]
    z = 0.5 * theta[1]
    dent = math.exp(-(x * x + 5.0 * z * z))
    grad[0] = x * (1.0 + dent)
    grad[1] = z * (0.5 + 5.0 * dent)
    return x * x + 0.5 * z * z - dent


@viz(
    "viz_hills",
    "Viz: hills",
    "2*exp(-((x - 1)^2 + (1.4*y)^2)/0.2) + 6*exp(-((x + 1)^2 + (1.4*y)^2)/0.2)"
    " - 2*exp(-((x - 1)^2 + (1.4*y + 1)^2)/0.2) + x^2 + (1.4*y)^2",
    minima=((0.9003065222993073, -0.6534011583039486),),
    fmin=-0.1588086100344146,
    stationary=(
        ("local-min", 0.04150712569956181, -0.0006403776376543042),
        ("saddle", 0.4582929737230109, -0.44998075616155375),
        ("saddle", 1.4852458636525214, 0.0065611916934556124),
        ("saddle", -1.71027297234088, 0.0),
        ("local-max", 1.1215460775056234, 0.005060385663539712),
        ("local-max", -1.0346981883783095, 0.0),
    ),
    rate=0.01,
    summary="Two hills and a hole behind one of them: descent has to go around.",
)
def viz_hills(theta, grad, stream, constants, work):
    x = theta[0]
    z = 1.4 * theta[1]
    a = 2.0 * bump(x - 1.0, z)
    b = 6.0 * bump(x + 1.0, z)
    c = 2.0 * bump(x - 1.0, z + 1.0)
    grad[0] = 2.0 * x - 10.0 * ((x - 1.0) * (a - c) + (x + 1.0) * b)
    grad[1] = 1.4 * (2.0 * z - 10.0 * (z * (a + b) - (z + 1.0) * c))
    return x * x + z * z + a + b - c


@viz(
    "viz_plateau",
    "Viz: plateau",
    "-sin(10*sqrt(x^2 + y^2) + 0.01)/(10*sqrt(x^2 + y^2) + 0.01) + 0.01*(10*sqrt(x^2 + y^2) + 0.01)^2",
    minima=((0.0, 0.0),),
    fmin=-math.sin(0.01) / 0.01 + 1e-6,
    rate=0.1,
    summary="Terraces around a hole: their slope is small, and a run may stop on one.",
    smooth=False,
)
def viz_plateau(theta, grad, stream, constants, work):
    """The 0.01 avoids 0/0 in sin(r)/r at the origin and leaves a slight kink there."""
    x = theta[0]
    y = theta[1]
    h = math.sqrt(x * x + y * y)
    r = 10.0 * h + 0.01
    wave = math.sin(r) / r
    slope = 10.0 * ((wave - math.cos(r)) / r + 0.02 * r) / h if h > 0.0 else 0.0
    grad[0] = slope * x
    grad[1] = slope * y
    return 0.01 * r * r - wave
