"""The plane seen from above: heat map, paths and markers, and the hand that moves the start."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.look.number_format import number
from app.stage import overlay
from app.stage.base import Landscape, draw_axes, plot_rectangle
from app.stage.canvas import Canvas, blank
from app.stage.markers import draw_start
from app.stage.paths import Lines
from app.stage.picking import nearest_update
from app.stage.surface import surface_text as words
from app.stage.surface.start_handle import StartHandle
from app.stage.view import View
from app.widgets.shortcut_override import keeps
from engine import SurfaceTask

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.terrain import Terrain
    from engine import Ground, RunPicture, SessionPicture

ASK_DELAY = 60  # milliseconds between two requests for values
NODE_PIXELS = 2.0
MOST_NODES = 480
COARSE = 1.6  # times the spacing of nodes that is wanted, at which finer values are asked for
MARGIN = 0.12  # of the view, known beyond each edge, so that a short pan shows no gap
GRIP = 12.0  # pixels around the start marker that take hold of it
CLICK = 4.0  # pixels of movement up to which a press is a click
NUDGE, FINE_NUDGE = 0.01, 0.001  # of the view
ZOOM_KEY, ZOOM_WHEEL = 1.4, 1.25
SMALL = 0.92  # size of the axis labels against the widget's font

ARROW_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
ZOOM_KEYS = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0)


class Plane(QWidget):
    """Shows pictures of a session over a terrain; pans, zooms, and reports where the start should be."""

    region_wanted = Signal(float, float, float, float, int, int)
    start_dragged = Signal(float, float)
    start_placed = Signal(float, float)
    cursor_moved = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("plane")
        self.setAccessibleName("Parameter plane")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(200, 180)
        self.value_at: Callable[[float, float], float] | None = None
        self.landscape: Landscape | None = None
        self._theme = theme
        self._region = (-1.0, 1.0, -1.0, 1.0)
        self._equal = False
        self._view = View(*self._region, QRectF(0, 0, 100, 100))
        self._runs: tuple[RunPicture, ...] = ()
        self._selected = ""
        self._arrows: Collection[str] = ()
        self._start = StartHandle()
        self._pressed: QPointF | None = None
        self._panning: QPointF | None = None
        self._hover: QPointF | None = None
        self._found: tuple[RunPicture, int] | None = None
        self._pointed: int | None = None
        self._cursor: int | None = None
        self._canvas = Canvas(Lines(), self._paint_base)
        self._asked: tuple[float, ...] = ()
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(ASK_DELAY)
        self._asking.timeout.connect(self._ask)

    @property
    def view(self) -> View:
        return self._view

    @property
    def start(self) -> tuple[float, float] | None:
        """Where the start marker is: where the hand holds it, or where the experiment has it."""
        return self._start.point

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.landscape is not None:
            self.landscape.paint_with(theme)
        self._lay_out()

    def set_terrain(self, terrain: Terrain) -> None:
        """Show these values. Another surface than before is shown as a whole, else the view stays."""
        old = self._ground
        self.landscape = Landscape(terrain, self._theme)
        new = terrain.ground
        if old is None or (old.title, old.view) != (new.title, new.view):
            self._region = new.view
        if terrain.region != self._asked[:4]:
            self._asked = ()  # not the answer: the question may be put again
        self._lay_out()

    def set_equal(self, equal: bool) -> None:
        """Whether a unit of x is as long on the screen as a unit of y."""
        self._equal = equal
        self._lay_out()

    def set_selected(self, id: str) -> None:
        if id != self._selected:
            self._selected = id
            self.update()

    def set_arrows(self, kinds: Collection[str]) -> None:
        self._arrows = kinds
        self.update()

    def set_cursor(self, update: int | None) -> None:
        """Mark the point of an update on every path."""
        if update != self._cursor:
            self._cursor = update
            self.update()

    def refresh(self, picture: SessionPicture) -> None:
        """Take the newest picture; painting draws what it adds."""
        self._runs = picture.runs
        assert isinstance(picture.task, SurfaceTask)
        self._start.confirm(picture.task.start)
        self.update()

    def reset_view(self) -> None:
        """Show what the surface asks to be shown."""
        if self._ground is not None:
            self._region = self._ground.view
            self._lay_out()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        self._look(self._view.zoomed(factor, around))

    def describe(self, runs: tuple[RunPicture, ...]) -> str:
        """What there is to see, in words."""
        return words.description(self._view, runs, self.start, self._ground)

    @property
    def _ground(self) -> Ground | None:
        return self.landscape.terrain.ground if self.landscape is not None else None

    @property
    def _axes(self) -> tuple[str, str]:
        return self._ground.axes if self._ground is not None else ("x", "y")

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        plot = self._view.plot
        with QPainter(self) as painter:
            painter.drawImage(0, 0, self._canvas.image(self._runs, self._theme.run_colours, self._view, plot))
            painter.setFont(self._small_font())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(plot)
            self._draw_moving(painter)
        if self._canvas.behind:
            self.update()

    def _paint_base(self) -> QImage:
        image = blank(self, self._theme.panel)
        with QPainter(image) as painter:
            if self.landscape is not None:
                painter.setClipRect(self._view.plot)
                self.landscape.draw(painter, self._view, self._theme)
                painter.setClipping(False)
            draw_axes(painter, self._view, self._theme, self._small_font(), self._axes)
        return image

    def _draw_moving(self, painter: QPainter) -> None:
        view, colours = self._view, self._theme.run_colours
        shown = [run for run in self._runs if run.visible]
        if self.start is not None:
            draw_start(painter, view.point(*self.start), self._start.focused and self.hasFocus())
        for run in shown:
            overlay.draw_tail(painter, run, colours[run.colour], self._canvas.end(run), view)
        if self._hover is not None:
            overlay.draw_crosshair(painter, self._hover, view.plot)
        for run in shown:
            if run.id == self._selected:
                overlay.draw_arrows(painter, run, view, self._arrows)
        for run in sorted(shown, key=lambda run: run.id == self._selected):
            overlay.draw_marker(painter, run, colours[run.colour], view, run.id == self._selected)
        overlay.draw_pointers(painter, shown, colours, view)
        if self._cursor is not None:
            overlay.draw_cursor(painter, shown, colours, view, self._cursor)
        if self._hover is not None:
            overlay.draw_chip(painter, self._hover, view.plot, self._reading(self._hover))

    def _reading(self, at: QPointF) -> list[tuple[str, QColor | None]]:
        """The read-out of the crosshair: the point, its value, the nearest update of a path."""
        x, y = self._view.at(at)
        across, up = self._axes
        lines: list[tuple[str, QColor | None]] = [(f"{across} {number(x)}   {up} {number(y)}", None)]
        value = self._value(x, y)
        lines.append((f"f {number(value, 5)}" if math.isfinite(value) else "f is not finite here", None))
        if self._found is not None:
            run, update = self._found
            lines.append((f"{run.name} · update {update:,}", self._theme.run_colours[run.colour]))
        return lines

    def _value(self, x: float, y: float) -> float:
        if self.value_at is not None:
            return self.value_at(x, y)
        return self.landscape.terrain.value(x, y) if self.landscape is not None else math.nan

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * SMALL)
        else:
            font.setPixelSize(max(9, round(font.pixelSize() * SMALL)))
        return font

    # The view

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()

    def _look(self, view: View) -> None:
        self._region = view.region
        self._lay_out()

    def _lay_out(self) -> None:
        plot = plot_rectangle(self.size(), self._region, self._small_font())
        view = View(*self._region, plot)
        self._view = view.squared() if self._equal else view
        self._canvas.spoil()
        self.update()
        if self.landscape is not None and not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        """Ask for values of the view and a margin around it, if the terrain has not got them."""
        if self.landscape is None:
            return
        view, terrain = self._view, self.landscape.terrain
        width, height = view.x1 - view.x0, view.y1 - view.y0
        columns, rows = _nodes(view.plot.width()), _nodes(view.plot.height())
        spacing = (terrain.x[1] - terrain.x[0]) * columns / width
        if terrain.covers(*view.region) and spacing < COARSE:
            return
        dx, dy = MARGIN * width, MARGIN * height
        wanted = (view.x0 - dx, view.x1 + dx, view.y0 - dy, view.y1 + dy, columns, rows)
        if wanted != self._asked:
            self._asked = wanted
            self.region_wanted.emit(*wanted)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = at
            if self._over_start(at):
                self._start.grip()
            else:
                self._start.focused = False
            self.update()
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._panning = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._start.gripped:
            held = self._view.at(self._inside(at))
            self._hover = None
            self._start.hold(held)
            self.start_dragged.emit(*held)
        elif self._panning is not None:
            self._look(self._view.moved(at - self._panning))
            self._panning = at
        elif self._pressed is None:
            self._point(at)
        elif (at - self._pressed).manhattanLength() > CLICK:
            self._panning = self._pressed
            self._hover = None
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, panned, gripped = self._pressed, self._panning is not None, self._start.gripped
        self._pressed = self._panning = None
        self._start.release()
        self._point(event.position())
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            return
        if gripped and self.start is not None:
            self._place(*self.start)
        elif not panned and self._view.plot.contains(event.position()):
            self._place(*self._view.at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = self._found = None
        self._tell_pointed(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120.0
        if turns:
            self.zoom(ZOOM_WHEEL**turns, self._inside(event.position()))
        event.accept()

    def _point(self, at: QPointF) -> None:
        """The pointer is here and holds nothing."""
        inside = self._view.plot.contains(at)
        over_start = inside and self._over_start(at)
        shape = Qt.CursorShape.CrossCursor if inside else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.OpenHandCursor if over_start else shape)
        self._hover = at if inside and not over_start else None
        self._found = nearest_update(self._runs, self._view, at) if inside else None
        self._tell_pointed(self._found[1] if self._found else None)

    def _tell_pointed(self, update: int | None) -> None:
        if update != self._pointed:
            self._pointed = update
            self.cursor_moved.emit(update)

    def _over_start(self, at: QPointF) -> bool:
        if self.start is None:
            return False
        away = self._view.point(*self.start) - at
        return math.hypot(away.x(), away.y()) <= GRIP

    def _inside(self, at: QPointF) -> QPointF:
        plot = self._view.plot
        return QPointF(min(max(at.x(), plot.left()), plot.right()), min(max(at.y(), plot.top()), plot.bottom()))

    def _place(self, x: float, y: float) -> None:
        self._start.hold((x, y))
        self._start.focused = True
        self.update()
        self.start_placed.emit(x, y)

    # The keyboard

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = QPointF(event.pos())
            text = words.tip(at, self._view, self._runs, self.start, self._ground, self._value)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return keeps(event, self._knows) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self._knows(event):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._start.focused = False
            self.update()
        elif key in ARROW_KEYS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(*ARROW_KEYS[Qt.Key(key)], FINE_NUDGE if fine else NUDGE)
        elif key == Qt.Key.Key_0:
            self.reset_view()
        else:
            self.zoom(1 / ZOOM_KEY if key == Qt.Key.Key_Minus else ZOOM_KEY)

    def _knows(self, event: QKeyEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in ARROW_KEYS:
            return self.start is not None and (control or self._start.focused)
        if event.key() == Qt.Key.Key_Escape:
            return self._start.focused
        return event.key() in ZOOM_KEYS and not control

    def _nudge(self, right: int, up: int, part: float) -> None:
        assert self.start is not None
        x, y = self.start
        width, height = self._view.x1 - self._view.x0, self._view.y1 - self._view.y0
        self._place(x + right * part * width, y + up * part * height)


def _nodes(pixels: float) -> int:
    return min(MOST_NODES, max(32, round(pixels / NODE_PIXELS)))
