"""A spectrogram with its axes, and below it the probability of each class as the word is heard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app.look.number_format import nice_step, number
from app.stage.examples.example_card import percent
from app.stage.pixels import images, packed
from app.stage.small_font import small_font

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

LEFT_SHARE, GAP = 0.3, 8  # of the width, that class names may take; pixels between the two pictures
TICK, AROUND = 4, 4  # pixels: of a mark at an axis; around everything
SPECTRUM = 0.55  # of the height for the spectrogram, if there are probabilities below it
APART = 58.0  # pixels between two numbers at the time axis, at least
LOWEST = 12.0  # pixels of a line, from which its name is written


class SpectrogramPlot(QWidget):
    """Energies (bands, steps) as colours, low bands at the bottom; shares (classes, steps) in rows below them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("network-spectrogram-plot")
        self.setAccessibleName("Spectrogram")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 110)
        self.theme = theme
        self.step = 0.0
        self.energies: Array = np.empty((0, 0))
        self.shares: Array | None = None
        self.names: Sequence[str] = ()
        self.true = -1

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def show_word(self, energies: Array, step: float, names: Sequence[str], true: int, shares: Array | None) -> None:
        """Show a word, whose loudest and quietest number are the ends of the colours; step: milliseconds of a step."""
        self.energies, self.step = energies, step
        self.names, self.true, self.shares = names, true, shares
        self.update()

    def read(self, at: QPoint) -> str:
        """What is to be read at a point; empty outside the pictures."""
        upper, lower = self.boxes()
        bands, steps = self.energies.shape
        if upper.contains(at) and bands:
            step = min((at.x() - upper.left()) * steps // upper.width(), steps - 1)
            band = min((upper.bottom() - at.y()) * bands // upper.height(), bands - 1)
            return f"{self._when(step)}, band {band + 1}: {number(float(self.energies[band, step]), 3)} dB"
        if self.shares is not None and lower.contains(at):
            step = min((at.x() - lower.left()) * steps // lower.width(), steps - 1)
            row = min((at.y() - lower.top()) * len(self.names) // lower.height(), len(self.names) - 1)
            return f"heard up to {self._when(step + 1)}: {self.names[row]} {percent(float(self.shares[row, step]))}"
        return ""

    def _when(self, step: int) -> str:
        return f"{number(step * self.step, 4)} ms"

    def boxes(self) -> tuple[QRect, QRect]:
        """Where the spectrogram is, and where the probabilities are: empty if there are none."""
        metrics = QFontMetricsF(small_font(self.font()))
        line = round(metrics.height())
        names = max((metrics.horizontalAdvance(name) for name in self.names), default=0.0) if self._has_shares else 0.0
        left = (
            AROUND
            + round(min(max(names, metrics.horizontalAdvance("00") + line), LEFT_SHARE * self.width()))
            + TICK
            + 2
        )
        wide = max(self.width() - left - AROUND - round(metrics.horizontalAdvance("0")), 1)
        high = max(self.height() - 2 * AROUND - 2 * line - TICK - 2, 2)
        if not self._has_shares:
            return QRect(left, AROUND, wide, high), QRect()
        upper = round(SPECTRUM * (high - GAP))
        top = AROUND + upper + GAP
        return QRect(left, AROUND, wide, upper), QRect(left, top, wide, max(high - upper - GAP, 1))

    @property
    def _has_shares(self) -> bool:
        return self.shares is not None

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.energies.size:
            return
        upper, lower = self.boxes()
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            painter.drawImage(
                upper, self._image(self.energies[::-1], float(self.energies.min()), float(self.energies.max()))
            )
            self._frame(painter, upper)
            self._draw_bands(painter, upper)
            if self.shares is not None:
                painter.drawImage(lower, self._image(self.shares, 0.0, 1.0))
                self._frame(painter, lower)
                self._draw_names(painter, lower)
            self._draw_times(painter, lower if self._has_shares else upper)

    def _image(self, values: Array, low: float, high: float) -> QImage:
        return images(values[None], low, high, packed(self.theme.heat))[0]

    def _frame(self, painter: QPainter, box: QRect) -> None:
        painter.setPen(QPen(self.theme.border, 1.0))
        painter.drawRect(box.adjusted(-1, -1, 0, 0))

    def _draw_bands(self, painter: QPainter, box: QRect) -> None:
        """Numbers of the lowest and the highest band, and what they count."""
        bands = len(self.energies)
        tall = box.height() / bands
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.theme.muted)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for band in (0, bands - 1):
            middle = box.bottom() - (band + 0.5) * tall
            line = QRectF(0.0, middle - metrics.height() / 2, box.left() - TICK, metrics.height())
            line.moveTop(min(max(line.top(), box.top() - 2.0), box.bottom() + 3.0 - line.height()))
            painter.drawText(line, right, str(band + 1))
        if box.height() < metrics.horizontalAdvance("mel band") + 4 * metrics.height():
            return
        painter.save()
        painter.translate(QPointF(box.left() - TICK, box.center().y()))
        painter.rotate(-90.0)
        across = QRectF(-box.height() / 2, -metrics.height(), box.height(), metrics.height())
        painter.drawText(across, Qt.AlignmentFlag.AlignCenter, "mel band")
        painter.restore()

    def _draw_names(self, painter: QPainter, box: QRect) -> None:
        """The classes, the true one marked; as many as can be read."""
        tall = box.height() / len(self.names)
        metrics = QFontMetricsF(painter.font())
        every = max(1, math.ceil(LOWEST / tall))
        clear = every if every > 1 else 0  # rows that stay free around the true one
        rows = [row for row in range(0, len(self.names), every) if abs(row - self.true) >= clear and row != self.true]
        for row in [*rows, *([self.true] if self.true >= 0 else [])]:
            painter.setPen(self.theme.text if row == self.true else self.theme.muted)
            middle = box.top() + (row + 0.5) * tall
            line = QRectF(0.0, middle - metrics.height() / 2, box.left() - TICK, metrics.height())
            told = metrics.elidedText(self.names[row], Qt.TextElideMode.ElideRight, line.width() - AROUND)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)

    def _draw_times(self, painter: QPainter, box: QRect) -> None:
        """Milliseconds below the lower picture."""
        steps = self.energies.shape[1]
        span = steps * self.step
        metrics = QFontMetricsF(painter.font())
        apart = nice_step(span * APART / max(box.width(), 1))
        painter.setPen(self.theme.muted)
        for place in range(int(span / apart + 1e-9) + 1):
            x = box.left() + box.width() * place * apart / span
            painter.drawLine(QPointF(x, box.bottom() + 1), QPointF(x, box.bottom() + TICK))
            told = number(place * apart, 4)
            wide = metrics.horizontalAdvance(told) + 2
            painter.drawText(
                QRectF(x - wide / 2, box.bottom() + TICK + 1, wide, metrics.height()),
                Qt.AlignmentFlag.AlignCenter,
                told,
            )
        below = QRectF(box.left(), box.bottom() + TICK + 1 + metrics.height(), box.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "ms")

    # The mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if told := self.read(event.position().toPoint()):
            QToolTip.showText(event.globalPosition().toPoint(), told, self)
        else:
            QToolTip.hideText()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            QToolTip.hideText()
        return super().event(event)
