"""Bars of several runs side by side, painted by hand: they follow every frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.look.number_format import number
from app.stage.overlay import draw_chip
from app.stage.small_font import small_font

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray

ROOM = 0.78  # of the distance between two groups that their bars take
TICKS = 4  # labels of the height, about
PAD = 6.0


class Series(NamedTuple):
    """The bars of one run: values (n,), one in each group."""

    name: str
    colour: QColor
    values: Array


class Bars(QWidget):
    """Groups of bars from 0 up. The height is `high`, or without it grows in steps with the values."""

    def __init__(self, theme: Theme, title: str, high: float = 0.0) -> None:
        super().__init__()
        self.theme, self.title, self._high = theme, title, high
        self.labels: tuple[str, ...] = ()
        self.series: tuple[Series, ...] = ()
        self._at: QPointF | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(150, 100)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        return QSize(360, 260)

    def show_series(self, labels: Sequence[str], series: Sequence[Series]) -> None:
        """Show these bars, one group for each label."""
        self.labels, self.series = tuple(labels), tuple(series)
        self.update()

    def rename(self, title: str, high: float) -> None:
        """Show another number of each group from now on."""
        self.title, self._high = title, high
        self.setAccessibleName(title)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    @property
    def high(self) -> float:
        """What the top of the plot means."""
        if self._high:
            return self._high
        values = [series.values[np.isfinite(series.values)] for series in self.series]
        highest = max((float(each.max()) for each in values if len(each)), default=0.0)
        return _step_above(highest) if highest > 0.0 else 1.0

    def group_at(self, x: float) -> int | None:
        """The group at a pixel across."""
        plot = self._plot
        if not self.labels or not plot.left() <= x <= plot.right():
            return None
        return min(int((x - plot.left()) / plot.width() * len(self.labels)), len(self.labels) - 1)

    @property
    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(small_font(self.font()))
        left = max(metrics.horizontalAdvance(number(tick, 3)) for tick in (*_ticks(self.high), self.high)) + 10.0
        top, bottom = metrics.height() + 8.0, metrics.height() + 6.0
        return QRectF(self.rect()).adjusted(left, top, -PAD, -bottom)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(small_font(self.font()))
            metrics, plot, theme, high = QFontMetricsF(painter.font()), self._plot, self.theme, self.high
            painter.fillRect(plot, theme.field)
            painter.setPen(theme.muted)
            heading = QRectF(0.0, 0.0, float(self.width()), plot.top() - 4.0)
            title = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, heading.width())
            painter.drawText(heading, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
            for tick in _ticks(high):
                y = plot.bottom() - plot.height() * tick / high
                painter.setPen(QPen(theme.grid, 1.0))
                painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
                painter.setPen(theme.muted)
                room = QRectF(0.0, y - metrics.height() / 2, plot.left() - 5.0, metrics.height())
                painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(tick, 3))
            if not self.labels:
                return
            wide = plot.width() / len(self.labels)
            self._paint_bars(painter, plot, wide, high)
            widest = max(map(metrics.horizontalAdvance, self.labels)) + 4.0
            every = max(math.ceil(widest / wide), 1)
            painter.setPen(theme.muted)
            for place in range(0, len(self.labels), every):
                middle = plot.left() + (place + 0.5) * wide
                room = QRectF(middle - widest / 2, plot.bottom() + 3.0, widest, metrics.height())
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.labels[place])
            group = self.group_at(self._at.x()) if self._at is not None else None
            if group is not None and self._at is not None:
                draw_chip(painter, self._at, QRectF(self.rect()), self.read(group))

    def read(self, group: int) -> list[tuple[str, QColor | None]]:
        """What is to be read of a group."""
        lines: list[tuple[str, QColor | None]] = [(self.labels[group], None)]
        for series in self.series:
            lines.append((f"{series.name}  {number(float(series.values[group]), 3)}", series.colour))
        return lines

    def _paint_bars(self, painter: QPainter, plot: QRectF, wide: float, high: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        each = ROOM * wide / max(len(self.series), 1)
        for order, series in enumerate(self.series):
            painter.setBrush(series.colour)
            for place, value in enumerate(series.values.tolist()):
                if not value > 0.0:
                    continue
                tall = plot.height() * min(value / high, 1.0)
                x = plot.left() + (place + 0.5 * (1.0 - ROOM)) * wide + order * each
                painter.drawRect(QRectF(x, plot.bottom() - tall, max(each - 0.5, 0.8), tall))


def _ticks(high: float) -> list[float]:
    step = _step_above(high / TICKS)
    return [step * place for place in range(int(high / step + 1e-9) + 1)]


def _step_above(value: float) -> float:
    """The least of 1, 2, 5, 10 ... times a power of ten that is not below a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return float(next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= value * (1.0 - 1e-9)))
