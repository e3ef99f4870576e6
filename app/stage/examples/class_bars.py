"""The probability of each class, as bars below each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.stage.examples.example_card import percent

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

FONT = 11  # pixels
LOW, HIGH = 12, 22  # pixels of height of a line
NAME, SHARE, THICK = 0.4, 46.0, 6.0  # share of the width for names; pixels for a percentage, and of a bar
NARROW, WIDE = 120, 220  # pixels that it needs, and that it asks for


class ClassBars(QWidget):
    """One bar a class; of more classes than there is room for, the most probable ones.

    The most probable class is coloured: as right or wrong if the true one is known, which is printed bold.
    """

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Probability of each class")
        self.setMinimumSize(NARROW, 3 * LOW)
        self.theme = theme
        self.names: Sequence[str] = ()
        self.shares: Array = np.empty(0)
        self.true = -1

    def sizeHint(self) -> QSize:
        return QSize(WIDE, HIGH * len(self.names))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def show_shares(self, names: Sequence[str], shares: Array, true: int = -1) -> None:
        """Show the probabilities (classes,) of these classes, none if there are none; true: the place of the right
        one, or -1.
        """
        self.names, self.shares, self.true = names, shares, true
        self.update()

    @property
    def text(self) -> str:
        """The three most probable classes in words."""
        best = np.argsort(-self.shares, kind="stable")[:3]
        return ", ".join(f"{self.names[place]} {percent(float(self.shares[place]))}" for place in best)

    @property
    def shown(self) -> Array:
        """The places of the classes that there is room for, in their order."""
        room = max(self.height() // LOW, 1)
        if len(self.shares) <= room:
            return np.arange(len(self.shares))
        likely = np.argsort(-self.shares, kind="stable")
        if self.true >= 0:
            likely = np.concatenate([[self.true], likely[likely != self.true]])
        return np.sort(likely[:room])

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown
        if not len(shown):
            return
        best = int(np.argmax(self.shares)) if self.shares.max() > 0.0 else -1
        line = min(HIGH, self.height() / len(shown))
        font = QFont(self.font())
        font.setPixelSize(FONT)
        bold = QFont(font)
        bold.setBold(True)
        widest = max(QFontMetricsF(bold).horizontalAdvance(self.names[place]) for place in shown) + 2
        name = min(widest, NAME * self.width())
        with QPainter(self) as painter:
            for row, place in enumerate(shown):
                painter.setFont(bold if place == self.true else font)
                self._draw_bar(painter, QRectF(0.0, row * line, self.width(), line), name, int(place), best)

    def _draw_bar(self, painter: QPainter, box: QRectF, name: float, place: int, best: int) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        share = float(self.shares[place])
        painter.setPen(self.theme.text if place == self.true or self.true < 0 else self.theme.muted)
        fitting = QFontMetricsF(painter.font()).elidedText(self.names[place], Qt.TextElideMode.ElideRight, name)
        painter.drawText(QRectF(box.left(), box.top(), name, box.height()), middle, fitting)
        track = QRectF(name + 6, box.center().y() - THICK / 2, max(box.width() - name - 10 - SHARE, 1.0), THICK)
        painter.fillRect(track, self.theme.track)
        colour = self.theme.axis
        if place == best:
            colour = self.theme.accent if self.true in (-1, best) else self.theme.danger
        track.setWidth(track.width() * share)
        painter.fillRect(track, colour)
        rest = QRectF(box.right() - SHARE, box.top(), SHARE, box.height())
        painter.drawText(rest, middle | Qt.AlignmentFlag.AlignRight, percent(share))
