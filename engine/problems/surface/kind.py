"""Surfaces as a kind of problem: what is known of one, and how its problem is made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from engine.batches import SURFACE_EXAMPLES
from engine.blocks import Block
from engine.choices import Choice, choose
from engine.contracts import Check, Kernel, Routine, no_check
from engine.problems.kind import Offer, ProblemKind
from engine.problems.problem import Problem
from engine.problems.subject import Subject
from engine.problems.surface import SURFACES
from engine.problems.surface.formula import formula_objective, program
from engine.problems.surface.task import NOISE, SEED, Formula, SurfaceTask, surface_task
from engine.random_generator import RandomGenerator
from engine.validation import Entries

_FIRST = "rosenbrock"
_TYPED = "formula"
_NEAR = 0.05  # of the sides of the view: how far from the start trials with other seeds begin, without noise


@dataclass(frozen=True, slots=True)
class SurfaceInfo(Subject):
    """What is known about a surface: its domain, minimum and stationary points.

    domain, view: (x0, x1, y0, y1), view being the part to show first. minima: the global ones, ((x, y), ...).
    stationary: others, ((kind, x, y), ...).
    """

    title: str
    formula: str
    domain: tuple[float, float, float, float]
    view: tuple[float, float, float, float]
    minima: tuple[tuple[float, float], ...]
    stationary: tuple[tuple[str, float, float], ...]
    lowest: float | None
    log_levels: bool
    axes: tuple[str, str] = ("x", "y")
    noun: str = "surface"

    @property
    def is_plane(self) -> bool:
        return True

    def parameter_name(self, place: int) -> str:
        return self.axes[place]

    @property
    def tracked(self) -> bool:
        return False  # where a run has been is in its history

    @property
    def bordered(self) -> bool:
        return True

    @property
    def known_minimum(self) -> float | None:
        return self.lowest

    @property
    def unbounded(self) -> bool:
        return self.lowest is None

    @property
    def value_remedy(self) -> str:
        written = self.noun == _TYPED
        return f"write the {_TYPED} so that it has a value there" if written else "choose another surface"

    def operations(self, parameters: int) -> float:
        return 0.0

    def scale(self, start: np.ndarray) -> float:
        """The diagonal of the domain, and the way from its middle to the start."""
        x0, x1, y0, y1 = self.domain
        middle = np.array([0.5 * (x0 + x1), 0.5 * (y0 + y1)])
        return float(np.hypot(x1 - x0, y1 - y0) + np.hypot(*(start - middle)))


class SurfaceKind(ProblemKind):
    """Functions of two numbers, from the catalogue or typed."""

    key = "surface"
    title = "Surface"
    plural = "Surfaces"
    many = "Descent on surfaces"
    tier = "basic"
    knobs = (NOISE, SEED)
    catalogues = {"surface": SURFACES}
    marks = ("surface", "formula", "start")
    first_curves = ("loss", "gradient_norm", "learning_rate")
    randomness = "noise"

    @property
    def offers(self) -> tuple[Offer, ...]:
        return (
            Offer("surface", "Surface", "A surface from the catalogue", _catalogued, _is_catalogued),
            Offer("formula", "Own formula", "Your own formula in x and y", _typed, _is_typed),
        )

    def read(self, entries: Entries, check: Check = no_check) -> SurfaceTask:
        return surface_task(entries)

    def reseeded(self, task: SurfaceTask, number: int, seed: str = "") -> SurfaceTask:
        """Without noise nothing is random: it begins elsewhere near by, by the number."""
        if task.noise or not number:
            return super().reseeded(task, number, seed)  # type: ignore[return-value]
        x0, x1, y0, y1 = self.problem(task).subject.view  # type: ignore[attr-defined]
        shares = RandomGenerator(task.seed).child(number).uniform(2, -_NEAR, _NEAR)
        x, y = np.array(task.start) + shares * (x1 - x0, y1 - y0)
        return task.having("start", [float(x), float(y)])

    def felt(self, task: SurfaceTask, batches: Collection[str]) -> SurfaceTask:
        """Full batches have exact gradients, whatever the noise."""
        return task.having("noise", 0.0) if task.noise and set(batches) == {"full"} else task

    def reseeding(self, task: SurfaceTask) -> str:
        if task.noise:
            return super().reseeding(task)
        return f"starts within {_NEAR:.0%} of the view around the start, for nothing is random here"

    def problem(self, task: SurfaceTask, check: Check = no_check) -> Problem:
        found = _catalogued_problem if isinstance(task.surface, Choice) else _typed_problem
        objective, constants, work_size, info = found(task)
        return Problem(
            task=task,
            objective=objective,
            constants=constants,
            work_size=work_size,
            start=np.array(task.start),
            blocks=(Block("point", 0, (2,), "point", decays=True),),
            examples=SURFACE_EXAMPLES,
            seed=task.seed,
            subject=info,
            noise=task.noise,
        )

    def kernels(self, task: SurfaceTask) -> list[Kernel | Routine]:
        return [SURFACES[task.surface.kind].kernel if isinstance(task.surface, Choice) else formula_objective]


def _catalogued() -> SurfaceTask:
    return SurfaceTask(choose(SURFACES, _FIRST), SURFACES[_FIRST].start)


def _is_catalogued(task: SurfaceTask) -> bool:
    return isinstance(task.surface, Choice)


def _typed() -> SurfaceTask:
    entry = SURFACES[_FIRST]
    numbers = {knob.name: float(knob.default) for knob in entry.knobs}  # type: ignore[arg-type]
    return SurfaceTask(Formula(entry.formula, numbers, entry.view), entry.start)


def _is_typed(task: SurfaceTask) -> bool:
    return isinstance(task.surface, Formula)


_Parts = tuple[int, np.ndarray, int, SurfaceInfo]  # address of the objective, constants, size of work


def _catalogued_problem(task: SurfaceTask) -> _Parts:
    assert isinstance(task.surface, Choice)
    surface = SURFACES[task.surface.kind]
    info = SurfaceInfo(
        surface.title,
        surface.formula,
        surface.domain,
        surface.view,
        surface.minima,
        surface.stationary,
        surface.fmin if np.isfinite(surface.fmin) else None,
        surface.log_levels,
        surface.axes,
    )
    return surface.kernel.address, np.array(task.surface.packed(surface.knobs) or [0.0]), 1, info


def _typed_problem(task: SurfaceTask) -> _Parts:
    formula = task.surface
    assert isinstance(formula, Formula)
    made = program(formula.text, formula.parameters)
    info = SurfaceInfo("Own formula", formula.text, formula.domain, formula.domain, (), (), None, False, noun=_TYPED)
    return formula_objective.address, made.constants, made.work_size, info
