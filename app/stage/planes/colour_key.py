"""Colour key beside a plot: the names of classes, or a scale with its ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.stage.small_font import small_font

if TYPE_CHECKING:
    from app.look.theme import Theme

BAR, DOT = 12.0, 9.0
GAP = 4.0  # pixels between a mark and its word
WIDEST = 84.0  # pixels of a name
STOPS = 16


class ColourKey(QWidget):
    """It shows what it was last told to, in its own width; a scale begins and ends half a line inside."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("key")
        self.setAccessibleName("Key of the colours")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.theme = theme
        self._names: tuple[str, ...] = ()
        self._colours: tuple[QColor, ...] = ()
        self._ramp = np.empty((0, 3))

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or what stands along the scale from its lower end."""
        return self._names

    @property
    def colours(self) -> tuple[QColor, ...]:
        """Of the classes; none if there is a scale."""
        return self._colours

    def show_classes(self, names: Sequence[str], colours: Sequence[QColor], tip: str) -> None:
        """A dot and a name for each class, the first one on top."""
        self._names, self._colours, self._ramp = tuple(names), tuple(colours), np.empty((0, 3))
        self._tell(tip)

    def show_scale(self, names: Sequence[str], ramp: np.ndarray, tip: str) -> None:
        """A scale in the colours ramp (n, 3), from low to high, with names evenly along it."""
        self._names, self._colours, self._ramp = tuple(names), (), ramp
        self._tell(tip)

    def _tell(self, tip: str) -> None:
        self.setToolTip(tip)
        self.setAccessibleDescription(f"{tip}: {', '.join(self._names)}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(small_font(self.font()))
        shown = (*self._names, "+99") if len(self._names) > 2 else self._names  # there may be no room for all
        widest = max((metrics.horizontalAdvance(name) for name in shown), default=0.0)
        return QSize(round(GAP + BAR + GAP + min(widest, WIDEST) + 4), 80)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(small_font(self.font()))
            if self._colours:
                self._paint_classes(painter)
            elif len(self._ramp):
                self._paint_scale(painter)

    def _paint_classes(self, painter: QPainter) -> None:
        height = QFontMetricsF(painter.font()).height()
        step = height + 2
        room = max(1, int((self.height() - height / 2) / step))
        shown = len(self._names) if len(self._names) <= room else room - 1
        for place, (name, colour) in enumerate(zip(self._names[:shown], self._colours, strict=False)):
            middle = height / 2 + (place + 0.5) * step
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(GAP + DOT / 2, middle), DOT / 2, DOT / 2)
            self._write(painter, name, middle)
        if shown < len(self._names):
            self._write(painter, f"+{len(self._names) - shown}", height / 2 + (shown + 0.5) * step)

    def _paint_scale(self, painter: QPainter) -> None:
        end = QFontMetricsF(painter.font()).height() / 2
        bar = QRectF(GAP, end, BAR, max(self.height() - 2 * end, 10.0))
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for stop in range(STOPS + 1):
            colour = self._ramp[round(stop / STOPS * (len(self._ramp) - 1))]
            gradient.setColorAt(stop / STOPS, QColor(*np.rint(colour).astype(int).tolist()))
        painter.setPen(self.theme.border)
        painter.setBrush(gradient)
        painter.drawRect(bar)
        for place, name in enumerate(self._names):
            self._write(painter, name, bar.bottom() - bar.height() * place / max(len(self._names) - 1, 1))

    def _write(self, painter: QPainter, name: str, middle: float) -> None:
        metrics = QFontMetricsF(painter.font())
        left = GAP + BAR + GAP
        box = QRectF(left, middle - metrics.height() / 2, self.width() - left, metrics.height())
        painter.setPen(self.theme.muted)
        painter.drawText(
            box, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(name, Qt.TextElideMode.ElideRight, box.width())
        )
