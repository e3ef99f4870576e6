"""Paints on the curves: marks and words, and at the cursor each run's point and value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from app.curves.curve_line import CurveLine
from app.curves.curve_model import CurveModel
from app.curves.marks import draw_point, draw_tweaks, draw_upright, tweak_places
from app.curves.readout import Row, draw_readout, veil
from app.curves.x_axes import X_AXES
from app.look.number_format import number
from app.plots.scale import Scale
from engine import ACTIVATIONS

if TYPE_CHECKING:
    from app.look.theme import Theme


_LACKING = {"dead": "no dead units", "saturated": "no ends to be saturated at"}

Values = list[tuple[CurveLine, int, float]]  # each line with its value, and the update of that


def paint_tweaks(painter: QPainter, model: CurveModel, x: Scale, area: QRectF) -> None:
    """A tick for each tweak of each run."""
    taken: dict[int, int] = {}
    for line in model.leads:
        if line.run.tweaks:
            draw_tweaks(painter, area, tweak_places(line, x), model.theme.run_colours[line.run.colour], taken)


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
) -> QRectF:
    """The values that were found at an update, as points and in a box; returns where all that is."""
    pixel = x.pixel(model.reference.place(update))
    if not model.lines or not area.left() - 1.0 <= pixel <= area.right() + 1.0:
        return QRectF()
    for line, at, value in found:
        if not math.isnan(value):
            point = QPointF(x.pixel(line.mapping.place(at)), y.pixel(value))
            draw_point(painter, area, point, model.colour(line), model.theme.panel)
    head = f"update {update:,}"
    if model.style.along not in ("updates", "evaluations"):
        head = f"{number(model.reference.place(update))} {X_AXES[model.style.along].title}, {head}"
    columns = [] if model.curve.layers else [entry.name for entry in model.legend]
    rows = _rows(model, found)
    box = draw_readout(painter, area, pixel, head, rows, model.theme, font, columns, model.curve.rising)
    return box.united(QRectF(pixel - 20.0, area.top(), 40.0, area.height()))


def _rows(model: CurveModel, found: Values) -> list[Row]:
    """A row for each layer of the run, or for each run with the values of its lines."""
    texts = ["–" if math.isnan(value) else number(value) for _, _, value in found]
    if model.curve.layers:
        return [Row(model.colour(t), t.part.name, (text,)) for (t, _, _), text in zip(found, texts, strict=True)]
    step = max(1, len(model.parts))
    starts = range(0, len(found), step)
    lines = [found[start][0] for start in starts]
    return [
        Row(model.colour(line), line.run.name, tuple(texts[start : start + step]))
        for line, start in zip(lines, starts, strict=True)
    ]


def _nothing(model: CurveModel) -> str:
    """Why there is nothing to be seen of the layers: what their activations do not have."""
    picture, what = model.picture, _LACKING.get(model.curve.layers)
    if what is None or picture is None or picture.learner is None:
        return "not defined for these layers"
    keys = dict.fromkeys(picture.learner.network.activations)
    titles = [ACTIVATIONS[key].title for key in keys if key != "identity"] or [ACTIVATIONS["identity"].title]
    *first, last = titles
    return f"{', '.join(first)} and {last} have {what}" if first else f"{last} has {what}"


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
