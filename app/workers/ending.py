"""Waiting for threads at the end, but for those that compile: Numba cannot be interrupted, and may take ten seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from engine import is_compiling

PATIENCE = 0.05  # seconds for which a thread is waited for while a kernel is compiled; there are about ten
FILE_SECONDS = 0.5  # for which the end of the window waits for files: a call of the system may never return
_LOOK = 0.02  # seconds between two looks at whether one is


def ended(wait: Callable[[float], bool], patience: float = PATIENCE, most: float = math.inf) -> bool:
    """Wait for the end of something, for `most` seconds; whether it came.

    While a kernel is compiled, in whichever thread, it is waited for as long as `patience` alone: then the process ends
    without it (`launch/leaving.py`), once all that is to be kept is written. wait: for so many seconds, as that of
    `threading.Event`.
    """
    begun = time.monotonic()
    while not wait(_LOOK):
        passed = time.monotonic() - begun
        if passed >= most or (passed >= patience and is_compiling()):
            return False
    return True
