from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from app.look.networks.data_ranges import value_range
from app.look.theme import THEMES
from app.stage.planes.field import STRENGTH, FieldColours, FieldPicture, boundary
from app.stage.view import View

REGION = (-2.0, 2.0, -1.0, 1.0)


@pytest.fixture(params=THEMES)
def theme(request):
    return THEMES[request.param]


def learner_of(classes, targets=(0.0, 1.0)):
    return SimpleNamespace(classes=classes, data=SimpleNamespace(targets=np.array(targets)))


def field_of(values, colours):
    return FieldPicture(SimpleNamespace(field=values, asked_field=SimpleNamespace(region=REGION)), colours)


def grid(columns=81, rows=41):
    return np.meshgrid(np.linspace(*REGION[:2], columns), np.linspace(*REGION[2:], rows))


def two(x, y):
    """Probabilities of two classes, even on the unit circle's upper and lower arcs."""
    second = 1.0 / (1.0 + np.exp(4.0 * (x * x + y * y - 0.5)))
    return np.stack([1.0 - second, second], axis=-1)


def points_of(path):
    return np.array([(path.elementAt(place).x, path.elementAt(place).y) for place in range(path.elementCount())])


def mixed(theme, colour, part=1.0):
    ground, full = (np.array(one.getRgb()[:3], float) for one in (theme.neutral, colour))
    return ground + STRENGTH * part * (full - ground)


def colour_at(image, column, row):
    return np.array(image.pixelColor(column, image.height() - 1 - row).getRgb())


def test_two_classes_go_from_orange_over_neutral_to_blue(theme):
    values = np.zeros((3, 3, 2))
    values[..., 1] = np.array([0.0, 0.5, 1.0])
    values[..., 0] = 1.0 - values[..., 1]
    image = FieldColours(learner_of(2), theme).image(values)
    negative, positive = theme.signed_colours
    for column, wanted in enumerate((mixed(theme, negative), mixed(theme, theme.neutral), mixed(theme, positive))):
        assert np.abs(colour_at(image, column, 0)[:3] - wanted).max() <= 2.0


def test_several_classes_are_blended_by_their_probabilities(theme):
    parts = np.array([[[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]], [[0.0, 1.0, 0.0], [0.2, 0.0, 0.2]]])
    image = FieldColours(learner_of(3), theme).image(parts)
    colours = np.array([mixed(theme, colour) for colour in theme.class_colours(3)])
    for row in range(2):
        for column in range(2):
            whole = parts[row, column] / parts[row, column].sum()
            assert np.abs(colour_at(image, column, row)[:3] - whole @ colours).max() <= 0.51
    assert colour_at(image, 0, 0)[3] == 255


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_what_is_not_finite_is_transparent(theme, classes):
    values = np.full((4, 5, max(classes, 1)), 0.3)
    values[1, 2] = np.nan
    values[2, 3] = np.inf
    image = FieldColours(learner_of(classes), theme).image(values)
    clear = [(c, r) for r in range(4) for c in range(5) if colour_at(image, c, r)[3] == 0]
    assert sorted(clear) == [(2, 1), (3, 2)]


def test_values_are_coloured_between_the_targets_ends(theme):
    colours = FieldColours(learner_of(0, (-1.0, 3.0)), theme)
    assert (colours.low, colours.high) == (-3.0, 3.0)
    image = colours.image(np.array([[[-9.0], [0.0], [3.0]]] * 2))
    negative, positive = theme.signed_colours
    for column, wanted in enumerate((mixed(theme, negative), mixed(theme, theme.neutral), mixed(theme, positive))):
        assert np.abs(colour_at(image, column, 1)[:3] - wanted).max() <= 2.0


@pytest.mark.parametrize(
    ("targets", "ends"),
    [((-1.0, 0.5), (-1.0, 1.0)), ((2.0, 5.0), (2.0, 5.0)), ((-4.0, -1.0), (-4.0, -1.0)), ((7.0, 7.0), (6.5, 7.5))],
)
def test_nought_is_in_the_middle_if_it_is_among_the_values(targets, ends):
    assert value_range(np.array(targets)) == ends


def test_the_boundary_of_two_classes_lies_where_they_are_even():
    points = points_of(boundary(two(*grid()), REGION))
    assert len(points) > 40
    assert np.abs(np.hypot(*points.T) - 0.5**0.5).max() < 2e-3


def test_the_boundary_of_several_classes_lies_where_the_two_best_are_even():
    x, y = grid()
    centres = np.array([(-1.0, 0.0), (1.0, 0.3), (0.0, -0.8), (0.2, 0.9)])

    def scores(x, y):
        return np.exp(-np.stack([(x - a) ** 2 + (y - b) ** 2 for a, b in centres], -1))

    points = points_of(boundary(scores(x, y), REGION))
    best = np.sort(scores(*points.T), axis=-1)
    assert len(points) > 100
    lead = best[:, -1] - best[:, -2]
    assert np.quantile(lead, 0.9) < 3e-3 and lead.max() < 0.02  # a little more where three of them meet
    # Every class that wins anywhere has a boundary with what is beside it.
    winners = set(scores(*points.T).argmax(-1).tolist())
    assert winners == set(scores(x, y).argmax(-1).ravel().tolist())


@pytest.mark.parametrize("classes", [2, 3])
def test_there_is_no_boundary_where_one_class_wins_everywhere_or_nothing_is_finite(classes):
    values = np.full((20, 20, classes), 0.1)
    values[..., 1] = 0.8
    assert boundary(values, REGION).isEmpty()
    assert boundary(np.full((20, 20, classes), np.nan), REGION).isEmpty()


def test_a_class_that_wins_in_a_corner_alone_is_parted_from_the_others():
    values = np.full((20, 20, 3), 0.3)
    values[..., 0] = 0.35
    values[-1, -1] = (0.1, 0.1, 0.8)
    points = points_of(boundary(values, REGION))
    assert len(points) and points[:, 0].min() > 1.7 and points[:, 1].min() > 0.85


def test_a_value_between_the_nodes_is_read_from_those_around_it(theme):
    x, y = grid(9, 5)
    field = field_of(np.stack([2.0 * x - 3.0 * y + x * y], -1), FieldColours(learner_of(0), theme))
    view = View(*REGION, QRectF(10, 20, 400, 200))
    for place in ((-2.0, -1.0), (0.3, 0.1), (1.93, -0.77), (2.0, 1.0)):
        found = field.at(view, view.point(*place))
        assert found == pytest.approx([2.0 * place[0] - 3.0 * place[1] + place[0] * place[1]], abs=1e-9)
    assert field.at(view, QPointF(0.0, 0.0)) is None
    assert field.finite and not field_of(np.full((3, 3, 1), np.nan), FieldColours(learner_of(0), theme)).finite
