"""The short corridor, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.stage.policy.scene import Scene
from engine import STATE

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Agent, Episode

_CELLS, _SWITCHED = 4, 1  # the goal among them; where left is right


class CorridorScene(Scene):
    """Its three states and the goal side by side; the switched one is marked."""

    KEY = "corridor"
    RATE = 6.0

    def draw(
        self, painter: QPainter, area: QRectF, theme: Theme, colour: QColor, agent: Agent, episode: Episode, at: float
    ) -> None:
        """See Scene."""
        side = max(min(area.width() / (_CELLS + 0.2), area.height() / 1.6), 8.0)
        left, top = area.center().x() - 0.5 * _CELLS * side, area.center().y() - 0.5 * side
        font = painter.font()
        font.setPixelSize(max(round(0.14 * side), 8))
        painter.setFont(font)
        words = ("start", "switched", "", "goal")
        for place in range(_CELLS):
            cell = QRectF(left + place * side, top, side, side)
            painter.setPen(QPen(theme.border, 1.0))
            painter.setBrush(theme.hover if place == _SWITCHED else theme.field)
            painter.drawRect(cell)
            painter.setPen(theme.muted)
            where = cell.adjusted(0.0, 0.06 * side, 0.0, -0.06 * side)
            painter.drawText(where, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words[place])
        step = min(int(at), episode.length)
        after, share = min(step + 1, episode.length), at - step
        along = (1.0 - share) * float(episode.states[step, STATE]) + share * float(episode.states[after, STATE])
        here = QPointF(left + side * (along + 0.5), top + 0.55 * side)
        painter.setPen(QPen(theme.field, 2.0))
        painter.setBrush(colour)
        painter.drawEllipse(here, 0.22 * side, 0.22 * side)
        if step < episode.length:
            sign = 1.0 if episode.chosen[step] == 1 else -1.0
            painter.setPen(QPen(theme.text, max(0.025 * side, 1.5)))
            end = here + QPointF(sign * 0.14 * side, 0.0)
            painter.drawLine(here - QPointF(sign * 0.14 * side, 0.0), end)
            for up in (-0.06, 0.06):
                painter.drawLine(end, end + QPointF(-sign * 0.07 * side, up * side))
