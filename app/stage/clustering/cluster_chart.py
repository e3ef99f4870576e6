"""The plane of the points, on which the centres are dragged before the first update."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter

from app.look.number_format import to_scale
from app.stage.planes.plane_chart import PlaneChart, Reading
from app.stage.planes.points import nearest

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View

GRIP = 12.0  # pixels around a centre that take hold of it


class ClusterChart(PlaneChart):
    """handles (k, 2): where the centres are that may be dragged. dragged: which, and where to; dropped: it was let go
    of.
    """

    dragged = Signal(int, float, float)
    dropped = Signal()

    def __init__(
        self, theme: Theme, draw: Callable[[QPainter, View], None], read: Callable[[QPointF], Reading]
    ) -> None:
        super().__init__(theme, draw, read)
        self.handles = np.empty((0, 2))
        self.held_centre: int | None = None

    def grip_at(self, at: QPointF) -> int | None:
        """The centre that a press at a place of the plot would take hold of."""
        if self.brush.on or not len(self.handles) or not self.area.contains(at):
            return None
        return nearest(self.view, self.handles, at, GRIP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        grip = self.grip_at(self.place_of(event)) if event.button() == Qt.MouseButton.LeftButton else None
        if grip is None:
            super().mousePressEvent(event)
            return
        self.held_centre = grip
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.place_of(event)
        if self.held_centre is None:
            super().mouseMoveEvent(event)
            if not event.buttons():
                over = self.grip_at(at) is not None
                self.box.setCursor(Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.CrossCursor)
            return
        event.accept()
        area, view = self.area, self.view
        inside = QPointF(min(max(at.x(), area.left()), area.right()), min(max(at.y(), area.top()), area.bottom()))
        x, y = view.at(inside)
        self.dragged.emit(self.held_centre, to_scale(x, 1.0 / view.x_scale), to_scale(y, -1.0 / view.y_scale))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.held_centre is None:
            super().mouseReleaseEvent(event)
            return
        self.held_centre = None
        event.accept()
        self.dropped.emit()
