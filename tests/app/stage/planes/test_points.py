from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.stage.planes.crowd import Crowd
from app.stage.planes.points import CROWDED, DotLayer, Dots, nearest
from app.stage.view import View

RED, BLUE, HOLE, DANGER = QColor(200, 0, 0), QColor(0, 0, 200), QColor(250, 250, 250), QColor(0, 220, 0)
VIEW = View(0.0, 10.0, 0.0, 8.0, QRectF(0, 0, 500, 400))


def painted(draw, ratio: float = 1.0) -> QImage:
    image = QImage((VIEW.plot.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        draw(painter)
    return image


def dots_at(spots, shades=None, train=None) -> Dots:
    spots = np.array(spots, float)
    shades = np.zeros(len(spots), int) if shades is None else np.array(shades)
    return Dots(spots, shades, (RED, BLUE), len(spots) if train is None else train, HOLE)


def many(*extra) -> np.ndarray:
    """So many spots that they are a crowd, in the lower left quarter; then others."""
    return np.vstack([np.random.default_rng(0).uniform((0.0, 0.0), (5.0, 4.0), (CROWDED + 1, 2)), *extra])


def at(image, x, y) -> QColor:
    return image.pixelColor((VIEW.point(x, y) * image.devicePixelRatio()).toPoint())


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("crowd", [False, True])
def test_each_dot_is_in_the_colour_of_its_shade_and_has_a_hole_if_it_validates(qapp, crowd, ratio):
    alone = [(7.0, 6.0), (8.0, 6.0), (9.0, 6.0)]
    spots = many(alone) if crowd else np.array(alone)
    shades = np.zeros(len(spots), int)
    shades[-2:] = 1
    dots = dots_at(spots, shades, train=len(spots) - 1)
    image = painted(lambda painter: DotLayer().draw(painter, VIEW, dots), ratio)
    assert at(image, 7.0, 6.0) == RED and at(image, 8.0, 6.0) == BLUE and at(image, 9.0, 6.0) == HOLE
    beside = at(image, 9.0 + 1.5 / VIEW.x_scale, 6.0) if crowd else at(image, 9.0 + 2.0 / VIEW.x_scale, 6.0)
    assert beside != HOLE and beside.alpha() == 255
    assert at(image, 8.5, 6.0).alpha() == 0


def test_no_point_of_a_crowd_is_left_out(qapp):
    lonely = np.random.default_rng(1).uniform((5.2, 4.2), (9.8, 7.8), (40, 2))
    image = painted(lambda painter: DotLayer().draw(painter, VIEW, dots_at(many(lonely))))
    assert all(at(image, *spot) == RED for spot in lonely.tolist())


def test_a_crowd_is_where_its_points_are(qapp):
    spots = many()
    image = painted(lambda painter: DotLayer().draw(painter, VIEW, dots_at(spots)))
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(400, 500) != 0
    expected = np.zeros((400, 500), bool)
    for x, y in (spots * (VIEW.x_scale, VIEW.y_scale) + (0.0, 400.0)).tolist():
        row, column = int(y), int(x)
        expected[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = True
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize("crowd", [False, True])
def test_only_what_is_wrong_is_marked(qapp, crowd):
    alone = [(7.0, 6.0), (8.0, 6.0)]
    dots = dots_at(many(alone) if crowd else alone)
    wrong = np.zeros(len(dots.spots), bool)
    wrong[-1] = True
    layer = DotLayer()
    image = painted(lambda painter: layer.draw_wrong(painter, VIEW, dots, dots.spots[wrong], DANGER))
    ring = 0.0 if crowd else 5.0 / VIEW.x_scale
    near = [at(image, 8.0 + ring + step / VIEW.x_scale, 6.0) for step in (-1, 0, 1, 2)]
    assert any(colour.green() > 150 and colour.red() < 80 for colour in near)
    assert at(image, 7.0, 6.0).alpha() == 0 and at(image, 1.0, 1.0).alpha() == 0


def test_points_that_are_far_away_or_not_finite_are_not_drawn_at_the_edge(qapp):
    crowd = Crowd(VIEW, np.array([(np.nan, 1.0), (1e300, 1.0), (-1e300, np.inf), (5.0, -40.0), (-0.2, 4.0)]))
    crowd.squares(slice(None), RED.rgba())
    image = crowd.image()
    assert not any(image.pixelColor(x, y).alpha() for x in range(500) for y in range(0, 400, 3))
    assert not any(image.pixelColor(x, y).alpha() for x in range(0, 500, 3) for y in range(400))


def test_the_nearest_spot_is_found_within_reach_alone():
    spots = np.array([(1.0, 1.0), (1.1, 1.0), (np.nan, 1.0), (5.0, 5.0)])
    assert nearest(VIEW, spots, VIEW.point(1.04, 1.0), 10.0) == 0
    assert nearest(VIEW, spots, VIEW.point(1.08, 1.0), 10.0) == 1
    assert nearest(VIEW, spots, VIEW.point(5.0, 5.0) + QPointF(7.0, 7.0), 10.0) == 3
    assert nearest(VIEW, spots, VIEW.point(5.0, 5.0) + QPointF(8.0, 8.0), 10.0) is None
    assert nearest(VIEW, np.empty((0, 2)), VIEW.point(5.0, 5.0), 10.0) is None
