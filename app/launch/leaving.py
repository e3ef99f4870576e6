"""The end of the process: at once, if a thread is still compiling a kernel when everything is written."""

from __future__ import annotations

import os
import sys
import threading

from app.documents.kernel_cache import KernelCache


def leave(status: int, cache: KernelCache, is_training: bool) -> int:
    """The exit status, of a process that can end as usual; else it ends here, with the threads that are left.

    Python would wait for them, and Qt would abort. What such a thread has compiled is in the cache or it is not: Numba
    replaces whole files. is_training: whether the training thread is left.
    """
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if not is_training and all(thread.daemon for thread in others):
        return status
    cache.leave()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
