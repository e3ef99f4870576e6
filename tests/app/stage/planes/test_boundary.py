from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.look.networks.score_text import NOT_FINITE
from app.look.theme import DARK, LIGHT
from app.stage.brush import ADD, ERASE
from app.stage.networks.network_stage import NetworkStage
from app.stage.planes.boundary import BoundaryView
from engine import DATASETS, Table, choose, new_experiment, new_network, new_run, problem_of
from tests.app.stage.answers import answering, field_of
from tests.app.stage.mouse import LEFT, MIDDLE, MOVE, PRESS, RELEASE, RIGHT, Mouse
from tests.app.stage.seen import see as see

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def blobs(classes=3, samples=60):
    return choose(DATASETS, "blobs", {"classes": classes, "samples": samples})


def table(inputs, targets, classes=("no", "yes"), **changes):
    return Table(
        "Own", ("length", "width"), "kind", np.array(inputs, float), np.array(targets, float), classes, **changes
    )


def colours_in(image):
    return {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


@pytest.mark.parametrize(
    ("data", "fits"), [("circle", True), ("reg_plane", True), ("blobs", True), ("sine", False), ("iris", False)]
)
def test_it_is_for_two_inputs(data, fits):
    assert BoundaryView.fits(SimpleNamespace(subject=learner_of(data))) == fits
    assert not BoundaryView.fits(SimpleNamespace(subject=problem_of(new_experiment("sphere", ["sgd"]).problem).subject))


def learner_of(data):
    return problem_of(new_network(data, [new_run("sgd")]).problem).subject


def test_what_is_wrong_is_what_the_snapshot_says(see):
    seen = see(BoundaryView, "spiral")
    snapshot = seen.advance(5)
    train = snapshot.learner.data.train
    wrong = int(snapshot.predicted.wrong[:train].sum()), int(snapshot.predicted.wrong[train:].sum())
    assert sum(wrong) > 20
    texts = seen.view.scores.texts
    assert f"{wrong[0]} of {train} wrong" in texts[0] and f"{100 * snapshot.predicted.scores[0]:.1f} %" in texts[0]
    assert f"{wrong[1]} of {snapshot.learner.data.validation} wrong" in texts[1]
    confusions = [snapshot.predicted.confusion(validation) for validation in (False, True)]
    assert wrong == tuple(int(counts.sum() - np.trace(counts)) for counts in confusions)


def test_rings_stand_around_what_is_wrong_and_nowhere_else(see):
    seen = see(BoundaryView, table([(-2, 0), (2, 0), (0, 2), (0, -2)], [0, 1, 0, 1]), share=1.0, size=(600, 600))
    chart = seen.view.chart
    danger = seen.view.theme.danger

    def ringed(place):
        image, middle = seen.image(), chart.view.point(*seen.view.spots[place]).toPoint()
        near = [image.pixelColor(middle + QPoint(x, y)) for x in range(-9, 10) for y in range(-9, 10)]
        return any(abs(c.red() - danger.red()) + abs(c.green() - danger.green()) + abs(c.blue() - danger.blue()) < 40
                   for c in near)  # fmt: skip

    found = set()
    for seed in range(6):
        seen.show_theta(np.random.default_rng(seed).normal(size=seen.snapshot.theta.shape))
        wrong = seen.snapshot.predicted.wrong.tolist()
        assert [ringed(place) for place in range(4)] == wrong
        found.update(wrong)
    assert found == {True, False}


def test_the_field_agrees_with_the_networks_own_answer(see):
    seen = see(BoundaryView, "circle")
    seen.advance(200)
    view, data = seen.view, seen.snapshot.learner.data
    agreed = 0
    for place in range(0, len(data.raw), 7):
        lines = [text for text, _ in view.read(view.chart.view.point(*data.raw[place]))]
        told = data.classes[int(seen.snapshot.predicted.predictions[place])]
        agreed += lines[1].startswith(f"{told} ")
    assert agreed >= 0.97 * len(range(0, len(data.raw), 7))


def test_pointing_reads_the_place_the_answer_and_the_example(see):
    seen = see(BoundaryView, blobs())
    seen.advance(300)
    view, data = seen.view, seen.snapshot.learner.data
    place = data.train + 1
    lines = [text for text, _ in view.read(view.chart.view.point(*data.raw[place]))]
    assert lines[0].startswith("x ") and "   y " in lines[0]
    assert len([line for line in lines if "%" in line]) == 3
    told = data.classes[int(seen.snapshot.predicted.predictions[place])]
    assert f"validation example: {data.classes[int(data.targets[place])]}" in lines
    assert any(line.startswith(f"predicted: {told}") for line in lines)
    assert not any("example" in text for text, _ in view.read(view.chart.view.point(5.9, 5.9)))


@pytest.mark.parametrize("data", ["circle", "reg_gauss"])
def test_answers_that_are_not_finite_are_words_instead_of_a_picture(see, data):
    seen = see(BoundaryView, data)
    good = seen.image()
    seen.show_theta(np.full_like(seen.snapshot.theta, np.nan))
    assert NOT_FINITE in seen.view.describe()
    shown = seen.image()
    assert shown != good
    seen.advance(1)
    assert NOT_FINITE not in seen.view.describe()


def test_a_picture_that_is_half_finite_is_painted(see):
    seen = see(BoundaryView, "reg_plane")
    field = seen.snapshot.field.copy()
    field[:, : field.shape[1] // 2] = np.nan
    seen.view.show_snapshot(answering(seen.snapshot, field=field))
    image, view = seen.image(), seen.view.chart.view
    assert seen.view.finite()
    left = image.pixelColor(view.point(-5.97, 5.97).toPoint())
    assert left == seen.view.theme.neutral


def test_it_says_what_is_to_be_seen(see):
    seen = see(BoundaryView, "circle")
    seen.advance(10)
    words = seen.view.describe()
    assert words.startswith("Boundary at update 10:") and "Training:" in words and "Validation:" in words
    assert "x from" in words and "y from" in words


def test_two_classes_have_a_scale_and_several_have_names(see):
    key = see(BoundaryView, "circle").view.key
    assert key.names == ("-1: 100 %", "50 : 50", "+1: 100 %") and not key.colours, "no number looks like a value"
    key = see(BoundaryView, blobs(5)).view.key
    assert key.names == tuple("ABCDE") and len(key.colours) == 5


def test_both_themes_are_painted(see):
    seen = see(BoundaryView, "circle")
    dark = seen.whole()
    seen.view.set_theme(LIGHT)
    light = seen.whole()
    assert dark.pixelColor(2, 2) != light.pixelColor(2, 2)
    assert light.pixelColor(2, 2) == LIGHT.panel
    assert len(colours_in(dark)) > 50 and len(colours_in(light)) > 50
    dots = seen.view.scores.grab()
    seen.view.set_theme(DARK)
    seen.view.set_theme(LIGHT)
    seen.view.show_snapshot(seen.view.snapshot)  # what comes next changes no colour any more
    assert seen.view.scores.grab().toImage() == dots.toImage()


# What is asked for


def test_snapshots_are_asked_for_where_the_view_is(see, qtbot):
    seen = see(BoundaryView, "circle")
    first = field_of(seen.view)
    assert first.region == seen.view.chart.view.region and first.columns > 60 and first.rows > 60
    with qtbot.waitSignal(seen.view.wanted_changed):
        seen.view.chart.zoom(2.0)
    second = field_of(seen.view)
    assert second.region[1] - second.region[0] == pytest.approx((first.region[1] - first.region[0]) / 2)
    assert second.columns == pytest.approx(first.columns, abs=8) and second.rows == first.rows


def test_large_networks_are_asked_more_coarsely(see):
    small, large = (field_of(see(BoundaryView, "circle", hidden=hidden).view) for hidden in ((4,), (256, 256)))
    assert large.columns * large.rows < 0.5 * small.columns * small.rows
    assert large.columns >= 24


# Moving


def test_generated_data_are_shown_as_the_data_set_asks_and_others_with_a_margin(see):
    assert see(BoundaryView, "circle").view.chart.view.region == (-6.0, 6.0, -6.0, 6.0)
    seen = see(BoundaryView, table([(0, 0), (1, 2000)], [0, 1]))
    assert seen.view.chart.view.region == pytest.approx((-0.08, 1.08, -160, 2160))
    assert seen.view.chart.names == ("length", "width")


@pytest.mark.parametrize("size", [(560, 330), (900, 700), (280, 420), (1200, 300)])
def test_the_plot_is_square_and_its_units_are_as_long_at_every_size(see, size):
    seen = see(BoundaryView, "circle", size=size)
    chart, plot = seen.view.chart, seen.view.chart.plot_rect()
    assert abs(plot.width() - plot.height()) <= 1 and plot.width() > 100
    assert chart.view.x_scale == pytest.approx(-chart.view.y_scale, rel=0.02)
    assert chart.rect().contains(plot) and chart.rect().contains(seen.view.key.geometry())
    assert seen.view.key.geometry().left() > plot.right()
    seen.view.square.click()
    wide = chart.plot_rect()
    assert wide.width() * wide.height() > plot.width() * plot.height()
    assert chart.view.region == (-6.0, 6.0, -6.0, 6.0)


def test_inputs_of_very_different_scales_have_a_square_plot_and_scales_of_their_own(see):
    chart = see(BoundaryView, table([(0, 0), (1, 2000)], [0, 1])).view.chart
    plot = chart.plot_rect()
    assert abs(plot.width() - plot.height()) <= 1
    assert chart.view.region == pytest.approx((-0.08, 1.08, -160, 2160))


def test_the_wheel_zooms_about_the_pointer_and_over_an_axis_that_axis(see):
    seen = see(BoundaryView, "circle")
    chart, mouse = seen.view.chart, seen.mouse
    at = mouse.pixel(2.0, 1.0)
    mouse.wheel(at, 2)
    x0, x1, y0, y1 = chart.view.region
    assert x1 - x0 == pytest.approx(12 / 1.25**2) == y1 - y0
    assert (mouse.pixel(2.0, 1.0) - at).manhattanLength() <= 1
    seen.view.square.click()
    before = chart.view.region
    mouse.wheel(mouse.below_plot())
    assert chart.view.region[2:] == before[2:]
    assert np.ptp(chart.view.region[:2]) == pytest.approx(np.ptp(before[:2]) / 1.25)
    before = chart.view.region
    mouse.wheel(mouse.beside_plot(), -1)
    assert chart.view.region[:2] == before[:2]
    assert np.ptp(chart.view.region[2:]) == pytest.approx(np.ptp(before[2:]) * 1.25)


@pytest.mark.parametrize("button", [LEFT, MIDDLE])
def test_a_drag_moves_the_plane_and_two_clicks_show_it_all(see, button):
    seen = see(BoundaryView, "circle")
    chart, home = seen.view.chart, seen.view.chart.view.region
    at = seen.mouse.pixel(2.0, 1.0)
    seen.mouse.drag((2.0, 1.0), (0.0, 0.0), button=button)
    x0, x1, y0, _y1 = chart.view.region
    assert (x0, y0) == pytest.approx((home[0] + 2.0, home[2] + 1.0), abs=0.2)
    assert x1 - x0 == pytest.approx(12.0) and chart.is_zoomed
    assert seen.edits == []
    seen.mouse.double_click(1.0, 1.0)
    assert chart.view.region == pytest.approx(home) and not chart.is_zoomed
    assert seen.mouse.pixel(2.0, 1.0) == at


def test_a_box_is_zoomed_into_where_the_mouse_draws_one(see):
    seen = see(BoundaryView, "circle")
    chart = seen.view.chart
    chart.box.set_mouse("box")
    seen.mouse.drag((-2.0, -1.0), (2.0, 3.0))
    assert chart.view.region == pytest.approx((-2.0, 2.0, -1.0, 3.0), abs=0.1)
    assert seen.edits == []


def test_the_right_button_opens_the_menu_of_stage_and_plot(see, qtbot):
    seen = see(BoundaryView, "circle")
    stage = NetworkStage(DARK)
    qtbot.addWidget(stage)
    with qtbot.waitSignal(seen.view.menu_wanted) as told:
        seen.mouse.click(1.0, 1.0, RIGHT)
    assert told.args[1] is seen.view.chart
    menu = stage.menu(seen.view.chart)
    entries = {action.text(): action for action in menu.actions()}
    assert {"View all", "Mouse", "Reset view", "Hide the diagram", "Copy image", "Export…"} <= entries.keys()
    assert not entries["View all"].isEnabled()
    seen.view.chart.zoom(2.0)
    entries = {action.text(): action for action in stage.menu(seen.view.chart).actions()}
    entries["View all"].trigger()
    assert not seen.view.chart.is_zoomed


def test_the_keyboard_magnifies_and_shows_everything_again(see, qtbot):
    chart = see(BoundaryView, "circle").view.chart
    home = chart.view.region
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Minus):
        qtbot.keyClick(chart, key)
    assert chart.view.region[1] == pytest.approx(home[1] / 1.4)
    qtbot.keyClick(chart, Qt.Key.Key_0)
    assert chart.view.region == pytest.approx(home)


def test_where_a_person_looks_is_kept_in_files_and_nonsense_is_passed_over(see):
    seen = see(BoundaryView, "circle")
    assert seen.view.view() == {"network_decision_equal": True}
    seen.view.square.click()
    seen.view.chart.look_at((-1.0, 2.0, 0.0, 3.0))
    kept = seen.view.view()
    other = see(BoundaryView, "circle")
    other.view.apply_view(kept)
    assert other.view.chart.view.region == (-1.0, 2.0, 0.0, 3.0)
    for nonsense in ([1, 2, 3], "all", [2.0, 1.0, 0.0, 1.0], [0.0, float("nan"), 0.0, 1.0], None):
        other.view.apply_view({"network_decision_region": nonsense, "network_decision_equal": "yes"})
        assert other.view.chart.region is None


def test_a_region_of_a_file_waits_for_its_examples(see, qtbot):
    view = BoundaryView(DARK)
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.apply_view({"network_decision_region": [0.0, 4.0, 0.0, 3.0], "network_decision_equal": False})
    view.refresh(see(BoundaryView, "circle").picture)
    assert view.chart.view.region == (0.0, 4.0, 0.0, 3.0)


def test_other_examples_of_the_same_kind_are_seen_from_where_one_is(see):
    seen = see(BoundaryView, "circle")
    seen.view.chart.look_at((0.0, 3.0, 0.0, 2.0))
    looked = seen.view.chart.view.region
    seen.change(data_noise=30.0)
    assert seen.view.chart.view.region == looked
    seen.change(data="moons")
    assert seen.view.chart.region is None and seen.view.chart.view.region != looked


def test_the_place_stays_while_examples_are_drawn(see):
    seen = see(BoundaryView, "circle")
    home = seen.view.chart.view.region
    seen.change(data_add=(1.0, 1.0, 0.0))
    assert seen.view.chart.view.region == home


# Drawing


def test_without_a_brush_nothing_is_drawn(see):
    seen = see(BoundaryView, "circle")
    seen.mouse.click(1.0, 1.0)
    seen.mouse.click(1.0, 1.0, keys=CONTROL)
    assert seen.edits == []


def test_the_buttons_choose_what_is_drawn(see):
    seen = see(BoundaryView, blobs())
    bar, brush = seen.view.bar, seen.view.brush
    for place, pen in enumerate(bar.pens):
        pen.click()
        assert (brush.tool, brush.place) == (ADD, place)
        seen.mouse.click(1.0, 2.0)
    assert [point[2] for point in seen.added] == [0.0, 1.0, 2.0]
    assert seen.added[0][:2] == pytest.approx((1.0, 2.0), abs=0.02)
    bar.eraser.click()
    assert brush.tool == ERASE
    bar.hand.click()
    assert not brush.on


def test_many_classes_share_a_list(see):
    seen = see(BoundaryView, blobs(10))
    bar = seen.view.bar
    assert bar.classes.count() == 10 and bar.classes.isVisibleTo(bar) and len(bar.pens) == 1
    bar.classes.setCurrentIndex(7)
    seen.mouse.click(1.0, 1.0)
    bar.pens[0].click()
    seen.mouse.click(1.0, 1.0, keys=SHIFT)
    assert [point[2] for point in seen.added] == [7.0, 8.0]
    assert bar.classes.currentText() == "H"


def test_the_list_has_room_for_the_names_of_its_classes(see):
    classes = see(BoundaryView, "vowels").view.bar.classes
    longest = max((classes.itemText(place) for place in range(classes.count())), key=len)
    assert classes.count() == 10 and longest == "hawed"
    assert classes.minimumContentsLength() >= len(longest)


def test_of_a_regression_the_value_is_chosen_beside_the_button(see):
    seen = see(BoundaryView, "reg_plane")
    bar = seen.view.bar
    assert bar.value.isVisibleTo(bar) and len(bar.pens) == 1
    bar.pens[0].click()
    bar.value.setValue(0.5)
    seen.mouse.click(1.0, 1.0)
    seen.mouse.click(1.0, 1.0, keys=SHIFT)
    assert [point[2] for point in seen.added] == [0.5, -0.5]
    seen.change(data_add=seen.added[0])
    assert bar.value.value() == 0.5


def test_going_from_classes_to_values_and_back(see):
    seen = see(BoundaryView, "circle")
    bar = seen.view.bar
    for data, classes in (("reg_gauss", 0), ("blobs", 3), ("reg_plane", 0), ("circle", 2)):
        bar.pens[0].click()
        seen.change(data=data)
        seen.image()
        assert len(bar.pens) == max(classes, 1) and bar.value.isVisibleTo(bar) == (classes == 0)
        assert not seen.view.brush.on


def test_the_right_button_erases_and_the_menu_stays_away(see, qtbot):
    seen = see(BoundaryView, "circle")
    seen.view.bar.pens[1].click()
    x, y = seen.view.spots[3]
    with qtbot.assertNotEmitted(seen.view.menu_wanted, wait=50):
        seen.mouse.click(x, y, RIGHT)
    (edit,) = seen.edits
    cx, cy, radius = edit["data.erase"]
    assert (cx - x) ** 2 + (cy - y) ** 2 <= radius**2
    assert len(seen.settled) == 1
    before = len(seen.snapshot.learner.data.targets)
    away = np.hypot(*(seen.view.spots - (cx, cy)).T)
    seen.session.problem_changed(edit)
    assert len(seen.refresh().learner.data.targets) == before - int((away <= radius).sum()) < before


def test_a_stroke_is_one_gesture(see):
    seen = see(BoundaryView, "circle")
    seen.view.bar.pens[1].click()
    home = seen.view.chart.view.region
    seen.mouse.drag((-3.0, 0.0), (-1.0, 0.5), (2.0, 1.0))
    assert len(seen.added) > 5 and len(seen.settled) == 1
    assert seen.view.chart.view.region == home
    assert all(point[2] == 1.0 for point in seen.added)


def test_the_brush_acts_when_it_is_pressed_and_at_every_press(see):
    seen = see(BoundaryView, "circle")
    seen.view.bar.pens[0].click()
    at = seen.mouse.pixel(1.0, 1.0)
    seen.mouse.send(MOVE, at)
    seen.mouse.send(PRESS, at, LEFT, LEFT)
    assert len(seen.added) == 1 and seen.settled == []
    seen.mouse.send(RELEASE, at, LEFT)
    assert seen.settled == [1]
    seen.mouse.double_click(2.0, 2.0)
    assert len(seen.added) == 3 and not seen.view.chart.is_zoomed


def test_a_drag_with_the_right_button_erases_along_its_way(see):
    seen = see(BoundaryView, table([(-2, 0), (0, 0), (2, 0), (0, 3), (1, 3)], [0, 1, 0, 1, 0]), share=1.0)
    seen.view.bar.pens[0].click()
    seen.mouse.drag((-2.0, 0.0), (2.0, 0.0), button=RIGHT)
    assert len(seen.settled) == 1 and not seen.added
    for edit in seen.edits:
        seen.session.problem_changed(edit)
    seen.refresh()
    assert sorted(seen.view.spots.tolist()) == [[0.0, 3.0], [1.0, 3.0]]


def test_ctrl_and_the_wheel_widen_the_brush_and_the_wheel_alone_still_zooms(see):
    seen = see(BoundaryView, "circle")
    seen.view.bar.eraser.click()
    at, radius = seen.mouse.pixel(0.0, 0.0), seen.view.brush.radius
    seen.mouse.wheel(at, 1, CONTROL)
    assert seen.view.brush.radius > radius and not seen.view.chart.is_zoomed
    seen.mouse.wheel(at, 1)
    assert seen.view.chart.is_zoomed


def test_the_middle_button_moves_the_plane_under_the_brush(see):
    seen = see(BoundaryView, "circle")
    seen.view.bar.pens[0].click()
    seen.mouse.drag((0.0, 0.0), (2.0, 0.0), button=MIDDLE)
    assert seen.view.chart.view.x0 == pytest.approx(-8.0, abs=0.1) and seen.edits == []


def test_the_keyboard_seeks_places_and_erases(see, qtbot):
    seen = see(BoundaryView, "circle", size=(500, 500))
    chart = seen.view.chart
    seen.view.bar.pens[0].click()
    for _ in range(4):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.keyClick(chart, Qt.Key.Key_Up, SHIFT)
    x0, x1, y0, y1 = chart.view.region
    assert chart.held == pytest.approx(((x0 + x1) / 2 + 0.04 * (x1 - x0), (y0 + y1) / 2 + 0.001 * (y1 - y0)))
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    qtbot.keyClick(chart, Qt.Key.Key_Return, SHIFT)
    assert [point[2] for point in seen.added] == [0.0, 1.0]
    assert seen.added[0][:2] == pytest.approx(chart.held, abs=1e-5)
    seen.view.brush.spots = seen.view.brush.examples = np.array([chart.held])
    qtbot.keyClick(chart, Qt.Key.Key_Delete)
    assert "data.erase" in seen.edits[-1] and len(seen.settled) == 3
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert not seen.view.brush.on and chart.held is None


# In the window


@pytest.fixture
def window(used_window):
    run = new_run("adam", learning_rate=0.03, batch=10)
    return used_window(new_network("circle", [run], hidden=(4,)))


def view_in(window):
    view = window.bench.stages["network"].views["decision"]
    window.until(lambda: view.snapshot is not None and view.snapshot.learner is window.picture.subject)
    return view


def send(window, view, x, y, button=LEFT):
    Mouse(view.chart).click(x, y, button)


def test_points_drawn_with_the_mouse_reach_the_running_race_as_tweaks_and_are_undone(window):
    view = view_in(window)
    count = len(window.picture.subject.data.targets)
    window.advance(20)
    view.bar.pens[1].click()
    send(window, view, 1.0, -2.0)
    window.settle()
    window.until(lambda: len(window.picture.subject.data.targets) == count + 1)
    data = window.picture.subject.data
    (place,) = np.flatnonzero(np.hypot(*(data.raw - (1.0, -2.0)).T) < 0.03)
    assert data.targets[place] == 1.0
    (run,) = window.picture.runs
    assert [tweak.setting.path for tweak in run.tweaks] == ["data.add"] and run.tweaks[0].update == 20
    assert run.update == 20
    window.bench.document.undo()
    window.settle()
    assert len(window.picture.subject.data.targets) == count and not window.run("adam").tweaks
    window.bench.document.redo()
    window.settle()
    assert len(window.picture.subject.data.targets) == count + 1


def test_a_stroke_is_undone_as_a_whole_and_the_views_follow(window):
    view = view_in(window)
    count = len(window.picture.subject.data.targets)
    window.advance(5)
    view.bar.pens[0].click()
    Mouse(view.chart).drag((-2.0, 0.0), (2.0, 0.0))
    window.settle()
    drawn = len(window.picture.subject.data.targets) - count
    assert drawn >= 3
    window.until(lambda: view.snapshot.learner is window.picture.subject)
    assert len(view.spots) == count + drawn
    window.bench.document.undo()
    window.settle()
    assert len(window.picture.subject.data.targets) == count
    window.until(lambda: len(view.spots) == count)


def test_erasing_before_the_start_makes_a_table_of_the_data(window):
    view = view_in(window)
    x, y = view.spots[0]
    view.bar.eraser.click()
    send(window, view, x, y)
    window.settle()
    task = window.picture.task
    assert isinstance(task.data, Table) and task.data.drawn and len(task.data.targets) < 500
    assert window.update == 0 and not window.run("adam").tweaks
    send(window, view, x, y, RIGHT)
    window.settle()
    window.bench.document.undo()
    window.settle()
    assert window.picture.task.data.kind == "circle"


def test_a_running_race_is_shown_as_it_goes_on(window):
    view = view_in(window)
    window.play(40)
    window.until(lambda: view.snapshot.update >= 40)
    window.pause()
    window.until(lambda: view.snapshot.update == window.update)
    assert field_of(view).region == view.snapshot.asked_field.region
    assert np.array_equal(view.snapshot.theta, window.run("adam").shown.theta)


def test_a_snapshot_that_comes_before_its_picture_is_shown_with_it(see, qtbot):
    seen = see(BoundaryView, "circle")
    stage = NetworkStage(DARK)
    qtbot.addWidget(stage)
    stage.refresh(seen.picture)
    stage.choose("decision")
    seen.change(data_noise=20.0)
    stage.show_snapshot(seen.snapshot)
    assert stage.views["decision"].snapshot is None
    stage.refresh(seen.picture)
    assert stage.views["decision"].snapshot is seen.snapshot
