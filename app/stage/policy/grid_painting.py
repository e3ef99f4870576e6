"""The cells of a grid world, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.stage.pixels import mixed

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

FREE, WALL, PIT, GOAL = range(4)  # as GridSeen tells


def square(area: QRectF, rows: int, columns: int) -> QRectF:
    """The largest rectangle of square cells in the middle of an area."""
    side = max(min(area.width() / columns, area.height() / rows), 1.0)
    found = QRectF(0.0, 0.0, side * columns, side * rows)
    found.moveCenter(area.center())
    return found


def cell_rect(board: QRectF, size: int, row: int, column: int) -> QRectF:
    """Where a cell is on a board of size x size cells."""
    side = board.width() / size
    return QRectF(board.left() + column * side, board.top() + row * side, side, side)


def draw_cells(painter: QPainter, board: QRectF, theme: Theme, cells: Array, start: tuple[int, int]) -> None:
    """Draw walls, pits, the goal and the start; what is free stays as it is."""
    size = len(cells)
    font = painter.font()
    font.setPixelSize(max(round(0.3 * board.width() / size), 8))
    painter.save()
    painter.setFont(font)
    looks = {
        WALL: (theme.axis, ""),
        PIT: (mixed(theme.field, theme.danger, 0.55), "pit"),
        GOAL: (mixed(theme.field, QColor("#2fae6b"), 0.75), "goal"),
    }
    for row, column in np.ndindex(cells.shape):
        rect = cell_rect(board, size, row, column)
        if cells[row, column] != FREE:
            colour, word = looks[int(cells[row, column])]
            painter.fillRect(rect, colour)
            painter.setPen(theme.text)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, word)
    painter.setPen(QPen(theme.border, 1.0))
    for place in range(size + 1):
        across, down = cell_rect(board, size, 0, place), cell_rect(board, size, place, 0)
        painter.drawLine(across.topLeft(), across.topLeft() + board.bottomLeft() - board.topLeft())
        painter.drawLine(down.topLeft(), down.topLeft() + board.topRight() - board.topLeft())
    painter.setPen(QPen(theme.accent, 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(cell_rect(board, size, *start).adjusted(2.0, 2.0, -2.0, -2.0))
    painter.restore()
