from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from app.curves.readout import Row, draw_readout
from app.look.theme import DARK

ROWS = [Row(QColor("red"), "Gradient descent with momentum", ("0.6111", "0.6006"))] * 12


@pytest.mark.parametrize("width", [190.0, 250.0, 600.0])
@pytest.mark.parametrize("columns", [("training", "validation"), ()])
@pytest.mark.parametrize("cursor", [0.1, 0.9])
def test_the_box_stays_within_the_plot(qapp, width, columns, cursor):
    plot = QRectF(0.0, 0.0, width, 150.0)
    image = QImage(int(width), 150, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    rows = [Row(row.colour, row.name, row.values[: max(1, len(columns))]) for row in ROWS]
    box = draw_readout(painter, plot, cursor * width, "update 1,234,567", rows, DARK, QFont(), columns)
    painter.end()
    assert plot.adjusted(-1.0, -1.0, 1.0, 1.0).contains(box)
    assert (box.center().x() > plot.center().x()) == (cursor < 0.5) or box.width() > 0.8 * width


def test_where_not_even_the_values_fit_they_are_seen_before_the_names(qapp):
    plot, image = QRectF(0.0, 0.0, 120.0, 150.0), QImage(120, 150, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    box = draw_readout(painter, plot, 100.0, "update 1,234,567", ROWS, DARK, QFont(), ("training", "validation"))
    painter.end()
    assert box.width() > plot.width() and box.right() <= plot.right()
