from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.look.theme import DARK, LIGHT
from app.stage.examples.images import ImagesView
from app.stage.pixels import images
from engine import LOSSES
from tests.app.stage.answers import answering


@pytest.fixture
def view(shown, digits):
    return shown(ImagesView, digits)


def probable(snapshot, examples):
    """The probability of the true class of each example."""
    shares = LOSSES["softmax"].probabilities(snapshot.predicted.outputs[examples])
    return shares[np.arange(len(examples)), snapshot.learner.data.targets[examples].astype(int)]


def scroll(tiles, turns):
    at = QPointF(tiles.viewport().rect().center())
    event = QWheelEvent(
        at,
        tiles.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, round(-120 * turns)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(tiles.viewport(), event)


def test_it_is_for_images_that_have_classes(digits, sine):
    assert ImagesView.fits(digits[0])
    assert not ImagesView.fits(sine[0])


def test_wrong_ones_come_first_and_of_these_the_least_probable(view, digits):
    snapshot = digits[1][-1]
    view.examples.show_part(True, True)
    order, data = view.examples.examples, snapshot.learner.data
    assert sorted(order) == list(range(data.train, len(data.targets)))
    wrong = snapshot.predicted.wrong[order]
    count = int(wrong.sum())
    assert 0 < count < len(order)
    assert wrong[:count].all() and not wrong[count:].any()
    for part in (order[:count], order[count:]):
        assert (np.diff(probable(snapshot, part)) >= 0).all()
    assert f"Validation: {count} of {len(order)} wrong" in view.describe()


def test_the_training_set_in_its_own_order(view, digits, qtbot):
    data = digits[1][-1].learner.data
    qtbot.mouseClick(view.part.button("training"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.wrong_first, Qt.MouseButton.LeftButton)
    assert view.examples.examples.tolist() == list(range(data.train))
    assert f"of {data.train:,} wrong" in view.describe()


def test_without_validation_the_training_set_is_shown(shown, digits_without_validation):
    view = shown(ImagesView, digits_without_validation)
    assert view.examples.count == digits_without_validation[1][-1].learner.data.train > 0
    assert not view.part.button("validation").isEnabled()


def test_a_new_order_waits_and_does_not_come_under_the_pointer(view, digits, qtbot):
    first, last = digits[1][0], digits[1][-1]
    view.show_snapshot(first)
    view.examples.show_part(True, True)
    before = view.examples.examples.copy()
    view.examples.point(0)
    view.show_snapshot(last)
    view.examples._sorting.timeout.emit()
    assert np.array_equal(view.examples.examples, before)
    view.examples.point(-1)
    assert np.array_equal(view.examples.examples, before)
    assert view.examples._sorting.isActive()
    view.examples._sorting.timeout.emit()
    assert view.examples.wrong == int(last.predicted.wrong[view.examples.examples].sum())
    assert last.predicted.wrong[view.examples.examples[: view.examples.wrong]].all()


def test_every_tile_in_view_is_found_under_its_own_picture(view):
    tiles = view.examples
    tiles.verticalScrollBar().setValue(57)
    assert len(tiles.visible) > 8
    for index in tiles.visible:
        assert tiles.at(tiles.place(index).center()) == index
    assert tiles.at(QPoint(-5, 10)) == -1


def test_pictures_are_crisp_whole_pixels_of_the_data(view, digits):
    """Each pixel of an image is a block of one colour, from paper to ink."""
    tiles, snapshot = view.examples, digits[1][-1]
    tiles.wrong_first = False
    tiles.show_part(True, False)
    grabbed = tiles.viewport().grab().toImage()
    example = int(tiles.examples[tiles.visible.start])
    place = tiles.place(tiles.visible.start)
    size = place.width() // 8
    raw = snapshot.learner.data.raw[example].reshape(8, 8)
    ends = snapshot.learner.data.raw.min(), snapshot.learner.data.raw.max()
    rows, columns = range(1, 7), range(1, 7)  # a frame may lie over the border
    for row in rows:
        for column in columns:
            corner = place.topLeft() + QPoint(column * size, row * size)
            block = {grabbed.pixel(corner + QPoint(x, y)) for x in range(size) for y in range(size)}
            assert len(block) == 1
            share = (raw[row, column] - ends[0]) / (ends[1] - ends[0])
            red = DARK.field.red() + share * (DARK.text.red() - DARK.field.red())
            assert QColor(block.pop()).red() == pytest.approx(red, abs=2)


def test_pointing_enlarges_and_tells_the_true_class_and_all_probabilities(view, digits):
    tiles, snapshot = view.examples, digits[1][-1]
    tiles.show_part(True, True)
    assert not view.card.isVisible()
    QTest.mouseMove(tiles.viewport(), tiles.place(1).center())
    assert tiles.current == 1
    assert view.card.isVisible()
    example = int(tiles.examples[1])
    data = snapshot.learner.data
    true, predicted = int(data.targets[example]), int(snapshot.predicted.predictions[example])
    assert f"true {true}; predicted {predicted}, {'wrong' if true != predicted else 'correct'}" in view.card.text
    bars, note = tiles.bars(1)
    shares = LOSSES["softmax"].probabilities(snapshot.predicted.outputs[[example]])[0]
    assert [bar.name for bar in bars] == list(data.classes) and not note
    assert [bar.share for bar in bars] == pytest.approx(shares)
    assert [bar.bold for bar in bars].index(True) == true
    assert view.rect().contains(view.card.geometry())
    assert f"Enlarged: validation example {example - data.train + 1}" in view.describe()
    tiles.point(-1)
    assert not view.card.isVisible()


def test_keys_walk_over_the_tiles_and_scroll(view):
    tiles = view.examples
    tiles.setFocus()
    for key, there in (
        (Qt.Key.Key_Right, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_End, tiles.count - 1),
    ):
        QTest.keyClick(tiles, key)
        assert tiles.current == there
    assert tiles.verticalScrollBar().value() == tiles.verticalScrollBar().maximum() > 0
    assert tiles.viewport().rect().contains(tiles.place(tiles.current))
    QTest.keyClick(tiles, Qt.Key.Key_Home)
    QTest.keyClick(tiles, Qt.Key.Key_Down)
    assert tiles.at(tiles.place(0).center() + QPoint(0, tiles._layout.tile.height())) == tiles.current > 1
    QTest.keyClick(tiles, Qt.Key.Key_Escape)
    assert tiles.current == -1


def test_the_wheel_scrolls(view):
    before = view.examples.visible
    scroll(view.examples, 4)
    assert view.examples.visible.start > before.start


@pytest.mark.parametrize("size", [(560, 330), (1100, 900)])
def test_each_unit_of_the_first_layer_is_an_image_of_its_weights(shown, digits, size):
    view, snapshot = shown(ImagesView, digits, size), digits[1][-1]
    network = snapshot.learner.network
    weights = snapshot.theta[network.weights(0)].reshape(12, 8, 8)
    scale = view.weights.scale
    assert np.mean(np.abs(weights) <= scale) >= 0.98
    assert view.weights.count == 12
    image = view.weights.image(5)
    negative, positive = DARK.signed_colours
    for row in range(8):
        for column in range(8):
            share = min(abs(weights[5, row, column]) / scale, 1.0)
            end = positive if weights[5, row, column] > 0 else negative
            expected = DARK.neutral.red() + share * (end.red() - DARK.neutral.red())
            assert image.pixelColor(column, row).red() == pytest.approx(expected, abs=3)
    assert f"{scale:g}" in view.key.accessibleName()
    view.weights.point(5)
    assert "unit 6" in view.card.text and "bias" in view.card.text


def test_panes_stand_side_by_side_where_it_is_wide(shown, digits):
    def left_of(view):
        return view.weights.mapTo(view, QPoint()).x() > view.examples.mapTo(view, QPoint()).x() + 100

    assert left_of(shown(ImagesView, digits, (560, 330)))
    assert not left_of(shown(ImagesView, digits, (620, 880)))


def test_one_pane_can_be_chosen_and_comes_back_from_a_file(view, shown, digits, qtbot):
    qtbot.mouseClick(view.shown.button("weights"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.wrong_first, Qt.MouseButton.LeftButton)
    assert view.weights.isVisible() and not view.examples.isVisible()
    other = shown(ImagesView, digits)
    other.apply_view(view.view())
    assert other.view() == view.view()
    assert other.weights.isVisible() and not other.examples.isVisible()
    other.apply_view({"network_images_shown": 3, "network_images_part": None, "network_images_wrong_first": "no"})
    assert other.view() == view.view()


def test_without_hidden_layers_a_tile_is_a_class(shown, make):
    from tests.app.stage.conftest import DIGITS

    view = shown(ImagesView, make.learned(**{**DIGITS, "hidden": ()}, updates=(20,)))
    assert view.weights.count == 10
    assert view.weights.unit(3) == "output 3"


def test_answers_that_are_not_finite_are_told(view, digits, make):
    snapshot = answering(digits[1][-1], outputs=np.full_like(digits[1][-1].predicted.outputs, np.nan))
    view.show_snapshot(snapshot)
    view.examples.show_part(True, True)
    assert "no output is finite" in view.describe()
    place = view.examples.place(view.examples.visible.start)
    picture = view.examples.viewport().grab(place).toImage()
    shades = {picture.pixel(x, y) for x in range(place.width()) for y in range(place.height())}
    assert len(shades) > 5, "the example itself is still shown"


def test_another_theme_colours_everything(view):
    view.examples.point(2)
    dark = view.grab().toImage()
    view.set_theme(LIGHT)
    light = view.grab().toImage()
    place = view.examples.viewport().mapTo(view, view.examples.place(0).center())
    assert dark.pixel(place) != light.pixel(place)
    assert view.card.theme is LIGHT


def test_values_beyond_the_scale_get_the_colours_of_its_ends():
    table = np.arange(256, dtype=np.uint32) + np.uint32(0xFF000000)
    (image,) = images(np.array([[[-9.0, -1.0, 0.0], [1.0, 9.0, np.nan]]]), -1.0, 1.0, table)
    shades = [[image.pixel(column, row) & 0xFF for column in range(3)] for row in range(2)]
    assert shades == [[0, 0, 128], [255, 255, 0]]
