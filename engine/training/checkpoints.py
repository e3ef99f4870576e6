"""What a run keeps of its past states: copies of its machine, from which every update is reached again by replay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.memory import checkpoints_kept
from engine.training.machine import Machine

Array = np.ndarray

_FIRST_INTERVAL = 64  # updates between two checkpoints


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A run as it came to an update, before it measured there and before the tweaks of that update.

    applied: how many tweaks had been applied. Nothing in it is written to.
    """

    machine: Machine
    applied: int

    @property
    def update(self) -> int:
        return self.machine.update


class Checkpoints:
    """The checkpoints of one run, the first of them at update 0: a bounded number, at about even distances."""

    def __init__(self, start: Machine) -> None:
        self._kept = [Checkpoint(start.copy(), 0)]
        self._interval = _FIRST_INTERVAL

    def __iter__(self) -> Iterator[Checkpoint]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, machine: Machine, applied: int) -> None:
        """Keep where a run stands, if it is far enough from the last checkpoint."""
        if machine.update - self._kept[-1].update < self._interval:
            return
        self._kept.append(Checkpoint(machine.copy(), applied))
        if len(self._kept) > checkpoints_kept(machine.size):
            self._kept = self._kept[::2]
            self._interval *= 2

    def nearest(self, update: int) -> Checkpoint:
        """The last one at an update or before it."""
        return self._kept[bisect_right(self._kept, update, key=lambda kept: kept.update) - 1]

    def cut(self, update: int) -> None:
        """Forget those after an update."""
        del self._kept[bisect_right(self._kept, update, key=lambda kept: kept.update) :]

    def shift_tweaks(self, more: int) -> None:
        """Take in that so many tweaks have been put before all others."""
        self._kept = [replace(kept, applied=kept.applied + more) for kept in self._kept]

    def fork(self) -> Checkpoints:
        """The same past for another run, which may be at work in another thread: of its own is only scratch memory."""
        twin = object.__new__(Checkpoints)
        scratch: dict[int, Array] = {}
        twin._kept = [replace(kept, machine=kept.machine.with_scratch(scratch)) for kept in self._kept]
        twin._interval = self._interval
        return twin
