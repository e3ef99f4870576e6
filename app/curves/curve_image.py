"""A curve as an image for the clipboard: the plot, its title, and a legend of all runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from app.curves.curve_model import CurveModel, LegendEntry
from app.curves.legend import draw_entry

if TYPE_CHECKING:
    from app.plots.plot_view import PlotView

_LEGEND_COLUMNS = 3


def curve_image(view: PlotView, model: CurveModel, ratio: float) -> QImage:
    """The view as it stands, at `ratio` pixels a point."""
    font, size = view.small_font(), view.size()
    row = QFontMetricsF(font).height() + 5.0
    left = float(view.y_axis.width())
    entries = [] if model.curve.layers else [LegendEntry(line.run.name, model.colour(line)) for line in model.leads]
    entries += model.legend
    rows = -(-len(entries) // _LEGEND_COLUMNS)
    whole = size + QSize(0, math.ceil(row * (2.0 + rows)))
    image = QImage(whole * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(model.theme.panel)
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(model.theme.text)
    named = f"{model.title}: {model.owner}" if model.owner else model.title
    title = QRectF(left, 0.2 * row, size.width() - left, row)
    painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, named)
    top = QPointF(0.0, round(1.4 * row))
    view.render(painter, QRectF(top, size.toSizeF()), view.viewport().rect())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    step = (size.width() - left) / _LEGEND_COLUMNS
    for place, entry in enumerate(entries):
        across = left + place % _LEGEND_COLUMNS * step
        down = top.y() + size.height() + (place // _LEGEND_COLUMNS + 0.5) * row
        draw_entry(painter, entry, QPointF(across, down), step - 8.0, model.theme.text)
    painter.end()
    return image
