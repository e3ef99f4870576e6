"""Levels, interpolation and arrows: the arithmetic of the stage."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from app.look.number_format import nice_step
from app.stage import arrows
from app.stage.heat import SHADES, contour_path, heat_image, heat_table, levels_of
from app.stage.markers import border_point
from app.stage.terrain import bilinear
from app.stage.view import View
from engine import OPTIMIZERS, new_run
from tests.each import each

VIEW = View(-2.0, 2.0, -1.0, 3.0, QRectF(50, 10, 400, 300))


def test_view_and_pixels_are_inverse():
    for x, y in ((-2, -1), (2, 3), (0.3, 1.7)):
        assert VIEW.at(VIEW.point(x, y)) == pytest.approx((x, y))
    assert VIEW.point(-2, 3).y() == pytest.approx(10)


@pytest.mark.parametrize("log_levels", [True, False])
def test_levels_ignore_what_is_not_finite_and_rise_with_the_value(make, log_levels):
    terrain = make.terrain(log_levels=log_levels)
    broken = terrain.values.copy()
    broken[3, 4], broken[5, 6], broken[7, 8] = np.nan, np.inf, -np.inf
    clean = levels_of(terrain)
    dirty = levels_of(type(terrain)(terrain.landmarks, terrain.x, terrain.y, broken))
    assert dirty.low == pytest.approx(clean.low, abs=0.05) and dirty.high == pytest.approx(clean.high, abs=0.05)
    shades = dirty.shades(np.array([0.0, 0.01, 0.1, 1.0, 5.0, 1e9, np.nan, np.inf]))
    assert (np.diff(shades[:6]) >= 0).all() and shades[5] == 1.0
    assert np.isnan(shades[6:]).all()


def test_a_value_below_the_declared_lowest_is_still_shown(make):
    terrain = make.terrain(function=lambda x, y: x * x - 1.0, lowest=0.0)
    assert np.isfinite(levels_of(terrain).shades(terrain.values)).all()


def test_contours_lie_on_round_levels(make):
    terrain = make.terrain(log_levels=False, lowest=None, nx=161, ny=161)
    levels = levels_of(terrain)
    lines = levels.lines()
    assert 5 <= len(lines) <= 25 and np.allclose(np.diff(lines), nice_step(np.diff(lines)[0]))
    path = contour_path(terrain, levels)
    first = path.elementAt(0)
    value = first.x**2 + first.y**2
    assert np.abs(lines - value).min() < 0.01


def test_the_heat_map_puts_the_first_row_at_the_bottom():
    table = heat_table(np.array([[0, 0, 0], [255, 0, 0]], float))
    assert len(table) == SHADES + 1 and table[-1] == 0
    image = heat_image(np.array([[0.0, 1.0], [np.nan, 0.5]]), table)
    assert image.pixelColor(0, 1).getRgb() == (0, 0, 0, 255)
    assert image.pixelColor(1, 1).getRgb() == (255, 0, 0, 255)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 0).red() == pytest.approx(128, abs=2)


def test_interpolation_is_exact_on_a_plane_and_nan_outside(make):
    terrain = make.terrain(function=lambda x, y: 2 * x - 3 * y + 1)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-2, 2, 50), rng.uniform(-1, 3, 50)
    assert bilinear(terrain, terrain.values, x, y) == pytest.approx(2 * x - 3 * y + 1)
    assert terrain.value(2.0, 3.0) == pytest.approx(-4.0)
    for x, y in ((2.1, 0.0), (0.0, -1.1), (math.nan, 0.0), (math.inf, 0.0)):
        assert math.isnan(terrain.value(x, y))


def peek(optimizer="adam", **values):
    settings = new_run(optimizer, **values)
    slots = {name: np.array([1.0 + place, 0.0]) for place, name in enumerate(OPTIMIZERS[optimizer].slots)}
    return SimpleNamespace(gradient=np.array([3.0, 4.0]), step=np.array([0.1, 0.0]), slots=slots, settings=settings)


def test_arrows_point_downhill_and_grow_with_the_norm():
    downhill = arrows.vector(peek(), "gradient")
    assert downhill is not None and downhill.tolist() == [-3.0, -4.0]
    direction, length = arrows.shape(downhill, "gradient", VIEW)
    assert direction.x() < 0 < direction.y()  # down the screen is down in y
    assert math.hypot(direction.x(), direction.y()) == pytest.approx(1.0)
    _, longer = arrows.shape(100 * downhill, "gradient", VIEW)
    assert arrows.SHORTEST < length < longer <= arrows.LONGEST
    for nothing in ((0.0, 0.0), (math.nan, 1.0), (math.inf, 1.0)):
        assert arrows.shape(np.array(nothing), "gradient", VIEW) is None


@each("optimizer", OPTIMIZERS)
def test_the_momentum_arrow_is_minus_the_slot_that_is_declared(optimizer):
    slot = OPTIMIZERS[optimizer].momentum
    found = arrows.vector(peek(optimizer), "momentum")
    if slot and new_run(optimizer).optimizer.values.get("momentum") != 0.0:
        assert found.tolist() == [-1.0 - OPTIMIZERS[optimizer].slots.index(slot), 0.0]
    else:
        assert found is None


def test_a_momentum_of_zero_has_no_arrow():
    assert arrows.vector(peek("rmsprop"), "momentum") is None
    assert arrows.vector(peek("rmsprop", momentum=0.9), "momentum") is not None


def test_what_is_out_of_sight_is_announced_on_the_line_to_it():
    plot = QRectF(0, 0, 200, 100)
    at, direction = border_point(plot, VIEW.point(1e9, 1.0) * 1.0)
    assert 180 < at.x() < 200 and direction.x() > 0.9
    assert plot.contains(at)
    at, direction = border_point(plot, plot.center())
    assert plot.contains(at) and math.isfinite(direction.x())
