"""What is minimised: an objective kernel with its constant numbers, whatever it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.batches import SURFACE_EXAMPLES
from engine.experiment import Choice, SurfaceTask
from engine.loop import BATCH, EXAMPLES, STREAM, evaluate, evaluate_grid
from engine.surfaces import SURFACES
from engine.surfaces.formula import formula_objective, program

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of a surface: where it is defined, its lowest value and its stationary points.

    domain, view: (x0, x1, y0, y1), the view being the part to show first. minima: the global ones,
    ((x, y), ...). stationary: others, ((kind, x, y), ...).
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


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """An objective (the address of its kernel) with its constants and scratch size; start (n,)."""

    task: SurfaceTask
    objective: int
    constants: Array
    work_size: int
    start: Array
    examples: int
    noise: float
    seed: int
    ground: Ground

    def values(self, xs: Array, ys: Array) -> Array:
        """Loss on the grid of xs (nx,) and ys (ny,): (ny, nx). For problems of two parameters."""
        found = np.empty((len(ys), len(xs)))
        xs = np.ascontiguousarray(xs, dtype=float)
        ys = np.ascontiguousarray(ys, dtype=float)
        stream, scratch = self._stream(), np.zeros(4)
        evaluate_grid(self.objective, xs, ys, stream, self.constants, self._work(), scratch, found)
        return found

    def gradients(self, points: Array) -> tuple[Array, Array]:
        """(losses (k,), exact gradients (k, n)) at points (k, n)."""
        points = np.ascontiguousarray(points, dtype=float)
        losses, grads = np.empty(len(points)), np.empty_like(points)
        evaluate(self.objective, points, self._stream(), self.constants, self._work(), losses, grads)
        return losses, grads

    def curvatures(self, point: Array) -> Array:
        """Eigenvalues of the Hessian at a point (n,), rising, by central differences of exact gradients."""
        reach = 1e-5 * np.maximum(1.0, np.abs(point))
        shifts = np.diag(reach)
        _, ahead = self.gradients(point + shifts)
        _, behind = self.gradients(point - shifts)
        with np.errstate(all="ignore"):
            hessian = (ahead - behind) / (2.0 * reach[:, None])
        if not np.isfinite(hessian).all():
            return np.full(len(point), np.nan)
        return np.linalg.eigvalsh((hessian + hessian.T) / 2.0)

    def _stream(self) -> Array:
        stream = np.zeros(STREAM, np.int64)
        stream[BATCH] = stream[EXAMPLES] = self.examples
        return stream

    def _work(self) -> Array:
        return np.zeros(max(self.work_size, 1))


def problem_of(task: SurfaceTask) -> Problem:
    """Make the task ready to descend. Raises SettingError if its formula cannot be read."""
    parts: dict[str, Any]
    if isinstance(task.surface, Choice):
        surface = SURFACES[task.surface.kind]
        packed = task.surface.packed(surface.knobs)
        parts = {"objective": surface.kernel.address, "constants": np.array(packed or [0.0]), "work_size": 1}
        ground = Ground(
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
    else:
        made = program(task.surface.text, task.surface.parameters)
        parts = {
            "objective": formula_objective.address,
            "constants": made.constants,
            "work_size": made.work_size,
        }
        ground = Ground("Own formula", task.surface.text, task.surface.domain, task.surface.domain, (), (), None, False)
    return Problem(
        task=task,
        start=np.array(task.start),
        examples=SURFACE_EXAMPLES,
        noise=task.noise,
        seed=task.seed,
        ground=ground,
        **parts,
    )
