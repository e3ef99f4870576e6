"""The surface in three dimensions, drawn by QPainter alone, with axes, and the paths and arrows laid on it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.stage import overlay
from app.stage.arrows import Arrow, arrows_of
from app.stage.canvas import Canvas, blank
from app.stage.heat import heat_table
from app.stage.landscape import Landscape
from app.stage.markers import draw_arrow, draw_branching, draw_cross, draw_dot, draw_minimum, draw_run, draw_start
from app.stage.paths import draw_ink
from app.stage.small_font import small_font
from app.stage.surface.box_axes import BoxAxes, box_axes
from app.stage.surface.camera import HEIGHT, Camera
from app.stage.surface.mesh import LIFT, Mesh, MeshPainter, mesh_of
from app.stage.surface.surface_info import surface_of
from app.stage.view import View
from app.widgets.shortcut_override import accepts_shortcut
from engine import DIVERGED, SurfaceTask

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import RunPicture, SessionPicture

Array = np.ndarray

FLOOR = QRectF(0, 0, 600, 600)  # the paths are thinned as if the floor were this many pixels
DRAPED = 64  # segments that are draped between two looks at the clock: each may have many pieces
LONGEST = 12.0  # pixels of the floor that a straight piece of a draped path may span
KEY_DEGREES = 6.0
ZOOM_KEY, ZOOM_WHEEL = 1.4, 1.25
SIGHT_HEIGHTS = 129  # between floor and ceiling, at which a line of sight is compared with the surface
SHORTEST_ARROW = 1.0  # pixels: one seen more nearly end-on has no direction
KEY_TURNS = {
    Qt.Key.Key_Left: (KEY_DEGREES, 0.0),
    Qt.Key.Key_Right: (-KEY_DEGREES, 0.0),
    Qt.Key.Key_Up: (0.0, KEY_DEGREES),
    Qt.Key.Key_Down: (0.0, -KEY_DEGREES),
}
HIDDEN = 0.3  # opacity of what is behind a hill


class Surface3D(QWidget):
    """A surface that can be turned. It shows pictures of a session and changes nothing in it.

    zoom_wanted(factor, x, y): magnify about this point of the plane, as the plane does. reset: a key has asked for
    the whole surface.
    """

    zoom_wanted = Signal(float, float, float)
    reset_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("surface_3d")
        self.setAccessibleName("Surface in 3-D")
        self.setToolTip("Drag or arrow keys: turn. Wheel, + and −: zoom. 0: as it was.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 180)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._theme = theme
        self._camera = Camera()
        self._landscape: Landscape | None = None
        self._view = View(-1.0, 1.0, -1.0, 1.0, FLOOR)
        self._made: Mesh | None = None
        self._axes: BoxAxes | None = None
        self._mesh_painter = MeshPainter()
        self._runs: tuple[RunPicture, ...] = ()
        self._start: tuple[float, float] | None = None
        self._selected = ""
        self._arrows: Collection[str] = ()
        self._cursor: int | None = None
        self._dragged: QPointF | None = None
        self._canvas = Canvas(self._drape, self._paint_base, DRAPED)

    @property
    def camera(self) -> Camera:
        return self._camera

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._redraw()

    @property
    def runs(self) -> tuple[RunPicture, ...]:
        """What is shown of the runs."""
        return self._runs

    @property
    def region(self) -> tuple[float, float, float, float]:
        """(x0, x1, y0, y1) of the part of the plane that fills the box."""
        return self._view.region

    @property
    def mesh(self) -> Mesh | None:
        """The surface as it is drawn; None before there are values. Made when first asked for: once a picture."""
        if self._made is None and self._landscape is not None:
            self._made = mesh_of(self._landscape, self._view)
        return self._made

    @property
    def axes(self) -> BoxAxes:
        """Lines and labels around the box, as they are drawn."""
        if self._axes is None:
            info = surface_of(self._landscape.terrain) if self._landscape is not None else None
            names, mesh = info.axes if info is not None else ("x", "y"), self.mesh
            known = mesh is not None and np.isfinite(mesh.heights).any()
            levels = mesh.levels if mesh is not None and known else None
            self._axes = box_axes(self._camera, self._view, levels, names, QFontMetricsF(small_font(self.font())))
        return self._axes

    def set_landscape(self, landscape: Landscape, region: tuple[float, float, float, float]) -> None:
        """Show the part of the landscape over a region of the plane.

        While it has no values for a part of a region, what was shown stays until one comes that has.
        """
        old = self._landscape
        same = old is not None and old.terrain.landmarks == landscape.terrain.landmarks
        if same and not landscape.terrain.covers(*region):
            return
        if landscape is not old or region != self._view.region:
            self._landscape = landscape
            self._view = View(*region, FLOOR)
            self._made = None
            self._redraw()

    def set_selected(self, id: str) -> None:
        self._selected = id
        self.update()

    def set_arrows(self, kinds: Collection[str]) -> None:
        """Which arrows the selected run has."""
        self._arrows = kinds
        self.update()

    def set_cursor(self, update: int | None) -> None:
        """Mark the point of an update on every path."""
        self._cursor = update
        self.update()

    def refresh(self, picture: SessionPicture) -> None:
        self._runs = picture.runs
        assert isinstance(picture.task, SurfaceTask)
        self._start = picture.task.start
        self.update()

    def look(self, camera: Camera) -> None:
        self._camera = camera
        self._redraw()

    def reset_view(self) -> None:
        self.look(Camera(width=self.width(), height=self.height()))

    def _redraw(self) -> None:
        self._axes = None
        self._canvas.spoil()
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.drawImage(0, 0, self._canvas.image(self._runs, self._theme.run_colours, self._view))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_moving(painter)
        if self._canvas.behind:
            self.update()

    def _paint_base(self) -> QImage:
        image = blank(self, self._theme.panel)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self._draw_surface())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            minima = self._landscape.terrain.landmarks.minima if self._landscape is not None else ()
            for x, y in minima:
                if (at := self._place(x, y)) is not None:
                    draw_minimum(painter, at)
            self._draw_labels(painter)
            if self._landscape is not None:
                self._landscape.draw_nothing(painter, QRectF(self.rect()), self._theme)
        return image

    def _draw_surface(self) -> QImage:
        """The floor and the mesh, at twice the resolution: halved, its outlines are smooth."""
        image = blank(self, self._theme.panel, finer=2)
        with QPainter(image) as painter:
            self._draw_floor(painter)
            if self.mesh is not None:
                self._mesh_painter.draw(painter, self.mesh, self._camera, heat_table(self._theme.heat))
        return image

    def _draw_floor(self, painter: QPainter) -> None:
        """The outline of the box's floor, and the axes' lines and ticks."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.muted, 1.0))
        corners = [self._camera.point(x, y, 0.0) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        sides = [QLineF(*ends) for ends in itertools.pairwise((*corners, corners[0]))]
        painter.drawLines([*sides, *self.axes.lines])

    def _draw_labels(self, painter: QPainter) -> None:
        painter.setFont(small_font(self.font()))
        painter.setPen(self._theme.muted)
        for label in self.axes.labels:
            painter.drawText(label.rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, label.text)

    def _draw_moving(self, painter: QPainter) -> None:
        colours = self._theme.run_colours
        if self._start is not None and (at := self._place(*self._start)) is not None:
            draw_start(painter, at, focused=False)
        for run in self._runs:
            if not run.visible:
                continue
            if self._cursor is not None and self._cursor <= run.update:
                marked = self._place(*overlay.point_at(run, self._cursor))
                if marked is not None:
                    draw_dot(painter, marked, colours[run.colour])
            where = overlay.branching(run)
            if where is not None and (left := self._place(*where)) is not None:
                draw_branching(painter, left, colours[run.colour])
            raw = self._place(*overlay.raw_position(run))
            painter.setOpacity(1.0 if self._seen(*overlay.raw_position(run)) else HIDDEN)
            if run.id == self._selected and raw is not None:
                for arrow, tip in self.arrow_tips(run):
                    away = tip - raw
                    length = math.hypot(away.x(), away.y())
                    draw_arrow(painter, raw, away * (1.0 / length), length, arrow.colour)
            if run.shown.average is not None:
                overlay.draw_ghost(painter, raw, colours[run.colour], QRectF(self.rect()))
            painter.setOpacity(1.0)
            at = self._place(*overlay.position(run))
            if at is None:
                continue
            painter.setOpacity(1.0 if self._seen(*overlay.position(run)) else HIDDEN)
            if run.status == DIVERGED and overlay.live(run):
                draw_cross(painter, at, colours[run.colour])
            else:
                draw_run(painter, at, colours[run.colour], run.id == self._selected)
            painter.setOpacity(1.0)

    def arrow_tips(self, run: RunPicture) -> list[tuple[Arrow, QPointF]]:
        """The arrows of a run and where they end: on the plane that touches the surface where the run is.

        Each is as long in the box as it is seen from above, so on the screen as long as its slant lets it.
        """
        x, y = overlay.raw_position(run)
        stand = self._stand(x, y)
        if stand is None or self.mesh is None:
            return []
        across, up, height = (float(part[0]) for part in stand)
        slope = self.mesh.slope(across, up)
        side, (x0, x1, y0, y1) = 2.0 * self._camera.scale, self.region
        found = []
        for arrow in arrows_of(run.shown, self._arrows, View(x0, x1, y0, y1, QRectF(0.0, 0.0, side, side))):
            # The direction over the floor is that of the screen from above, where y counts downwards.
            level = arrow.direction.x(), -arrow.direction.y()
            rise = slope[0] * level[0] + slope[1] * level[1]
            reach = arrow.length / self._camera.scale / math.sqrt(1.0 + rise * rise)
            tip = self._camera.point(across + reach * level[0], up + reach * level[1], height + reach * rise)
            if (tip - self._camera.point(across, up, height)).manhattanLength() > SHORTEST_ARROW:
                found.append((arrow, tip))
        return found

    def _stand(self, x: float, y: float) -> tuple[Array, Array, Array] | None:
        """A point of the plane on the surface in the box; None outside the part shown."""
        if self.mesh is None or not (math.isfinite(x) and math.isfinite(y)):
            return None
        view = self._view
        across = np.array([2 * (x - view.x0) / (view.x1 - view.x0) - 1])
        up = np.array([2 * (y - view.y0) / (view.y1 - view.y0) - 1])
        height = self.mesh.height(across, up) + LIFT
        return (across, up, height) if np.isfinite(height).all() else None

    def _place(self, x: float, y: float) -> QPointF | None:
        """The same point on the screen."""
        stand = self._stand(x, y)
        return QPointF(*self._camera.project(*stand)[0]) if stand is not None else None

    def _seen(self, x: float, y: float) -> bool:
        stand = self._stand(x, y)
        return stand is not None and self.mesh is not None and bool(self.mesh.seen(*stand, self._camera)[0])

    def _drape(self, painter: QPainter, segments: Array, colour: QColor) -> None:
        """Lay segments of the floor (n, 4) over the mesh; what is behind a hill shows faintly."""
        assert self.mesh is not None
        pieces = _pieces(segments)
        x = (pieces[:, 0::2] - FLOOR.left()) / FLOOR.width() * 2 - 1
        y = (FLOOR.bottom() - pieces[:, 1::2]) / FLOOR.height() * 2 - 1
        x, y = np.clip(x, -1, 1), np.clip(y, -1, 1)
        height = self.mesh.height(x, y) + LIFT
        known = np.isfinite(height).all(axis=1)
        x, y, height = x[known], y[known], height[known]
        drawn = self._camera.project(x, y, height).reshape(-1, 4)
        seen = self.mesh.seen(x.mean(axis=1), y.mean(axis=1), height.mean(axis=1), self._camera)
        faint = QColor(colour)
        faint.setAlphaF(HIDDEN)
        draw_ink(painter, drawn[~seen], faint)
        draw_ink(painter, drawn[seen], colour)

    # Hands

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.look(replace(self._camera, width=self.width(), height=self.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            moved = event.position() - self._dragged
            self._dragged = event.position()
            self.look(self._camera.turned(moved.x() * 0.4, moved.y() * 0.3))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom(ZOOM_WHEEL ** (event.angleDelta().y() / 120.0), event.position())
        event.accept()

    def _zoom(self, factor: float, at: QPointF) -> None:
        """Magnify about the point of the surface that is seen at a place."""
        x, y = self.under(at)
        self.zoom_wanted.emit(factor, x, y)

    def under(self, at: QPointF) -> tuple[float, float]:
        """(x, y) of the nearest point of the surface on the line of sight; the middle, where that misses it."""
        x0, x1, y0, y1 = self.region
        across, up = 0.0, 0.0
        if self.mesh is not None:
            heights = np.linspace(HEIGHT, 0.0, SIGHT_HEIGHTS)
            xs, ys = self._camera.floor(at, heights)
            with np.errstate(invalid="ignore"):
                met = self.mesh.height(xs, ys) >= heights - LIFT
            if met.any():
                first = int(np.argmax(met))
                across, up = float(xs[first]), float(ys[first])
        return x0 + (across + 1) / 2 * (x1 - x0), y0 + (up + 1) / 2 * (y1 - y0)

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, _turns) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in KEY_TURNS:
            self.look(self._camera.turned(*KEY_TURNS[Qt.Key(event.key())]))
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / ZOOM_KEY if event.key() == Qt.Key.Key_Minus else ZOOM_KEY
            self._zoom(factor, QPointF(self._camera.point(0.0, 0.0, HEIGHT / 2)))
        elif event.key() == Qt.Key.Key_0:
            self.reset_wanted.emit()
        else:
            super().keyPressEvent(event)


def _turns(event: QKeyEvent) -> bool:
    free = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
    return not event.modifiers() & ~free and event.key() in KEY_TURNS


def _pieces(segments: Array) -> Array:
    """Segments (n, 4) cut into pieces of at most LONGEST pixels of the floor, so that they can bend."""
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    parts = np.maximum(np.ceil(length / LONGEST).astype(int), 1)
    if (parts == 1).all():
        return segments
    owner = np.repeat(np.arange(len(segments)), parts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    start, along = segments[owner, :2], segments[owner, 2:] - segments[owner, :2]
    first, last = place / parts[owner], (place + 1) / parts[owner]
    return np.hstack((start + along * first[:, None], start + along * last[:, None]))
