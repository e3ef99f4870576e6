"""The plane of the points, on which the centres are moved before the first update, by hand or by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from app.look.number_format import to_scale
from app.stage.plane_chart import ENTER_KEYS, PlaneChart, Reading
from app.stage.plane_keys import ARROW_KEYS, FINE_NUDGE, NUDGE
from app.stage.planes.points import nearest

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.view import View

Array = np.ndarray

GRIP = 12.0  # pixels around a centre that take hold of it


class ClusterChart(PlaneChart):
    """handles (k, 2): where the centres are that may be moved. dragged: which, and where to; dropped: it was let go of.

    Without a brush, Enter takes the centre nearest to the crosshair of the keyboard, then the next one; the arrow keys
    move it, and Escape lets go. A centre that was dragged is taken, too. One that is no longer there is let go of.
    """

    dragged = Signal(int, float, float)
    dropped = Signal()

    def __init__(
        self, theme: Theme, draw: Callable[[QPainter, View], None], read: Callable[[QPointF], Reading]
    ) -> None:
        super().__init__(theme, draw, read)
        self.handles: Array = np.empty((0, 2))
        self.held_centre: int | None = None
        self._taken: int | None = None

    def show_handles(self, handles: Array) -> None:
        self.handles = handles
        if self.held_centre is not None and self.held_centre >= len(handles):
            self.let_go()

    def let_go(self) -> None:
        """Hold and take no centre."""
        self.held_centre = self._taken = None

    @property
    def taken(self) -> int | None:
        """The centre that the arrow keys move."""
        known = self._taken is not None and self._taken < len(self.handles) and not self.brush.on
        return self._taken if known else None

    def grip_at(self, at: QPointF) -> int | None:
        """The centre that a press at a place of the plot would take hold of."""
        if self.brush.on or not len(self.handles) or not self.area.contains(at):
            return None
        return nearest(self.view, self.handles, at, GRIP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        grip = self.grip_at(self.place_of(event)) if event.button() == Qt.MouseButton.LeftButton else None
        self._taken = grip
        if grip is None:
            super().mousePressEvent(event)
            return
        self.held_centre = grip
        self.setFocus()
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in ENTER_KEYS and self._takes:
            self._take()
        elif self.taken is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._taken = None
        elif key in ARROW_KEYS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(self.taken, *ARROW_KEYS[Qt.Key(key)], FINE_NUDGE if fine else NUDGE)
        else:
            super().keyPressEvent(event)
        self.redraw()

    def _knows(self, event: QKeyEvent) -> bool:
        if event.key() in ENTER_KEYS and self._takes:
            return True
        moves = event.key() in ARROW_KEYS or event.key() == Qt.Key.Key_Escape
        return (moves and self.taken is not None) or super()._knows(event)

    @property
    def _takes(self) -> bool:
        return not self.brush.on and len(self.handles) > 0

    def _take(self) -> None:
        """Of the centres the nearest to the crosshair, the first without one, or the next after the one taken."""
        if self.taken is not None:
            self._taken = (self.taken + 1) % len(self.handles)
        elif self.held is not None:
            self._taken = int(((self.handles - self.held) ** 2).sum(axis=1).argmin())
        else:
            self._taken = 0

    def _nudge(self, centre: int, right: int, up: int, part: float) -> None:
        """Move a centre by a part of the view."""
        x0, x1, y0, y1 = self.view.region
        (x, y), across, along = self.handles[centre], part * (x1 - x0), part * (y1 - y0)
        x, y = to_scale(x + right * across, 0.1 * across), to_scale(y + up * along, 0.1 * along)
        self.dragged.emit(centre, x, y)
        self.dropped.emit()
