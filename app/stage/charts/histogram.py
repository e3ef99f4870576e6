"""One histogram in a box: bars in the colours of their sign, round axes, words above."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from app.look.number_format import number, power_of_ten, printed, round_ticks
from app.look.qt_arrays import polygon
from app.stage.charts.distribution import Spread

if TYPE_CHECKING:
    from app.look.theme import Theme

Array = np.ndarray
WORDS, TICKS, RUG = 15.0, 15.0, 5.0  # pixels of height
TICK, TICK_SPACE = 3.0, 48.0  # pixels: of a mark, and between two
BACKING = 150  # opacity behind the highest count
PLAIN = (-3, 4)  # powers of ten that are written out


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """What one box shows. ends: of the axis; counts (bins,) between them; top: the highest count of the axis.
    strokes: single numbers that are marked on the axis. notes: words at the right, of which the first that has room is
    shown; warns: that they are a warning.
    """

    title: str
    spread: Spread
    ends: tuple[float, float]
    counts: Array
    top: float
    strokes: Array
    notes: tuple[str, ...] = ("",)
    warns: bool = False

    @property
    def numbers(self) -> str:
        """Mean and deviation, the one no finer than the other."""
        return plus_minus(self.spread.mean, self.spread.deviation)

    def plot(self, box: QRectF) -> QRectF:
        """Where in a box the bars stand."""
        return box.adjusted(0.0, WORDS, 0.0, -TICKS)

    def bin_at(self, box: QRectF, x: float) -> int:
        """The bin at a place; -1 beside them."""
        plot = self.plot(box)
        place = math.floor((x - plot.left()) / max(plot.width(), 1.0) * len(self.counts))
        return place if 0 <= place < len(self.counts) else -1

    def words(self, place: int) -> list[str]:
        """What a bin holds, in words."""
        low, high = self.ends
        wide = (high - low) / len(self.counts)
        first, last = number(low + place * wide, 3), number(low + (place + 1) * wide, 3)
        held = len(self.spread.values)
        every = f", 1 in {self.spread.every}" if self.spread.every > 1 else ""
        return [
            f"{self.title} from {first} to {last}",
            f"{self.counts[place]:,} of {held:,} numbers{every}",
            f"mean {number(self.spread.mean, 3)}, deviation {number(self.spread.deviation, 3)}",
        ]


def plus_minus(mean: float, deviation: float) -> str:
    """A mean and a deviation with two digits of the larger: 0.12 ± 0.34, (1.2 ± 3.4)·10⁻⁵."""
    if not (math.isfinite(mean) and math.isfinite(deviation)):
        return "not finite"
    largest = max(abs(mean), deviation)
    if largest == 0.0:
        return "0 ± 0"
    exponent = math.floor(math.log10(largest))
    power = exponent if not PLAIN[0] <= exponent < PLAIN[1] else 0
    decimals = max(0, 1 - exponent + power)
    # The z leaves no minus before a rounded 0.
    first, second = (printed(f"{value / 10.0**power:z.{decimals}f}") for value in (mean, deviation))
    return f"({first} ± {second})·{power_of_ten(power)}" if power else f"{first} ± {second}"


def draw_histogram(painter: QPainter, box: QRectF, shown: Histogram, theme: Theme, log: bool) -> None:
    """Draw a histogram into a box, with the painter's small font."""
    metrics = QFontMetricsF(painter.font())
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    middle = Qt.AlignmentFlag.AlignVCenter
    head, plot = QRectF(box.left(), box.top(), box.width(), WORDS), shown.plot(box)
    if not len(shown.spread.values):
        painter.setPen(theme.danger)
        words = "no number is finite" if shown.spread.total else "none"
        painter.drawText(plot, Qt.AlignmentFlag.AlignCenter, words)
        return
    painter.setPen(theme.text)
    painter.drawText(head, left | middle, shown.numbers)
    room = box.width() - metrics.horizontalAdvance(shown.numbers) - 8
    painter.setPen(theme.warning if shown.warns else theme.muted)
    painter.drawText(head, right | middle, next((n for n in shown.notes if metrics.horizontalAdvance(n) <= room), ""))
    _draw_ticks(painter, metrics, plot, shown.ends, theme)
    _draw_bars(painter, plot, shown, theme, log)
    _draw_strokes(painter, plot, shown, theme)
    painter.setPen(theme.muted)
    text = f"{shown.top:,.0f}"
    wide = metrics.horizontalAdvance(text) + 6
    corner = QRectF(plot.right() - wide, plot.top(), wide, WORDS)
    backing = QColor(theme.field)
    backing.setAlpha(BACKING)
    painter.fillRect(corner, backing)
    painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, text)


def _draw_bars(painter: QPainter, plot: QRectF, shown: Histogram, theme: Theme, log: bool) -> None:
    counts = shown.counts.astype(float)
    heights = np.log1p(counts) / math.log1p(shown.top) if log else counts / shown.top
    edges = np.repeat(np.linspace(plot.left(), plot.right(), len(counts) + 1), 2)
    levels = np.concatenate(([0.0], np.repeat(heights, 2), [0.0]))
    outline = polygon(edges, plot.bottom() - levels * plot.height())
    low, high = shown.ends
    zero = min(max(plot.left() - low / (high - low) * plot.width(), plot.left()), plot.right())
    negative, positive = theme.signed_colours
    painter.setPen(Qt.PenStyle.NoPen)
    for colour, first, last in ((negative, plot.left(), zero), (positive, zero, plot.right())):
        if last > first:
            painter.save()
            within = QRectF(first, plot.top(), last - first, plot.height())
            painter.setClipRect(within, Qt.ClipOperation.IntersectClip)
            painter.setBrush(colour)
            painter.drawPolygon(outline)
            painter.restore()


def _draw_ticks(
    painter: QPainter, metrics: QFontMetricsF, plot: QRectF, ends: tuple[float, float], theme: Theme
) -> None:
    low, high = ends
    painter.fillRect(plot, theme.field)
    painter.setPen(QPen(theme.axis, 1.0))
    bottom = math.floor(plot.bottom()) + 0.5
    painter.drawLine(QLineF(plot.left(), bottom, plot.right(), bottom))
    marks = _marks(low, high, max(2, int(plot.width() / TICK_SPACE)))
    before = plot.left() - 99.0
    for value, text in marks:
        x = plot.left() + (value - low) / (high - low) * plot.width()
        painter.setPen(QPen(theme.axis, 1.0))
        painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + TICK))
        wide = metrics.horizontalAdvance(text)
        at = min(max(x - wide / 2, plot.left()), plot.right() - wide)
        if at > before + 9:
            painter.setPen(theme.muted)
            painter.drawText(QRectF(at, plot.bottom() + 1, wide + 2, TICKS - 1), Qt.AlignmentFlag.AlignVCenter, text)
            before = at + wide


def _marks(low: float, high: float, most: int) -> tuple[tuple[float, str], ...]:
    """About as many marks as are wanted, and never a lonely one if more are to be had."""
    marks = round_ticks(low, high, most).major
    return marks if len(marks) > 1 else round_ticks(low, high, 2 * most).major


def _draw_strokes(painter: QPainter, plot: QRectF, shown: Histogram, theme: Theme) -> None:
    """Single numbers as strokes on the axis: an image of one row, however many they are."""
    low, high = shown.ends
    known = shown.strokes[(shown.strokes >= low) & (shown.strokes <= high)]
    width = int(plot.width())
    if not len(known) or width < 2:
        return
    row = np.zeros((1, width), np.uint32)
    row[0, np.rint((known - low) / (high - low) * (width - 1)).astype(int)] = theme.text.rgba()
    image = QImage(row.data, width, 1, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(QRectF(plot.left(), plot.bottom() - RUG, plot.width(), RUG), image)
