"""Overlays drawn anew in every frame: tails of paths, markers, arrows, the crosshair and its read-out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.plots.inside import is_inside
from app.stage import arrows
from app.stage.markers import (
    border_point,
    draw_arrow,
    draw_branching,
    draw_cross,
    draw_dot,
    draw_pointer,
    draw_run,
)
from app.stage.paths import WIDTH, X, Y, first_point
from engine import DIVERGED

if TYPE_CHECKING:
    from app.stage.view import View
    from engine import RunPicture

POINTER_SPACE = 17.0  # pixels between two signs at the border
GHOST = 0.45  # opacity of where the optimizer is, while the average of a run is shown
CHIP = QColor(10, 15, 27, 225)
CHIP_TEXT = QColor(236, 241, 250)
_PAD, _DOT = 8.0, 14.0  # pixels in a chip: around the words, and for a dot before them


def position(run: RunPicture) -> tuple[float, float]:
    """Where the run's marker stands, live or at the scrubbed update: at its average, if it keeps one."""
    return float(run.shown.evaluated[0]), float(run.shown.evaluated[1])


def raw_position(run: RunPicture) -> tuple[float, float]:
    """Where the optimizer stands: at the end of the path, from where its arrows start."""
    return float(run.shown.theta[0]), float(run.shown.theta[1])


def whose(run: RunPicture) -> str:
    """In words, that a run stands at its average: the beginning of where it is; nothing if it stands for itself."""
    return "its average " if run.shown.average is not None else ""


def live(run: RunPicture) -> bool:
    """Whether the state on screen is the newest one."""
    return run.shown.update >= run.update


def point_at(run: RunPicture, update: int) -> tuple[float, float]:
    """Where a run stood at an update, as precisely as its history tells; where it ended if it is over."""
    history = run.history
    if update >= run.update and live(run):
        return raw_position(run)
    place = min(history.path_place(update), history.path_count - 1)
    if place < 0:
        return raw_position(run)
    x, y = history.path(place, place + 1)
    return float(x[0]), float(y[0])


def draw_tail(painter: QPainter, run: RunPicture, colour: QColor, start: QPointF | None, view: View) -> None:
    """From `start`, where the ink ends, to where the run is: the updates of a bin that is not complete."""
    newest = run.history.latest
    if start is None or not live(run):
        return
    points = [start]
    if newest:
        points.append(view.point(newest[X], newest[Y]))
    points.append(view.point(*raw_position(run)))
    box = view.plot.adjusted(-2000, -2000, 2000, 2000)
    painter.setPen(QPen(colour, WIDTH))
    for first, second in itertools.pairwise(points):
        if is_inside(box, first) and is_inside(box, second):
            painter.drawLine(first, second)


def draw_marker(painter: QPainter, run: RunPicture, colour: QColor, view: View, selected: bool) -> None:
    """The run's disc, or its cross where it was last finite, and of one that shows its average a ghost where the
    optimizer is; nothing outside the view.
    """
    if run.shown.average is not None:
        draw_ghost(painter, _point(raw_position(run), view), colour, view.plot)
    at = place(run, view)
    if at is None or not is_inside(view.plot, at):
        return
    if run.status == DIVERGED and live(run):
        draw_cross(painter, at, colour)
    else:
        draw_run(painter, at, colour, selected)


def branching(run: RunPicture) -> tuple[float, float] | None:
    """Where the path of a branch begins to be drawn; None of a run that is drawn from its start."""
    if not run.begins or not run.history.path_count:
        return None
    place = first_point(run)
    x, y = run.history.path(place, place + 1)
    return float(x[0]), float(y[0])


def draw_branchings(painter: QPainter, runs: Sequence[RunPicture], colours: Sequence[QColor], view: View) -> None:
    """A ring where each branch leaves the path of its origin."""
    for run in runs:
        where = branching(run)
        at = _point(where, view) if where is not None else None
        if at is not None and is_inside(view.plot, at):
            draw_branching(painter, at, colours[run.colour])


def draw_pointers(painter: QPainter, runs: Sequence[RunPicture], colours: Sequence[QColor], view: View) -> None:
    """At the border, the direction of every run that is outside the view, one behind the other."""
    taken: list[QPointF] = []
    for run in runs:
        at = place(run, view)
        if at is None or is_inside(view.plot, at):
            continue
        edge, direction = border_point(view.plot, at)
        while any((edge - other).manhattanLength() < POINTER_SPACE for other in taken):
            edge -= direction * POINTER_SPACE
        taken.append(QPointF(edge))
        draw_pointer(painter, edge, direction, colours[run.colour])
        if run.status == DIVERGED:
            edge -= direction * POINTER_SPACE
            taken.append(QPointF(edge))
            draw_cross(painter, edge, colours[run.colour])


def place(run: RunPicture, view: View) -> QPointF | None:
    """The run's marker on the screen; None where it is not finite."""
    return _point(position(run), view)


def _point(where: tuple[float, float], view: View) -> QPointF | None:
    return view.point(*where) if math.isfinite(where[0]) and math.isfinite(where[1]) else None


def draw_ghost(painter: QPainter, at: QPointF | None, colour: QColor, area: QRectF) -> None:
    """The pale disc of an optimizer whose run stands at its average."""
    if at is not None and is_inside(area, at):
        kept = painter.opacity()
        painter.setOpacity(kept * GHOST)
        draw_run(painter, at, colour, False)
        painter.setOpacity(kept)


def draw_arrows(painter: QPainter, run: RunPicture, view: View, shown: Collection[str]) -> None:
    """The chosen arrows, where the optimizer is."""
    at = _point(raw_position(run), view)
    if at is None or not is_inside(view.plot, at):
        return
    for arrow in arrows.arrows_of(run.shown, shown, view):
        draw_arrow(painter, at, arrow.direction, arrow.length, arrow.colour)


def draw_cursor(
    painter: QPainter, runs: Sequence[RunPicture], colours: Sequence[QColor], view: View, update: int
) -> None:
    """The point of one update on every path that reaches it."""
    for run in runs:
        if run.visible and update <= run.update:
            x, y = point_at(run, update)
            at = view.point(x, y) if math.isfinite(x) and math.isfinite(y) else None
            if at is not None and is_inside(view.plot, at):
                draw_dot(painter, at, colours[run.colour])


def draw_crosshair(painter: QPainter, at: QPointF, plot: QRectF) -> None:
    """Two dotted lines through the pointer, seen on dark and light backgrounds."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for colour, offset in ((QColor(0, 0, 0, 110), 1.0), (QColor(255, 255, 255, 150), 0.0)):
        painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DotLine))
        x, y = round(at.x()) + offset, round(at.y()) + offset
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def draw_chip(painter: QPainter, at: QPointF, plot: QRectF, lines: Sequence[tuple[str, QColor | None]]) -> None:
    """A small panel beside the pointer, on the side where there is room; a line may have a dot."""
    metrics = QFontMetricsF(painter.font())
    box, height = chip_box(metrics, at, plot, lines), metrics.height()
    painter.setPen(QPen(QColor(255, 255, 255, 40), 1.0))
    painter.setBrush(CHIP)
    painter.drawRoundedRect(box, 6, 6)
    for index, (text, colour) in enumerate(lines):
        top = box.top() + _PAD - 2 + index * height
        if colour is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(box.left() + _PAD + 4, top + height / 2), 4, 4)
        painter.setPen(CHIP_TEXT)
        line = QRectF(box.left() + _PAD + (_DOT if colour else 0.0), top, box.width(), height)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)


def chip_box(metrics: QFontMetricsF, at: QPointF, plot: QRectF, lines: Sequence[tuple[str, QColor | None]]) -> QRectF:
    """Where the panel beside the pointer lies."""
    width = max(metrics.horizontalAdvance(text) + (_DOT if colour else 0.0) for text, colour in lines) + 2 * _PAD
    tall = metrics.height() * len(lines) + 2 * (_PAD - 2)
    x = at.x() + 14 if at.x() + 14 + width <= plot.right() else at.x() - 14 - width
    y = at.y() - 14 - tall if at.y() - 14 - tall >= plot.top() else at.y() + 14
    return QRectF(x, y, width, tall)
