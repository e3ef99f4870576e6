"""Whether a point lies in an area."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF


def is_inside(area: QRectF, place: QPointF, margin: float = 0.0) -> bool:
    """Whether a point lies in an area, or so many pixels around it.

    One that is not a number lies nowhere; QRectF.contains says that it lies inside, and Qt warns once it is drawn.
    """
    across = area.left() - margin <= place.x() <= area.right() + margin
    return across and area.top() - margin <= place.y() <= area.bottom() + margin
