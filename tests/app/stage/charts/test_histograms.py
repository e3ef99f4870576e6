from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.look.theme import LIGHT
from app.stage.charts.histogram import plus_minus
from app.stage.charts.histograms import KINDS, HistogramsView
from engine import Activations, Gradients, new_run
from tests.app.stage.answers import answering
from tests.app.stage.mouse import RIGHT, Mouse


@pytest.fixture
def view(shown, digits):
    return shown(HistogramsView, digits)


def rest(view):
    """As when the time between two pictures is over."""
    view._resting.stop()
    view._resting.timeout.emit()


def cells(view):
    return [cell for row in view.list.rows for cell in row]


def test_it_asks_for_a_look_inside(view):
    assert {Gradients(), Activations()} < view.queries()


def test_a_row_for_each_layer_a_column_for_each_kind(view, digits):
    rest(view)
    picture, snapshots = digits
    snapshot = snapshots[-1]
    network = snapshot.learner.network
    assert view.list.layers == picture.subject.layers == ("hidden 1", "hidden 2", "output")
    assert [[cell.title for cell in row] for row in view.list.rows] == [list(KINDS)] * 3
    for layer, (weights, gradient, activations) in enumerate(view.list.rows):
        w, b = network.unpacked(snapshot.theta)[layer]
        slopes, _ = network.unpacked(snapshot.inspection.gradient)[layer]
        for cell, numbers in ((weights, w), (gradient, slopes), (activations, snapshot.activations[layer])):
            assert cell.counts.sum() == len(cell.distribution.values)
            assert cell.distribution.total == numbers.size
            assert np.array_equal(cell.counts, np.histogram(cell.distribution.values, len(cell.counts), cell.ends)[0])
            assert cell.distribution.mean == pytest.approx(numbers.mean(), abs=0.05 * numbers.std())
        assert np.array_equal(weights.strokes, b)


def test_it_counts_only_now_and_then_and_the_newest_then(view, digits):
    first, last = digits[1][0], digits[1][-1]
    rest(view)
    view.show_snapshot(first)
    before = view.list.rows
    view.show_snapshot(last)
    view.show_snapshot(first)
    view.show_snapshot(last)
    assert view.list.rows is before
    rest(view)
    assert view.list.rows is not before
    assert view.list.rows[0][0].distribution.mean == last.theta[last.learner.network.weights(0)].mean()
    now = view.list.rows
    rest(view)
    assert view.list.rows is now


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
    assert len({row[0].ends for row in view.list.rows}) > 1
    QTest.mouseClick(view.common, Qt.MouseButton.LeftButton)
    for column in zip(*view.list.rows, strict=True):
        assert len({cell.ends for cell in column}) == 1
        low, high = column[0].ends
        assert all(low <= cell.distribution.low and cell.distribution.high <= high for cell in column)


def made(view):
    """Whether every plot that is to be seen is there."""
    rows, columns = len(view.list.rows), len(view.list.titles)
    return all(view.list.plot(row, column) is not None for row in range(rows) for column in range(columns))


@pytest.fixture
def plots(view, qtbot):
    """The view once its plots are there, by row and column."""
    rest(view)
    qtbot.waitUntil(lambda: made(view))
    return view.list.plot


def test_each_histogram_is_a_plot_that_pyqtgraph_knows(view, plots):
    for row, cells_of_row in enumerate(view.list.rows):
        for column, cell in enumerate(cells_of_row):
            plot = plots(row, column)
            (line,) = plot.listDataItems()
            x, y = line.getData()
            assert np.array_equal(y, cell.counts) and (np.diff(x) > 0).all()
            assert line.name() == f"{KINDS[column]} of {view.list.layers[row]}"
            across, up = plot.scales
            assert (across.low, across.high) == pytest.approx(cell.ends)
            assert (up.low, up.high) == pytest.approx((0.0, cell.top))


def test_plots_are_made_one_after_the_other_and_only_where_they_are_seen(shown, make, qtbot):
    runs = [new_run("sgd", learning_rate=0.03)]
    view = shown(HistogramsView, make.learned("circle", runs, (3,) * 7, updates=(1,), loss="bce"), (560, 300))
    qtbot.waitUntil(lambda: view.list.plot(1, 2) is not None)
    qtbot.wait(50)
    assert view.list.plot(7, 0) is None
    view.list.verticalScrollBar().setValue(view.list.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: view.list.plot(7, 2) is not None)


def bars(view, plot):
    """The colour of how much of a plot is a bar."""
    image = plot.grab().toImage()
    colours = {colour.rgb() for colour in view.theme.signed_colours}
    return sum(image.pixel(x, y) in colours for x in range(image.width()) for y in range(image.height()))


def test_logarithms_of_counts_make_small_ones_larger(view, plots):
    plot = plots(0, 0)
    linear = bars(view, plot)
    QTest.mouseClick(view.log, Qt.MouseButton.LeftButton)
    assert bars(view, plot) > 1.3 * linear > 0
    assert plot.y_axis.type.name == "symlog"
    QTest.mouseClick(view.log, Qt.MouseButton.LeftButton)
    assert bars(view, plot) == linear


def test_the_mouse_zooms_a_histogram_moves_it_and_shows_it_all(view, plots):
    view.resize(700, 600)
    plot, mouse = plots(1, 0), Mouse(plots(1, 0))
    low, high = view.list.rows[1][0].ends
    mouse.wheel(mouse.pixel(0.0, 0.0))
    assert plot.scales[0].high - plot.scales[0].low == pytest.approx((high - low) / 1.25)
    mouse.wheel(mouse.below_plot())
    assert plot.scales[0].high - plot.scales[0].low == pytest.approx((high - low) / 1.25**2)
    across = plot.scales[0]
    middle = (across.low + across.high) / 2
    mouse.drag((middle, 1.0), (middle + 0.2 * (across.high - across.low), 1.0))
    assert plot.scales[0].low == pytest.approx(across.low - 0.2 * (across.high - across.low), abs=0.05 * (high - low))
    before = plot.x_chosen
    rest(view)
    assert plot.x_chosen == before
    mouse.double_click(middle, 1.0)
    assert (plot.scales[0].low, plot.scales[0].high) == pytest.approx((low, high)) and not plot.is_zoomed


def test_other_networks_and_a_reset_show_histograms_as_a_whole(view, plots, digits, make):
    plot = plots(0, 0)
    plot.zoom(2.0)
    view.reset_view()
    assert not plot.is_zoomed
    plot.zoom(2.0)
    view.show_snapshot(make.replace(digits[1][-1], run="other"))
    assert not plot.is_zoomed


def test_the_right_button_opens_the_menu_for_that_histogram(view, plots, qtbot):
    plot = plots(0, 1)
    with qtbot.waitSignal(view.menu_wanted) as told:
        Mouse(plot).click(0.0, 1.0, RIGHT)
    assert told.args[1] is plot


def test_dead_units_and_saturation_are_told(shown, make):
    case = make.learned("circle", [new_run("sgd", learning_rate=0.03)], (4, 4), updates=(5,), loss="bce")
    picture, (snapshot,) = case
    dead = make.replace(
        snapshot.inspection, dead=np.array([0.5, np.nan, np.nan]), saturated=np.array([np.nan, 0.75, np.nan])
    )
    view = shown(HistogramsView, (picture, [answering(snapshot, inspection=dead)]))
    first, second, _ = (row[2] for row in view.list.rows)
    assert first.notes[0] == "2 of 4 dead" and first.warns
    assert second.notes[0] == "75 % saturated" and second.warns
    assert "2 of 4 dead" in view.describe()


def test_numbers_that_are_not_finite_are_told(view, digits, make, qtbot):
    snapshot = digits[1][-1]
    theta = snapshot.theta.copy()
    weights = snapshot.learner.network.weights(0)
    theta[weights.start : weights.start + 5] = np.inf
    theta[snapshot.learner.network.weights(1)] = np.nan
    rest(view)
    view.show_snapshot(answering(snapshot, theta=theta, outputs=snapshot.predicted.outputs * np.nan))
    rest(view)
    assert view.list.rows[0][0].notes[0] == "5 not finite"
    assert not len(view.list.rows[1][0].distribution.values)
    assert "no output is finite" in view.describe()
    qtbot.waitUntil(lambda: made(view))
    assert bars(view, view.list.plot(0, 0)) > 0 == bars(view, view.list.plot(1, 0)), "words in place of bars"


def test_the_bin_under_the_pointer_is_told(view, plots):
    shown, plot = view.list.rows[1][2], plots(1, 2)
    low, high = shown.ends
    wide = (high - low) / len(shown.counts)
    assert shown.bin_at(low + 0.5 * wide) == 0 and shown.bin_at(high - 0.5 * wide) == len(shown.counts) - 1
    assert shown.bin_at(low - wide) is None and shown.bin_at(high + wide) is None
    place = int(shown.counts.argmax())
    before = plot.grab().toImage()
    Mouse(plot).move(low + (place + 0.5) * wide, shown.top / 2)
    assert view.list.chip.isVisible()
    assert view.list.chip.lines[1].startswith(f"{shown.counts[place]:,} of {len(shown.distribution.values):,} numbers")
    assert plot.grab().toImage() != before
    Mouse(plot).leave()
    assert not view.list.chip.isVisible() and plot.grab().toImage() == before


def test_the_chip_lies_on_few_of_the_plots(view, plots):
    """All that lie below it are painted with it: of 27, which took 40 ms with every move of the pointer."""
    shown, plot = view.list.rows[0][0], plots(0, 0)
    low, high = shown.ends
    for share in (0.1, 0.9):
        Mouse(plot).move(low + share * (high - low), shown.top / 2)
        chip, room = view.list.chip, view.list.viewport().rect()
        assert room.contains(chip.geometry())
        assert chip.width() * chip.height() < 0.2 * room.width() * room.height()


def test_many_layers_are_scrolled(shown, make, qtbot):
    runs = [new_run("sgd", learning_rate=0.03)]
    view = shown(HistogramsView, make.learned("circle", runs, (3,) * 7, updates=(1,), loss="bce"), (560, 300))
    bar = view.list.verticalScrollBar()
    assert len(view.list.rows) == 8
    view.list.setFocus()
    QTest.keyClick(view.list, Qt.Key.Key_PageDown)
    assert 0 < bar.value() < bar.maximum()
    QTest.keyClick(view.list, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    qtbot.waitUntil(lambda: view.list.plot(7, 0) is not None)
    plot = view.list.plot(7, 0)
    assert view.list.viewport().rect().contains(plot.mapTo(view.list.viewport(), plot.rect().bottomRight()))
    mouse = Mouse(plot)
    mouse.wheel(mouse.pixel(0.0, 1.0), 1, Qt.KeyboardModifier.ControlModifier)
    assert plot.is_zoomed and bar.value() == bar.maximum()
    mouse.wheel(mouse.pixel(0.0, 1.0), 1)
    assert bar.value() < bar.maximum()
    view.reset_view()
    assert bar.value() == 0 and not plot.is_zoomed


def test_settings_come_back_from_a_file(view, shown, digits):
    view.log.click()
    view.common.click()
    other = shown(HistogramsView, digits)
    other.apply_view(view.view())
    assert other.view() == view.view()
    assert other.list.log
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
