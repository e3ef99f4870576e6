"""Qt's points and lines in NumPy's memory: thousands of them without a Python call each."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from PySide6.QtGui import QPolygonF
from shiboken6 import VoidPtr, wrapInstance

Array = np.ndarray
Shape = TypeVar("Shape")


def polygon(points: Array) -> QPolygonF:
    """A polygon of (n, 2) points."""
    made = QPolygonF()
    made.resize(len(points))
    if len(points):
        memory: Any = VoidPtr(made.data(), 16 * len(points), True)  # type: ignore[call-arg, arg-type]
        np.frombuffer(memory, dtype=np.float64)[:] = np.asarray(points, dtype=np.float64).ravel()
    return made


def wrapped(rows: Array, kind: type[Shape]) -> list[Shape]:
    """One Qt object over the memory of each row (a QPointF has two doubles, a QLineF four).

    They follow what is written into the array, which must outlive them.
    """
    first, stride = rows.ctypes.data, rows.strides[0]
    wrap: Any = wrapInstance
    return [wrap(first + index * stride, kind) for index in range(len(rows))]
