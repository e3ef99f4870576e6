"""Plot of a plane with a read-out, a keyboard crosshair, a brush, and a square shape where that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.plots.plot_view import LOWEST, Margins, PlotView
from app.plots.raster_item import RasterItem
from app.stage.brush import Brush
from app.stage.overlay import draw_chip, draw_crosshair
from app.stage.plane_keys import ARROW_KEYS, FINE_NUDGE, NUDGE, ZOOM_KEY, ZOOM_KEYS
from app.stage.view import View
from app.widgets.shortcut_override import accepts_shortcut

if TYPE_CHECKING:
    from app.look.theme import Theme

Region = tuple[float, float, float, float]
Reading = Sequence[tuple[str, QColor | None]]

MIN_PLOT = QSize(90, 60)  # pixels of the plot itself
MAX_BESIDE, MIN_BESIDE = 0.25, 40  # of the width, and pixels, for the widget beside the plot
ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PlaneChart(PlotView):
    """`draw(painter, view)` paints the plot in its own pixels; `read(place)` says what is to be read at one of them.

    While the brush holds something, the left button draws with it and the right one erases. A square chart keeps
    its plot square at every size, with `beside` at its right side.
    """

    def __init__(
        self, theme: Theme, draw: Callable[[QPainter, View], None], read: Callable[[QPointF], Reading]
    ) -> None:
        self._draw, self._read = draw, read
        self._is_square = False
        self._beside: QWidget | None = None
        self._hover: QPointF | None = None
        self._held: tuple[float, float] | None = None
        self._widest = 0.0
        self._widest_for: object = None
        super().__init__(theme)
        self.setObjectName("chart")
        self.brush = Brush(self)
        self._content = RasterItem(self.box, self._paint, LOWEST)
        self.box.setCursor(Qt.CursorShape.CrossCursor)
        self.brush.chosen.connect(self.redraw)
        self.looked.connect(self._place_beside)
        self.follow((-1.0, 1.0), (-1.0, 1.0))

    @property
    def view(self) -> View:
        """The part that is shown, on the pixels of the plot."""
        (x0, x1), (y0, y1) = self.box.viewRange()
        area = self.area
        return View(x0, x1, y0, y1, QRectF(0.0, 0.0, max(area.width(), 1.0), max(area.height(), 1.0)))

    @property
    def region(self) -> Region | None:
        """What a person has moved to, None where everything is shown."""
        return self.view.region if self.is_zoomed else None

    @property
    def home(self) -> Region:
        """What is shown unless a person moves."""
        return (*self._home[0], *self._home[1])

    @property
    def names(self) -> tuple[str, str]:
        """What the axes are called."""
        return self.x_axis.name, self.y_axis.name

    @property
    def held(self) -> tuple[float, float] | None:
        """Where the crosshair of the keyboard is."""
        return self._held

    def redraw(self) -> None:
        """Paint again: there is something new to be seen."""
        self._content.update()

    def set_home(self, region: Region, stay: bool = False) -> None:
        """What is shown unless a person moves. Where that person is now is left, unless it is to stay."""
        if not stay:
            self.forget_choice()
        self.follow(region[:2], region[2:])

    def look_at(self, region: Region) -> None:
        """Show this part, as if a person had moved there."""
        self.choose_x(region[:2])
        self.choose_y(region[2:])

    def set_square(self, square: bool) -> None:
        """Whether the plot is as wide as it is high."""
        if square != self._is_square:
            self._is_square = square
            self._fit_axes()

    def set_beside(self, widget: QWidget) -> None:
        """Keep a widget at the right side of the plot; to be told again when it asks for another width."""
        if self._beside is not widget:
            self._beside = widget
            widget.setParent(self)
        self._fit_axes()
        self._place_beside()

    # Layout

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def minimumSizeHint(self) -> QSize:
        left, top, right, bottom = self._strips
        return QSize(round(left + right), round(top + bottom)) + MIN_PLOT

    def left_room(self) -> float:
        """Of a square plot it only grows while the range stays: a narrower axis could bring back its wider labels."""
        room, shown = super().left_room(), (self.box.viewRange()[1], self.size())
        if self._is_square and shown == self._widest_for:
            room = max(room, self._widest)
        self._widest, self._widest_for = room, shown
        return room

    def margins(self) -> Margins:
        left, top, right, bottom = super().margins()
        right += self._room_beside
        if self._is_square:
            width = self.width() - left - right - self.y_axis.width()
            height = self.height() - top - bottom - self.x_axis.height()
            across, down = max(width - height, 0.0), max(height - width, 0.0)
            left, right = left + across // 2, right + across - across // 2
            top, bottom = top + down // 2, bottom + down - down // 2
        return left, top, right, bottom

    @property
    def _strips(self) -> Margins:
        """What axes, names and the widget beside need around the plot."""
        left, top, right, bottom = super().margins()
        return left + self.y_axis.width(), top, right + self._room_beside, bottom + self.x_axis.height()

    @property
    def _room_beside(self) -> float:
        """What the widget beside asks for, or a part of the width."""
        if self._beside is None:
            return 0.0
        return float(min(self._beside.sizeHint().width(), max(round(MAX_BESIDE * self.width()), MIN_BESIDE)))

    def _fit_axes(self) -> None:
        super()._fit_axes()
        self.getPlotItem().layout.activate()  # now, lest a frame shows the plot in its old shape

    def _place_beside(self) -> None:
        if self._beside is not None:
            plot = self.plot_rect()
            over = self._beside.fontMetrics().height() // 2
            left = plot.right() + 1 + round(super().margins()[2])
            self._beside.setGeometry(left, plot.top() - over, round(self._room_beside), plot.height() + 2 * over)

    def plot_rect(self) -> QRect:
        """Where the plot is in this widget."""
        found: QRectF = self.box.mapRectToScene(self.area)
        return found.toRect()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        if self.plotItem is not None:
            self._fit_axes()
        super().resizeEvent(event)

    # Painting

    def _paint(self, painter: QPainter, area: QRectF) -> None:
        view = self.view
        painter.setFont(self.small_font())
        self._draw(painter, view)
        at = self._place(view)
        if at is not None:
            if self._hover is None or not self.brush.on:
                draw_crosshair(painter, at, view.plot)
            if self.brush.on:
                self.brush.draw(painter, at, view, self.theme)
            draw_chip(painter, at, view.plot, self._read(at))

    def _place(self, view: View) -> QPointF | None:
        """Where there is something to be read: under the pointer, else at the crosshair of the keyboard."""
        if self._hover is not None or self._held is None or not self.hasFocus():
            return self._hover
        at = view.point(*self._held)
        return at if view.plot.adjusted(-1, -1, 1, 1).contains(at) else None

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.place_of(event)
        self._held = None
        left, right = event.button() == Qt.MouseButton.LeftButton, event.button() == Qt.MouseButton.RightButton
        if self.brush.on and (left or right) and self.area.contains(at):
            self.brush.press(at, self.view, event.modifiers(), erase=right)
            event.accept()
        else:
            super().mousePressEvent(event)
        self.redraw()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.place_of(event)
        inside = self.area.contains(at)
        if self.brush.pressed:
            if inside:
                self.brush.drag(at, self.view)
            event.accept()
        elif inside and self._hover is not None and not event.buttons():
            self.hovered.emit(at)  # without pyqtgraph, which would look for items to tell: there are none inside
            event.accept()
        else:
            super().mouseMoveEvent(event)
            if event.buttons() and self._hover is not None:
                self.box.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.hovered.emit(None)
        self._hover = at if inside and (self.brush.pressed or not event.buttons()) else None
        self.redraw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.brush.pressed:
            self.brush.release()
            event.accept()
        else:
            super().mouseReleaseEvent(event)
        self.box.setCursor(Qt.CursorShape.CrossCursor)
        at = self.place_of(event)
        self._hover = at if self.area.contains(at) else None
        self.redraw()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.brush.on:
            self.mousePressEvent(event)  # two points, one after the other
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover = None
        self.redraw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.brush.on and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.brush.widen(event.angleDelta().y() / 120.0)
            self.redraw()
            event.accept()
        else:
            super().wheelEvent(event)

    # The keyboard

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self._knows(event):
            event.ignore()
            return
        if key in ARROW_KEYS:
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
            self.show_all()
        else:
            self.zoom(1 / ZOOM_KEY if key == Qt.Key.Key_Minus else ZOOM_KEY)
        self.redraw()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.redraw()

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
