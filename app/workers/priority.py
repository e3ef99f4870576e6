"""The priority of a thread: the window's comes first, for a core and for Python's lock."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
import time

_STEPS = 5  # of nice(2): about a third of the share of a core that the window's thread gets, where there are too few
_LATE = 0.03  # seconds since a frame of the window began, after which the next one should have
_PATIENCE = 0.1  # seconds for which others leave Python to a window that is late
_LOOK = 0.004  # seconds between two looks at whether it still is


def give_way() -> None:
    """Let the window's thread go before the calling one wherever both want a core.

    Linux has a niceness for each thread; elsewhere the system decides.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STEPS)


class Frames:
    """When the window last began a frame, by which other threads see that it has long been busy with one thing.

    Whatever Qt does for Python lets go of Python's lock, and each thread that waits for it takes it in between: a turn
    of the window's event loop is several times as long while four others want it. So these wait, between two of
    their pieces, until that turn is over.
    """

    def __init__(self) -> None:
        self._last = math.inf

    def begin(self) -> float:
        """A frame begins, the next should a sixtieth of a second later; the seconds since the last, 0 if none was."""
        last, self._last = self._last, time.monotonic()
        return max(self._last - last, 0.0)

    def end(self) -> None:
        """There will be no other."""
        self._last = math.inf

    def wait(self) -> None:
        """Return at once, or when a window that is late has come to its next frame; or has not, for too long."""
        while _LATE < time.monotonic() - self._last < _LATE + _PATIENCE:
            time.sleep(_LOOK)


FRAMES = Frames()  # of the window of this process
