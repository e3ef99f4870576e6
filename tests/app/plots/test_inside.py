"""Points in areas, and those that are nowhere."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.curves.marks import draw_branching, draw_point
from app.plots.inside import is_inside
from tests.each import each

AREA = QRectF(10.0, 20.0, 100.0, 50.0)


@each(
    "x, y, margin, inside",
    [
        (10.0, 20.0, 0.0, True),
        (110.0, 70.0, 0.0, True),
        (9.5, 20.0, 0.0, False),
        (9.5, 70.5, 1.0, True),
        (50.0, math.nan, 0.0, False),
        (math.nan, 50.0, 1.0, False),
        (math.inf, 50.0, 1.0, False),
    ],
)
def test_a_point_lies_inside_or_nowhere(x: float, y: float, margin: float, inside: bool) -> None:
    assert is_inside(AREA, QPointF(x, y), margin) == inside


def test_marks_at_no_place_are_not_drawn(qapp) -> None:
    """A loss of 0 has no place on a logarithmic axis."""
    image = QImage(120, 80, QImage.Format.Format_ARGB32)
    image.fill(0)
    empty = image.copy()
    with QPainter(image) as painter:
        for draw in (draw_point, draw_branching):
            draw(painter, AREA, QPointF(50.0, math.nan), QColor("red"), QColor("white"))
    assert image == empty
