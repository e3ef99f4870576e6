"""Marks on the curves: tweaks, divergence, values beyond the axis, an update, the cursor's points."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.curves.curve_line import CurveLine
from app.plots.inside import is_inside
from app.plots.scale import Scale

_TICK = 8.0
ROWS = 4
_NEAR = 4.0


def tweak_places(line: CurveLine, x: Scale) -> np.ndarray:
    """The pixel of each of the run's tweaks; NaN of those before a branch, which its origin has, too."""
    updates = line.tweak_updates
    if not len(updates):
        return updates
    return np.where(updates < line.run.begins, np.nan, x.pixels(line.mapping.at(updates)))


def draw_tweaks(painter: QPainter, plot: QRectF, places: np.ndarray, colour: QColor, taken: dict[int, int]) -> None:
    """Thin ticks above the x axis; one stands on another run's if that is at the same place.

    taken: how many ticks stand at a pixel; changed in place.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(colour, 2.0))
    inside = places[(places >= plot.left()) & (places <= plot.right())]
    lines = []
    begin = math.floor(plot.left() / 2.0)
    seen = np.bincount(np.round(inside / 2.0).astype(int) - begin)  # without sorting a hundred thousand
    for place in (2 * (np.flatnonzero(seen) + begin)).tolist():
        row = taken[place] = taken.get(place, -1) + 1
        bottom = plot.bottom() - 1.0 - row % ROWS * (_TICK + 1.0)
        lines.append(QLineF(place, bottom - _TICK, place, bottom))
    if lines:
        painter.drawLines(lines)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def tweak_near(places: np.ndarray, pixel: float) -> int | None:
    """Which tweak is under the pointer."""
    if not len(places):
        return None
    distances = np.abs(places - pixel)
    place = int(np.nanargmin(distances)) if not np.isnan(distances).all() else 0
    return place if distances[place] <= _NEAR else None


def draw_branching(painter: QPainter, plot: QRectF, place: QPointF, colour: QColor, paper: QColor) -> None:
    """A small ring where a branch leaves its origin; nothing outside the plot."""
    if is_inside(plot, place, 1.0):
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(paper)
        painter.drawEllipse(place, 3.2, 3.2)
        painter.setBrush(Qt.BrushStyle.NoBrush)


class EndMark(NamedTuple):
    """Where a line ends otherwise than in sight: beyond is -1 above the plot, 1 below it, 0 where a run diverged."""

    place: QPointF
    beyond: int


def end_mark(plot: QRectF, line: CurveLine, x: Scale, y: Scale) -> EndMark | None:
    """Of a run that diverged, or whose newest value lies beyond the axis."""
    latest = line.strong.latest
    if not line.bins.updates or (not line.diverged and y.low <= latest <= y.high):
        return None
    across, up = x.pixel(line.end), y.pixel(latest)
    if not plot.left() <= across <= plot.right() or math.isnan(up):
        return None
    middle = min(across, plot.right() - 5.0)
    if line.diverged:
        return EndMark(QPointF(middle, min(max(up, plot.top() + 5.0), plot.bottom() - 5.0)), 0)
    if up < plot.top():
        return EndMark(QPointF(middle, plot.top() + 1.0), -1)
    return EndMark(QPointF(middle, plot.bottom() - 1.0), 1) if up > plot.bottom() else None


def draw_end(painter: QPainter, mark: EndMark, colour: QColor) -> None:
    """✕ where a run diverged, an arrow where its newest value lies beyond the axis."""
    place = mark.place
    if not mark.beyond:
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for slope in (-1.0, 1.0):
            painter.drawLine(place + QPointF(-4.0, -4.0 * slope), place + QPointF(4.0, 4.0 * slope))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    base = -7.0 * mark.beyond
    painter.drawPolygon(QPolygonF([place, place + QPointF(-4.5, base), place + QPointF(4.5, base)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_point(painter: QPainter, plot: QRectF, place: QPointF, colour: QColor, paper: QColor) -> None:
    """A dot on a curve, ringed by the paper; nothing outside the plot."""
    if is_inside(plot, place, 1.0):
        painter.setPen(QPen(paper, 1.5))
        painter.setBrush(colour)
        painter.drawEllipse(place, 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_upright(painter: QPainter, plot: QRectF, pixel: float, colour: QColor) -> None:
    """A line across the plot; nothing outside it."""
    if plot.left() - 1.0 <= pixel <= plot.right() + 1.0:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(colour, 1.0))
        painter.drawLine(QLineF(pixel, plot.top(), pixel, plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
