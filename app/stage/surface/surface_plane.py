"""The surface seen from above: heat map, contours, the runs' paths and markers, and the start that can be dragged."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip

from app.look.number_format import number, to_scale
from app.plots.line_item import LineItem
from app.plots.plot_view import ABOVE, PlotView
from app.plots.raster_item import RasterItem
from app.stage import overlay
from app.stage.canvas import Canvas, blank_image
from app.stage.landscape import Landscape
from app.stage.paths import WIDTH, draw_ink
from app.stage.picking import nearest_update
from app.stage.plane_keys import ARROW_KEYS, FINE_NUDGE, NUDGE, ZOOM_KEY, ZOOM_KEYS
from app.stage.surface import surface_text as words
from app.stage.surface.start_item import GRIP, StartItem
from app.stage.surface.surface_info import surface_of
from app.stage.view import LARGEST_SPAN, SMALLEST_SPAN, View
from app.widgets.shortcut_override import accepts_shortcut
from engine import SurfaceTask

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.terrain import Terrain
    from engine import RunPicture, SessionPicture, SurfaceInfo

BELOW = -1.0  # z of heat map and paths, under pyqtgraph's own items
ASK_DELAY = 60  # milliseconds between two requests for values
NODE_PIXELS = 2.0
MIN_NODES, MAX_NODES = 32, 480
COARSE = 1.6  # times the spacing of nodes that is wanted, at which finer values are asked for
AGAIN = "double-click to begin again here, or drag the ring"
MARGIN = 0.12  # of the view, known beyond each edge, so that a short pan shows no gap
ZOOM_WHEEL = 1.25


class SurfacePlane(PlotView):
    """Shows pictures of a session over a terrain, and reports where the start should be.

    region_wanted(x0, x1, y0, y1, nx, ny): values are missing there. start_dragged, start_placed: (x, y) of the start
    in a hand, and where it is put down. cursor_moved: the update of a path under the pointer, or None.
    """

    region_wanted = Signal(float, float, float, float, int, int)
    start_dragged = Signal(float, float)
    start_placed = Signal(float, float)
    cursor_moved = Signal(object)

    def __init__(self, theme: Theme) -> None:
        self.value_at: Callable[[float, float], float] | None = None
        self.landscape: Landscape | None = None
        self._view = View(-1.0, 1.0, -1.0, 1.0, QRectF(0, 0, 100, 100))
        self._runs: tuple[RunPicture, ...] = ()
        self._has_moved = False
        self._listed: tuple[tuple[str, str, int], ...] = ()
        self._lines: dict[str, LineItem] = {}
        self._selected = ""
        self._arrows: Collection[str] = ()
        self._hover: QPointF | None = None
        self._found: tuple[RunPicture, int] | None = None
        self._pointed: int | None = None
        self._cursor: int | None = None
        self._asked: tuple[float, ...] = ()
        self._least_nodes = MIN_NODES
        self._canvas = Canvas(draw_ink, self._paint_base)
        super().__init__(theme)
        self.setObjectName("plane")
        self.setAccessibleName("Parameter plane")
        self.setMinimumSize(200, 180)
        spans = {"minXRange": SMALLEST_SPAN, "minYRange": SMALLEST_SPAN}
        self.box.setLimits(**spans, maxXRange=LARGEST_SPAN, maxYRange=LARGEST_SPAN)
        self.box.setCursor(Qt.CursorShape.CrossCursor)
        self._ground_item = RasterItem(self.box, self._paint_ground, BELOW)
        self.start_item = StartItem()
        self.addItem(self.start_item, ignoreBounds=True)
        self._moving_item = RasterItem(self.box, self._paint_moving, ABOVE)
        self._asking = self._timer(self._ask)
        self._asking.setInterval(ASK_DELAY)
        self._placing = self._timer(self._place_held)
        self._connect_hand()

    def _timer(self, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(call)
        return timer

    def _connect_hand(self) -> None:
        self.looked.connect(self._take_view)
        self.hovered.connect(self._point)
        self.clicked.connect(self._click)
        self.shown_all.connect(self._take_click_back)
        self.box.panned.connect(lambda: self.box.setCursor(Qt.CursorShape.ClosedHandCursor))
        self.start_item.dragged.connect(self._placing.stop)
        self.start_item.dragged.connect(self.start_dragged)
        self.start_item.dropped.connect(self._place_held)
        self.start_item.clicked.connect(self._click_start)

    @property
    def view(self) -> View:
        """What is on screen: the part of the plane, and the plot's pixels that show it."""
        return self._view

    @property
    def start(self) -> tuple[float, float] | None:
        """Where the start marker is: where the hand holds it, or where the experiment has it."""
        return self.start_item.point

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._listed = ()
        self._list_lines()
        if self.landscape is not None:
            self.landscape.paint_with(theme)
        self._canvas.spoil()

    def set_terrain(self, terrain: Terrain) -> None:
        """Show these values. Another surface than before is shown as a whole, else the view stays."""
        old, new = self._ground, surface_of(terrain)
        self.landscape = Landscape(terrain, self.theme)
        if terrain.region != self._asked[:4]:
            self._asked = ()  # not the answer: the question may be put again
        if old is None or (old.title, old.view) != (new.title, new.view):
            self._placing.stop()
            self.follow(new.view[:2], new.view[2:])
            self.forget_choice()
        self.set_names(*new.axes)
        self._take_view()

    def set_selected(self, id: str) -> None:
        """The run whose arrows are shown."""
        if id != self._selected:
            self._selected = id
            self._moving_item.update()

    def set_arrows(self, kinds: Collection[str]) -> None:
        self._arrows = kinds
        self._moving_item.update()

    def set_least_nodes(self, count: int = MIN_NODES) -> None:
        """Ask for at least so many values along each side: for a picture that needs more than this one."""
        self._least_nodes = count
        self._take_view()

    def set_cursor(self, update: int | None) -> None:
        """Mark the point of an update on every path."""
        if update != self._cursor:
            self._cursor = update
            self._moving_item.update()

    def refresh(self, picture: SessionPicture) -> None:
        """Take the newest picture; painting draws what it adds."""
        self._runs = picture.runs
        self._has_moved = picture.update > 0
        assert isinstance(picture.task, SurfaceTask)
        self.start_item.confirm(picture.task.start)
        self._list_lines()
        self._moving_item.update()  # and so all that lies under it

    def describe(self, runs: tuple[RunPicture, ...]) -> str:
        """What there is to see, in words."""
        return words.description(self._view, runs, self.start, self._ground)

    @property
    def _ground(self) -> SurfaceInfo | None:
        return surface_of(self.landscape.terrain) if self.landscape is not None else None

    def _list_lines(self) -> None:
        """Make the visible runs' paths known to pyqtgraph."""
        shown = [run for run in self._runs if run.visible]
        looks = tuple((run.id, run.name, run.colour) for run in shown)
        if looks == self._listed:
            return
        self._listed = looks
        for id in self._lines.keys() - {run.id for run in shown}:
            self.removeItem(self._lines.pop(id))
        for run in shown:
            if run.id not in self._lines:
                self._lines[run.id] = LineItem(run.name, partial(self._numbers, run.id))
                self.addItem(self._lines[run.id], ignoreBounds=True)
            self._lines[run.id].set_name(run.name)
            self._lines[run.id].set_pen(QPen(self.theme.run_colours[run.colour], WIDTH))

    def _numbers(self, id: str) -> tuple[np.ndarray, np.ndarray]:
        """x and y of a run's path, from its start to where it is."""
        run = next(run for run in self._runs if run.id == id)
        x, y = run.history.path()
        end = [run.shown.theta] if overlay.live(run) else []
        return np.append(x, [theta[0] for theta in end]), np.append(y, [theta[1] for theta in end])

    # Painting

    def _paint_ground(self, painter: QPainter, area: QRectF) -> None:
        """Heat map, contours and paths, which are kept as an image."""
        view = self._view
        painter.drawImage(area.topLeft(), self._canvas.image(self._runs, self.theme.run_colours, view, view.plot))
        if self._canvas.behind:
            self.viewport().update()

    def _paint_base(self) -> QImage:
        image = blank_image(self._view.plot.size(), self.devicePixelRatio(), self.theme.panel)
        if self.landscape is not None:
            with QPainter(image) as painter:
                painter.setClipRect(self._view.plot)  # Qt cuts long lines to it before it draws them
                self.landscape.draw(painter, self._view, self.theme)
        return image

    def _paint_moving(self, painter: QPainter, area: QRectF) -> None:
        """What moves with every frame."""
        view, colours = self._view, self.theme.run_colours
        shown = [run for run in self._runs if run.visible]
        for run in shown:
            overlay.draw_tail(painter, run, colours[run.colour], self._canvas.end(run), view)
        overlay.draw_branchings(painter, shown, colours, view)
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
            painter.setFont(self.small_font())
            overlay.draw_chip(painter, self._hover, view.plot, self.reading)

    @property
    def reading(self) -> list[tuple[str, QColor | None]]:
        """What the crosshair reads: the point, its value, the nearest update of a path. Nothing without a pointer."""
        if self._hover is None:
            return []
        x, y = self._view.at(self._hover)
        across, up = self.x_axis.name, self.y_axis.name
        lines: list[tuple[str, QColor | None]] = [(f"{across} {number(x)}   {up} {number(y)}", None)]
        value = self._value(x, y)
        lines.append((f"f {number(value, 5)}" if math.isfinite(value) else "f is not finite here", None))
        if self._found is not None:
            run, update = self._found
            lines.append((f"{run.name} · update {update:,}", self.theme.run_colours[run.colour]))
        return lines

    def _value(self, x: float, y: float) -> float:
        if self.value_at is not None:
            return self.value_at(x, y)
        return self.landscape.terrain.value(x, y) if self.landscape is not None else math.nan

    # The view

    def _take_view(self) -> None:
        """Another part is on screen, or it has other values or another size."""
        x, y = self.scales
        self._view = View(x.low, x.high, y.low, y.high, self.area)
        self._canvas.spoil()
        self._ground_item.update()
        if self.landscape is not None and not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        """Ask for values of the view and a margin around it, if the terrain has not got them."""
        if self.landscape is None:
            return
        view, terrain = self._view, self.landscape.terrain
        width, height = view.x1 - view.x0, view.y1 - view.y0
        columns, rows = self._nodes(view.plot.width()), self._nodes(view.plot.height())
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
        if event.button() == Qt.MouseButton.LeftButton and not self._over_start(self.place_of(event)):
            self.start_item.focus(False)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() and self._hover is not None:
            self._hover = None
            self._moving_item.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not event.buttons():
            self.box.setCursor(Qt.CursorShape.CrossCursor)
            at = self.place_of(event)
            self._point(at if self.area.contains(at) else None)

    def _point(self, at: QPointF | None) -> None:
        """The pointer is here and holds nothing; None: it is not over the plot."""
        self._hover = at if at is not None and not self._over_start(at) else None
        self._found = nearest_update(self._runs, self._view, at) if at is not None else None
        pointed = self._found[1] if self._found else None
        if pointed != self._pointed:
            self._pointed = pointed
            self.cursor_moved.emit(pointed)
        self._moving_item.update()

    def _over_start(self, at: QPointF) -> bool:
        if self.start is None:
            return False
        away = self._view.point(*self.start) - at
        return math.hypot(away.x(), away.y()) <= GRIP

    def _click(self, at: QPointF) -> None:
        if not self.area.contains(at):
            return
        if self._has_moved:  # a single click never takes back what has been computed
            QToolTip.showText(self.mapToGlobal(self.mapFromScene(self.box.mapToScene(at))), AGAIN, self)
            return
        self._hold(*self._rounded(at))
        if self.is_zoomed:  # this may become a double-click, which shows everything and must not restart the runs
            self._placing.start(QGuiApplication.styleHints().mouseDoubleClickInterval())
        else:
            self._place_held()

    def take_double_click(self, at: QPointF) -> None:
        """Show everything while zoomed; else begin here."""
        if self.is_zoomed or not self._has_moved or not self.area.contains(at):
            super().take_double_click(at)
        else:
            self._hold(*self._rounded(at))
            self._place_held()

    def _rounded(self, at: QPointF) -> tuple[float, float]:
        """A place in the plane, with no more digits than a pixel tells apart."""
        x, y = self._view.at(at)
        across, up = self.box.viewPixelSize()
        return to_scale(x, across), to_scale(y, up)

    def _click_start(self) -> None:
        if not self._has_moved:
            self._place_held()

    def _hold(self, x: float, y: float) -> None:
        self.start_item.hold((x, y))
        self.start_item.focus(True)

    def _place_held(self) -> None:
        """The start is put down where it stands."""
        assert self.start is not None
        self._hold(*self.start)
        self.start_placed.emit(*self.start)

    def _take_click_back(self) -> None:
        if self._placing.isActive():
            self._placing.stop()
            self.start_item.let_go()

    # The keyboard

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self.box.mapFromScene(self.mapToScene(event.pos()))
            text = words.tip(at, self._view, self._runs, self.start, self._ground, self._value)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().viewportEvent(event))

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self._knows(event):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self.start_item.focus(False)
        elif key in ARROW_KEYS:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(*ARROW_KEYS[Qt.Key(key)], FINE_NUDGE if fine else NUDGE)
        elif key == Qt.Key.Key_0:
            self.show_all()
        else:
            self.zoom(1 / ZOOM_KEY if key == Qt.Key.Key_Minus else ZOOM_KEY)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.start_item.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.start_item.update()

    def _knows(self, event: QKeyEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in ARROW_KEYS:
            return self.start is not None and (control or self.start_item.focused)
        if event.key() == Qt.Key.Key_Escape:
            return self.start_item.focused
        return event.key() in ZOOM_KEYS and not control

    def _nudge(self, right: int, up: int, part: float) -> None:
        assert self.start is not None
        x, y = self.start
        width, height = self._view.x1 - self._view.x0, self._view.y1 - self._view.y0
        self._hold(x + right * part * width, y + up * part * height)
        self._place_held()

    def _nodes(self, pixels: float) -> int:
        return min(MAX_NODES, max(self._least_nodes, round(pixels / NODE_PIXELS)))
