"""A plane with axes that is moved, magnified, read under the pointer, and drawn on with a brush."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.stage.base import GAP, draw_axes, plot_rectangle
from app.stage.canvas import blank
from app.stage.overlay import draw_chip, draw_crosshair
from app.stage.planes.brush import Brush
from app.stage.small_font import small_font
from app.stage.surface.surface_plane import ARROW_KEYS, CLICK, FINE_NUDGE, NUDGE, ZOOM_KEY, ZOOM_KEYS, ZOOM_WHEEL
from app.stage.view import View
from app.widgets.shortcut_override import keeps

if TYPE_CHECKING:
    from app.look.theme import Theme

Region = tuple[float, float, float, float]
Reading = Sequence[tuple[str, QColor | None]]

SHORT_NAME = 3  # characters of an axis' name that has its place at the end of the axis
ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Chart(QWidget):
    """Axes around what `draw(painter, view)` paints, and what `read(point)` says of a place. looked: the part shown,
    or the size, is another.
    """

    looked = Signal()

    def __init__(
        self, theme: Theme, draw: Callable[[QPainter, View], None], read: Callable[[QPointF], Reading], brush: Brush
    ) -> None:
        super().__init__()
        self.setObjectName("chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(160, 120)
        self.brush = brush
        self._theme = theme
        self._draw, self._read = draw, read
        self._names = ("x", "y")
        self._home: Region = (-1.0, 1.0, -1.0, 1.0)
        self._region = self._home
        self._moved = self._equal = False
        self.view = View(*self._region, QRectF(0, 0, 100, 100))
        self._base: QImage | None = None
        self._pressed: QPointF | None = None
        self._panning: QPointF | None = None
        self._hover: QPointF | None = None
        self._held: tuple[float, float] | None = None
        brush.chosen.connect(self.update)

    @property
    def region(self) -> Region | None:
        """What a person has moved to, None where everything is shown."""
        return self._region if self._moved else None

    @property
    def home(self) -> Region:
        """What is shown unless a person moves."""
        return self._home

    @property
    def names(self) -> tuple[str, str]:
        """What the axes are called."""
        return self._names

    @property
    def held(self) -> tuple[float, float] | None:
        """Where the crosshair of the keyboard is."""
        return self._held

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._lay_out()

    def set_names(self, across: str, up: str) -> None:
        """What the axes are called."""
        if (across, up) != self._names:
            self._names = across, up
            self._lay_out()

    def set_equal(self, equal: bool) -> None:
        """Whether a unit of x is as long on the screen as a unit of y."""
        self._equal = equal
        self._lay_out()

    def set_home(self, region: Region, stay: bool = False) -> None:
        """What is shown unless a person moves. Where that person is now is left, unless it is to stay."""
        self._home = region
        if stay and self._moved:
            return
        if region != self._region:
            self.look_at(region)
        self._moved = False

    def look_at(self, region: Region) -> None:
        """Show this part."""
        self._region, self._moved = region, True
        self._lay_out()

    def reset_view(self) -> None:
        """Show everything again."""
        self.look_at(self._home)
        self._moved = False

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        self.look_at(self.view.zoomed(factor, around).region)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._base is None:
            self._base = self._paint_base()
        with QPainter(self) as painter:
            painter.drawImage(0, 0, self._base)
            painter.setFont(small_font(self.font()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(self.view.plot)
            self._draw(painter, self.view)
            at = self._place()
            if at is None or self._panning is not None:
                return
            if self._hover is None or not self.brush.on:
                draw_crosshair(painter, at, self.view.plot)
            if self.brush.on:
                self.brush.draw(painter, at, self.view, self._theme)
            draw_chip(painter, at, self.view.plot, self._read(at))

    def _place(self) -> QPointF | None:
        """Where there is something to be read: under the pointer, else at the crosshair of the keyboard."""
        if self._hover is not None:
            return self._hover
        at = self.view.point(*self._held) if self._held is not None and self.hasFocus() else None
        return at if at is not None and self.view.plot.adjusted(-1, -1, 1, 1).contains(at) else None

    def _paint_base(self) -> QImage:
        image = blank(self, self._theme.panel)
        names = self._names if self._short else ("", "")
        with QPainter(image) as painter:
            draw_axes(painter, self.view, self._theme, small_font(self.font()), names)
            if not self._short:
                self._draw_names(painter)
        return image

    def _draw_names(self, painter: QPainter) -> None:
        """Names that are too long for the ends of the axes: above the left one, below the other."""
        metrics, plot = QFontMetricsF(painter.font()), self.view.plot
        room, height = self.width() - 2 * GAP, metrics.height()
        across, up = (metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in self._names)
        painter.drawText(QRectF(GAP, 0, room, height), Qt.AlignmentFlag.AlignLeft, up)
        below = QRectF(plot.left(), self.height() - height - 1, plot.width(), height)
        if metrics.horizontalAdvance(across) > below.width():
            below.setLeft(GAP)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, across)

    @property
    def _short(self) -> bool:
        return max(map(len, self._names)) <= SHORT_NAME

    # The view

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()

    def _lay_out(self) -> None:
        font = small_font(self.font())
        plot = plot_rectangle(self.size(), self._region, font)
        if not self._short:
            plot.adjust(0, GAP, 0, -QFontMetricsF(font).height())
        view = View(*self._region, plot)
        self.view = view.squared() if self._equal else view
        self._base = None
        self.update()
        self.looked.emit()

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._held = None
        left, right = event.button() == Qt.MouseButton.LeftButton, event.button() == Qt.MouseButton.RightButton
        if self.brush.on and (left or right) and self.view.plot.contains(at):
            self.brush.press(at, self.view, event.modifiers(), erase=right)
        elif left:
            self._pressed = at
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._panning = at
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._panning is not None:
            self.look_at(self.view.moved(at - self._panning).region)
            self._panning = at
        elif self._pressed is not None and (at - self._pressed).manhattanLength() > CLICK:
            self._panning = self._pressed
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._hover = at if self.view.plot.contains(at) else None
            if self.brush.pressed and self._hover is not None:
                self.brush.drag(at, self.view)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._panning = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._hover = event.position() if self.view.plot.contains(event.position()) else None
        self.brush.release()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.brush.on:
            self.mousePressEvent(event)  # two points, one after the other
        elif event.button() == Qt.MouseButton.LeftButton:
            self.reset_view()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120.0
        if self.brush.on and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.brush.widen(turns)
            self.update()
        elif turns:
            plot, at = self.view.plot, event.position()
            inside = QPointF(min(max(at.x(), plot.left()), plot.right()), min(max(at.y(), plot.top()), plot.bottom()))
            self.zoom(ZOOM_WHEEL**turns, inside)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.brush.on:
            event.accept()  # the right button erases
        else:
            event.ignore()

    # The keyboard

    def event(self, event: QEvent) -> bool:
        return keeps(event, self._knows) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self._knows(event):
            super().keyPressEvent(event)
        elif key in ARROW_KEYS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._seek(*ARROW_KEYS[Qt.Key(key)], FINE_NUDGE if fine else NUDGE)
        elif key == Qt.Key.Key_Escape:
            self._held = None
            self.brush.choose("")
        elif key in ENTER_KEYS or key == Qt.Key.Key_Delete:
            assert self._held is not None
            self.brush.press(self.view.point(*self._held), self.view, event.modifiers(), key == Qt.Key.Key_Delete)
            self.brush.release()
        elif key == Qt.Key.Key_0:
            self.reset_view()
        else:
            self.zoom(1 / ZOOM_KEY if key == Qt.Key.Key_Minus else ZOOM_KEY)
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.update()

    def _knows(self, event: QKeyEvent) -> bool:
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in ARROW_KEYS:
            return self.brush.on or self._held is not None or control
        if key == Qt.Key.Key_Escape:
            return self.brush.on or self._held is not None
        if key in ENTER_KEYS or key == Qt.Key.Key_Delete:
            return self.brush.on and self._held is not None
        return key in ZOOM_KEYS and not control

    def _seek(self, right: int, up: int, part: float) -> None:
        """Move the crosshair, which comes into being in the middle, by a part of the view; it stays inside."""
        x0, x1, y0, y1 = self.view.region
        x, y = self._held or ((x0 + x1) / 2, (y0 + y1) / 2)
        x, y = x + right * part * (x1 - x0), y + up * part * (y1 - y0)
        self._held = min(max(x, x0), x1), min(max(y, y0), y1)
        self._hover = None
