"""The commands that wait for the training thread: while any does, the engine interrupts what it computes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from app.workers.priority import FRAMES
from engine import Interruption


class Waiting:
    """The commands from when they are sent to when they are taken, in their order. interruption: for the engine.

    A command may have a key, with which it replaces one of the same key that is just before it: of the positions that
    a dragged slider has been in, only the newest counts.
    """

    def __init__(self) -> None:
        self.interruption = Interruption(FRAMES.wait)
        self._lock = threading.Lock()
        self._sent: deque[tuple[str, bool]] = deque()  # key, and whether it interrupts even what one is patient with
        self._asked = 0  # evaluations that are to return after one piece
        self._patient = ""

    def add(self, key: str = "", is_urgent: bool = True) -> None:
        """A command was sent; called in the window's thread."""
        with self._lock:
            self._sent.append((key, is_urgent))
            self._set()

    def remove(self) -> bool:
        """It is carried out next; those behind it still interrupt what it computes.

        Whether the one just behind replaces it.
        """
        with self._lock:
            key = self._sent.popleft()[0] if self._sent else ""
            self._set()
            return bool(key and self._sent and self._sent[0][0] == key)

    @contextmanager
    def patient(self, key: str) -> Iterator[None]:
        """Inside, commands with this key interrupt nothing: what one has begun is worth seeing before the next.

        Nor do those that are not urgent. Without a key it changes nothing.
        """
        self._be_patient(key)
        try:
            yield
        finally:
            self._be_patient("")

    @contextmanager
    def by_the_piece(self) -> Iterator[None]:
        """Inside, every evaluation returns after one piece."""
        self._ask(1)
        try:
            yield
        finally:
            self._ask(-1)

    def _be_patient(self, key: str) -> None:
        with self._lock:
            self._patient = key
            self._set()

    def _ask(self, more: int) -> None:
        with self._lock:
            self._asked += more
            self._set()

    def _set(self) -> None:
        """Interrupt if anybody has a reason to; called with the lock."""
        waits = [is_urgent and key != self._patient if self._patient else True for key, is_urgent in self._sent]
        if self._asked or any(waits):
            self.interruption.set()
        else:
            self.interruption.clear()
