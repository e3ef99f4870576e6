"""A problem: an objective kernel with its constants, made from a task, and its subject."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.blocks import Block
from engine.contracts import SettingError, numbers_of
from engine.insight.sharpness import Evaluated, curvature_pieces, sharpness_pieces
from engine.interruption import Interruption, Pieces, address_of, finish
from engine.problems.subject import Subject
from engine.problems.task import Task
from engine.simd.alignment import aligned_zeros
from engine.training.loop import evaluate, evaluate_grid
from engine.training.measures import Work
from engine.training.stream import BATCH, EXAMPLES, FIXED, FLAG, ORDER, QUIET, STREAM, TAKEN

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Problem:
    """An objective (the address of its kernel) with its constants and scratch size; start (n,).

    blocks: the tensors of theta, in order and without gaps. examples: how many an epoch has. seed: of the batches and
    the noise. noise: the standard deviation of one example's gradient. ordered: whether batches follow an order of the
    examples.
    """

    task: Task
    objective: int
    constants: Array
    work_size: int
    start: Array
    blocks: tuple[Block, ...]
    examples: int
    seed: int
    subject: Subject
    noise: float = 0.0
    ordered: bool = False

    @property
    def decayed(self) -> Array:
        """(2 k,) int64: (start, stop) of the k blocks that are subject to weight decay."""
        return np.array([(block.start, block.stop) for block in self.blocks if block.decays], np.int64).reshape(-1)

    @cached_property
    def work(self) -> Work:
        """What training and measuring take."""
        return self.subject.work(self.start.size, self.examples)

    def operations(self, examples: float) -> float:
        """Multiplications that an update with so many examples takes, about; 0 if they are too few to speak of."""
        return self.subject.operations(self.start.size) * examples

    def measured(
        self, theta: Array, step: Array | None, l1: float, l2: float, interruption: Interruption | None = None
    ) -> Pieces[tuple[Array, Array | None]]:
        """What Subject.measured tells at theta, with these weights of L1 and L2 in the loss; in pieces."""
        return self.subject.measured(theta, step, self._penalty(theta, l1, l2), interruption)

    def measured_along(
        self, thetas: Array, l1: float, l2: float, interruption: Interruption | None = None
    ) -> Pieces[Array]:
        """What Subject.measured_along tells at thetas (b, n), with these weights of L1 and L2; in pieces."""
        weighted = l1 or l2
        penalties = np.array([self._penalty(theta, l1, l2) if weighted else 0.0 for theta in thetas])
        return self.subject.measured_along(thetas, penalties, interruption)

    def losses(self, thetas: Array) -> Array:
        """The loss on all examples at each of thetas (b, n): (b,)."""
        return finish(self.loss_pieces(thetas, None))

    def loss_pieces(self, thetas: Array, interruption: Interruption | None) -> Pieces[Array]:
        """`losses`, in pieces."""
        quick = self.subject.loss_pieces(thetas, interruption)
        if quick is not None:
            return (yield from quick)
        return (yield from self.gradient_pieces(thetas, interruption))[0]

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
        self.refuse_sampled("a grid of losses")
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
        self.refuse_sampled("curvature")
        return sharpness_pieces(lambda points: self.gradient_pieces(points, interruption), point)

    def curvatures(self, point: Array) -> Array:
        """Eigenvalues of the Hessian at a point (n,), ascending; see sharpness.curvatures."""
        self.refuse_sampled("curvature")
        return finish(curvature_pieces(lambda points: self.gradient_pieces(points, None), point))

    def refuse_sampled(self, what: str) -> None:
        """Raises SettingError where the loss is no function of the parameters."""
        why = self.subject.sampled
        if why:
            raise SettingError(f"a {self.subject.noun} has no {what.removeprefix('a ')}: {why}")

    def _stream(self, interruption: Interruption | None) -> Array:
        stream = np.zeros(STREAM, np.int64)
        stream[BATCH] = stream[EXAMPLES] = stream[TAKEN] = self.examples
        stream[ORDER], stream[QUIET] = FIXED, 1
        stream[FLAG] = address_of(interruption)
        return stream

    def _work(self) -> Array:
        return aligned_zeros(max(self.work_size, 1))
