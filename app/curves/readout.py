"""The box that says what every run's value is under the cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

if TYPE_CHECKING:
    from app.look.theme import Theme

_PAD, _SWATCH, _GAP = 7.0, 9.0, 12.0
_LONGEST_NAME = 18
_LONGEST_VALUE, _LONG_VALUE = "−0.000·10⁻⁰⁰", "0.0001234"


@dataclass(frozen=True, slots=True)
class Row:
    """A run, or a layer, under the cursor."""

    colour: QColor
    name: str
    values: tuple[str, ...]


def draw_readout(
    painter: QPainter,
    plot: QRectF,
    cursor: float,
    head: str,
    rows: Sequence[Row],
    theme: Theme,
    font: QFont,
    columns: Sequence[str] = (),
    low: bool = False,
) -> QRectF:
    """Draw the box in the corner of the plot away from the cursor; returns where it lies.

    columns: what the values of each row are, if there are several. low: in the corner at the bottom.
    """
    metrics = QFontMetricsF(font)
    line = metrics.height() + 1.0
    most = plot.width() - 2 * _PAD - 10.0
    name_width, value_width = _widths(metrics, rows, columns, most)
    inside = _SWATCH + 5.0 + name_width + max(1, len(columns)) * value_width
    head = metrics.elidedText(head, Qt.TextElideMode.ElideLeft, max(most, inside))
    head_width = metrics.horizontalAdvance(head)
    # The columns are named beside the head if there is room.
    beside = not columns or head_width + _GAP + len(columns) * value_width <= inside + _GAP
    lines = 1 if beside else 2
    room = max(1, int((plot.height() - 2 * _PAD - 4.0) / line) - lines)
    shown = list(rows) if len(rows) <= room else list(rows[: room - 1])
    more = len(rows) - len(shown)
    width = max(inside, head_width) + 2 * _PAD
    height = line * (lines + len(shown) + bool(more)) + 2 * _PAD - 2.0
    right = cursor < plot.center().x()
    flush = plot.right() - width - 2.0
    left = flush if right else min(plot.left() + 8.0, flush)
    top = max(plot.bottom() - height - 4.0, plot.top()) if low else plot.top()
    box = QRectF(round(left), round(top) + 2.0, round(width), round(height))
    # Whole pixels: a rounded rectangle, filled smoothly, costs fifty times as much.
    painter.fillRect(box.toAlignedRect(), veil(theme.panel))
    painter.setPen(QPen(theme.border, 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    ends = [box.right() - _PAD - value_width * place for place in range(max(1, len(columns)))][::-1]
    baseline = box.top() + _PAD + metrics.ascent() - 1.0
    painter.setPen(theme.muted)
    painter.drawText(QPointF(box.left() + _PAD, baseline), head)
    if columns:
        baseline += 0.0 if beside else line
        _draw_values(painter, ends, baseline, columns, metrics)
    for row in shown:
        baseline += line
        painter.setPen(QPen(row.colour, 2.5))
        middle = baseline - 0.32 * metrics.ascent()
        painter.drawLine(QPointF(box.left() + _PAD, middle), QPointF(box.left() + _PAD + _SWATCH, middle))
        painter.setPen(theme.text)
        name = metrics.elidedText(_short(row.name), Qt.TextElideMode.ElideRight, math.ceil(name_width))
        painter.drawText(QPointF(box.left() + _PAD + _SWATCH + 5.0, baseline), name)
        _draw_values(painter, ends, baseline, row.values, metrics)
    if more:
        painter.setPen(theme.muted)
        painter.drawText(QPointF(box.left() + _PAD, baseline + line), f"and {more} more")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return box


def _widths(metrics: QFontMetricsF, rows: Sequence[Row], columns: Sequence[str], most: float) -> tuple[float, float]:
    """How wide names and values are, with the gap before each; in a narrow plot names give way to values."""
    names = max([metrics.horizontalAdvance(_short(row.name)) for row in rows], default=0.0)
    texts = [*columns, *(value for row in rows for value in row.values)]
    values = _GAP + max([metrics.horizontalAdvance(text) for text in texts], default=0.0)
    # Room for the longest number there is, so that the box does not breathe as the cursor moves.
    roomy = max(values, _GAP + metrics.horizontalAdvance(_LONG_VALUE if columns else _LONGEST_VALUE))
    left = most - _SWATCH - 5.0
    if max(1, len(columns)) * roomy <= left:
        values = roomy
    return max(min(names, left - max(1, len(columns)) * values), 0.0), values


def _draw_values(
    painter: QPainter, ends: Sequence[float], baseline: float, values: Sequence[str], metrics: QFontMetricsF
) -> None:
    for end, value in zip(ends, values, strict=True):
        painter.drawText(QPointF(end - metrics.horizontalAdvance(value), baseline), value)


def veil(paper: QColor) -> QColor:
    """What lies between the curves and words on them."""
    colour = QColor(paper)
    colour.setAlphaF(0.92)
    return colour


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"
