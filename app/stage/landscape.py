"""Heat map, contours and known points of a surface, ready to be painted."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from app.plots.inside import is_inside
from app.stage.heat import Levels, contour_path, heat_image, heat_table, levels_of
from app.stage.markers import draw_minimum, draw_stationary
from app.stage.terrain import Terrain
from app.stage.view import View

if TYPE_CHECKING:
    from app.look.theme import Theme

MAX_GLYPHS = 400
NOWHERE = "f is not finite anywhere here"


class Landscape:
    """A terrain made ready to paint: its levels, its image, its contour lines."""

    def __init__(self, terrain: Terrain, theme: Theme) -> None:
        self.terrain = terrain
        self.levels: Levels = levels_of(terrain)
        self.paint_with(theme)

    def paint_with(self, theme: Theme) -> None:
        """Use this theme's colours; the image is made when it is first drawn, which in 3-D it never is."""
        self._table = heat_table(theme.heat)
        self._image: QImage | None = None

    @cached_property
    def contours(self) -> QPainterPath:
        return contour_path(self.terrain, self.levels)

    @property
    def image(self) -> QImage:
        if self._image is None:
            self._image = heat_image(self.levels.shades(self.terrain.values), self._table)
        return self._image

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
        box = view.rectangle(*self.terrain.landmarks.domain)
        if view.plot.adjusted(1, 1, -1, -1).intersected(box) != view.plot.adjusted(1, 1, -1, -1):
            painter.setPen(QPen(QColor(255, 255, 255, 70), 1.0, Qt.PenStyle.DashLine))
            margin = 4.0
            painter.drawRect(box.intersected(view.plot.adjusted(-margin, -margin, margin, margin)))

    def _draw_known(self, painter: QPainter, view: View) -> None:
        for kind, x, y in self.terrain.landmarks.stationary[:MAX_GLYPHS]:
            if (at := view.point(x, y)) and is_inside(view.plot, at):
                draw_stationary(painter, kind, at)
        for x, y in self.terrain.landmarks.minima[:MAX_GLYPHS]:
            if (at := view.point(x, y)) and is_inside(view.plot, at):
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
