"""The box that says what every run's value is under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

if TYPE_CHECKING:
    from app.theme import Theme

_PAD, _SWATCH, _GAP = 7.0, 9.0, 12.0
_LONGEST_NAME = 18
_LONGEST_VALUE = "−0.000·10⁻⁰⁰"


@dataclass(frozen=True, slots=True)
class Row:
    """A run under the cursor."""

    colour: QColor
    name: str
    value: str


def draw_readout(
    painter: QPainter,
    plot: QRectF,
    cursor: float,
    head: str,
    rows: Sequence[Row],
    theme: Theme,
    font: QFont,
) -> QRectF:
    """Draw the box in the top corner of the plot away from the cursor; returns where it lies."""
    metrics = QFontMetricsF(font)
    line = metrics.height() + 1.0
    room = max(1, int((plot.height() - 2 * _PAD - 4.0) / line) - 1)
    shown = list(rows) if len(rows) <= room else list(rows[: room - 1])
    more = len(rows) - len(shown)
    names = [_short(row.name) for row in shown]
    name_width = max([metrics.horizontalAdvance(name) for name in names], default=0.0)
    # Room for the longest number there is, so that the box does not breathe as the cursor moves.
    values = [_LONGEST_VALUE, *(row.value for row in shown)]
    value_width = max(metrics.horizontalAdvance(value) for value in values)
    width = max(_SWATCH + 5.0 + name_width + _GAP + value_width, metrics.horizontalAdvance(head)) + 2 * _PAD
    height = line * (1 + len(shown) + bool(more)) + 2 * _PAD - 2.0
    right = cursor < plot.center().x()
    left = plot.right() - width - 2.0 if right else plot.left() + 8.0
    box = QRectF(round(left), round(plot.top()) + 2.0, round(width), round(height))
    # Whole pixels: a rounded rectangle, filled smoothly, costs fifty times as much.
    painter.fillRect(box.toAlignedRect(), veil(theme.panel))
    painter.setPen(QPen(theme.border, 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    baseline = box.top() + _PAD + metrics.ascent() - 1.0
    painter.setPen(theme.muted)
    painter.drawText(QPointF(box.left() + _PAD, baseline), head)
    for row, name in zip(shown, names, strict=True):
        baseline += line
        painter.setPen(QPen(row.colour, 2.5))
        middle = baseline - 0.32 * metrics.ascent()
        painter.drawLine(QPointF(box.left() + _PAD, middle), QPointF(box.left() + _PAD + _SWATCH, middle))
        painter.setPen(theme.text)
        painter.drawText(QPointF(box.left() + _PAD + _SWATCH + 5.0, baseline), name)
        value = QPointF(box.right() - _PAD - metrics.horizontalAdvance(row.value), baseline)
        painter.drawText(value, row.value)
    if more:
        painter.setPen(theme.muted)
        painter.drawText(QPointF(box.left() + _PAD, baseline + line), f"and {more} more")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return box


def veil(paper: QColor) -> QColor:
    """What lies between the curves and words on them."""
    colour = QColor(paper)
    colour.setAlphaF(0.92)
    return colour


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"
