"""The looks at a run of which only a summary is wanted: the updates before which it is measured, and theta there."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

_AT_ONCE = 24  # looks that are measured together, so that a divergence is found again within a part of the run
_ROOM = 1 << 16  # numbers that are kept until then; a single theta may be more


class Looks:
    """Ascending updates, and the parameters as they were at the last few of them, until they are measured.

    The training loop writes them on its way, so that a run of short updates neither ends a chunk nor asks for the GIL
    at each look. thetas (k, n): of the looks from the first `due` one on.
    """

    def __init__(self, updates: Array, parameters: int) -> None:
        self.updates = updates.astype(np.int64)
        self.thetas = np.empty((max(1, min(_AT_ONCE, len(updates), _ROOM // parameters)), parameters))
        self._first = 0

    def due(self, update: int) -> Array:
        """The next looks after an update, as many as there is room for; what was kept before is forgotten."""
        self._first = int(np.searchsorted(self.updates, update, "right"))
        return self.updates[self._first : self._first + len(self.thetas)]

    def begin(self, theta: Array) -> None:
        """Keep the parameters before the first update, if there is a look."""
        if len(self.updates) and not self.updates[0]:
            self._first, self.thetas[0] = 0, theta

    def kept(self, since: int, until: int) -> tuple[Array, Array]:
        """The looks after update `since` that were passed by update `until`, and their parameters."""
        end = int(np.searchsorted(self.updates, until, "right"))
        begin = max(self._first, int(np.searchsorted(self.updates, since, "right")))
        return self.updates[begin:end], self.thetas[begin - self._first : end - self._first]

    def fork(self) -> Looks:
        """The same looks for another run."""
        return Looks(self.updates, self.thetas.shape[1])
