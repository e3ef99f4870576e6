"""The numbers of an example as a line from left to right, and what a network makes of them as another."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.strips import draw_strip

Array = np.ndarray


def draw_profile(
    painter: QPainter, box: QRectF, values: Array, ends: tuple[float, float], colour: QColor, width: float = 1.4
) -> None:
    """Draw values (n,) between ends (low, high) in a box; what lies beyond them is drawn at the edge."""
    low, high = ends
    with np.errstate(all="ignore"):
        share = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    known = np.isfinite(share)
    if not known.any():
        return
    across = box.left() + box.width() * (np.arange(len(values)) + 0.5) / len(values)
    up = box.bottom() - box.height() * share
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    draw_strip(painter, across[known], up[known])
