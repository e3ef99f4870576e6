"""Qt points and lines that share memory with NumPy arrays: thousands without a Python call each."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from PySide6.QtGui import QPolygonF
from shiboken6 import VoidPtr, wrapInstance

Array = np.ndarray
Shape = TypeVar("Shape")


def polygon(xs: Array, ys: Array) -> QPolygonF:
    """A polygon through the points (xs, ys), each (n,)."""
    made = QPolygonF()
    made.resize(len(xs))
    if len(xs):
        memory: Any = VoidPtr(made.data(), 16 * len(xs), True)  # type: ignore[call-arg, arg-type]
        points = np.frombuffer(memory, np.float64).reshape(-1, 2)
        points[:, 0], points[:, 1] = xs, ys
    return made


def wrapped(rows: Array, kind: type[Shape]) -> list[Shape]:
    """One Qt object over the memory of each row (a QPointF has two doubles, a QLineF four).

    They change with the array, which must outlive them.
    """
    first, stride = rows.ctypes.data, rows.strides[0]
    wrap: Any = wrapInstance
    return [wrap(first + index * stride, kind) for index in range(len(rows))]
