from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.look.theme import DARK, LIGHT
from app.stage.examples.confusion import ConfusionView
from app.stage.examples.confusion_matrix import shade
from tests.app.stage.answers import answering

NAMES = ("ant", "bee", "cat")
TRUE = [0] * 10 + [1] * 4 + [2] * 2
PREDICTED = [0] * 7 + [1] * 3 + [1] * 4 + [0] * 2


@pytest.fixture
def case(make):
    picture, snapshot = make.guessed(TRUE, PREDICTED, NAMES)
    return picture, [snapshot]


@pytest.fixture
def view(shown, case):
    return shown(ConfusionView, case)


def test_it_is_for_classification(digits, sine):
    assert ConfusionView.fits(digits[0])
    assert not ConfusionView.fits(sine[0])


def test_rows_are_true_and_columns_predicted(view):
    assert view.matrix.counts.tolist() == [[7, 3, 0], [0, 4, 0], [2, 0, 0]]
    assert view.matrix.recall == pytest.approx([0.7, 1.0, 0.0])
    assert view.matrix.precision[:2] == pytest.approx([7 / 9, 4 / 7])
    assert np.isnan(view.matrix.precision[2])
    assert view.matrix.accuracy == pytest.approx(11 / 16)


def test_counts_of_a_real_network_are_those_of_its_predictions(shown, digits):
    view, snapshot = shown(ConfusionView, digits), digits[1][-1]
    data = snapshot.learner.data
    pairs = list(zip(data.targets.astype(int).tolist(), snapshot.predicted.predictions.tolist(), strict=True))

    def counted(part):
        seen = Counter(part)
        return [[seen[true, taken] for taken in range(10)] for true in range(10)]

    assert view.matrix.counts.tolist() == counted(pairs[data.train :])
    QTest.mouseClick(view.part.button("training"), Qt.MouseButton.LeftButton)
    assert view.matrix.counts.tolist() == counted(pairs[: data.train])
    assert view.matrix.accuracy == pytest.approx(snapshot.predicted.scores[0])


def test_without_validation_the_training_set_is_shown(shown, digits_without_validation):
    view, snapshot = shown(ConfusionView, digits_without_validation), digits_without_validation[1][-1]
    assert view.matrix.counts.sum() == snapshot.learner.data.train > 0


@pytest.mark.parametrize(
    "cell, words",
    [
        ((0, 1), "3 of 10: true ant, predicted bee"),
        ((1, 3), "recall 100 %: 4 of 4 bee are predicted as bee"),
        ((3, 0), "precision 77.8 %: 7 of 9 predicted as ant are ant"),
        ((3, 2), "precision unknown: 0 of 0 predicted as cat are cat"),
        ((3, 3), "accuracy 68.8 %: 11 of 16 are correct"),
    ],
)
def test_a_cell_under_the_pointer_is_told_in_words(view, cell, words):
    QTest.mouseMove(view.matrix, view.matrix.place(*cell).center())
    assert view.matrix.current == cell
    assert f" {words}." in view.describe()


def test_nothing_is_told_beside_the_matrix(view):
    for position in (QPoint(3, 3), QPoint(view.matrix.width() - 2, view.matrix.height() - 2)):
        QTest.mouseMove(view.matrix, position)
        assert view.matrix.current is None


def test_arrow_keys_walk_from_cell_to_cell_and_to_the_margins(view):
    view.matrix.setFocus()
    went = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(view.matrix, key)
        went.append(view.matrix.current)
    assert went == [(0, 0), (0, 1), (1, 1), (0, 1), (0, 0), (0, 0)]
    for _ in range(9):
        QTest.keyClick(view.matrix, Qt.Key.Key_Right)
    assert view.matrix.current == (0, 3)
    QTest.keyClick(view.matrix, Qt.Key.Key_Escape)
    assert view.matrix.current is None


def test_the_description_names_what_is_confused_most(view):
    words = view.describe()
    assert words.startswith("Validation set: 11 of 16 correct, accuracy 68.8 %.")
    assert words.index("true ant, predicted bee") < words.index("true cat, predicted ant")


def test_one_in_a_hundred_is_still_seen():
    assert shade(0.0) == 0.0 and shade(1.0) == pytest.approx(1.0)
    assert 0.1 < shade(0.01) < shade(0.1) < 0.6


def colour(view, row, column):
    """Of a cell on the screen, in its corner, where no number stands."""
    return view.matrix.grab().toImage().pixelColor(view.matrix.place(row, column).topLeft())


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_right_and_wrong_cells_have_the_themes_colours(view, theme):
    view.set_theme(theme)
    assert colour(view, 1, 1) == theme.accent
    assert colour(view, 2, 0) == theme.danger
    assert colour(view, 1, 0) == theme.field


@pytest.mark.parametrize("classes", [2, 10, 37, 100])
@pytest.mark.parametrize("size", [(560, 330), (1100, 900)])
def test_it_scales_to_many_classes_and_stays_in_the_widget(shown, make, classes, size):
    draw = np.random.default_rng(3)
    true = draw.integers(0, classes, 3000)
    taken = np.where(draw.random(3000) < 0.7, true, draw.integers(0, classes, 3000))
    picture, snapshot = make.guessed(true, taken, [f"class {place}" for place in range(classes)])
    view = shown(ConfusionView, (picture, [snapshot]), size)
    room = view.matrix.rect()
    for cell in ((0, 0), (classes - 1, classes - 1), (classes, 0), (0, classes), (classes, classes)):
        assert room.contains(view.matrix.place(*cell))
        assert view.matrix._at(view.matrix.place(*cell).center()) == cell
    counts = view.matrix.counts
    right, wrong = colour(view, 0, 0), colour(view, *map(int, np.argwhere(counts * (1 - np.eye(classes)))[-1]))
    assert right.blue() > right.red() and wrong.red() > wrong.blue()
    assert {colour(view, *map(int, cell)).name() for cell in np.argwhere(counts == 0)[:3]} <= {DARK.field.name()}


def test_answers_that_are_not_finite_count_for_no_class(shown, case, make):
    picture, (snapshot,) = case
    outputs = snapshot.predicted.outputs.copy()
    outputs[:3] = np.nan
    view = shown(ConfusionView, (picture, [answering(snapshot, outputs=outputs)]))
    assert view.matrix.counts.sum() == 13
    assert "3 outputs not finite" in view.describe()
    picture.runs[0].status = "diverged"
    view.show_snapshot(answering(snapshot, outputs=outputs * np.nan))
    assert not view.matrix.counts.any()
    assert "diverged: last finite state · no output is finite" in view.describe()
    assert colour(view, 0, 0) == colour(view, 1, 1) == DARK.field


def test_the_part_comes_back_from_a_file(view, shown, case):
    QTest.mouseClick(view.part.button("training"), Qt.MouseButton.LeftButton)
    other = shown(ConfusionView, case)
    other.apply_view(view.view())
    assert not other.part.validation
    other.apply_view({"network_confusion_part": 7})
    assert not other.part.validation
