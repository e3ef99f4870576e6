from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from app.curves.curve_catalogue import CURVES
from app.curves.curve_model import CurveModel
from app.curves.curve_style import CurveStyle
from app.curves.painting import ink_of
from app.look.theme import DARK
from app.plots.readout import MOST, Row, draw_readout
from tests.app.curves.histories import history_of, picture_of, run_of
from tests.app.curves.models import HEIGHT, WIDTH, draw, pixels

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


def boxed(rows, height=400.0, **options):
    plot, image = QRectF(0.0, 0.0, 400.0, height), QImage(400, int(height), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    box = draw_readout(painter, plot, 100.0, "update 7", rows, DARK, QFont(), **options)
    painter.end()
    return plot, box


def test_no_more_than_six_rows_are_told(qapp):
    few = [Row(QColor("red"), "Adam", ("1",))] * MOST
    (_, most), (_, many), (_, fewer) = boxed(few), boxed(few * 2), boxed(few[1:])
    line = most.height() - fewer.height()
    assert line > 5.0 and many.height() == pytest.approx(most.height() + line)  # and how many more there are


@pytest.mark.parametrize("across", [0.0, 200.0])
@pytest.mark.parametrize("down", [0.0, 200.0])
def test_the_box_is_where_least_is_drawn(qapp, across, down):
    quarter = QRectF(across, down, 200.0, 200.0)
    plot, box = boxed([Row(QColor("red"), "Adam", ("1",))], ink=lambda box: -float(box.intersects(quarter)))
    assert quarter.contains(box.center()) and plot.contains(box)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "losses", [[1.0, 9.0, 2.0, 7.0], [1.0, 9.0], [9.0, np.nan, 2.0, 1.0], np.geomspace(1, 99, 400)]
)
def test_the_lines_between_points_that_are_far_apart_count_as_drawn(qapp, losses, log):
    """What is reckoned to be empty is empty on the picture, and the other way round."""
    model = CurveModel(CURVES["loss"], DARK)
    model.restyle(CurveStyle(y_type="log" if log else "linear"))
    model.pull(picture_of(run_of(history_of(losses))), {})
    ink = ink_of(model, draw(model).y)
    there = pixels(model)[:, :, 3] > 60
    found = set()
    for left in range(2, int(WIDTH) - 24, 9):
        for top in range(2, int(HEIGHT) - 24, 9):
            reckoned = ink(QRectF(left, top, 20.0, 20.0))
            if not reckoned:
                assert not there[top + 2 : top + 18, left + 2 : left + 18].any()
            elif reckoned > 6.0:
                assert there[top - 2 : top + 22, left - 2 : left + 22].any()
            found.add(reckoned > 6.0)
    assert found == {True, False}
