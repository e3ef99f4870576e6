"""The units of a diagram: their tiles, what is looked at, and the marks of their biases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from app.stage.diagram.diagram_background import CORNER, framed
from app.stage.diagram.item import BIAS, WEIGHT, Item
from app.stage.diagram.layout import Column
from app.stage.diagram.unit_tiles import Tiles
from app.stage.pixels import mixed

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Portrait

LEAST_BIAS = 0.5  # the bias that is drawn in full colour, at least
FAINT = 0.2  # how much of its colour the smallest has


def draw_units(painter: QPainter, tiles: Tiles, theme: Theme, portrait: Portrait | None, focus: Item | None) -> None:
    """Paint all units as a portrait has them; their frames are part of the scenery."""
    layout = tiles.layout
    biases = [b for _, b in layout.shape.network.unpacked(portrait.theta)] if portrait is not None else []
    for column in layout.columns:
        for unit in range(column.shown):
            tiles.draw(painter, column.place, unit, column.tile(unit))
        if focus is not None and focus.kind != WEIGHT and focus.column == column.place:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 2.0))
            painter.drawRoundedRect(framed(column.tile(focus.unit)), CORNER, CORNER)
        if column.place and biases:
            marked = focus.unit if focus is not None and focus == Item(BIAS, column.place, focus.unit) else None
            _draw_biases(painter, column, biases[column.place - 1], theme, marked)


def _draw_biases(painter: QPainter, column: Column, biases: np.ndarray, theme: Theme, marked: int | None) -> None:
    """A small square at the corner of each tile, by sign and size."""
    known = np.abs(biases[np.isfinite(biases)])
    most = max(float(known.max(initial=0.0)), LEAST_BIAS)
    negative, positive = theme.signed_colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for unit, value in enumerate(biases[: column.shown].tolist()):
        share = min(abs(value) / most, 1.0) if np.isfinite(value) else 0.0
        box = column.bias(unit)
        painter.fillRect(box.adjusted(-1.0, -1.0, 1.0, 1.0), theme.accent if unit == marked else theme.panel)
        colour = positive if value >= 0.0 else negative
        painter.fillRect(box, mixed(theme.neutral, colour, FAINT + (1.0 - FAINT) * share))
