"""The one curve view: shows a plot, and lets a hand point, zoom and pick."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.curves.backdrop import backdrop
from app.curves.curve_catalogue import Curve
from app.curves.curve_model import CurveStyle, Plot, Span
from app.curves.marks import tweak_near, tweak_places
from app.curves.painting import paint_cursor, paint_plot, picture_of
from app.curves.tweak_text import sentence
from app.curves.x_axes import Clock
from app.widgets.shortcut_override import keeps

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import SessionPicture

_DRAG = 5.0  # pixels before a press becomes a box
_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_L, Qt.Key.Key_0)
_FINEST = 1e-11  # of a number: a narrower range could not be told apart


class CurveView(QWidget):
    """Shows one curve. Wheel and box zoom, double-click or 0 goes back to everything.

    `refresh` and `set_*` never emit. cursor_moved: the update under the pointer, None once it has left.
    picked: an update that was clicked. zoomed: the range of the x axis, None for all of it.
    """

    cursor_moved = Signal(object)
    picked = Signal(object)
    zoomed = Signal(object)
    log_toggled = Signal()

    def __init__(self, curve: Curve, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = Plot(curve, theme)
        self.setObjectName(f"curve_{curve.key}")
        self.setAccessibleName(f"{curve.title} curve")
        self.setAccessibleDescription("Left and right move the cursor, L: log axis, 0: show everything")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._cursor: int | None = None
        self._behind: tuple[object, QImage] = (None, QImage())
        self._news: object = None
        self._ringed = False
        self._press: QPointF | None = None
        self._pointer = QPointF()

    def refresh(self, picture: SessionPicture, clock: Clock | None = None, patient: bool = False) -> bool:
        """Take the newest picture; paints only if something on screen has changed.

        Returns whether that takes long, and then a patient view leaves it to the next time.
        """
        self.plot.pull(picture, clock)
        long = self.plot.takes_long(self.size())
        if not (long and patient):
            self._compose()
        return long

    def set_theme(self, theme: Theme) -> None:
        self.plot.theme = theme
        self._behind = (None, QImage())
        self._compose()
        self.update()

    def set_cursor(self, update: int | None) -> None:
        """Show the values at an update; None takes the cursor away."""
        if update != self._cursor:
            self._cursor = update
            self.update()

    def set_style(self, style: CurveStyle) -> None:
        self.plot.restyle(style)
        self._compose()

    def set_x_range(self, span: Span | None) -> None:
        self.plot.x_range = span
        self._compose()

    def set_selected(self, id: str | None) -> None:
        if id != self.plot.selected:
            self.plot.select(id)
            self._compose()

    @property
    def cursor_update(self) -> int | None:
        return self._cursor

    def image(self, ratio: float = 2.0) -> QImage:
        """The plot with its title and a legend, for the clipboard."""
        image = picture_of(self.plot, self.size(), self._font(), ratio)
        self._compose()
        return image

    def _compose(self) -> None:
        plot = self.plot
        drawn = plot.compose(self.size(), self.devicePixelRatioF())
        marks = [(line.run.id, line.run.status, len(line.run.tweaks)) for line in plot.leads]
        news = (plot.frame, marks, plot.picture and plot.picture.cursor)
        if drawn or news != self._news:
            self._news = news
            self.update()

    def _font(self) -> QFont:
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(max(0.86 * font.pointSizeF(), 7.5))
        else:
            font.setPixelSize(max(round(0.86 * font.pixelSize()), 10))
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        plot, font = self.plot, self._font()
        shape = (self.size(), self.devicePixelRatioF())
        if plot.frame is None or (plot.frame.size, plot.frame.ratio) != shape:
            plot.compose(*shape)
        assert plot.frame is not None
        key = (plot.frame, font.key())
        if self._behind[0] != key:
            self._behind = (key, backdrop(plot.frame, plot.theme, font))
        painter = QPainter(self)
        paint_plot(painter, plot, self._behind[1], font)
        paint_cursor(painter, plot, self._cursor, font)
        self._paint_hand(painter)
        painter.end()

    def _paint_hand(self, painter: QPainter) -> None:
        """The box that is being dragged, and the ring of the keyboard's focus."""
        assert self.plot.frame is not None
        accent = self.plot.theme.accent
        painter.setPen(QPen(accent, 1.0))
        if self._press is not None and _far(self._press, self._pointer):
            veil = QColor(accent)
            veil.setAlphaF(0.15)
            box = self._box(self._press, self._pointer)
            painter.fillRect(box, veil)
            painter.drawRect(box)
        if self._ringed:
            painter.drawRoundedRect(self.plot.frame.plot.adjusted(-3.5, -5.5, 5.5, 2.5), 4.0, 4.0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._compose()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._press is not None:
            self.update()
        elif self.plot.frame is None or not self.plot.frame.plot.contains(self._pointer):
            self.cursor_moved.emit(None)
        else:
            self.cursor_moved.emit(self.plot.update_under(self._pointer.x()))
            self._explain_tweak(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.cursor_moved.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.plot.frame is not None:
            self._press = self._pointer = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        assert self.plot.frame is not None
        press, self._press, self._pointer = self._press, None, event.position()
        if _far(press, self._pointer):
            self._zoom_into(self._box(press, self._pointer))
        elif self.plot.frame.plot.contains(press):
            self.picked.emit(self.plot.update_under(press.x()))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_everything()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom x; y with Shift, or over its numbers."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        frame = self.plot.frame
        if frame is None or not turned:
            return
        factor, place = 1.0015**turned, event.position()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or place.x() < frame.plot.left():
            y = frame.y.zoomed(factor, place.y())
            self.plot.y_range = (y.low, y.high)
            self._compose()
        else:
            x = frame.x.zoomed(factor, place.x())
            self._take_x((x.low, x.high))
        event.accept()

    def event(self, event: QEvent) -> bool:
        # The window's shortcuts (the right arrow is one update) wait while a curve has the focus.
        return keeps(event, lambda key: key.key() in _KEYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_L:
            self.log_toggled.emit()
        elif event.key() == Qt.Key.Key_0:
            self.show_everything()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._step_cursor(far if event.key() == Qt.Key.Key_Right else -far)
        else:
            super().keyPressEvent(event)

    def show_everything(self) -> None:
        """Undo all zooming."""
        self.plot.y_range = None
        self._take_x(None)

    def _step_cursor(self, pixels: int) -> None:
        """Move the cursor by pixels, by an update at least."""
        plot = self.plot
        if plot.newest < 0 or plot.frame is None:
            return
        target = plot.newest
        if self._cursor is not None:
            pixel = plot.frame.x.pixel(plot.reference.place(self._cursor))
            target = plot.update_under(pixel + pixels) if math.isfinite(pixel) else self._cursor
            target += (target == self._cursor) * (1 if pixels > 0 else -1)
        self.cursor_moved.emit(min(max(target, 0), plot.newest))

    def _explain_tweak(self, event: QMouseEvent) -> None:
        assert self.plot.frame is not None
        if self._pointer.y() > self.plot.frame.plot.bottom() - 40.0:
            for line in self.plot.leads:
                near = tweak_near(tweak_places(line, self.plot.frame.x), self._pointer.x())
                if near is not None:
                    text = f"{line.run.name}: {sentence(line.run, near)}"
                    QToolTip.showText(event.globalPosition().toPoint(), text, self)
                    return
        QToolTip.hideText()

    def _take_x(self, span: Span | None) -> None:
        self.set_x_range(span)
        self.zoomed.emit(span)

    def _box(self, press: QPointF, pointer: QPointF) -> QRectF:
        """The dragged box; a drag that goes one way only takes the other axis whole."""
        assert self.plot.frame is not None
        area = self.plot.frame.plot
        box = QRectF(press, pointer).normalized()
        if box.height() < 2 * _DRAG:
            box.setTop(area.top())
            box.setBottom(area.bottom())
        if box.width() < 2 * _DRAG:
            box.setLeft(area.left())
            box.setRight(area.right())
        return box.intersected(area)

    def _zoom_into(self, box: QRectF) -> None:
        frame = self.plot.frame
        assert frame is not None
        x = (frame.x.value(box.left()), frame.x.value(box.right()))
        y = (frame.y.value(box.bottom()), frame.y.value(box.top()))
        if box.height() < frame.plot.height() and _wide(y):
            self.plot.y_range = y
        if box.width() < frame.plot.width() and _wide(x):
            self._take_x(x)
        self._compose()


def _wide(span: Span) -> bool:
    return span[1] - span[0] > _FINEST * max(abs(span[0]), abs(span[1]))


def _far(press: QPointF, pointer: QPointF) -> bool:
    return (press - pointer).manhattanLength() > _DRAG
