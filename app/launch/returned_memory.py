"""Give the memory of large arrays back to the system when they are freed."""

from __future__ import annotations

import contextlib
import sys

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of mallopt(3)
_LARGE = 4 * 2**20  # bytes


def return_large_arrays() -> None:
    """Have glibc map each large array by itself, for as long as the process lives.

    Without that glibc learns from the first large array that is freed to keep such memory for itself: between what
    is still in use it lies idle in pieces, and a race that goes on for long seems to take more and more. Other systems
    are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # another library of C
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
