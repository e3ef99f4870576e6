from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from app.stage.brush import ADD, ERASE, LARGEST, SMALLEST, SPACING, Brush
from app.stage.view import View

NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
EVEN = View(-5.0, 5.0, -5.0, 5.0, QRectF(0, 0, 500, 500))
SKEW = View(0.0, 1.0, 0.0, 1000.0, QRectF(0, 0, 500, 500))


@pytest.fixture
def brush(qapp):
    brush = Brush()
    brush.places = 3
    brush.heard = []
    brush.rests = []
    brush.edited.connect(brush.heard.append)
    brush.settled.connect(lambda: brush.rests.append(len(brush.heard)))
    return brush


def added(brush):
    return [edit["data.add"] for edit in brush.heard if "data.add" in edit]


def erased(brush):
    return [edit["data.erase"] for edit in brush.heard if "data.erase" in edit]


def test_a_click_adds_a_point_of_the_class_with_six_digits(brush):
    brush.choose(ADD, 2)
    brush.press(EVEN.point(1.23456789, -2.0), EVEN, NONE)
    brush.release()
    assert added(brush) == [(1.23457, -2.0, 2.0)]
    assert brush.rests == [1]


def test_shift_draws_the_next_class_and_comes_round(brush):
    for place in range(3):
        brush.choose(ADD, place)
        brush.press(EVEN.point(0, 0), EVEN, SHIFT)
        brush.release()
    assert [point[2] for point in added(brush)] == [1.0, 2.0, 0.0]


@pytest.mark.parametrize("steps", [1, 7, 60])
def test_a_stroke_leaves_points_at_even_distances_however_fast_it_is(brush, steps):
    brush.choose(ADD)
    brush.press(QPointF(50, 50), EVEN, NONE)
    for step in range(1, steps + 1):
        brush.drag(QPointF(50 + 280 * step / steps, 50), EVEN)
    brush.release()
    xs = [EVEN.point(x, y).x() for x, y, _ in added(brush)]
    assert len(xs) == 1 + int(280 / SPACING)
    assert np.diff(xs) == pytest.approx(SPACING, abs=1e-3)
    assert brush.rests == [len(xs)]


@pytest.mark.parametrize(("keys", "right", "tool"), [(CONTROL, False, ADD), (NONE, True, ADD), (NONE, False, ERASE)])
def test_the_eraser_takes_what_is_in_its_circle_and_nothing_else(brush, keys, right, tool):
    brush.choose(tool)
    radius = brush.radius / EVEN.x_scale
    brush.spots = brush.examples = np.array([(0.0, 0.0), (0.9 * radius, 0.0), (0.0, 1.1 * radius), (3.0, 3.0)])
    brush.press(EVEN.point(0, 0), EVEN, keys, right)
    brush.release()
    ((x, y, reach),) = erased(brush)
    assert (x, y) == (0.0, 0.0) and reach == pytest.approx(radius)
    away = np.hypot(*(brush.examples - (x, y)).T)
    assert (away <= reach).tolist() == [True, True, False, False]


def test_where_nothing_is_the_eraser_says_nothing(brush):
    brush.choose(ERASE)
    brush.spots = brush.examples = np.array([(4.0, 4.0)])
    brush.press(EVEN.point(0, 0), EVEN, NONE)
    brush.drag(EVEN.point(-3, -3), EVEN)
    brush.release()
    assert brush.heard == [] and brush.rests == [0]


def test_an_example_is_erased_once_while_it_is_still_shown(brush):
    brush.choose(ERASE)
    brush.spots = brush.examples = np.array([(0.0, 0.0)])
    brush.press(EVEN.point(0, 0), EVEN, NONE)
    brush.drag(EVEN.point(0.15, 0), EVEN)
    assert len(erased(brush)) == 1
    brush.release()
    brush.press(EVEN.point(0, 0), EVEN, NONE)
    assert len(erased(brush)) == 2


def test_on_scales_of_their_own_examples_are_erased_one_by_one(brush):
    brush.choose(ERASE)
    brush.spots = brush.examples = np.array([(0.5, 500.0), (0.51, 510.0), (0.5, 600.0)])
    brush.press(SKEW.point(0.5, 500.0), SKEW, NONE)
    assert erased(brush) == [(0.5, 500.0, 0.0), (0.51, 510.0, 0.0)]


def test_examples_that_the_problem_knows_otherwise_are_erased_one_by_one(brush):
    brush.choose(ERASE)
    brush.spots, brush.examples = np.array([(1.0, 2.0), (1.05, 2.0)]), np.array([(1.0, 0.0), (1.05, 1.0)])
    brush.press(EVEN.point(1.0, 2.0), EVEN, NONE)
    assert erased(brush) == [(1.0, 0.0, 0.0), (1.05, 1.0, 0.0)]


def test_the_reach_of_the_eraser_has_ends(brush):
    brush.widen(100)
    assert brush.radius == LARGEST
    brush.widen(-200)
    assert brush.radius == SMALLEST
