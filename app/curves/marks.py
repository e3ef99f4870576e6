"""Signs on the curves: tweaks, divergence, values beyond the axis, the cursor's points."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.curves.curve_line import CurveLine
from app.plots.scale import Scale

_TICK = 8.0
ROWS = 4
_NEAR = 4.0


def tweak_places(line: CurveLine, x: Scale) -> np.ndarray:
    """The pixel of each of the run's tweaks."""
    updates = np.array([tweak.update for tweak in line.run.tweaks], float)
    return x.pixels(line.mapping.at(updates)) if len(updates) else updates


def draw_tweaks(painter: QPainter, plot: QRectF, places: np.ndarray, colour: QColor, taken: dict[int, int]) -> None:
    """Thin ticks above the x axis; one stands on another run's if that is at the same place.

    taken: how many ticks stand at a pixel; changed in place.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(colour, 2.0))
    inside = places[(places >= plot.left()) & (places <= plot.right())]
    lines = []
    for place in np.unique(np.round(inside / 2.0) * 2.0).astype(int).tolist():
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


def draw_end(painter: QPainter, plot: QRectF, line: CurveLine, x: Scale, y: Scale, colour: QColor) -> None:
    """✕ where a run diverged, an arrow where the newest value lies beyond the axis."""
    if not line.bins.updates:
        return
    across, up = x.pixel(line.end), y.pixel(line.strong.latest)
    if not plot.left() <= across <= plot.right() or math.isnan(up):
        return
    beyond = -1 if up < plot.top() else 1 if up > plot.bottom() else 0
    if line.diverged:
        place = QPointF(min(across, plot.right() - 5.0), min(max(up, plot.top() + 5.0), plot.bottom() - 5.0))
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for slope in (-1.0, 1.0):
            painter.drawLine(place + QPointF(-4.0, -4.0 * slope), place + QPointF(4.0, 4.0 * slope))
    elif beyond:
        tip = plot.top() + 1.0 if beyond < 0 else plot.bottom() - 1.0
        base = tip - beyond * 7.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        middle = min(across, plot.right() - 5.0)
        corners = [QPointF(middle, tip), QPointF(middle - 4.5, base), QPointF(middle + 4.5, base)]
        painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_point(painter: QPainter, plot: QRectF, place: QPointF, colour: QColor, paper: QColor) -> None:
    """A dot on a curve, ringed by the paper; nothing outside the plot."""
    if plot.adjusted(-1.0, -1.0, 1.0, 1.0).contains(place):
        painter.setPen(QPen(paper, 1.5))
        painter.setBrush(colour)
        painter.drawEllipse(place, 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
