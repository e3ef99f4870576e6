"""What can be asked of clusters: which points are whose, and how the plane is divided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.queries import Query

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ClustersSeen:
    """owners (n,) int64: the cluster of each point. shares (k,): of the points. loss, agreement: see the measures."""

    owners: Array
    shares: Array
    loss: float
    agreement: float


@dataclass(frozen=True, slots=True)
class Clusters(Query[ClustersSeen]):
    """Which points belong to which cluster."""


@dataclass(frozen=True, eq=False)
class DividedPlane:
    """On a grid, rows from the bottom: owners (rows, columns) int64, and of a mixture the logarithm of the density
    (rows, columns), else None.
    """

    owners: Array
    density: Array | None


@dataclass(frozen=True, slots=True)
class Division(Query[DividedPlane]):
    """How a region (x0, x1, y0, y1) of the plane is divided between the clusters."""

    region: tuple[float, float, float, float]
    columns: int
    rows: int
