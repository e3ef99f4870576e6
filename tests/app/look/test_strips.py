"""Lines through many points: they look like a polyline, and none is given to Qt that crosses itself again and again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.look.qt_arrays import polygon
from app.look.strips import draw_strip, fewer, sharp_turns

RANDOM = np.random.default_rng(3)
SIZE = 300


class Counting(QPainter):
    """Notes what it is given to draw."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.turns, self.segments = 0, 0

    def drawPolyline(self, points):
        corners = np.array([(point.x(), point.y()) for point in points.toList()])
        self.turns = max(self.turns, sharp_turns(corners))
        super().drawPolyline(points)

    def drawLines(self, lines):
        self.segments += len(lines)
        super().drawLines(lines)


def canvas() -> QImage:
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    return image


def drawn(draw, pen: QPen) -> tuple[np.ndarray, Counting]:
    image = canvas()
    painter = Counting(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(SIZE, SIZE, 4)[..., 0].astype(float), painter


def lines(kind: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    across = np.linspace(10.0, 290.0, n)
    if kind == "smooth":
        return across, 150.0 + 120.0 * np.sin(across / 40.0)
    if kind == "up and down":
        return across, RANDOM.uniform(10.0, 290.0, n)
    return RANDOM.uniform(10.0, 290.0, n), RANDOM.uniform(10.0, 290.0, n)


@pytest.mark.parametrize("width", (1.4, 4.0))
@pytest.mark.parametrize("kind", ("smooth", "up and down", "to and fro"))
def test_it_looks_like_a_polyline(qapp, kind, width):
    xs, ys = lines(kind, 60)
    pen = QPen(QColor("black"), width)
    found, _ = drawn(lambda painter: draw_strip(painter, xs, ys), pen)
    wanted, _ = drawn(lambda painter: painter.drawPolyline(polygon(xs, ys)), pen)
    assert (wanted < 128).sum() > 200
    assert np.abs(found - wanted).mean() < 5.0  # of 255; bends have other corners
    assert (np.abs(found - wanted) > 128).mean() < 0.005


@pytest.mark.parametrize("kind", ("up and down", "to and fro"))
def test_qt_gets_no_polyline_that_goes_to_and_fro(qapp, kind):
    """Of 250 such points one takes Qt a tenth to half a second."""
    xs, ys = lines(kind, 250)
    _, painter = drawn(lambda painter: draw_strip(painter, xs, ys), QPen(QColor("black"), 2.0))
    assert painter.turns <= 3 and painter.segments > 200


@pytest.mark.parametrize("style", (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine))
def test_the_pen_is_as_it_was(qapp, style):
    pen = QPen(QColor("black"), 2.0, style, Qt.PenCapStyle.RoundCap)

    def draw(painter: QPainter) -> None:
        draw_strip(painter, *lines("to and fro", 40))
        assert painter.pen() == pen

    drawn(draw, pen)


def test_no_other_part_draws_polylines_of_data():
    """These draw a mark of a few corners, or have their own way."""
    known = {"look/strips.py", "curves/strokes.py", "widgets/collapsible_header.py", "window/import_header.py"}
    known |= {"controls/surface/formula_field.py", "stage/planes/brush_bar.py"}
    app = Path(__file__).parents[3] / "app"
    found = {
        file.relative_to(app).as_posix() for file in app.rglob("*.py") if ".drawPolyline(" in file.read_text("utf-8")
    }
    assert found == known


def test_dashes_go_on_from_piece_to_piece(qapp):
    """As long lines and gaps as in one polyline."""
    xs, ys = np.linspace(5.0, 295.0, 200), 150.0 + 3.0 * np.sin(np.arange(200.0))
    pen = QPen(QColor("black"), 2.0, Qt.PenStyle.DashLine)
    found, painter = drawn(lambda painter: draw_strip(painter, xs, ys), pen)
    wanted, _ = drawn(lambda painter: painter.drawPolyline(polygon(xs, ys)), pen)
    assert painter.segments == 0
    assert (found < 128).sum() == pytest.approx((wanted < 128).sum(), rel=0.1)


def test_of_too_many_points_the_highest_and_lowest_stay():
    points = np.column_stack([np.arange(10_000.0), RANDOM.normal(size=10_000)])
    points[4_321, 1], points[8_765, 1] = 50.0, -60.0
    found = fewer(points, 100)
    assert len(found) <= 100 and (np.diff(found[:, 0]) > 0).all()
    assert found[:, 1].max() == 50.0 and found[:, 1].min() == -60.0
    assert found[0, 0] == 0.0 and found[-1, 0] == 9_999.0
    np.testing.assert_array_equal(fewer(points[:100], 100), points[:100])


def test_one_point_is_no_line(qapp):
    found, _ = drawn(lambda painter: draw_strip(painter, np.array([5.0]), np.array([5.0])), QPen(QColor("black"), 2.0))
    assert (found == 255).all()
