"""The background of the diagram, painted once per layout: labels, frames, arcs of residual connections; and the
legend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from app.look.number_format import number
from app.stage.diagram.diagram_layout import SIDE, SKIP_BAND, DiagramLayout, LayerColumn
from app.stage.diagram.edges import Edges
from app.stage.diagram.layer_headers import ROW, SMALL_MOVE
from app.stage.pixels import mixed

if TYPE_CHECKING:
    from app.look.theme import Theme

ROOMY = 420.0  # pixels of width from which the legend has words instead of signs
SAMPLE = 16.0  # pixels of a line in the legend
ARROW = 3.5
MAX_ARC = 28.0  # pixels of height
CORNER = 2.5
CENTRE = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def draw_background(painter: QPainter, layout: DiagramLayout, theme: Theme) -> None:
    """Paint everything that does not depend on the parameters."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = QFontMetricsF(painter.font())
    _draw_ends(painter, layout, theme, metrics)
    for column in layout.columns:
        if column.rest is not None:
            painter.setPen(theme.muted)
            more = f"+ {column.units - column.shown:,}"
            whole = f"{more} more"
            fits = metrics.horizontalAdvance(whole) <= column.cell.width() - 4
            painter.drawText(column.rest, CENTRE, whole if fits else more.replace(" ", ""))
        _draw_labels(painter, layout, column, theme, metrics)
        _draw_frames(painter, layout, column, theme)
    network = layout.shape.network
    for layer in range(network.layers):
        if network.skips(layer):
            _draw_arc(painter, layout.columns[layer], layout.columns[layer + 1], layout.body, theme)


def draw_legend(painter: QPainter, layout: DiagramLayout, edges: Edges, theme: Theme, bottom: float) -> None:
    """At the bottom: what colours and widths mean, and what is left out."""
    metrics = QFontMetricsF(painter.font())
    box = QRectF(SIDE, bottom - metrics.height(), layout.body.width(), metrics.height())
    negative, positive = theme.signed_colours
    words = f"widest |w| {number(edges.scale, 3)}"
    entries = (
        [(negative, "negative"), (positive, "positive")] if box.width() > ROOMY else [(negative, "−"), (positive, "+")]
    )
    painter.setPen(theme.muted)
    painter.drawText(box, RIGHT, words)
    right = box.right() - metrics.horizontalAdvance(words) - 14
    for colour, text in reversed(entries):
        wide = metrics.horizontalAdvance(text)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(right - wide, box.top(), wide + 1, box.height()), LEFT, text)
        painter.fillRect(QRectF(right - wide - 5 - SAMPLE, box.center().y() - 1, SAMPLE, 3), colour)
        right -= wide + SAMPLE + 17
    painter.setPen(theme.muted)
    room = right - box.left()
    text = next((text for text in _notes(layout, edges) if metrics.horizontalAdvance(text) <= room), "")
    painter.drawText(box, LEFT, text)


def _notes(layout: DiagramLayout, edges: Edges) -> list[str]:
    """Notes for the left side, the longest first."""
    network = layout.shape.network
    drawn = len(edges.shown)
    whole = f"{network.parameters:,} parameters"
    some = f"{drawn:,} of {edges.drawable:,} weights drawn" if drawn < edges.drawable else ""
    drop = f"dropout {network.dropout:g}" if network.dropout > 0.0 and layout.shape.hidden else ""
    return ["   ·   ".join(filter(None, parts)) for parts in ((whole, some, drop), (some, drop), (some or drop,))]


def _draw_ends(painter: QPainter, layout: DiagramLayout, theme: Theme, metrics: QFontMetricsF) -> None:
    """The labels above the inputs, and the count above the output, where hidden layers have buttons."""
    shape, first, last = layout.shape, layout.columns[0], layout.columns[-1]
    kind = "pixel" if shape.image else "feature" if shape.mapped else "column"
    units = shape.network.sizes[-1]
    top = ROW + SMALL_MOVE
    for column, row, text, colour in (
        (first, 0, "inputs", theme.text),
        (first, top, _counted(shape.network.sizes[0], kind), theme.muted),
        (last, top, _counted(units, "output"), theme.muted),
    ):
        wide = metrics.horizontalAdvance(text)
        x = min(max(column.x - wide / 2, SIDE), layout.body.right() - wide)
        painter.setPen(colour)
        painter.drawText(QRectF(x, row, wide + 1, ROW), LEFT, text)


def _draw_labels(
    painter: QPainter, layout: DiagramLayout, column: LayerColumn, theme: Theme, metrics: QFontMetricsF
) -> None:
    painter.setPen(theme.text)
    for unit in range(column.shown):
        text = layout.shape.label(column.place, unit)
        if not text:
            continue
        tile = column.tile(unit)
        high = metrics.height()
        if column.place == 0:
            room = tile.left() - 6 - SIDE
            box = QRectF(SIDE, tile.center().y() - high / 2, room, high)
        else:
            room = layout.body.right() - tile.right() - 6
            box = QRectF(tile.right() + 6, tile.center().y() - high / 2, room, high)
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room + 1)
        painter.drawText(box, RIGHT if column.place == 0 else LEFT, cut)


def _draw_frames(painter: QPainter, layout: DiagramLayout, column: LayerColumn, theme: Theme) -> None:
    """Frames around the tiles, dashed where dropout applies."""
    hidden = 0 < column.place < len(layout.columns) - 1
    drops = hidden and layout.shape.network.dropout > 0.0
    pen = QPen(theme.muted, 1.0, Qt.PenStyle.DashLine) if drops else QPen(mixed(theme.panel, theme.muted, 0.7), 1.0)
    painter.setPen(pen)
    painter.setBrush(theme.neutral)
    for unit in range(column.shown):
        painter.drawRoundedRect(framed(column.tile(unit)), CORNER, CORNER)


def framed(tile: QRectF) -> QRectF:
    """The frame around a tile."""
    return tile.adjusted(-0.5, -0.5, 0.5, 0.5)


def _draw_arc(painter: QPainter, source: LayerColumn, target: LayerColumn, body: QRectF, theme: Theme) -> None:
    """The arc of a residual connection over two layers."""
    start, end = QPointF(source.x + 3, source.tile(0).top() - 2), QPointF(target.x - 3, target.tile(0).top() - 2)
    y = max(body.top() - SKIP_BAND + 5, min(start.y(), end.y()) - MAX_ARC)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + 8, y), QPointF(start.x() + 8, y), QPointF((start.x() + end.x()) / 2, y))
    path.cubicTo(QPointF(end.x() - 8, y), QPointF(end.x() - 8, y), end)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.muted, 1.2, Qt.PenStyle.DashLine))
    painter.drawPath(path)
    painter.setPen(QPen(theme.muted, 1.2))
    painter.drawLine(end, QPointF(end.x() - ARROW, end.y() - ARROW))
    painter.drawLine(end, QPointF(end.x() + ARROW, end.y() - ARROW))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
