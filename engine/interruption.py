"""Interrupting an evaluation: a flag that compiled loops read between two pieces of their work.

A piece is some millions of multiplications (architectures/resuming.py), at most 128 examples, one update, or one row of
a grid. A loop that sees the flag returns after the piece under way, and its owner keeps what is needed to go on: a
result never depends on where it was interrupted, and every call does at least one piece, so that a flag that is always
set slows an evaluation down but never stops it for good.

What is not taken up again, such as a trial or a problem that is being made, asks between its pieces whether it is
still wanted (`check`), and is left where it is if it is not.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TypeVar

import numpy as np

from engine.contracts import Check, no_check

T = TypeVar("T")

_NUMBERS = 1 << 21  # of a piece: new memory comes from the system at about a billion bytes a second

# A long evaluation as a generator: it yields where it was interrupted, and `next` takes it up again.
Pieces = Generator[None, None, T]


class Stopped(Exception):
    """Nobody wants the result any more; nothing of it is kept."""


class Interruption:
    """Asks the evaluations that were given it to return soon. Any thread may set and clear it, or stop it for good."""

    def __init__(self, between: Check = no_check) -> None:
        """between: called by `check`, so between two pieces; what it raises ends the work."""
        self._flag = np.zeros(1, np.int64)
        self._between = between
        self._stopped = False
        self.address = int(self._flag.ctypes.data)

    @property
    def is_set(self) -> bool:
        return bool(self._flag[0])

    def set(self) -> None:
        self._flag[0] = 1

    def clear(self) -> None:
        self._flag[0] = self._stopped

    def stop(self) -> None:
        """Set it for ever: what was given it is not wanted any more."""
        self._stopped = True
        self.set()

    def check(self) -> None:
        """Called between two pieces. Raises Stopped once it was stopped."""
        self._between()
        if self._stopped:
            raise Stopped


def address_of(interruption: Interruption | None) -> int:
    """What a kernel is given: the address of the flag, or 0 for an evaluation that is never interrupted.

    Whoever passes it on keeps the Interruption until the kernel has returned.
    """
    return 0 if interruption is None else interruption.address


def check_of(interruption: Interruption | None) -> Check:
    """What work that is not taken up again calls between two pieces."""
    return no_check if interruption is None else interruption.check


def row_pieces(rows: int, width: int, check: Check) -> Iterator[slice]:
    """Slices of an array with so many rows, of some million numbers each; `check` is called before each."""
    step = max(_NUMBERS // max(width, 1), 1)
    for start in range(0, rows, step):
        check()
        yield slice(start, min(start + step, rows))


def finish(pieces: Pieces[T]) -> T:
    """The result of an evaluation, taken up again as often as it is interrupted."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            result: T = end.value
            return result
