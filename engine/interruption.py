"""Interrupting an evaluation: a flag that compiled loops read between two pieces of their work.

A piece is some millions of multiplications (architectures/resuming.py), at most 128 examples, one update, or one row of
a grid. A loop that sees the flag returns after the piece under way, and its owner keeps what is needed to go on: a
result never depends on where it was interrupted, and every call does at least one piece, so that a flag that is always
set slows an evaluation down but never stops it for good.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import numpy as np

T = TypeVar("T")

# A long evaluation as a generator: it yields where it was interrupted, and `next` takes it up again.
Pieces = Generator[None, None, T]


class Interruption:
    """Asks the evaluations that were given it to return soon. Any thread may set and clear it."""

    def __init__(self) -> None:
        self._flag = np.zeros(1, np.int64)
        self.address = int(self._flag.ctypes.data)

    @property
    def is_set(self) -> bool:
        return bool(self._flag[0])

    def set(self) -> None:
        self._flag[0] = 1

    def clear(self) -> None:
        self._flag[0] = 0


def address_of(interruption: Interruption | None) -> int:
    """What a kernel is given: the address of the flag, or 0 for an evaluation that is never interrupted.

    Whoever passes it on keeps the Interruption until the kernel has returned.
    """
    return 0 if interruption is None else interruption.address


def finish(pieces: Pieces[T]) -> T:
    """The result of an evaluation, taken up again as often as it is interrupted."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            result: T = end.value
            return result
