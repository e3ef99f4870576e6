"""A problem: an objective kernel with its constants, made from a surface, a formula or a network."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakValueDictionary

import numpy as np

from engine.architectures.initializers import initial_theta
from engine.architectures.mlp import network_objective
from engine.architectures.packing import packed
from engine.batches import SURFACE_EXAMPLES
from engine.blocks import Block
from engine.choices import Choice
from engine.contracts import SettingError, numbers_of
from engine.data.prepare import training_data
from engine.data.source import examples_of
from engine.insight.sharpness import Evaluated, curvature_pieces, sharpness_pieces
from engine.interruption import Interruption, Pieces, address_of, finish
from engine.problems.supervised.learner import Learner
from engine.problems.supervised.task import STRATIFIED, NetworkTask
from engine.problems.surface import SURFACES
from engine.problems.surface.formula import formula_objective, program
from engine.problems.surface.task import SurfaceTask
from engine.simd.alignment import aligned_zeros
from engine.training.experiment import Task
from engine.training.loop import evaluate, evaluate_grid
from engine.training.stream import BATCH, EXAMPLES, FIXED, FLAG, ORDER, QUIET, STREAM, TAKEN

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class SurfaceInfo:
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


@dataclass(frozen=True, eq=False)
class Problem:
    """An objective (the address of its kernel) with its constants and scratch size; start (n,).

    blocks: the tensors of theta, in order and without gaps. ordered: whether batches follow an order of the examples.
    surface_info: what is known about a surface, learner: the network and its data; one of them is None.
    """

    task: Task
    objective: int
    constants: Array
    work_size: int
    start: Array
    blocks: tuple[Block, ...]
    examples: int
    seed: int
    noise: float = 0.0
    ordered: bool = False
    surface_info: SurfaceInfo | None = None
    learner: Learner | None = None

    @property
    def decayed(self) -> Array:
        """(2 k,) int64: (start, stop) of the k blocks that are subject to weight decay."""
        return np.array([(block.start, block.stop) for block in self.blocks if block.decays], np.int64).reshape(-1)

    @property
    def layers(self) -> tuple[str, ...]:
        """The titles of a network's layers; none for a surface."""
        return self.task.layer_titles if isinstance(self.task, NetworkTask) else ()

    def measured(
        self, theta: Array, step: Array | None, l1: float, l2: float, interruption: Interruption | None = None
    ) -> Pieces[tuple[Array, Array | None]]:
        """The measures of a network at theta, in pieces: (MEASURES,) and, given the step by which it was reached, those
        of the layers (L, LAYER_MEASURES).
        """
        assert self.learner is not None
        penalty = self._penalty(theta, l1, l2)
        if step is None:
            return (yield from self.learner.measured(theta, penalty, interruption)), None
        return (yield from self.learner.layers_measured(theta, step, penalty, interruption))

    def _penalty(self, theta: Array, l1: float, l2: float) -> float:
        """What L1 and L2 with these weights add to the loss."""
        if not l1 and not l2:
            return 0.0
        pieces = [theta[start:stop] for start, stop in self.decayed.reshape(-1, 2)]
        with np.errstate(over="ignore"):  # of weights that run away
            return sum(
                (l1 * float(np.abs(piece).sum()) if l1 else 0.0) + (0.5 * l2 * float(piece @ piece) if l2 else 0.0)
                for piece in pieces
            )

    def values(self, xs: Array, ys: Array) -> Array:
        """Loss on the grid of xs (nx,) and ys (ny,): (ny, nx). Raises SettingError unless there are two parameters."""
        return finish(self.value_pieces(xs, ys, None))

    def value_pieces(self, xs: Array, ys: Array, interruption: Interruption | None) -> Pieces[Array]:
        """`values`, in pieces."""
        if self.start.size != 2:
            raise SettingError(f"a grid of losses is over two parameters, and this problem has {self.start.size:,}")
        xs, ys = np.atleast_1d(numbers_of(xs)), np.atleast_1d(numbers_of(ys))
        found = np.empty((len(ys), len(xs)))
        stream, scratch, work = self._stream(interruption), np.zeros(4), self._work()
        rows = 0
        while True:
            rows = evaluate_grid(self.objective, rows, xs, ys, stream, self.constants, work, scratch, found)
            if rows >= len(ys):
                return found
            yield

    def gradients(self, points: Array) -> tuple[Array, Array]:
        """(losses (k,), exact gradients (k, n)) at points (k, n). Raises SettingError for points of another size."""
        return finish(self.gradient_pieces(points, None))

    def gradient_pieces(self, points: Array, interruption: Interruption | None) -> Pieces[Evaluated]:
        """`gradients`, in pieces."""
        points = numbers_of(points)
        if points.ndim != 2 or points.shape[1] != self.start.size:
            told = f"points are an array (k, {self.start.size}) with the parameters of one in each row"
            raise SettingError(f"{told}, got an array {points.shape}")
        losses, grads = np.empty(len(points)), np.empty_like(points)
        stream, work = self._stream(interruption), self._work()
        done = 0
        while True:
            done = evaluate(self.objective, done, points, stream, self.constants, work, losses, grads)
            if done >= len(points):
                return losses, grads
            yield

    def sharpness(self, point: Array) -> float:
        """The largest eigenvalue of the Hessian at a point (n,); NaN where it is not finite."""
        return finish(self.sharpness_pieces(point, None))

    def sharpness_pieces(self, point: Array, interruption: Interruption | None) -> Pieces[float]:
        """`sharpness`, in pieces."""
        return sharpness_pieces(lambda points: self.gradient_pieces(points, interruption), point)

    def curvatures(self, point: Array) -> Array:
        """Eigenvalues of the Hessian at a point (n,), ascending; see sharpness.curvatures."""
        return finish(curvature_pieces(lambda points: self.gradient_pieces(points, None), point))

    def _stream(self, interruption: Interruption | None) -> Array:
        stream = np.zeros(STREAM, np.int64)
        stream[BATCH] = stream[EXAMPLES] = stream[TAKEN] = self.examples
        stream[ORDER], stream[QUIET] = FIXED, 1
        stream[FLAG] = address_of(interruption)
        return stream

    def _work(self) -> Array:
        return aligned_zeros(max(self.work_size, 1))


_CACHE: WeakValueDictionary[Task, Problem] = WeakValueDictionary()  # shared by the runs of a session


def problem_of(task: Task) -> Problem:
    """The problem of a task. Raises SettingError if its formula cannot be parsed."""
    problem = _CACHE.get(task)
    if problem is None:
        problem = _network_problem(task) if isinstance(task, NetworkTask) else _surface_problem(task)
        _CACHE[task] = problem
    return problem


def _network_problem(task: NetworkTask) -> Problem:
    network = task.network
    data = training_data(
        examples_of(task.data, task.data_seed),
        task.features,
        task.scaling,
        task.share,
        task.data_seed,
        target_scaling=task.target_scaling,
        stratified=task.split == STRATIFIED,
    )
    numbers = packed(network, data)
    return Problem(
        task=task,
        objective=network_objective.address,
        constants=numbers.constants,
        work_size=numbers.work_size,
        start=initial_theta(network, task.initializer, task.weight_seed),
        blocks=network.blocks,
        examples=data.train,
        seed=task.seed,
        ordered=True,
        learner=Learner(network, data, numbers),
    )


def _surface_problem(task: SurfaceTask) -> Problem:
    if isinstance(task.surface, Choice):
        surface = SURFACES[task.surface.kind]
        objective, work_size = surface.kernel.address, 1
        constants = np.array(task.surface.packed(surface.knobs) or [0.0])
        surface_info = SurfaceInfo(
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
        objective, work_size = formula_objective.address, made.work_size
        constants = made.constants
        surface_info = SurfaceInfo(
            "Own formula", task.surface.text, task.surface.domain, task.surface.domain, (), (), None, False
        )
    return Problem(
        task=task,
        objective=objective,
        constants=constants,
        work_size=work_size,
        start=np.array(task.start),
        blocks=(Block("point", 0, (2,), "point", decays=True),),
        examples=SURFACE_EXAMPLES,
        seed=task.seed,
        noise=task.noise,
        surface_info=surface_info,
    )
