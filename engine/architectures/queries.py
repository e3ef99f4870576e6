"""What can be asked of the inside of a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.architectures.inspection import Inspection
from engine.queries import Query

Array = np.ndarray
Region = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class UnitMaps(Query[tuple[Array, ...]]):
    """The activations of every unit over a region of raw inputs: for each layer (units, nodes, nodes), for one raw
    input (units, 1, nodes). Empty for more than two.
    """

    region: Region
    nodes: int


@dataclass(frozen=True, slots=True)
class Gradients(Query[Inspection]):
    """The gradient on the training set, and statistics of each layer on it."""


@dataclass(frozen=True, slots=True)
class Activations(Query[tuple[Array, ...]]):
    """The activations (n, units) of each layer on the training set, or on every k-th example of it where those would be
    too many.
    """
