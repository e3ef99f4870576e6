"""Memory that vectors are loaded from: aligned to the lines of the processor's cache."""

from __future__ import annotations

import numpy as np

_LINE = 64  # bytes of a cache line, and of the widest vector


def aligned_zeros(size: int) -> np.ndarray:
    """(size,) zeros that begin a cache line, so that no vector at a multiple of LANES lies across two.

    NumPy's own begin 16 or 48 bytes after one, and loops over vectors then take up to a tenth longer.
    """
    room = np.zeros(size + _LINE // 8)
    first = -room.ctypes.data % _LINE // 8
    found: np.ndarray = room[first : first + size]
    return found
