"""Keep linear algebra to one thread: the cores belong to the threads that train."""

from __future__ import annotations

import os


def keep_to_own_threads() -> None:
    """To be called before NumPy is imported, whose threads would take a core each, even when idle."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
