"""The priority of a thread: the window's comes first."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_STEPS = 5  # of nice(2): about a third of the share of a core that the window's thread gets, where there are too few


def give_way() -> None:
    """Let the window's thread go before the calling one wherever both want a core.

    Linux has a niceness for each thread; elsewhere the system decides.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STEPS)
