"""The arms of the bandit, drawn: what each pays, and the one that was pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.qt_arrays import polygon
from app.stage.policy.scene import Scene

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Agent, Episode

_SPREAD = 2.8  # standard deviations shown on either side of a value
_HEIGHTS = np.linspace(-_SPREAD, _SPREAD, 41)


class BanditScene(Scene):
    """Rewards go up. Of each arm how its pay is distributed, its true value, and the pay of the one that was pulled."""

    KEY = "bandit"
    RATE = 1.5

    def draw(
        self, painter: QPainter, area: QRectF, theme: Theme, colour: QColor, agent: Agent, episode: Episode, at: float
    ) -> None:
        """See Scene."""
        values = agent.environment.pack(agent.values)
        rewards = episode.rewards
        ends = [values.min() - _SPREAD, values.max() + _SPREAD, *rewards[np.isfinite(rewards)]]
        low, high = min(ends), max(ends)
        label = max(painter.fontMetrics().height(), 12)
        rows = area.adjusted(4.0, 6.0, -4.0, -float(label) - 4.0)
        wide = rows.width() / len(values)
        scale = rows.height() / (high - low)
        chosen = int(episode.chosen[0])
        half = 0.42 * wide * np.exp(-0.5 * _HEIGHTS**2)
        for arm, value in enumerate(values):
            middle = rows.left() + wide * (arm + 0.5)
            ys = rows.bottom() - scale * (value + _HEIGHTS - low)
            shape = polygon(np.concatenate([middle - half, (middle + half)[::-1]]), np.concatenate([ys, ys[::-1]]))
            inside = QColor(colour if arm == chosen else theme.muted)
            inside.setAlphaF(0.55 if arm == chosen else 0.25)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(inside)
            painter.drawPolygon(shape)
            at_value = rows.bottom() - scale * (value - low)
            painter.setPen(QPen(theme.text, 1.5))
            painter.drawLine(QPointF(middle - 0.3 * wide, at_value), QPointF(middle + 0.3 * wide, at_value))
            painter.setPen(theme.text if arm == chosen else theme.muted)
            below = QRectF(middle - 0.5 * wide, rows.bottom() + 4.0, wide, label)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(arm + 1))
        if at >= 1.0 and np.isfinite(rewards[0]):
            painter.setPen(QPen(theme.field, 2.0))
            painter.setBrush(colour)
            spot = QPointF(rows.left() + wide * (chosen + 0.5), rows.bottom() - scale * (float(rewards[0]) - low))
            painter.drawEllipse(spot, 6.0, 6.0)
