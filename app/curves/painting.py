"""A plot put on the screen, or on a picture for the clipboard: backdrop, curves, marks, cursor."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from app.curves.backdrop import LEFT, backdrop
from app.curves.curve_line import CurveLine
from app.curves.curve_model import LegendEntry, Plot
from app.curves.legend import draw_entry
from app.curves.marks import draw_end, draw_point, draw_tweaks, tweak_places
from app.curves.readout import Row, draw_readout, veil
from app.curves.x_axes import X_AXES
from app.look.number_format import number

_LEGEND_COLUMNS = 3


def paint_plot(painter: QPainter, plot: Plot, behind: QImage, font: QFont) -> None:
    """Everything but the cursor; `behind` is the backdrop of the plot's frame."""
    frame = plot.frame
    assert frame is not None
    painter.drawImage(QPointF(0.0, 0.0), behind)
    painter.drawImage(frame.plot.topLeft(), plot.raster.image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    taken: dict[int, int] = {}
    for line in plot.leads:
        if line.run.tweaks:
            colour = plot.theme.run_colours[line.run.colour]
            draw_tweaks(painter, frame.plot, tweak_places(line, frame.x), colour, taken)
    for line in plot.lines:
        draw_end(painter, frame.plot, line, frame.x, frame.y, plot.colour(line))
    note = _note(plot)
    if note:
        inside = frame.plot.adjusted(8.0, 2.0, -2.0, -6.0)
        wrap = Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        around = painter.boundingRect(inside, wrap, note).adjusted(-3.0, -1.0, 3.0, 1.0)
        painter.fillRect(around.toAlignedRect(), veil(plot.theme.panel))
        painter.setPen(plot.theme.muted)
        painter.drawText(inside, wrap, note)


def paint_cursor(painter: QPainter, plot: Plot, update: int | None, font: QFont) -> None:
    """The scrubbed update, and the cursor with the values of every run."""
    assert plot.frame is not None
    scrubbed = plot.picture.cursor if plot.picture else None
    if scrubbed is not None:
        _upright(painter, plot, scrubbed, plot.theme.accent)
    if update is None or not plot.lines:
        return
    pixel = _upright(painter, plot, update, plot.theme.muted)
    if pixel is None:
        return
    frame = plot.frame
    found = plot.values(update)
    for line, at, value in found:
        if not math.isnan(value):
            point = QPointF(frame.x.pixel(line.mapping.place(at)), frame.y.pixel(value))
            draw_point(painter, frame.plot, point, plot.colour(line), plot.theme.panel)
    head = f"update {update:,}"
    if plot.style.along not in ("updates", "evaluations"):
        head = f"{number(plot.reference.place(update))} {X_AXES[plot.style.along].title}, {head}"
    columns = [] if plot.curve.layers else [key.name for key in plot.legend]
    draw_readout(painter, frame.plot, pixel, head, _rows(plot, found), plot.theme, font, columns, plot.curve.rising)


def _rows(plot: Plot, found: list[tuple[CurveLine, int, float]]) -> list[Row]:
    """A row for each layer of the run, or for each run with the values of its lines."""
    texts = ["–" if math.isnan(value) else number(value) for _, _, value in found]
    if plot.curve.layers:
        return [Row(plot.colour(t), t.part.name, (text,)) for (t, _, _), text in zip(found, texts, strict=True)]
    step = max(1, len(plot.parts))
    starts = range(0, len(found), step)
    lines = [found[start][0] for start in starts]
    return [
        Row(plot.colour(line), line.run.name, tuple(texts[start : start + step]))
        for line, start in zip(lines, starts, strict=True)
    ]


def picture_of(plot: Plot, size: QSize, font: QFont, ratio: float) -> QImage:
    """The plot with its title and a legend, drawn anew at `ratio` pixels a point."""
    line = QFontMetricsF(font).height() + 5.0
    keys = [] if plot.curve.layers else [LegendEntry(line.run.name, plot.colour(line)) for line in plot.leads]
    keys += plot.legend
    rows = -(-len(keys) // _LEGEND_COLUMNS)
    whole = size + QSize(0, math.ceil(line * (2.0 + rows)))
    image = QImage(whole * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(plot.theme.panel)
    plot.compose(size, ratio)
    assert plot.frame is not None
    painter = QPainter(image)
    painter.translate(0.0, 1.4 * line)
    paint_plot(painter, plot, backdrop(plot.frame, plot.theme, font), font)
    painter.setPen(plot.theme.text)
    named = f"{plot.title}: {plot.owner}" if plot.owner else plot.title
    title = QRectF(LEFT, -1.2 * line, size.width() - LEFT, line)
    painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, named)
    step = (size.width() - LEFT) / _LEGEND_COLUMNS
    for place, key in enumerate(keys):
        across = LEFT + place % _LEGEND_COLUMNS * step
        down = size.height() + (place // _LEGEND_COLUMNS + 0.5) * line
        draw_entry(painter, key, QPointF(across, down), step - 8.0, plot.theme.text)
    painter.end()
    return image


def _note(plot: Plot) -> str:
    """What cannot be seen, in words."""
    if not plot.applies:
        return "not defined for this problem"
    if not any(line.bins.updates for line in plot.lines):
        return "nothing recorded yet"
    if plot.curve.layers and all(np.isnan(line.bins.last).all() for line in plot.lines):
        return "these layers have nothing of the kind"
    if plot.style.log_y and any(line.not_positive for line in plot.lines):
        return "zero or negative values are not shown on a log axis"
    return ""


def _upright(painter: QPainter, plot: Plot, update: int, colour: QColor) -> float | None:
    """A line across the plot at an update; its pixel, None outside the plot."""
    assert plot.frame is not None
    area, pixel = plot.frame.plot, plot.frame.x.pixel(plot.reference.place(update))
    if not area.left() - 1.0 <= pixel <= area.right() + 1.0:
        return None
    pixel = math.floor(pixel) + 0.5
    painter.setPen(QPen(colour, 1.0))
    painter.drawLine(QLineF(pixel, area.top(), pixel, area.bottom()))
    return pixel
