"""The catalogue of surfaces: functions of two numbers with exact gradients, and what is known about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from engine.contracts import OBJECTIVE, Catalogue, Hyper, Kernel, Tier

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # x low, x high, y low, y high
Kind = Literal["saddle", "local-min", "local-max", "degenerate"]


@dataclass(frozen=True, slots=True)
class Surface:
    """One 2-D function to minimise.

    formula is text of the expression language in x, y and the knobs' names; if formula_is_exact is False it is for
    display only. minima are the global ones inside the domain, all of value fmin (-inf if unbounded below), stationary
    the other points of zero gradient; where they fill a curve or are too many, samples of them. view is the part of the
    domain to show first. rate is a learning rate at which plain gradient descent from start shows something
    interesting. log_levels asks for contour levels that are logarithmic above fmin. smooth is False if the gradient
    jumps or does not exist somewhere; the kernel returns 0 there.
    """

    key: str
    title: str
    formula: str
    family: str
    summary: str
    source: str
    domain: Box
    view: Box
    minima: tuple[Point, ...]
    fmin: float
    stationary: tuple[tuple[Kind, float, float], ...]
    start: Point
    rate: float
    knobs: tuple[Hyper, ...]
    log_levels: bool
    smooth: bool
    formula_is_exact: bool
    axes: tuple[str, str]
    kernel: Kernel
    tier: Tier = "more"


SURFACES: Catalogue[Surface] = Catalogue("surface")


def surface(
    key: str,
    title: str,
    formula: str,
    *knobs: Hyper,
    family: str,
    domain: Box,
    start: Point,
    rate: float,
    summary: str,
    source: str,
    minima: tuple[Point, ...] = (),
    fmin: float = 0.0,
    stationary: tuple[tuple[Kind, float, float], ...] = (),
    view: Box | None = None,
    log_levels: bool = False,
    smooth: bool = True,
    formula_is_exact: bool = True,
    axes: tuple[str, str] = ("x", "y"),
    tier: Tier = "more",
) -> Callable[[Callable[..., Any]], Kernel]:
    """Decorator: declare a surface over its OBJECTIVE function, whose constants are the packed knobs."""

    def declare(function: Callable[..., Any]) -> Kernel:
        kernel = Kernel(function, OBJECTIVE)
        SURFACES.add(
            Surface(
                key=key,
                title=title,
                formula=formula,
                family=family,
                summary=summary,
                source=source,
                domain=domain,
                view=view or domain,
                minima=minima,
                fmin=fmin,
                stationary=stationary,
                start=start,
                rate=rate,
                knobs=knobs,
                log_levels=log_levels,
                smooth=smooth,
                formula_is_exact=formula_is_exact,
                axes=axes,
                kernel=kernel,
                tier=tier,
            )
        )
        return kernel

    return declare
