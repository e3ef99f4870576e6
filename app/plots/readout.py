"""What is written at the cursor: a box with the values of the runs, or the value of one run beside its name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

if TYPE_CHECKING:
    from app.look.theme import Theme

_PAD, _SWATCH, _GAP = 7.0, 9.0, 12.0
_LONGEST_NAME = 18
MOST = 6  # rows of the box
_LONGEST_VALUE, _LONG_VALUE = "−0.000·10⁻⁰⁰", "0.0001234"


@dataclass(frozen=True, slots=True)
class Row:
    """A run, or a layer, under the cursor. kept: whether it is shown where there is room for a few alone."""

    colour: QColor
    name: str
    values: tuple[str, ...]
    kept: bool = False


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
    ink: Callable[[QRectF], float] = lambda box: 0.0,
) -> QRectF:
    """Draw the box in the emptiest corner of the plot; returns where it lies.

    columns: what the values of each row are, if there are several. low: of corners that are alike, at the bottom.
    ink: how much is drawn within a box; of corners that are alike, it is away from the cursor.
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
    shown = _shown(rows, max(1, int((plot.height() - 2 * _PAD - 4.0) / line) - lines))
    more = len(rows) - len(shown)
    width = max(inside, head_width) + 2 * _PAD
    height = line * (lines + len(shown) + bool(more)) + 2 * _PAD - 2.0
    box = min(_corners(plot, width, height, cursor < plot.center().x(), low), key=ink)  # the first of those alike
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


def draw_value(
    painter: QPainter, plot: QRectF, cursor: float, row: Row, theme: Theme, font: QFont, ink: Callable[[QRectF], float]
) -> QRectF:
    """Write one run's name and value beside the cursor's line, at the emptier end of it; returns where."""
    metrics = QFontMetricsF(font)
    value = " / ".join(row.values)
    room = plot.width() - _SWATCH - _GAP - metrics.horizontalAdvance(value) - 10.0
    name = metrics.elidedText(_short(row.name), Qt.TextElideMode.ElideRight, max(room, 0.0))
    text = f"{name}  {value}" if name else value
    width, height = _SWATCH + 5.0 + metrics.horizontalAdvance(text) + 6.0, metrics.height() + 2.0
    left = cursor + 3.0 if cursor + 3.0 + width <= plot.right() else cursor - 3.0 - width
    left = min(max(left, plot.left()), plot.right() - width)
    tops = plot.top() + 1.0, plot.bottom() - height - 2.0
    box = min((QRectF(round(left), round(top), round(width), round(height)) for top in tops), key=ink)
    painter.fillRect(box.toAlignedRect(), veil(theme.panel))
    painter.setFont(font)
    baseline = box.top() + 1.0 + metrics.ascent()
    middle = baseline - 0.32 * metrics.ascent()
    painter.setPen(QPen(row.colour, 2.5))
    painter.drawLine(QPointF(box.left() + 3.0, middle), QPointF(box.left() + 3.0 + _SWATCH, middle))
    painter.setPen(theme.text)
    painter.drawText(QPointF(box.left() + _SWATCH + 8.0, baseline), text)
    return box


def _shown(rows: Sequence[Row], room: int) -> list[Row]:
    """As many rows as there is room for, MOST at most, and a line less where that has to say how many more there are.

    A row that is to be kept takes the place of the last one.
    """
    if len(rows) <= min(room, MOST):
        return list(rows)
    count = max(min(room - 1, MOST), 0)
    shown, rest = list(rows[:count]), rows[count:]
    if shown:
        shown[-1:] = [row for row in rest if row.kept][:1] or shown[-1:]
    return shown


def _corners(plot: QRectF, width: float, height: float, right: bool, low: bool) -> list[QRectF]:
    """The box in each corner, beginning with the one at the right and low, as they say."""
    flush = plot.right() - width - 2.0
    lefts = [flush, min(plot.left() + 8.0, flush)]
    tops = [plot.top(), max(plot.bottom() - height - 4.0, plot.top())]
    return [
        QRectF(round(left), round(top) + 2.0, round(width), round(height))
        for left in (lefts if right else lefts[::-1])
        for top in (tops[::-1] if low else tops)
    ]


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
