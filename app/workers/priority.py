"""The priority of a thread: the window's comes first, for a core and for Python's lock."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

_STEPS = 5  # of nice(2): about a third of the share of a core that the window's thread gets, where there are too few
_LATE = 0.022  # seconds since a frame of the window began, after which the next one should have
_PATIENCE = 0.1  # seconds for which others leave Python to a window that is late
_LOOK = 0.004  # seconds between two looks at whether it still is
_ALERT = 1.0  # seconds since a window was late, for which it is likely to be so again


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
        self._last, self._late = math.inf, -math.inf
        self._own = threading.local()

    def begin(self) -> float:
        """A frame begins, the next should a sixtieth of a second later; the seconds since the last, 0 if none was."""
        last, self._last = self._last, time.monotonic()
        if self._last - last > _LATE:
            self._late = self._last
        return max(self._last - last, 0.0)

    def end(self) -> None:
        """There will be no other."""
        self._last = math.inf

    def wait(self) -> None:
        """Return at once, or when a window that is late has come to its next frame; or has not, for too long."""
        while _LATE < time.monotonic() - self._last < _LATE + _PATIENCE:
            time.sleep(_LOOK)
            self._late = time.monotonic()
        tracer = getattr(self._own, "tracer", None)
        if tracer is not None:
            sys.settrace(tracer if time.monotonic() - self._late < _ALERT else None)

    @contextlib.contextmanager
    def between_calls(self, packages: tuple[str, ...]) -> Iterator[None]:
        """Inside, this thread also waits before each call of a function of these packages, for they have pieces of a
        tenth of a second and more: once a `wait` has found the window late within the last second, since Python takes
        twice the time for calls that are traced.

        While they are called it must hold nothing that the window's thread may want.
        """
        if sys.gettrace() is not None:  # a debugger's, or that of a measurement of what tests reach
            yield
            return

        def trace(frame: FrameType, event: str, given: object) -> None:
            if not _LATE < time.monotonic() - self._last < _LATE + _PATIENCE:
                return  # as nearly always
            if frame.f_globals.get("__name__", "").partition(".")[0] in packages:
                self.wait()

        self._own.tracer = trace
        try:
            yield
        finally:
            self._own.tracer = None
            sys.settrace(None)


FRAMES = Frames()  # of the window of this process
