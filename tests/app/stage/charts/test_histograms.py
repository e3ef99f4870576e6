from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.look.theme import LIGHT
from app.stage.charts.histogram import plus_minus
from app.stage.charts.histograms import KINDS, HistogramsView
from engine import new_run


@pytest.fixture
def view(shown, digits):
    return shown(HistogramsView, digits)


def rest(view):
    """As when the time between two pictures is over."""
    view._resting.stop()
    view._resting.timeout.emit()


def cells(view):
    return [cell for row in view.sheet.rows for cell in row]


def bars(view):
    """The colours of bars."""
    return {colour.rgb() for colour in view.theme.signed_colours}


def inks(view, row, column):
    """How many pixels of each colour a cell has on the screen, below its head."""
    image = view.sheet.viewport().grab().toImage()
    box = view.sheet.rows[row][column].plot(view.sheet.box(row, column)).toRect()
    return Counter(image.pixel(x, y) for x in range(box.left(), box.right()) for y in range(box.top(), box.bottom()))


def test_it_asks_for_a_look_inside(view):
    assert view.wanted().look


def test_a_row_for_each_layer_a_column_for_each_kind(view, digits):
    rest(view)
    picture, snapshots = digits
    snapshot = snapshots[-1]
    network = snapshot.learner.network
    assert view.sheet.layers == picture.layers == ("hidden 1", "hidden 2", "output")
    assert [[cell.title for cell in row] for row in view.sheet.rows] == [list(KINDS)] * 3
    for layer, (weights, gradient, activations) in enumerate(view.sheet.rows):
        w, b = network.unpacked(snapshot.theta)[layer]
        slopes, _ = network.unpacked(snapshot.inspection.gradient)[layer]
        for cell, numbers in ((weights, w), (gradient, slopes), (activations, snapshot.activations[layer])):
            assert cell.counts.sum() == len(cell.spread.values)
            assert cell.spread.total == numbers.size
            assert np.array_equal(cell.counts, np.histogram(cell.spread.values, len(cell.counts), cell.ends)[0])
            assert cell.spread.mean == pytest.approx(numbers.mean(), abs=0.05 * numbers.std())
        assert np.array_equal(weights.strokes, b)


def test_it_counts_only_now_and_then_and_the_newest_then(view, digits):
    first, last = digits[1][0], digits[1][-1]
    rest(view)
    view.show_snapshot(first)
    before = view.sheet.rows
    view.show_snapshot(last)
    view.show_snapshot(first)
    view.show_snapshot(last)
    assert view.sheet.rows is before
    rest(view)
    assert view.sheet.rows is not before
    assert view.sheet.rows[0][0].spread.mean == last.theta[last.learner.network.weights(0)].mean()
    now = view.sheet.rows
    rest(view)
    assert view.sheet.rows is now


def test_axes_do_not_jump(view, digits):
    for snapshot in digits[1]:
        rest(view)
        view.show_snapshot(snapshot)
    rest(view)
    ends = [cell.ends for cell in cells(view)]
    tops = [cell.top for cell in cells(view)]
    for snapshot in digits[1] * 2:
        view.show_snapshot(snapshot)
        rest(view)
        assert [cell.ends for cell in cells(view)] == ends
        assert [cell.top for cell in cells(view)] == tops
        assert all(cell.counts.max() <= cell.top for cell in cells(view))


def test_one_range_for_each_column(view):
    rest(view)
    assert len({row[0].ends for row in view.sheet.rows}) > 1
    QTest.mouseClick(view.common, Qt.MouseButton.LeftButton)
    for column in zip(*view.sheet.rows, strict=True):
        assert len({cell.ends for cell in column}) == 1
        low, high = column[0].ends
        assert all(low <= cell.spread.low and cell.spread.high <= high for cell in column)


def test_logarithms_of_counts_make_small_ones_larger(view):
    def inked():
        found = inks(view, 0, 0)
        return sum(found[colour] for colour in bars(view))

    linear = inked()
    QTest.mouseClick(view.log, Qt.MouseButton.LeftButton)
    assert inked() > 1.3 * linear > 0


def test_dead_units_and_saturation_are_told(shown, make):
    case = make.learned("circle", [new_run("sgd", learning_rate=0.03)], (4, 4), updates=(5,), loss="bce")
    picture, (snapshot,) = case
    dead = make.replace(
        snapshot.inspection, dead=np.array([0.5, np.nan, np.nan]), saturated=np.array([np.nan, 0.75, np.nan])
    )
    view = shown(HistogramsView, (picture, [make.replace(snapshot, inspection=dead)]))
    first, second, _ = (row[2] for row in view.sheet.rows)
    assert first.notes[0] == "2 of 4 dead" and first.warns
    assert second.notes[0] == "75 % saturated" and second.warns
    assert "2 of 4 dead" in view.describe()


def test_numbers_that_are_not_finite_are_told(view, digits, make):
    snapshot = digits[1][-1]
    theta = snapshot.theta.copy()
    weights = snapshot.learner.network.weights(0)
    theta[weights.start : weights.start + 5] = np.inf
    theta[snapshot.learner.network.weights(1)] = np.nan
    rest(view)
    view.show_snapshot(make.replace(snapshot, theta=theta, outputs=snapshot.outputs * np.nan))
    rest(view)
    assert view.sheet.rows[0][0].notes[0] == "5 not finite"
    assert not len(view.sheet.rows[1][0].spread.values)
    assert "no output is finite" in view.describe()
    assert bars(view) <= set(inks(view, 0, 0))
    empty = set(inks(view, 1, 0))
    assert not empty & {*bars(view), view.theme.field.rgb()} and len(empty) > 10, "words in place of axis and bars"


def test_the_bin_under_the_pointer_is_told(view):
    sheet = view.sheet
    box = sheet.box(1, 2)
    shown = sheet.rows[1][2]
    plot = shown.plot(box)
    assert sheet.under(plot.center().toPoint()) == (1, 2)
    assert shown.bin_at(box, plot.left() + 1) == 0
    assert shown.bin_at(box, plot.right() - 1) == len(shown.counts) - 1
    assert shown.bin_at(box, plot.left() - 4) == shown.bin_at(box, plot.right() + 4) == -1
    place = int(shown.counts.argmax())
    assert shown.words(place)[1].startswith(f"{shown.counts[place]:,} of {len(shown.spread.values):,} numbers")
    before = sheet.viewport().grab().toImage()
    QTest.mouseMove(sheet.viewport(), plot.center().toPoint())
    assert sheet.viewport().grab().toImage() != before


def test_many_layers_are_scrolled(shown, make):
    runs = [new_run("sgd", learning_rate=0.03)]
    view = shown(HistogramsView, make.learned("circle", runs, (3,) * 7, updates=(1,), loss="bce"), (560, 300))
    bar = view.sheet.verticalScrollBar()
    assert len(view.sheet.rows) == 8
    assert view.sheet.box(7, 0).top() > view.sheet.height()
    view.sheet.setFocus()
    QTest.keyClick(view.sheet, Qt.Key.Key_PageDown)
    assert 0 < bar.value() < bar.maximum()
    QTest.keyClick(view.sheet, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert view.sheet.box(7, 0).bottom() <= view.sheet.viewport().height()
    assert view.sheet.under(QPoint(100, 5)) is None
    view.reset_view()
    assert bar.value() == 0


def test_settings_come_back_from_a_file(view, shown, digits):
    view.log.click()
    view.common.click()
    other = shown(HistogramsView, digits)
    other.apply_view(view.view())
    assert other.view() == view.view()
    assert other.sheet.log
    other.apply_view({"network_histograms_log": "yes", "network_histograms_common": None})
    assert other.view() == view.view()


def test_it_shows_regressions_and_other_themes(shown, sine):
    view = shown(HistogramsView, sine, (1100, 860))
    dark = view.grab().toImage()
    view.set_theme(LIGHT)
    assert view.grab().toImage() != dark
    assert view.describe().startswith("hidden 1: weights ")


@pytest.mark.parametrize(
    "mean, deviation, text",
    [
        (0.1234, 0.5678, "0.12 ± 0.57"),
        (-0.0002981, 0.0035, "−0.0003 ± 0.0035"),
        (-1e-18, 0.0051, "0.0000 ± 0.0051"),
        (1.23e-5, 4.56e-5, "(1.2 ± 4.6)·10⁻⁵"),
        (1234.6, 10.0, "1235 ± 10"),
        (3e7, 1e6, "(3.0 ± 0.1)·10⁷"),
        (0.0, 0.0, "0 ± 0"),
        (np.nan, 1.0, "not finite"),
    ],
)
def test_mean_and_deviation_are_written_alike(mean, deviation, text):
    assert plus_minus(mean, deviation) == text
