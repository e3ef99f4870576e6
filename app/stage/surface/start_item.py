"""The start of every run: a target on the surface that is dragged with the mouse and nudged with the keyboard."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath

from app.look.number_format import to_scale
from app.stage.markers import START_RADIUS, draw_start

GRIP = 12.0  # pixels around it that take hold of it
REACH = START_RADIUS + 9.0  # pixels around it that are painted on
FRAMES = 30  # how long a start that was placed here waits to be confirmed by a picture

Point = tuple[float, float]


class StartItem(pg.TargetItem):
    """Stands where the experiment has the start, except while it is dragged or has just been placed.

    dragged: (x, y) to which the hand has moved it. dropped: the hand has let go of it. clicked: it has only
    been clicked. focused: whether it has the arrow keys.
    """

    dragged = Signal(float, float)
    dropped = Signal()
    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.focused = False
        self._known: Point | None = None
        self._held: Point | None = None
        self._frames = 0
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.hide()

    @property
    def point(self) -> Point | None:
        """Where it stands, in the coordinates of the surface; None before there is an experiment."""
        return self._held if self._held is not None else self._known

    def hold(self, point: Point) -> None:
        """Stand at a point until the experiment follows, or does not."""
        self._held, self._frames = point, FRAMES
        self._stand()

    def let_go(self) -> None:
        """Stand where the experiment has the start."""
        self._held = None
        self._stand()

    def confirm(self, known: Point) -> None:
        """A picture of the experiment has its start here."""
        self._frames -= 1
        if not self.moving and (known != self._known or self._frames < 0):
            self._held = None
        self._known = known
        self._stand()

    def focus(self, focused: bool) -> None:
        if focused != self.focused:
            self.focused = focused
            self.update()

    def _stand(self) -> None:
        self.setVisible(self.point is not None)
        if self.point is not None:
            self.setPos(*self.point)

    # The mouse

    def mouseDragEvent(self, event: Any) -> None:
        """Follow the left button, within the plot."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        self.moving = not event.isFinish()
        self.focus(True)
        box = self.getViewBox()
        area, at = QRectF(box.rect()), box.mapFromScene(event.scenePos())
        inside = QPointF(min(max(at.x(), area.left()), area.right()), min(max(at.y(), area.top()), area.bottom()))
        place, (across, up) = box.mapToView(inside), box.viewPixelSize()
        point = to_scale(place.x(), across), to_scale(place.y(), up)
        self.hold(point)
        self.dragged.emit(*point)
        if event.isFinish():
            self.dropped.emit()

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not event.double() and self.point is not None:
            event.accept()
            self.focus(True)
            self.clicked.emit()

    # Painting

    def generateShape(self) -> QPainterPath:
        """The circle that takes hold of the mouse, as the scale of the plot stretches it."""
        box, circle = self.getViewBox(), QPainterPath()
        if box is not None:
            pixels = zip(box.viewRange(), (box.width(), box.height()), strict=True)
            across, up = (GRIP * (high - low) / max(length, 1.0) for (low, high), length in pixels)
            circle.addEllipse(QPointF(0.0, 0.0), across, up)
        return circle

    def boundingRect(self) -> QRectF:
        """Wider than the shape, which takes hold of the mouse."""
        grip, wider = self.shape().boundingRect(), REACH / GRIP
        return QRectF(grip.left() * wider, grip.top() * wider, grip.width() * wider, grip.height() * wider)

    def paint(self, painter: QPainter, *_: object) -> None:
        """In pixels, whatever the scale of the plot."""
        at = painter.transform().map(QPointF(0.0, 0.0))
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_start(painter, at, self.focused and self.getViewWidget().hasFocus())
