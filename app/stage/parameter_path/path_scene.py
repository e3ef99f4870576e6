"""Painting of the parameter plane: loss as a heat map with contours, the paths, the runs on them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from app.plots.inside import is_inside
from app.stage import overlay
from app.stage.canvas import Canvas
from app.stage.landscape import Landscape
from app.stage.markers import draw_dot, draw_minimum, draw_start
from app.stage.parameter_path import path_text as words
from app.stage.paths import draw_ink
from app.stage.terrain import Terrain, Unmarked

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.parameter_path.projected_runs import ProjectedRuns
    from app.stage.view import View
    from engine import LossSlice

EVERYWHERE = 1e100


class PathScene:
    """Paints a plot in the look of the surface stage; what does not move is kept as an image.

    redraw: asks for another frame, in which the rest of a long path is drawn.
    """

    def __init__(self, theme: Theme, redraw: Callable[[], None]) -> None:
        self._theme, self._redraw = theme, redraw
        self._view: View | None = None
        self._ratio = 1.0
        self._landscape: Landscape | None = None
        self._painted: np.ndarray | None = None
        self._canvas = Canvas(draw_ink, self._paint_base)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._landscape is not None:
            self._landscape.paint_with(theme)
        self._canvas.spoil()

    def loss(self, x: float, y: float) -> float:
        """The loss between the nodes around a point of the plane; NaN where it is not known."""
        return self._landscape.terrain.value(x, y) if self._landscape is not None else math.nan

    def take(self, patch: LossSlice) -> None:
        """Make the newest losses ready to paint, once."""
        if patch.values is self._painted:
            return
        self._painted = patch.values
        self._landscape = None
        if np.isfinite(patch.values).any():
            box = (-EVERYWHERE, EVERYWHERE, -EVERYWHERE, EVERYWHERE)
            self._landscape = Landscape(Terrain(Unmarked(box), patch.xs, patch.ys, patch.values), self._theme)
        self._canvas.spoil()

    def draw(self, painter: QPainter, view: View, projected: ProjectedRuns | None, cursor: int | None) -> None:
        """Paint the plane and the runs in it, with a point of each at an update."""
        if projected is None:
            painter.fillRect(view.plot, self._theme.panel)
            self._write(painter, view, words.WAITING)
            return
        ratio = painter.device().devicePixelRatio()
        if (view, ratio) != (self._view, self._ratio):
            self._view, self._ratio = view, ratio
            self._canvas.spoil()
        self.take(projected.patch)
        painter.drawImage(view.plot.topLeft(), self._canvas.image(projected.runs, self._theme.run_colours, view))
        if not projected.patch.drawn:
            self._write(painter, view, words.COMPUTING)
        elif self._landscape is None:
            self._write(painter, view, words.NOWHERE)
        self._draw_runs(painter, view, projected)
        if cursor is not None:
            self._draw_cursor(painter, view, projected, cursor)
        if self._canvas.behind:
            self._redraw()

    def _draw_runs(self, painter: QPainter, view: View, projected: ProjectedRuns) -> None:
        colours, runs, selected = self._theme.run_colours, projected.runs, projected.patch.run
        start = projected.start()
        if start is not None:
            draw_start(painter, view.point(*start), False)
        for run in runs:
            overlay.draw_tail(painter, run, colours[run.colour], self._canvas.end(run), view)
        overlay.draw_branchings(painter, runs, colours, view)
        for run in sorted(runs, key=lambda run: run.id == selected):
            overlay.draw_marker(painter, run, colours[run.colour], view, run.id == selected)
        for run, x, y in projected.bests():
            if is_inside(view.plot, at := view.point(x, y)):
                draw_minimum(painter, at, colours[run.colour])
        overlay.draw_pointers(painter, runs, colours, view)

    def _draw_cursor(self, painter: QPainter, view: View, projected: ProjectedRuns, update: int) -> None:
        for run, x, y in projected.at(update):
            if is_inside(view.plot, at := view.point(x, y)):
                draw_dot(painter, at, self._theme.run_colours[run.colour])

    def _paint_base(self) -> QImage:
        assert self._view is not None
        image = QImage((self._view.plot.size() * self._ratio).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self._ratio)
        image.fill(self._theme.panel)
        if self._landscape is not None:
            with QPainter(image) as painter:
                self._landscape.draw(painter, self._view, self._theme)
        return image

    def _write(self, painter: QPainter, view: View, text: str) -> None:
        painter.setPen(self._theme.muted)
        painter.drawText(view.plot, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
