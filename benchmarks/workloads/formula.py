"""Typed formulas in the expression machine, against the same functions as compiled surfaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.timing import Contender, table
from engine import SURFACES, Formula, Session, new_experiment, new_run, problem_of

KEYS = ("sphere", "rosenbrock", "himmelblau", "ackley")
POINTS = np.random.default_rng(0).uniform(-2.0, 2.0, (1000, 2))


def measure(rounds: int) -> Iterator[str]:
    for key in KEYS:
        surface = SURFACES[key]
        typed = Formula(surface.formula, {}, surface.domain)
        yield f"{surface.title}: {surface.formula}"
        for kind, made in (("value and gradient", _values), ("update", _updates)):
            contenders = [
                Contender(f"{kind}, compiled", made(key)),
                Contender(f"{kind}, typed", made(typed)),
            ]
            yield from table(contenders, rounds, kind)


def _values(surface: str | Formula) -> Callable[[int], None]:
    problem = problem_of(new_experiment(surface, ["sgd"]).problem)

    def run(count: int) -> None:
        for _ in range(-(-count // len(POINTS))):
            problem.gradients(POINTS)

    return run


def _updates(surface: str | Formula) -> Callable[[int], int]:
    run = new_run("sgd", learning_rate=1e-6)
    session = Session(new_experiment(surface, [run], start=(-1.2, 1.0), updates=0))
    return session.advance
