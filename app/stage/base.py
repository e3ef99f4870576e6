"""Heat map, contours and known points of a surface, ready to be painted; and axes painted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QTransform

from app.look.number_format import round_ticks
from app.stage.heat import Levels, contour_path, heat_image, heat_table, levels_of
from app.stage.markers import draw_minimum, draw_stationary
from app.stage.terrain import Terrain
from app.stage.view import View

if TYPE_CHECKING:
    from app.look.theme import Theme

TICK, MINOR_TICK, GAP = 6.0, 3.0, 4.0
LABEL_STEP = 8  # the margin moves in steps, so that it does not tremble while the view is dragged
MAX_GLYPHS = 400
NOWHERE = "f is not finite anywhere here"


class Landscape:
    """A terrain made ready to paint: its levels, its image, its contour lines."""

    def __init__(self, terrain: Terrain, theme: Theme) -> None:
        self.terrain = terrain
        self.levels: Levels = levels_of(terrain)
        self.contours: QPainterPath = contour_path(terrain, self.levels)
        self.paint_with(theme)

    def paint_with(self, theme: Theme) -> None:
        self.image: QImage = heat_image(self.levels.shades(self.terrain.values), heat_table(theme.heat))

    def draw(self, painter: QPainter, view: View, theme: Theme) -> None:
        left, right, bottom, top = self.terrain.region
        rows, columns = self.terrain.values.shape
        # A value colours the cell around its node, so the image reaches half a cell further.
        half_x, half_y = (right - left) / (columns - 1) / 2, (top - bottom) / (rows - 1) / 2
        target = view.rectangle(left - half_x, right + half_x, bottom - half_y, top + half_y)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self.image)
        pen = QPen(theme.contour, 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPath(placing(view).map(self.contours))
        self._draw_domain(painter, view)
        self._draw_known(painter, view)
        self.draw_nothing(painter, view.plot, theme)

    def draw_nothing(self, painter: QPainter, plot: QRectF, theme: Theme) -> None:
        """Say that there is nothing to see, if that is so."""
        if not np.isfinite(self.terrain.values).any():
            painter.setPen(theme.muted)
            painter.drawText(plot, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, NOWHERE)

    def _draw_domain(self, painter: QPainter, view: View) -> None:
        """The border of the domain, where it is inside the view."""
        box = view.rectangle(*self.terrain.surface_info.domain)
        if view.plot.adjusted(1, 1, -1, -1).intersected(box) != view.plot.adjusted(1, 1, -1, -1):
            painter.setPen(QPen(QColor(255, 255, 255, 70), 1.0, Qt.PenStyle.DashLine))
            margin = 4.0
            painter.drawRect(box.intersected(view.plot.adjusted(-margin, -margin, margin, margin)))

    def _draw_known(self, painter: QPainter, view: View) -> None:
        for kind, x, y in self.terrain.surface_info.stationary[:MAX_GLYPHS]:
            if (at := view.point(x, y)) and view.plot.contains(at):
                draw_stationary(painter, kind, at)
        for x, y in self.terrain.surface_info.minima[:MAX_GLYPHS]:
            if (at := view.point(x, y)) and view.plot.contains(at):
                draw_minimum(painter, at)


def placing(view: View) -> QTransform:
    """From the coordinates of the plane to pixels."""
    return QTransform(
        view.x_scale,
        0.0,
        0.0,
        view.y_scale,
        view.plot.left() - view.x0 * view.x_scale,
        view.plot.bottom() - view.y0 * view.y_scale,
    )


def plot_rectangle(size: QSize, region: tuple[float, float, float, float], font: QFont) -> QRectF:
    """What the axes leave of a widget."""
    metrics = QFontMetricsF(font)
    height = metrics.height()
    _, _, y0, y1 = region
    labels = [text for _, text in round_ticks(y0, y1, _count(size.height(), 3.2 * height)).major]
    widest = max((metrics.horizontalAdvance(text) for text in labels), default=0.0)
    widest = -(-max(widest, metrics.horizontalAdvance("−0.5")) // LABEL_STEP) * LABEL_STEP
    left = round(widest + TICK + 2 * GAP)
    top, bottom, right = round(height + GAP), round(height + TICK + 2 * GAP), round(1.6 * height)
    return QRectF(left, top, max(size.width() - left - right, 40), max(size.height() - top - bottom, 40))


def draw_axes(painter: QPainter, view: View, theme: Theme, font: QFont, names: tuple[str, str]) -> None:
    """Ticks and labels below and to the left of the plot."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    height, plot = metrics.height(), view.plot
    left, bottom = plot.left() - 1, plot.bottom()
    painter.setPen(QPen(theme.muted, 1.0))
    painter.drawLine(QPointF(left, plot.top()), QPointF(left, bottom))
    painter.drawLine(QPointF(left, bottom), QPointF(plot.right(), bottom))

    widest = metrics.horizontalAdvance("−0.000")
    across = round_ticks(view.x0, view.x1, _count(plot.width(), 2.0 * widest))
    for value in across.minor:
        x = round(view.point(value, view.y0).x())
        painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + MINOR_TICK))
    for value, text in across.major:
        x = round(view.point(value, view.y0).x())
        painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + TICK))
        wide = metrics.horizontalAdvance(text)
        box = QRectF(min(x - wide / 2, plot.right() + 1.6 * height - wide), bottom + TICK + GAP / 2, wide, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)

    up = round_ticks(view.y0, view.y1, _count(plot.height(), 3.2 * height))
    for value in up.minor:
        y = round(view.point(view.x0, value).y())
        painter.drawLine(QPointF(left, y), QPointF(left - MINOR_TICK, y))
    for value, text in up.major:
        y = round(view.point(view.x0, value).y())
        painter.drawLine(QPointF(left, y), QPointF(left - TICK, y))
        box = QRectF(0, y - height, left - TICK - GAP, 2 * height)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    _draw_names(painter, plot, height, names)


def _draw_names(painter: QPainter, plot: QRectF, height: float, names: tuple[str, str]) -> None:
    """One at the right end of its axis, the other above its own."""
    painter.drawText(
        QRectF(plot.right() + GAP, plot.bottom() - height / 2, 1.2 * height, height),
        Qt.AlignmentFlag.AlignVCenter,
        names[0],
    )
    painter.drawText(
        QRectF(plot.left() - height, plot.top() - height - GAP / 2, 2 * height, height),
        Qt.AlignmentFlag.AlignCenter,
        names[1],
    )


def _count(length: float, spacing: float) -> int:
    return max(2, int(length / spacing))
