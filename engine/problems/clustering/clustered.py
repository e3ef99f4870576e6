"""Points with their clusters as the subject of a problem: what is measured of them and what they answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.interruption import Interruption, Pieces
from engine.problems.clustering.agreement import adjusted_rand
from engine.problems.clustering.measures import CENTRE_MEASURES, CLUSTER_MEASURES
from engine.problems.clustering.models import MODELS, Model
from engine.problems.clustering.points import PointSet
from engine.problems.clustering.queries import Clusters, ClustersSeen, DividedPlane, Division
from engine.problems.clustering.task import ClusteringTask
from engine.problems.subject import Reference, Subject
from engine.queries import Query
from engine.training.measures import Measure, Work, work_of

Array = np.ndarray

_PIECE = 1 << 14  # points of which all clusters are compared at once
_COLLAPSED = 1e-3  # of the spread of the points: narrower components have shrunk onto a point
_NEAREST_COST, _MIXTURE_COST = 4, 60  # multiply-adds of a point and a cluster, about


class Clustered(Subject):
    """Points and a model of their clusters, as the subject of a problem.

    reached: the loss that Lloyd's algorithm, or EM, reaches from the same start; None where that would take too long.
    """

    def __init__(self, task: ClusteringTask, found: PointSet, reached: float | None) -> None:
        self.task, self.found, self.shape, self.reached = task, found, task.shape, reached

    @property
    def points(self) -> Array:
        """(n, 2)."""
        return self.found.points

    @property
    def model(self) -> Model:
        return MODELS[self.task.model.kind]

    def collapsed(self, theta: Array) -> tuple[int, ...]:
        """The components that have shrunk onto a point or a line, as far as the floor of the spreads lets them."""
        if not self.shape.is_mixture or not np.isfinite(theta).all():
            return ()
        with np.errstate(all="ignore"):
            wide = float(np.sqrt(self.points.var(axis=0).max()))
            narrow = self.shape.deviations(theta)[:, 0]
        limit = max(_COLLAPSED * wide, 1.05 * self.shape.floor if self.shape.floor < 0.1 * wide else 0.0)
        return tuple(np.flatnonzero(narrow < limit).tolist())

    # What is known of it

    @property
    def measures(self) -> tuple[Measure, ...]:
        return CLUSTER_MEASURES if self.shape.is_mixture else CENTRE_MEASURES

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(f"cluster {number}" for number in range(1, self.shape.k + 1))

    @property
    def shows_trail(self) -> bool:
        return True

    @property
    def naming(self) -> tuple[object, ...]:
        return (self.shape.blocks,)

    @property
    def loss_words(self) -> tuple[str, str]:
        told = "negative log-likelihood" if self.shape.is_mixture else "half the mean squared distance"
        return self.model.formula, told

    @property
    def references(self) -> tuple[Reference, ...]:
        return () if self.reached is None else (Reference(f"{self.model.fixed_point} from this start", self.reached),)

    @property
    def unbounded(self) -> bool:
        return self.shape.is_mixture and self.shape.floor == 0.0

    @property
    def noun(self) -> str:
        return "clustering"

    @property
    def elsewhere(self) -> str:
        return "points that are closer together"

    def headings(self, parameters: int) -> tuple[str, ...]:
        told = f"{self.model.title}   ·   {self.shape.k} cluster{'s' * (self.shape.k > 1)}"
        points = f"{len(self.points):,} points"
        (count, *_) = super().headings(parameters)
        return f"{told}   ·   {points}   ·   {count}", f"{told}   ·   {points}", told, ""

    def parameter_name(self, place: int) -> str:
        return self.shape.name(place)

    def work(self, parameters: int, examples: int) -> Work:
        cost = self.shape.k * (_MIXTURE_COST if self.shape.is_mixture else _NEAREST_COST)
        found, point = work_of(cost, 0, 0, examples, 0), work_of(parameters, 0, 0, 0, 0).point
        return Work(found.update, found.example, found.light, found.full, point)

    def operations(self, parameters: int) -> float:
        return float(self.shape.k * (_MIXTURE_COST if self.shape.is_mixture else _NEAREST_COST))

    def first_fault(self, theta: Array) -> str:
        """Which component has shrunk onto a point, if one has."""
        if not self.shape.is_mixture:
            return ""
        with np.errstate(all="ignore"):
            factors = self.shape.factors(theta)
        narrow = np.flatnonzero(~(factors[:, [0, 1], [0, 1]] > 1e-100).all(axis=1))
        if not len(narrow):
            return ""
        told = f"component {narrow[0] + 1} has shrunk onto a point, where the likelihood has no bound"
        return f": {told} (choose a least spread above 0)"

    # What is measured and answered

    def measured(
        self, theta: Array, step: Array | None, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array | None]]:
        seen = yield from self._seen(theta)
        named = {
            "points_loss": seen.loss,
            "agreement": seen.agreement,
            "empty": float((seen.shares == 0.0).sum()),
        }
        if self.shape.is_mixture:
            with np.errstate(all="ignore"):
                finite = bool(np.isfinite(self.shape.factors(theta)).all())
                named["narrowest"] = float(self.shape.deviations(theta).min()) if finite else math.nan
        values = np.array([named[measure.key] for measure in self.measures if not measure.by_layer])
        return values, None if step is None else seen.shares[:, None].copy()

    def understands(self, query: type[Query[Any]]) -> bool:
        return query in (Clusters, Division)

    def answers(
        self, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
    ) -> Pieces[Mapping[Query[Any], Any]]:
        found: dict[Query[Any], Any] = {}
        for query in queries:
            found[query] = yield from (
                self._divided(theta, query) if isinstance(query, Division) else self._seen(theta)
            )
        return found

    def _seen(self, theta: Array) -> Pieces[ClustersSeen]:
        owners, total = np.empty(len(self.points), np.int64), 0.0
        for start in range(0, len(self.points), _PIECE):
            if start:
                yield
            logs = self.shape.log_densities(theta, self.points[start : start + _PIECE])
            owners[start : start + _PIECE] = logs.argmax(axis=1)
            with np.errstate(all="ignore"):
                total += float(self.shape.losses(logs).sum())
        shares = np.bincount(owners, minlength=self.shape.k) / len(owners)
        labels = self.found.labels
        agreement = adjusted_rand(labels, owners) if self.found.classes else math.nan
        return ClustersSeen(owners, shares, total / len(owners), agreement)

    def _divided(self, theta: Array, query: Division) -> Pieces[DividedPlane]:
        x0, x1, y0, y1 = query.region
        xs, ys = np.linspace(x0, x1, query.columns), np.linspace(y0, y1, query.rows)
        owners = np.empty((query.rows, query.columns), np.int64)
        density = np.empty((query.rows, query.columns)) if self.shape.is_mixture else None
        rows = max(_PIECE // query.columns, 1)
        for start in range(0, query.rows, rows):
            if start:
                yield
            part = ys[start : start + rows]
            grid = np.stack(np.broadcast_arrays(xs[None, :], part[:, None]), -1).reshape(-1, 2)
            logs = self.shape.log_densities(theta, grid)
            owners[start : start + rows] = logs.argmax(axis=1).reshape(len(part), -1)
            if density is not None:
                density[start : start + rows] = -self.shape.losses(logs).reshape(len(part), -1)
        return DividedPlane(owners, density)
