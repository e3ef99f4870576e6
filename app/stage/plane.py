"""The plane seen from above: heat map, paths and markers, and the hand that moves the start."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
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

from app.stage import overlay
from app.stage.base import Landscape, draw_axes, plot_rectangle
from app.stage.markers import KINDS, draw_start
from app.stage.paths import Ink
from app.stage.picking import nearest_update
from app.stage.ticks import grouped, number
from app.stage.view import View

if TYPE_CHECKING:
    from app.stage.terrain import Terrain
    from app.theme import Theme
    from engine import RunPicture, SessionPicture

INK_SECONDS = 0.006  # of a frame for paths; what is left is drawn in the next ones
ASK_DELAY = 60  # milliseconds between two requests for values
NODE_PIXELS = 2.0
MOST_NODES = 480
MARGIN = 0.12  # of the view, known beyond each edge, so that a short pan shows no gap
GRIP = 12.0  # pixels around the start marker that take hold of it
CLICK = 4.0  # pixels of movement up to which a press is a click
HELD_FRAMES = 30  # how long a start that was placed here waits to be confirmed
NUDGE, FINE_NUDGE = 0.01, 0.001  # of the view
ZOOM_KEY = 1.4

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
        self._start: tuple[float, float] | None = None
        self._held: tuple[float, float] | None = None
        self._held_frames = 0
        self._gripped = False
        self._start_focused = False
        self._pressed: QPointF | None = None
        self._panning: QPointF | None = None
        self._hover: QPointF | None = None
        self._cursor: int | None = None
        self._pointed: int | None = None
        self._base: QImage | None = None
        self._canvas: QImage | None = None
        self._ink = Ink()
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
        return self._held if self._held is not None else self._start

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.landscape is not None:
            self.landscape.paint_with(theme)
        self._lay_out()

    def set_terrain(self, terrain: Terrain) -> None:
        """Show these values. Another domain than before is shown as a whole, else the view stays."""
        old = self.landscape
        self.landscape = Landscape(terrain, self._theme)
        if old is None or old.terrain.ground.domain != terrain.ground.domain:
            self._asked = ()
            self._region = terrain.ground.domain
        self._lay_out()

    def set_equal(self, equal: bool) -> None:
        """Whether a unit of x is as long on the screen as a unit of y."""
        self._equal = equal
        self._lay_out()

    def set_selected(self, id: str) -> None:
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
        start = picture.experiment.problem.start
        self._held_frames -= 1
        if self._held is not None and not self._gripped and (start != self._start or self._held_frames < 0):
            self._held = None
        self._start = start
        self.update()

    def reset_view(self) -> None:
        """Show the whole domain."""
        if self.landscape is not None:
            self._region = self.landscape.terrain.ground.domain
            self._lay_out()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        self._look(self._view.zoomed(factor, around))

    def image(self) -> QImage:
        """What is on screen, at the resolution of the screen."""
        return self.grab().toImage()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        canvas = self._inked()
        with QPainter(self) as painter:
            painter.drawImage(0, 0, canvas)
            painter.setFont(self._small_font())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(self._view.plot)
            self._draw_moving(painter)
        if self._ink.behind:
            self.update()

    def _inked(self) -> QImage:
        """The canvas with the newest parts of the paths on it."""
        if self._base is None:
            self._base = self._draw_base()
            self._canvas = None
        if not self._ink.follow(self._runs, self._view) or self._canvas is None:
            self._ink.forget()
            self._ink.follow(self._runs, self._view)
            self._canvas = self._base.copy()
        if self._ink.behind:
            with QPainter(self._canvas) as painter:
                painter.setClipRect(self._view.plot)
                self._ink.draw(painter, self._runs, self._theme.run_colours, INK_SECONDS)
        return self._canvas

    def _draw_base(self) -> QImage:
        ratio = self.devicePixelRatio()
        image = QImage((QSizeF(self.size()) * ratio).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(self._theme.panel)
        with QPainter(image) as painter:
            if self.landscape is not None:
                painter.setClipRect(self._view.plot)
                self.landscape.draw(painter, self._view, self._theme)
                painter.setClipping(False)
            draw_axes(painter, self._view, self._theme, self._small_font())
        return image

    def _draw_moving(self, painter: QPainter) -> None:
        view, colours = self._view, self._theme.run_colours
        shown = [run for run in self._runs if run.visible]
        if self.start is not None:
            draw_start(painter, view.point(*self.start), self._start_focused and self.hasFocus())
        for run in shown:
            overlay.draw_tail(painter, run, colours[run.colour], self._ink, view)
        if self._hover is not None:
            overlay.draw_crosshair(painter, self._hover, view.plot)
        for run in shown:
            if run.id == self._selected:
                overlay.draw_arrows(painter, run, view, self._arrows)
        for run in sorted(shown, key=lambda run: run.id == self._selected):
            overlay.draw_marker(painter, run, colours[run.colour], view, run.id == self._selected)
        if self._cursor is not None:
            overlay.draw_cursor(painter, shown, colours, view, self._cursor)
        if self._hover is not None:
            overlay.draw_chip(painter, self._hover, view.plot, self._reading(self._hover))

    def _reading(self, at: QPointF) -> list[tuple[str, QColor | None]]:
        """The read-out of the crosshair: the point, its value, the nearest update of a path."""
        x, y = self._view.at(at)
        lines: list[tuple[str, QColor | None]] = [(f"x {number(x)}   y {number(y)}", None)]
        value = self._value(x, y)
        lines.append((f"f {number(value, 5)}" if math.isfinite(value) else "f is not finite here", None))
        found = nearest_update(self._runs, self._view, at)
        if found is not None:
            run, update = found
            lines.append((f"{run.name} · update {grouped(update)}", self._theme.run_colours[run.colour]))
        return lines

    def _value(self, x: float, y: float) -> float:
        if self.value_at is not None:
            return self.value_at(x, y)
        return self.landscape.terrain.value(x, y) if self.landscape is not None else math.nan

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * 0.92)
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
        self._base = None
        self.update()
        if self.landscape is not None and not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        """Ask for values of the view and a margin around it, if the terrain has not got them."""
        if self.landscape is None:
            return
        view, terrain = self._view, self.landscape.terrain
        nodes = [min(MOST_NODES, max(32, round(side / NODE_PIXELS))) for side in (view.plot.width(), view.plot.height())]
        spacing = (terrain.x[1] - terrain.x[0]) * nodes[0] / (view.x1 - view.x0)
        if terrain.covers(*view.region) and spacing < 1.6:
            return
        dx, dy = MARGIN * (view.x1 - view.x0), MARGIN * (view.y1 - view.y0)
        wanted = (view.x0 - dx, view.x1 + dx, view.y0 - dy, view.y1 + dy, *nodes)
        if wanted != self._asked:
            self._asked = wanted
            self.region_wanted.emit(*wanted)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = at
            self._gripped = self._over_start(at)
            self._start_focused = self._gripped
            if self._gripped:
                self._held = self.start
            self.update()
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._panning = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._gripped and self._pressed is not None:
            self._held = self._view.at(self._inside(at))
            self._hover = None
            self.start_dragged.emit(*self._held)
        elif self._panning is not None:
            self._look(self._view.moved(at - self._panning))
            self._panning = at
        elif self._pressed is not None and (at - self._pressed).manhattanLength() > CLICK:
            self._panning = self._pressed
            self._hover = None
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._pressed is None:
            self._point(at)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, panned, gripped = self._pressed, self._panning is not None, self._gripped
        self._pressed = self._panning = None
        self._gripped = False
        self._point(event.position())
        if event.button() == Qt.MouseButton.LeftButton and pressed is not None:
            if gripped and self._held is not None:
                self._place(*self._held)
            elif not panned and self._view.plot.contains(event.position()):
                self._start_focused = True
                self._place(*self._view.at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self._tell_pointed(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120.0
        if turns:
            self.zoom(1.25**turns, self._inside(event.position()))
        event.accept()

    def _point(self, at: QPointF) -> None:
        """The pointer is here and holds nothing."""
        inside = self._view.plot.contains(at)
        over_start = inside and self._over_start(at)
        self.setCursor(
            Qt.CursorShape.OpenHandCursor
            if over_start
            else Qt.CursorShape.CrossCursor
            if inside
            else Qt.CursorShape.ArrowCursor
        )
        self._hover = at if inside and not over_start else None
        found = nearest_update(self._runs, self._view, at) if inside else None
        self._tell_pointed(found[1] if found else None)

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
        return QPointF(
            min(max(at.x(), plot.left()), plot.right()), min(max(at.y(), plot.top()), plot.bottom())
        )

    def _place(self, x: float, y: float) -> None:
        self._held, self._held_frames = (x, y), HELD_FRAMES
        self.update()
        self.start_placed.emit(x, y)

    # The keyboard

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            text = self._tip(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        # Keys that mean something here are not left to the window's shortcuts.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._knows(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._knows(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self._start_focused = False
            self.update()
        elif event.key() in ARROW_KEYS:
            self._nudge(*ARROW_KEYS[Qt.Key(event.key())], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_0:
            self.reset_view()
        else:
            self.zoom(1 / ZOOM_KEY if event.key() == Qt.Key.Key_Minus else ZOOM_KEY)

    def _knows(self, event: QKeyEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in ARROW_KEYS:
            return self.start is not None and (control or self._start_focused)
        if event.key() == Qt.Key.Key_Escape:
            return self._start_focused
        return event.key() in ZOOM_KEYS and not control

    def _nudge(self, right: int, up: int, fine: bool) -> None:
        assert self.start is not None
        part = FINE_NUDGE if fine else NUDGE
        x, y = self.start
        self._start_focused = True
        self._place(
            x + right * part * (self._view.x1 - self._view.x0), y + up * part * (self._view.y1 - self._view.y0)
        )

    # Words

    def _tip(self, at: QPointF) -> str:
        """What is under the pointer."""

        def near(x: float, y: float) -> bool:
            away = self._view.point(x, y) - at
            return math.hypot(away.x(), away.y()) <= GRIP

        for run in self._runs:
            if run.visible and near(*overlay.standing(run)):
                return f"{run.name}, update {grouped(run.shown.update)}, loss {number(run.shown.loss, 6)}"
        if self.start is not None and near(*self.start):
            return "The start of every run: drag it, click elsewhere, or press Ctrl + arrow keys (with Shift: finely)"
        if self.landscape is None:
            return ""
        ground = self.landscape.terrain.ground
        known = [("Global minimum", *point) for point in ground.minima]
        known += [(KINDS.get(kind, kind.capitalize()), x, y) for kind, x, y in ground.stationary]
        for title, x, y in known:
            if near(x, y):
                return f"{title} ({number(x, 6)}, {number(y, 6)}), f = {number(self._value(x, y), 6)}"
        return ""

    def describe(self) -> str:
        """What the plane shows, in words."""
        parts = []
        if self.landscape is not None:
            view = self._view
            parts.append(
                f"{self.landscape.terrain.ground.title}. x from {number(view.x0)} to {number(view.x1)}, "
                f"y from {number(view.y0)} to {number(view.y1)}."
            )
        if self.start is not None:
            parts.append(f"Start ({number(self.start[0])}, {number(self.start[1])}).")
        for run in self._runs:
            if run.visible:
                x, y = overlay.standing(run)
                parts.append(
                    f"{run.name}: {run.status}, update {run.shown.update}, at ({number(x)}, {number(y)}), "
                    f"loss {number(run.shown.loss)}."
                )
        return " ".join(parts)
