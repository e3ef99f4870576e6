"""The cart with its pole, drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.stage.policy.scene import Scene
from engine import STATE

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Agent, Episode

_FURTHEST, _POLE = 2.4, 1.0  # metres: where an episode ends, and the length of the pole
_CART, _TALL = 0.5, 0.3


class CartScene(Scene):
    """From the side, to scale: the rail, its ends, the cart, the pole, and the push under way."""

    KEY = "cart_pole"
    RATE = 50.0  # real time

    def draw(
        self, painter: QPainter, area: QRectF, theme: Theme, colour: QColor, agent: Agent, episode: Episode, at: float
    ) -> None:
        """See Scene."""
        step = min(int(at), episode.length)
        after = min(step + 1, episode.length)
        before, share = episode.states[step, STATE:], at - step
        x, _, angle, _ = ((1.0 - share) * before + share * episode.states[after, STATE:]).tolist()
        if not np.isfinite([x, angle]).all():
            return
        scale = min(area.width() / (2.0 * _FURTHEST + _CART + 0.4), area.height() / (_POLE + _TALL + 0.7))
        middle, ground = area.center().x(), area.center().y() + 0.5 * (_POLE + _TALL) * scale
        painter.setPen(QPen(theme.axis, 2.0))
        end = _FURTHEST * scale
        painter.drawLine(QPointF(middle - end, ground), QPointF(middle + end, ground))
        for side in (-end, end):
            painter.drawLine(QPointF(middle + side, ground - 6.0), QPointF(middle + side, ground + 6.0))
        cart = QRectF(0.0, 0.0, _CART * scale, _TALL * scale)
        cart.moveCenter(QPointF(middle + x * scale, ground - 0.5 * _TALL * scale))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(cart, 4.0, 4.0)
        top = QPointF(cart.center().x(), cart.top())
        tip = top + QPointF(math.sin(angle), -math.cos(angle)) * (_POLE * scale)
        painter.setPen(QPen(theme.text, max(0.07 * scale, 3.0), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(top, tip)
        if step < episode.length:
            _draw_push(painter, theme, cart, ground, 1.0 if episode.chosen[step] == 1 else -1.0)


def _draw_push(painter: QPainter, theme: Theme, cart: QRectF, ground: float, sign: float) -> None:
    """An arrow below the cart in the colour of its direction."""
    start = QPointF(cart.center().x(), ground + 14.0)
    end = start + QPointF(sign * 0.6 * cart.width(), 0.0)
    painter.setPen(QPen(theme.signed_colours[int(sign > 0.0)], 3.0))
    painter.drawLine(start, end)
    for side in (-5.0, 5.0):
        painter.drawLine(end, end + QPointF(-sign * 6.0, side))
