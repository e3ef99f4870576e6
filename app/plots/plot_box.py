"""The gestures of the mouse in a plot: zoom, pan, box, menu, everything again."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor

BOX, PAN = "box", "pan"
ZOOM_WHEEL = 1.25  # a notch of the wheel
MIN_BOX = 10.0  # pixels; a box that is flatter takes the other axis whole


class PlotBox(pg.ViewBox):
    """Wheel zooms (over an axis: that axis, with Shift: y), the left button pans or draws a box, the middle one pans.

    wheel_axis: what the wheel zooms over the plot itself, 0 x alone, None both.

    Places are pixels of the box. zoom_wanted: factor, around, axis (0 x, 1 y, None both). boxed: a box was drawn.
    panned: the range has been moved. clicked: place and modifiers. double_clicked: the place. menu_wanted: the
    screen position of a right click.
    """

    zoom_wanted = Signal(float, QPointF, object)
    boxed = Signal(QRectF)
    panned = Signal(bool, bool)
    clicked = Signal(QPointF, Qt.KeyboardModifier)
    double_clicked = Signal(QPointF)
    menu_wanted = Signal(QPointF)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.wheel_axis: int | None = None
        self.disableAutoRange()
        self.setDefaultPadding(0.0)

    def set_colour(self, colour: QColor) -> None:
        """Of the box that is being drawn."""
        veil = QColor(colour)
        veil.setAlphaF(0.15)
        self.rbScaleBox.setPen(pg.mkPen(colour))
        self.rbScaleBox.setBrush(veil)

    def set_mouse(self, mode: str) -> None:
        """What dragging with the left button does: BOX or PAN."""
        self.setMouseMode(self.RectMode if mode == BOX else self.PanMode)

    @property
    def mouse(self) -> str:
        return BOX if self.state["mouseMode"] == self.RectMode else PAN

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        turns = ev.delta() / 120.0
        if axis is None:
            axis = 1 if ev.modifiers() & Qt.KeyboardModifier.ShiftModifier else self.wheel_axis
        if turns:
            self.zoom_wanted.emit(ZOOM_WHEEL**turns, self.mapFromScene(ev.scenePos()), axis)
        ev.accept()

    def mouseClickEvent(self, ev: Any) -> None:
        if ev.button() == Qt.MouseButton.RightButton:
            self.menu_wanted.emit(ev.screenPos())
        elif ev.button() == Qt.MouseButton.LeftButton and ev.double():
            self.double_clicked.emit(self.mapFromScene(ev.scenePos()))
        elif ev.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.mapFromScene(ev.scenePos()), ev.modifiers())
        ev.accept()

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        if ev.button() == Qt.MouseButton.LeftButton and axis is None and self.mouse == BOX:
            self._drag_box(ev)
            return
        self.updateMatrix()  # pyqtgraph drags by the range that was painted last
        mode, self.state["mouseMode"] = self.state["mouseMode"], self.PanMode
        try:
            super().mouseDragEvent(ev, axis)
        finally:
            self.state["mouseMode"] = mode
        self.panned.emit(axis != 1, axis != 0)

    def _drag_box(self, ev: Any) -> None:
        ev.accept()
        area = QRectF(self.rect())
        box = QRectF(ev.buttonDownPos(), ev.pos()).normalized()
        if box.height() < MIN_BOX:
            box.setTop(area.top())
            box.setBottom(area.bottom())
        if box.width() < MIN_BOX:
            box.setLeft(area.left())
            box.setRight(area.right())
        box = box.intersected(area)
        if ev.isFinish():
            self.rbScaleBox.hide()
            self.boxed.emit(box)
        else:
            self.updateScaleBox(box.topLeft(), box.bottomRight())
