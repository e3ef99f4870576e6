"""The commands that wait for the training thread: while any does, the engine interrupts what it computes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine import Interruption


class Waiting:
    """Counts the commands from when they are sent to when they are taken. interruption: what the engine looks at."""

    def __init__(self) -> None:
        self.interruption = Interruption()
        self._lock = threading.Lock()
        self._count = 0

    def add(self) -> None:
        """A command was sent; called in the window's thread."""
        with self._lock:
            self._count += 1
            self.interruption.set()

    def remove(self) -> None:
        """It is carried out next; those behind it still interrupt what it computes."""
        with self._lock:
            self._count = max(self._count - 1, 0)
            if not self._count:
                self.interruption.clear()

    @contextmanager
    def by_the_piece(self) -> Iterator[None]:
        """Inside, every evaluation returns after one piece."""
        self.add()
        try:
            yield
        finally:
            self.remove()
