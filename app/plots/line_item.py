"""A line of a plot as pyqtgraph knows one: a name, a pen and numbers. Its pixels are in the plot's own raster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app.plots.axis_type import LINEAR, AxisType

Array = np.ndarray
Numbers = Callable[[], tuple[Array, Array]]


class LineItem(pg.GraphicsObject):
    """Legends, exporters and `listDataItems` of pyqtgraph see it, and tests read its numbers there.

    numbers: gives (x (n,), y (n,)) in the units of the axes, when they are asked for.
    """

    def __init__(self, name: str, numbers: Numbers) -> None:
        super().__init__()
        self._name, self._numbers = name, numbers
        self._types: tuple[AxisType, AxisType] = LINEAR, LINEAR
        self.opts: dict[str, Any] = {"pen": QPen(), "antialias": True, "name": name}

    def implements(self, interface: str | None = None) -> Any:
        """What pyqtgraph asks to find out what it has before it."""
        return ["plotData"] if interface is None else interface == "plotData"

    def name(self) -> str:
        return self._name

    def set_name(self, name: str) -> None:
        self._name = self.opts["name"] = name

    def set_pen(self, pen: QPen) -> None:
        self.opts["pen"] = pen

    def set_types(self, x: AxisType, y: AxisType) -> None:
        """The axes it is seen on."""
        self._types = x, y

    def getOriginalDataset(self) -> tuple[Array, Array]:
        """x (n,) and y (n,) in the units of the axes."""
        return self._numbers()

    def getData(self) -> tuple[Array, Array]:
        """The same as the plot places them: logarithms on a log axis."""
        x, y = self._numbers()
        return self._types[0].places(x), self._types[1].places(y)

    def dataBounds(self, ax: int, frac: float = 1.0, orthoRange: Any = None) -> list[float | None]:
        """The least and most of x (ax 0) or y (ax 1) as the plot places them."""
        places = self.getData()[ax]
        known = places[np.isfinite(places)]
        return [float(known.min()), float(known.max())] if len(known) else [None, None]

    def pixelPadding(self) -> float:
        return 0.0

    def setLogMode(self, x: bool, y: bool) -> None:
        """Part of pyqtgraph's interface; the plot tells its lines the axes by `set_types`."""

    def boundingRect(self) -> QRectF:
        return QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Nothing: the raster has its pixels."""


class PointsItem(LineItem):
    """The same for points without a line between them."""

    def __init__(self, name: str, numbers: Numbers) -> None:
        super().__init__(name, numbers)
        self.opts |= {"pen": QPen(Qt.PenStyle.NoPen), "symbol": "o"}
