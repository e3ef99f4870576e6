"""The units of the diagram: tiles, focus frame, and bias squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from app.stage.diagram.diagram_background import CORNER, framed
from app.stage.diagram.diagram_item import BIAS, WEIGHT, DiagramItem
from app.stage.diagram.diagram_layout import LayerColumn
from app.stage.diagram.unit_tiles import UnitTiles
from app.stage.pixels import mixed

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot

MIN_BIAS = 0.5  # minimum bias drawn in full colour
FAINT = 0.2  # colour strength of the smallest


def draw_units(
    painter: QPainter, tiles: UnitTiles, theme: Theme, snapshot: NetworkSnapshot | None, focus: DiagramItem | None
) -> None:
    """Paint all units of a snapshot; their frames are part of the background."""
    layout = tiles.layout
    biases = [b for _, b in layout.shape.network.unpacked(snapshot.theta)] if snapshot is not None else []
    for column in layout.columns:
        for unit in range(column.shown):
            tiles.draw(painter, column.place, unit, column.tile(unit))
        if focus is not None and focus.kind != WEIGHT and focus.column == column.place:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 2.0))
            painter.drawRoundedRect(framed(column.tile(focus.unit)), CORNER, CORNER)
        if column.place and biases:
            marked = focus.unit if focus is not None and focus == DiagramItem(BIAS, column.place, focus.unit) else None
            _draw_biases(painter, column, biases[column.place - 1], theme, marked)


def _draw_biases(painter: QPainter, column: LayerColumn, biases: np.ndarray, theme: Theme, marked: int | None) -> None:
    """A small square at the corner of each tile, coloured by sign and magnitude."""
    known = np.abs(biases[np.isfinite(biases)])
    most = max(float(known.max(initial=0.0)), MIN_BIAS)
    negative, positive = theme.signed_colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for unit, value in enumerate(biases[: column.shown].tolist()):
        share = min(abs(value) / most, 1.0) if np.isfinite(value) else 0.0
        box = column.bias(unit)
        painter.fillRect(box.adjusted(-1.0, -1.0, 1.0, 1.0), theme.accent if unit == marked else theme.panel)
        colour = positive if value >= 0.0 else negative
        painter.fillRect(box, mixed(theme.neutral, colour, FAINT + (1.0 - FAINT) * share))
