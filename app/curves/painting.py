"""Paints on the curves: marks and words, and at the cursor each run's point and value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.curves.curve_line import CurveLine
from app.curves.curve_model import CurveModel
from app.curves.marks import draw_branching, draw_point, draw_tweaks, draw_upright, tweak_places
from app.curves.strokes import bridges, within
from app.curves.x_axes import X_AXES
from app.look.number_format import number
from app.plots.readout import Row, draw_readout, draw_value, veil
from app.plots.scale import Scale

if TYPE_CHECKING:
    from app.look.theme import Theme


_VEIL = 150  # of 255, behind the name of a reference
Values = list[tuple[CurveLine, int, float]]  # each line with its value, and the update of that


def paint_tweaks(painter: QPainter, model: CurveModel, x: Scale, area: QRectF) -> None:
    """A tick for each tweak of each run."""
    taken: dict[int, int] = {}
    for line in model.leads:
        if line.run.tweaks:
            draw_tweaks(painter, area, tweak_places(line, x), model.theme.run_colours[line.run.colour], taken)


def paint_branchings(painter: QPainter, model: CurveModel, x: Scale, y: Scale, area: QRectF) -> None:
    """A ring where each branch leaves its origin."""
    for line in model.lines:
        if line.branching is not None:
            at, value = line.branching
            place = QPointF(x.pixel(line.mapping.place(at)), y.pixel(value))
            draw_branching(painter, area, place, model.colour(line), model.theme.panel)


def paint_references(painter: QPainter, model: CurveModel, y: Scale, area: QRectF, font: QFont) -> None:
    """Losses that are known beforehand, as lines with their names."""
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    for reference in model.references if model.lines else ():
        place = y.pixel(reference.value)
        if not area.top() <= place <= area.bottom():
            continue
        painter.setPen(QPen(model.theme.muted, 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), place), QPointF(area.right(), place))
        words = metrics.elidedText(
            f"{reference.title}: {number(reference.value, 3)}", Qt.TextElideMode.ElideRight, area.width() - 8.0
        )
        above = place - metrics.height() - 2.0
        top = above if above >= area.top() else place + 2.0
        width = metrics.horizontalAdvance(words) + 4.0
        box = QRectF(area.right() - 4.0 - width, top, width, metrics.height())  # where losses mostly are below it
        paper = QColor(model.theme.panel)
        paper.setAlpha(_VEIL)
        painter.fillRect(box, paper)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def paint_note(painter: QPainter, text: str, area: QRectF, theme: Theme) -> None:
    """Words at the bottom, readable on the curves."""
    inside = area.adjusted(8.0, 2.0, -2.0, -6.0)
    wrap = Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
    around = painter.boundingRect(inside, wrap, text).adjusted(-3.0, -1.0, 3.0, 1.0)
    painter.fillRect(around.toAlignedRect(), veil(theme.panel))
    painter.setPen(theme.muted)
    painter.drawText(inside, wrap, text)


def paint_scrubbed(painter: QPainter, model: CurveModel, x: Scale, area: QRectF) -> None:
    """The update that all views show while the timeline is scrubbed."""
    if model.picture is not None and model.picture.cursor is not None:
        draw_upright(painter, area, x.pixel(model.reference.place(model.picture.cursor)), model.theme.accent)


def paint_readout(
    painter: QPainter,
    model: CurveModel,
    update: int,
    found: Values,
    x: Scale,
    y: Scale,
    area: QRectF,
    font: QFont,
    whole: bool,
) -> QRectF:
    """The values that were found at an update, as points and in words; returns where all that is.

    whole: in a box with all of them, largest first; else that of one run, beside its name.
    """
    pixel = x.pixel(model.reference.place(update))
    if not model.lines or not area.left() - 1.0 <= pixel <= area.right() + 1.0:
        return QRectF()
    for line, at, value in found:
        if not math.isnan(value):
            point = QPointF(x.pixel(line.mapping.place(at)), y.pixel(value))
            draw_point(painter, area, point, model.colour(line), model.theme.panel)
    around = QRectF(pixel - 20.0, area.top(), 40.0, area.height())
    ink = ink_of(model, y)
    if not whole:
        return around.united(draw_value(painter, area, pixel, _value(model, found), model.theme, font, ink))
    head = f"update {update:,}"
    if model.style.along != "updates":
        head = f"{number(model.reference.place(update))} {X_AXES[model.style.along].title}, {head}"
    columns = [] if model.curve.layers else [entry.name for entry in model.legend]
    rows = rows_at(model, found)
    box = draw_readout(painter, area, pixel, head, rows, model.theme, font, columns, model.curve.rising, ink)
    return box.united(around)


def rows_at(model: CurveModel, found: Values) -> list[Row]:
    """A row for each layer of the run, or for each run with the values of its lines; the largest value first."""
    step = 1 if model.curve.layers else max(1, len(model.parts))
    groups = [found[start : start + step] for start in range(0, len(found), step)]
    groups.sort(key=lambda group: (math.isnan(group[0][2]), -group[0][2]))
    rows = []
    for group in groups:
        line = group[0][0]
        name = line.part.name if model.curve.layers else line.run.name
        kept = not model.curve.layers and line.run.id == model.selected
        rows.append(Row(model.colour(line), name, tuple(_text(value) for _, _, value in group), kept))
    return rows


def _value(model: CurveModel, found: Values) -> Row:
    """The run that is selected, or else the first, with its value; of layers, the least and the largest."""
    lead = next((line for line, _, _ in found if line.run.id == model.selected), found[0][0])
    colour = model.theme.run_colours[lead.run.colour]
    values = [value for line, _, value in found if line.run.id == lead.run.id]
    if model.curve.layers:
        there = [value for value in values if not math.isnan(value)]
        ends = sorted({min(there), max(there)}) if there else [math.nan]
        return Row(colour, lead.run.name, (" … ".join(map(_text, ends)),))
    return Row(colour, lead.run.name, tuple(map(_text, values)))


def _text(value: float) -> str:
    return "–" if math.isnan(value) else number(value)


def ink_of(model: CurveModel, y: Scale) -> Callable[[QRectF], float]:
    """How much the lines have within a box: columns of pixels, and what leads from one to the next."""
    drawn = []
    for line in model.lines:
        columns = line.raw.columns
        there = columns.filled
        with np.errstate(divide="ignore", invalid="ignore"):  # zero has no place on a log axis
            low, high = y.pixels(columns.low[there]), y.pixels(columns.high[there])
        start, stop = columns.start[there], columns.stop[there]
        drawn.append((start, stop, high, low, bridges(start, stop, low, high)))

    def ink(box: QRectF) -> float:
        total = 0.0
        for start, stop, top, bottom, lines in drawn:
            beside = (stop >= box.left()) & (start <= box.right())
            total += np.count_nonzero(beside & (bottom >= box.top()) & (top <= box.bottom()))
            total += within(lines, box.left(), box.top(), box.right(), box.bottom())
        return total

    return ink


def _nothing(model: CurveModel) -> str:
    """Why there is nothing to be seen of the layers."""
    why = model.picture.subject.undefined(model.curve.layers) if model.picture is not None else ""
    return why or "not defined for these layers"


def note(model: CurveModel, y: Scale) -> str:
    """What cannot be seen, in words."""
    if not model.applies:
        return "not defined for this problem"
    if not any(line.bins.updates for line in model.lines):
        return "nothing recorded yet"
    if model.curve.layers and all(np.isnan(line.bins.last).all() for line in model.lines):
        return _nothing(model)
    if y.log and any(line.not_positive for line in model.lines):
        return "zero or negative values are not shown on a log axis"
    return ""
