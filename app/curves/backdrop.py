"""What lies behind the curves: paper, grid, axes and their numbers. Drawn once per range, then kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPen

from app.look.number_format import Ticks
from app.plots.scale import Scale, ticks

if TYPE_CHECKING:
    from app.look.theme import Theme

LEFT, TOP, RIGHT, BOTTOM = 52.0, 8.0, 10.0, 19.0
NAME = 15.0  # height of the line that names the x axis


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot: the size of the whole, the rectangle of the curves, and the scales, in widget pixels.

    name: what runs along the x axis; empty if another plot says so.
    """

    size: QSize
    ratio: float
    x: Scale
    y: Scale
    name: str = ""

    @property
    def plot(self) -> QRectF:
        return QRectF(self.x.start, self.y.end, self.x.end - self.x.start, self.y.start - self.y.end)


def plot_in(size: QSize, named: bool) -> QRectF:
    """The rectangle of the curves in a widget of a size."""
    width = max(size.width() - LEFT - RIGHT, 20.0)
    return QRectF(LEFT, TOP, width, max(size.height() - TOP - BOTTOM - NAME * named, 20.0))


def backdrop(frame: Frame, theme: Theme, font: QFont) -> QImage:
    """The picture behind the curves."""
    image = QImage(frame.size * frame.ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(frame.ratio)
    image.fill(theme.panel)
    painter = QPainter(image)
    painter.setFont(font)
    metrics = QFontMetricsF(font, image)
    rows = ticks(frame.y, 2.2 * metrics.height())
    places = ticks(frame.x, 5.5 * metrics.averageCharWidth() + 24.0, counts=True)
    _grid(painter, frame, rows, theme)
    _axes(painter, frame, rows, places, theme)
    painter.setPen(theme.muted)
    _row_labels(painter, frame, rows, metrics)
    _place_labels(painter, frame, places, metrics)
    if frame.name:
        bottom = QRectF(0.0, frame.size.height() - NAME - 2.0, frame.plot.right(), NAME)
        painter.drawText(bottom, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, frame.name)
    painter.end()
    return image


def _grid(painter: QPainter, frame: Frame, rows: Ticks, theme: Theme) -> None:
    plot = frame.plot
    painter.setPen(QPen(theme.grid, 1.0))
    for pixel, _ in rows.major:
        painter.drawLine(_level(plot, pixel))


def _level(plot: QRectF, pixel: float) -> QLineF:
    return QLineF(plot.left(), round(pixel) + 0.5, plot.right(), round(pixel) + 0.5)


def _axes(painter: QPainter, frame: Frame, rows: Ticks, places: Ticks, theme: Theme) -> None:
    plot = frame.plot
    left, bottom = round(plot.left()) - 0.5, round(plot.bottom()) + 0.5
    painter.setPen(QPen(theme.axis, 1.0))
    painter.drawLine(QLineF(left, plot.top() - 2.0, left, bottom))
    painter.drawLine(QLineF(left, bottom, plot.right(), bottom))
    for length, pixels in ((4.0, [p for p, _ in rows.major]), (2.0, rows.minor)):
        for pixel in pixels:
            painter.drawLine(QLineF(left, round(pixel) + 0.5, left + length, round(pixel) + 0.5))
    for length, pixels in ((4.0, [p for p, _ in places.major]), (2.0, places.minor)):
        for pixel in pixels:
            painter.drawLine(QLineF(round(pixel) + 0.5, bottom - length, round(pixel) + 0.5, bottom))


def _row_labels(painter: QPainter, frame: Frame, rows: Ticks, metrics: QFontMetricsF) -> None:
    height = metrics.height()
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for pixel, text in rows.major:
        if rows.factor and pixel < frame.plot.top() + 0.9 * height:
            continue
        room = QRectF(1.0, pixel - height / 2, frame.plot.left() - 7.0, height)
        painter.drawText(room, right, metrics.elidedText(text, Qt.TextElideMode.ElideLeft, room.width()))
    if rows.factor:
        top = QRectF(0.0, frame.plot.top() - height / 2, frame.plot.left() - 6.0, height)
        painter.drawText(top, right, rows.factor)


def _place_labels(painter: QPainter, frame: Frame, places: Ticks, metrics: QFontMetricsF) -> None:
    """Labels under the x axis; one that would touch the label before it is left out."""
    reached = -1e9
    top = frame.plot.bottom() + 4.0
    for pixel, text in sorted(places.major):
        width = metrics.horizontalAdvance(text)
        left = min(pixel - width / 2, frame.size.width() - width - 2.0)
        if left > reached + 6.0:
            painter.drawText(QPointF(left, top + metrics.ascent()), text)
            reached = left + width
