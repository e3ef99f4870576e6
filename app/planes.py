"""Planes through the parameters of a network: what is asked for, and what has been computed of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import Plane, SliceError

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class PlaneWanted:
    """weights: the places of two parameters in theta, or None for the principal plane of the paths."""

    weights: tuple[int, int] | None = None
    columns: int = 48
    rows: int = 48


@dataclass(frozen=True, slots=True, eq=False)
class PlanePatch:
    """A plane with the paths of the runs in it and the loss over it, as far as it is done.

    paths: run id -> (updates (k,), places (k, 2)). values (rows, columns): training loss at xs (columns,) and ys
    (rows,), NaN where it is still to come. error: how far the slice is from the losses the selected run had.
    """

    wanted: PlaneWanted
    plane: Plane
    run: str
    paths: dict[str, tuple[Array, Array]]
    xs: Array
    ys: Array
    values: Array
    error: SliceError | None
