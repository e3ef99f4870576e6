"""A loss sampled on a grid: the values that the stage colours, reads out and shows in 3-D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

Array = np.ndarray

THINNED = 200  # nodes along a side of a grid that may be thinned


Box = tuple[float, float, float, float]


class Landmarks(Protocol):
    """What is known of a loss over a plane: (x0, x1, y0, y1) where it is defined, its lowest value, whether its levels
    are logarithmic, its global minima (x, y), and other stationary points (kind, x, y).
    """

    @property
    def domain(self) -> Box: ...
    @property
    def lowest(self) -> float | None: ...
    @property
    def log_levels(self) -> bool: ...
    @property
    def minima(self) -> tuple[tuple[float, float], ...]: ...
    @property
    def stationary(self) -> tuple[tuple[str, float, float], ...]: ...


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A plane of which no point is known beforehand, of a loss that is 0 at best."""

    domain: Box
    lowest: float | None = 0.0
    log_levels: bool = True
    minima: tuple[tuple[float, float], ...] = ()
    stationary: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """What is known of a loss over a plane, and its values (ny, nx) at the nodes x (nx,) and y (ny,).

    x and y rise in equal steps. A later picture has a higher `serial`; an older one is ignored.
    """

    landmarks: Landmarks
    x: Array
    y: Array
    values: Array
    serial: int = 0

    @property
    def region(self) -> tuple[float, float, float, float]:
        """(x0, x1, y0, y1) that the nodes span."""
        return float(self.x[0]), float(self.x[-1]), float(self.y[0]), float(self.y[-1])

    def covers(self, x0: float, x1: float, y0: float, y1: float) -> bool:
        left, right, bottom, top = self.region
        slack_x, slack_y = 1e-9 * (x1 - x0), 1e-9 * (y1 - y0)
        inside_x = left <= x0 + slack_x and x1 - slack_x <= right
        return inside_x and bottom <= y0 + slack_y and y1 - slack_y <= top

    def part(self, x0: float, x1: float, y0: float, y1: float) -> Terrain:
        """The nodes inside a region and those around it; all of them if the region is elsewhere."""
        (left, right), (bottom, top) = _around(self.x, x0, x1), _around(self.y, y0, y1)
        if right - left < 2 or top - bottom < 2:
            return self
        values = self.values[bottom:top, left:right]
        return replace(self, x=self.x[left:right], y=self.y[bottom:top], values=values)

    def thinned(self) -> Terrain:
        """Every second node of a fine grid along each side: enough to tell the range of its values."""
        step = 2 if min(self.values.shape) > THINNED else 1
        return replace(self, x=self.x[::step], y=self.y[::step], values=self.values[::step, ::step])

    def value(self, x: float, y: float) -> float:
        """The value between the four nodes around a point, NaN outside the grid."""
        return float(bilinear(self, self.values, np.array([x]), np.array([y]))[0])


def bilinear(terrain: Terrain, field: Array, x: Array, y: Array) -> Array:
    """A field (ny, nx) given at the terrain's nodes, at the points (x, y); NaN outside the grid."""
    column, across = cell_of(terrain.x, x)
    row, up = cell_of(terrain.y, y)
    with np.errstate(invalid="ignore", over="ignore"):  # infinite values
        low = field[row, column] * (1 - across) + field[row, column + 1] * across
        high = field[row + 1, column] * (1 - across) + field[row + 1, column + 1] * across
        found: Array = low * (1 - up) + high * up
    return found


def cell_of(nodes: Array, at: Array) -> tuple[Array, Array]:
    """The cell that each coordinate lies in and how far along it (NaN outside the nodes)."""
    with np.errstate(over="ignore"):
        place = (at - nodes[0]) / (nodes[-1] - nodes[0]) * (len(nodes) - 1)
    inside = (place >= -1e-9) & (place <= len(nodes) - 1 + 1e-9)
    cell = np.clip(np.where(inside, place, 0.0), 0, len(nodes) - 2).astype(int)
    return cell, np.where(inside, np.clip(place - cell, 0.0, 1.0), np.nan)


def _around(nodes: Array, low: float, high: float) -> tuple[int, int]:
    """The slice of rising nodes that reaches from low to high, and no farther than it must."""
    first = int(np.searchsorted(nodes, low, "right")) - 1
    return max(first, 0), min(int(np.searchsorted(nodes, high, "left")) + 1, len(nodes))
