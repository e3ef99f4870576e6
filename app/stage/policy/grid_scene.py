"""The grid world with the way of an episode, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.strips import draw_strip
from app.stage.pixels import mixed
from app.stage.policy.grid_painting import cell_rect, draw_cells, square
from app.stage.policy.scene import Scene
from engine import PLACE

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Agent, Episode

_HEAD = 2  # numbers before the cells in what the environment packs: slip and start


class GridScene(Scene):
    """From above, with the way that has been gone."""

    KEY = "grid"
    RATE = 8.0

    def draw(
        self, painter: QPainter, area: QRectF, theme: Theme, colour: QColor, agent: Agent, episode: Episode, at: float
    ) -> None:
        """See Scene."""
        packed = agent.environment.pack(agent.values)
        cells = packed[_HEAD:].astype(int)
        size = round(len(cells) ** 0.5)
        board = square(area, size, size)
        painter.fillRect(board, theme.field)
        draw_cells(painter, board, theme, cells.reshape(size, size), divmod(int(packed[1]), size))
        places = episode.states[:, PLACE].astype(int)
        step = min(int(at), episode.length)
        side = board.width() / size
        xs = board.left() + side * (places % size + 0.5)
        ys = board.top() + side * (places // size + 0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(mixed(theme.field, colour, 0.6), max(0.06 * side, 1.5)))
        draw_strip(painter, xs[: step + 1], ys[: step + 1])
        after, share = min(step + 1, episode.length), at - step
        here = QPointF(
            float((1.0 - share) * xs[step] + share * xs[after]), float((1.0 - share) * ys[step] + share * ys[after])
        )
        painter.setPen(QPen(theme.field, 2.0))
        painter.setBrush(colour)
        radius = 0.26 * np.hypot(cell_rect(board, size, 0, 0).width(), 0.0)
        painter.drawEllipse(here, radius, radius)
