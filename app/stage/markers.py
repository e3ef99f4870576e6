"""The glyphs of the stage: runs, the start, minima and saddles, what lies outside the view.

Those that do not turn are drawn once for every quarter of a pixel and then copied: a stroke costs ten times as much.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

RUN_RADIUS = 5.5
START_RADIUS = 8.0
INK = QColor(12, 18, 32)
PAPER = QColor(255, 255, 255)
SHADE = QColor(8, 12, 24, 190)
OUTLINES = {
    "local-max": ((0, -4.5), (4.2, 3), (-4.2, 3), (0, -4.5)),
    "degenerate": ((0, -4.2), (4.2, 0), (0, 4.2), (-4.2, 0), (0, -4.2)),
}
BORDER = 11.0  # how far inside the edge the sign of something beyond it stands
HALF = 18  # pixels from the middle of a glyph to the edge of its image
STEPS = 4  # places within a pixel, across and down


def draw_run(painter: QPainter, at: QPointF, colour: QColor, selected: bool) -> None:
    """A disc in the run's colour with a white ring; a second ring marks the selected run."""
    _copy(painter, at, _draw_run, colour.rgba(), selected)


def draw_start(painter: QPainter, at: QPointF, focused: bool) -> None:
    """A ring with four short spokes: where every run begins."""
    _copy(painter, at, _draw_start, focused)


def draw_minimum(painter: QPainter, at: QPointF, colour: QColor = PAPER) -> None:
    """A five-pointed star: a global minimum; in a run's colour, the best that it has been at."""
    _copy(painter, at, _draw_minimum, colour.rgba())


def draw_stationary(painter: QPainter, kind: str, at: QPointF) -> None:
    """Local minimum: a ring; local maximum: a triangle; degenerate: a diamond.

    A saddle is two lines that part, as its level lines do.
    """
    _copy(painter, at, _draw_stationary, kind)


def draw_cross(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Where a run was last seen finite."""
    _copy(painter, at, _draw_cross, colour.rgba())


def draw_dot(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """The point of a path that belongs to the linked cursor's update."""
    _copy(painter, at, _draw_dot, colour.rgba())


def draw_branching(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Where a branch leaves the path of its origin."""
    _copy(painter, at, _draw_branching, colour.rgba())


def _copy(painter: QPainter, at: QPointF, draw: Callable[..., None], *look: Any) -> None:
    left, across = divmod(round(at.x() * STEPS), STEPS)
    top, down = divmod(round(at.y() * STEPS), STEPS)
    image = _image(draw, look, painter.device().devicePixelRatioF(), across, down)
    painter.drawImage(QPointF(left - HALF, top - HALF), image)


@lru_cache(maxsize=1024)  # of 5 kB
def _image(draw: Callable[..., None], look: tuple[Any, ...], ratio: float, across: int, down: int) -> QImage:
    """A glyph whose middle lies so many steps right and down of the image's."""
    side = math.ceil((2 * HALF + 1) * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, QPointF(HALF + across / STEPS, HALF + down / STEPS), *look)
    return image


def _draw_run(painter: QPainter, at: QPointF, colour: int, selected: bool) -> None:
    radius = RUN_RADIUS + (1.0 if selected else 0.0)
    painter.setPen(QPen(SHADE, 3.6))
    painter.setBrush(QColor.fromRgba(colour))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(PAPER, 1.8))
    painter.drawEllipse(at, radius, radius)
    if selected:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(PAPER, 1.0))
        painter.drawEllipse(at, radius + 3.5, radius + 3.5)


def _draw_branching(painter: QPainter, at: QPointF, colour: int) -> None:
    painter.setPen(QPen(SHADE, 3.2))
    painter.setBrush(PAPER)
    painter.drawEllipse(at, 3.2, 3.2)
    painter.setPen(QPen(QColor.fromRgba(colour), 1.8))
    painter.drawEllipse(at, 3.2, 3.2)


def _draw_start(painter: QPainter, at: QPointF, focused: bool) -> None:
    inner, outer = START_RADIUS - 2.0, START_RADIUS + 4.0
    path = QPainterPath()
    path.addEllipse(at, START_RADIUS - 1.0, START_RADIUS - 1.0)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        path.moveTo(at + QPointF(dx, dy) * inner)
        path.lineTo(at + QPointF(dx, dy) * outer)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _outlined(painter, path, PAPER, 1.8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PAPER)
    painter.drawEllipse(at, 1.6, 1.6)
    if focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(PAPER, 1.2, Qt.PenStyle.DotLine))
        painter.drawEllipse(at, outer + 3.0, outer + 3.0)


def _draw_minimum(painter: QPainter, at: QPointF, colour: int) -> None:
    star = QPolygonF()
    for corner in range(10):
        angle, radius = math.pi * (corner / 5 - 0.5), 6.5 if corner % 2 == 0 else 2.9
        star.append(at + QPointF(math.cos(angle), math.sin(angle)) * radius)
    painter.setPen(QPen(INK, 1.2))
    painter.setBrush(QColor.fromRgba(colour))
    painter.drawPolygon(star)


def _draw_stationary(painter: QPainter, at: QPointF, kind: str) -> None:
    path = QPainterPath()
    if kind == "local-min":
        path.addEllipse(at, 3.2, 3.2)
    elif kind in OUTLINES:
        path.addPolygon(QPolygonF([at + QPointF(*corner) for corner in OUTLINES[kind]]))
    else:
        for side in (-1, 1):
            path.moveTo(at + QPointF(-4.5, 4.5 * side))
            path.quadTo(at + QPointF(0, -1.5 * side), at + QPointF(4.5, 4.5 * side))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _outlined(painter, path, PAPER, 1.5)


def _draw_cross(painter: QPainter, at: QPointF, colour: int) -> None:
    path = QPainterPath()
    for side in (-1, 1):
        path.moveTo(at + QPointF(-5.5, -5.5 * side))
        path.lineTo(at + QPointF(5.5, 5.5 * side))
    painter.setPen(_round(INK, 6.2))
    painter.drawPath(path)
    painter.setPen(_round(PAPER, 4.6))
    painter.drawPath(path)
    painter.setPen(_round(QColor.fromRgba(colour), 2.6))
    painter.drawPath(path)


def _draw_dot(painter: QPainter, at: QPointF, colour: int) -> None:
    painter.setBrush(PAPER)
    painter.setPen(QPen(INK, 3.0))
    painter.drawEllipse(at, 4.0, 4.0)
    painter.setPen(QPen(QColor.fromRgba(colour), 2.0))
    painter.drawEllipse(at, 4.0, 4.0)


def draw_pointer(painter: QPainter, at: QPointF, direction: QPointF, colour: QColor) -> None:
    """A small arrow head at the edge of the view, towards something beyond it."""
    side = QPointF(-direction.y(), direction.x())
    tip, base = at + direction * 7.0, at - direction * 5.0
    head = QPolygonF([tip, base + side * 6.0, at - direction * 2.0, base - side * 6.0])
    painter.setPen(QPen(PAPER, 1.4))
    painter.setBrush(colour)
    painter.drawPolygon(head)


def draw_arrow(painter: QPainter, at: QPointF, direction: QPointF, length: float, colour: QColor) -> None:
    """An arrow from a point; direction is a unit vector on the screen, length is in pixels."""
    tip = at + direction * length
    side = QPointF(-direction.y(), direction.x())
    head = min(9.0, length * 0.6)
    path = QPainterPath(at)
    path.lineTo(tip - direction * head * 0.7)
    neck = tip - direction * head
    wings = QPolygonF([tip, neck + side * head * 0.5, neck - side * head * 0.5])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_round(INK, 5.0))
    painter.drawPath(path)
    painter.drawPolygon(wings)
    painter.setPen(_round(colour, 2.4))
    painter.drawPath(path)
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(colour)
    painter.drawPolygon(wings)


def border_point(plot: QRectF, at: QPointF) -> tuple[QPointF, QPointF]:
    """Where, just inside the view, the sign of a point beyond it stands, and the direction to the point.

    It lies on the line from the middle of the view to the point.
    """
    middle = plot.center()
    across, down = at.x() - middle.x(), at.y() - middle.y()
    away = math.hypot(across, down)
    if not 0.0 < away < math.inf:
        return QPointF(middle.x(), plot.top() + BORDER), QPointF(0.0, -1.0)
    direction = QPointF(across / away, down / away)
    room = plot.width() / 2 - BORDER, plot.height() / 2 - BORDER
    reach = min(
        side / abs(part) if part else math.inf for side, part in zip(room, (direction.x(), direction.y()), strict=True)
    )
    return middle + direction * reach, direction


def _outlined(painter: QPainter, path: QPainterPath, colour: QColor, width: float) -> None:
    painter.setPen(_round(SHADE, width + 2.4))
    painter.drawPath(path)
    painter.setPen(_round(colour, width))
    painter.drawPath(path)


def _round(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
