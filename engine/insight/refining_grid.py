"""A grid over a rectangle that is refined step by step, a few nodes at a time."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
Region = tuple[float, float, float, float]

SIDES = (17, 33, 65, 129)  # nodes per side; each grid contains the coarser ones


class RefiningGrid:
    """Values at the nodes xs (columns,), ys (rows,) of a region; each is requested once by `next`, and set by `put`."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.values: Array = np.empty((0, 0))
        self._shown: Array | None = None
        self._level = -1
        self._begin_level()
        self._guess: Array = np.full_like(self.values, np.nan)

    def _begin_level(self) -> None:
        """Begin the next level with all values unknown."""
        self._level += 1
        side = SIDES[self._level]
        x0, x1, y0, y1 = self.region
        self.xs, self.ys = np.linspace(x0, x1, side), np.linspace(y0, y1, side)
        self.values, self._shown = np.full((side, side), np.nan), None
        self._todo: Array = np.arange(side * side)

    @property
    def complete(self) -> bool:
        """Whether every value is known."""
        return not len(self._todo)

    @property
    def drawn(self) -> bool:
        """Whether the coarsest grid is complete."""
        return self._level > 0 or self.complete

    def shown(self) -> Array:
        """The values (rows, columns) so far; unknown ones are interpolated from the coarser grid.

        The same array as long as nothing is new; it will not change.
        """
        if self._shown is None:
            self._shown = self.values.copy()
            self._shown.flat[self._todo] = self._guess.flat[self._todo]
        return self._shown

    @property
    def nodes_of_finer(self) -> int:
        """How many nodes the next finer grid adds."""
        return SIDES[min(self._level + 1, len(SIDES) - 1)] ** 2 - SIDES[self._level] ** 2

    def refine(self) -> bool:
        """Begin the next finer grid; False if there is none."""
        if self._level + 1 == len(SIDES):
            return False
        coarse = self.values
        self._begin_level()
        self.values[::2, ::2] = coarse
        self._guess = _between(_between(coarse).T).T
        new = np.ones(self.values.shape, bool)
        new[::2, ::2] = False
        self._todo = np.flatnonzero(new)
        return True

    def next(self, most: int) -> tuple[Array, Array]:
        """Up to `most` nodes whose values are unknown: their flat indices (b,), and x and y (b, 2)."""
        nodes = self._todo[:most]
        rows, columns = np.divmod(nodes, len(self.xs))
        return nodes, np.column_stack((self.xs[columns], self.ys[rows]))

    def put(self, nodes: Array, values: Array) -> None:
        """Set the values (b,) at the nodes returned by `next`."""
        self.values.flat[nodes] = values
        self._shown = None
        self._todo = self._todo[len(nodes) :]


def _between(values: Array) -> Array:
    """The rows (k, m) with the mean of each two neighbours inserted: (2 k - 1, m)."""
    found = np.empty((2 * len(values) - 1, values.shape[1]))
    found[::2] = values
    found[1::2] = 0.5 * (values[:-1] + values[1:])
    return found
