"""A bar on the terminal that says what is being done; nothing where no person looks."""

from __future__ import annotations

import shutil
import sys
import time

_EVERY = 0.1  # seconds


class Bar:
    """One line on stderr, written over and over."""

    def __init__(self, wanted: bool = True) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._next = 0.0
        self._drawn = False

    def show(self, what: str, share: float) -> None:
        """Say what is being done, and how much of it is: 0 to 1."""
        now = time.monotonic()
        if not self._wanted or now < self._next:
            return
        self._next = now + _EVERY
        width = max(shutil.get_terminal_size().columns - 1, 20)
        room = min(30, width // 3)
        full = round(room * min(max(share, 0.0), 1.0))
        line = f"[{'#' * full}{'.' * (room - full)}] {what}"
        sys.stderr.write(f"\r{line[:width]}\x1b[K")
        sys.stderr.flush()
        self._drawn = True

    def clear(self) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
