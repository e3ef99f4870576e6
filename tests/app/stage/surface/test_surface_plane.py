"""The surface from above under a real mouse: clicks, drags, wheel, box, menu, hover; and under the keyboard."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QKeyEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from app.look.theme import DARK, LIGHT
from app.stage.landscape import Landscape
from app.stage.markers import draw_stationary
from app.stage.surface import surface_text as words
from engine import SURFACES

RIGHT, MIDDLE = Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
HOME = (-2.0, 2.0, -1.0, 3.0)


def test_a_click_places_the_start(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([])))
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.click((0.5, 0.5))
    assert placed.args == pytest.approx([0.5, 0.5], abs=0.02)
    assert plane.start == pytest.approx((0.5, 0.5), abs=0.02)


def moved(make):
    return make.picture(make.run([]), start=(-1.5, 2.0), update=5)


def test_once_the_race_has_moved_a_click_changes_nothing_and_a_double_click_begins_again(plane, make, mouse, qtbot):
    plane.refresh(moved(make))
    with qtbot.assertNotEmitted(plane.start_placed, wait=100 + QApplication.styleHints().mouseDoubleClickInterval()):
        mouse.click((0.5, 0.5))
        mouse.click((-1.5, 2.0))  # the ring itself
    assert plane.start == (-1.5, 2.0)
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.double_click((0.5, 0.5))
    assert placed.args == pytest.approx([0.5, 0.5], abs=0.02)


def test_once_the_race_has_moved_the_ring_can_be_dragged(plane, make, mouse, qtbot):
    plane.refresh(moved(make))
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.drag((-1.5, 2.0), QPoint(60, 0))
    assert placed.args[0] > -1.4 and placed.args[1] == pytest.approx(2.0, abs=0.02)


def test_what_a_hand_places_has_no_more_digits_than_a_pixel_tells_apart(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([])))
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.click((0.513, 0.517))
    assert all(value == round(value, 3) for value in placed.args)
    told = []
    plane.start_dragged.connect(lambda *at: told.append(at))
    mouse.drag(tuple(placed.args), QPoint(33, 17))
    assert told and all(value == round(value, 3) for at in told for value in at)


def test_a_click_that_trembles_or_lasts_is_a_click(plane, make, mouse, qtbot, monkeypatch):
    plane.refresh(make.picture(make.run([])))
    home = plane.view.region
    at = mouse.pixel((0.5, 0.5))
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.press(at)
        # Pyqtgraph takes it for a drag after half a second, unless it is told not to.
        clock = sys.modules["pyqtgraph.GraphicsScene.GraphicsScene"]
        monkeypatch.setattr(clock, "perf_counter", lambda: time.perf_counter() + 3.0)
        mouse.move(at + QPoint(2, 1), at + QPoint(1, -1))
        mouse.release(at + QPoint(1, -1))
    assert placed.args == pytest.approx([0.5, 0.5], abs=0.02)
    assert plane.view.region == home


def test_a_click_beside_the_plot_places_nothing(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([])))
    with qtbot.assertNotEmitted(plane.start_placed):
        mouse.click(QPoint(2, plane.height() - 2))
        mouse.click(QPoint(plane.width() // 2, plane.height() - 4))


def test_dragging_the_start_tells_where_it_is_and_where_it_is_put_down(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([]), start=(-1.5, 2.0)))
    home = plane.view.region
    told: list[tuple[float, float]] = []
    plane.start_dragged.connect(lambda x, y: told.append((x, y)))
    mouse.press((-1.5, 2.0))
    mouse.move((-1.0, 1.0), (-0.5, 1.0), (0.0, 1.0))
    plane.refresh(make.picture(make.run([]), start=(-0.5, 1.0)))
    assert plane.start == told[-1], "a picture does not take it out of the hand"
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.release((0.0, 1.0))
    assert told[0] == pytest.approx((-1.0, 1.0), abs=0.02) and told[-1] == pytest.approx((0.0, 1.0), abs=0.02)
    assert tuple(placed.args) == told[-1] == plane.start
    assert plane.view.region == home, "the surface stays where it is"


def test_the_start_stays_inside_of_the_plot(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([]), start=(1.5, 2.5)))
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.drag((1.5, 2.5), QPoint(400, -300))
    assert placed.args == pytest.approx([2.0, 3.0])


def test_a_click_on_the_start_starts_there_again(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.click((1.02, 0.99))
    assert placed.args == [1.0, 1.0]


def test_a_placed_start_stays_until_the_experiment_has_it_and_falls_back_if_it_never_does(plane, make, mouse):
    refused = make.picture(make.run([]), start=(-1.5, 2.0))
    plane.refresh(refused)
    mouse.click((1.0, 1.0))
    plane.refresh(refused)
    assert plane.start == pytest.approx((1.0, 1.0), abs=0.02)
    plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))
    assert plane.start == (1.0, 1.0)
    mouse.click((0.0, 0.0))
    for _ in range(40):
        plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))
    assert plane.start == (1.0, 1.0)


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, MIDDLE])
def test_dragging_the_ground_pans_and_places_nothing(plane, make, mouse, qtbot, button):
    plane.refresh(make.picture(make.run([])))
    before = plane.view
    with qtbot.assertNotEmitted(plane.start_placed):
        mouse.drag((0.0, 0.0), QPoint(60, 0), button)
    assert before.x0 - plane.view.x0 == pytest.approx(60 / before.x_scale, rel=0.01)
    assert plane.view.y0 == pytest.approx(before.y0)


def test_the_left_button_can_draw_a_box_to_zoom_into(stage, plane, make, mouse):
    plane.refresh(make.picture(make.run([])))
    (choices,) = stage.menu().findChildren(QMenu)
    assert choices.title() == "Mouse"
    next(action for action in choices.actions() if "box" in action.text()).trigger()
    corner, other = mouse.pixel((-1.0, 1.5)), mouse.pixel((1.0, 0.5))
    mouse.drag(corner, other - corner)
    assert plane.view.region == pytest.approx((-1.0, 1.0, 0.5, 1.5), abs=0.02)
    before = plane.view
    mouse.drag((0.0, 1.0), QPoint(60, 0), MIDDLE)
    assert before.x0 - plane.view.x0 == pytest.approx(60 / before.x_scale, rel=0.02), "the middle one still pans"


@pytest.mark.parametrize("start", [(-1.5, 2.0), (1.0, 2.0)])
def test_the_wheel_zooms_about_the_pointer_and_over_the_start_too(plane, make, mouse, start):
    plane.refresh(make.picture(make.run([]), start=start))
    before = plane.view
    at = before.point(1.0, 2.0)
    mouse.wheel((1.0, 2.0), 2)
    assert plane.view.x1 - plane.view.x0 == pytest.approx((before.x1 - before.x0) / 1.25**2)
    assert plane.view.at(at) == pytest.approx((1.0, 2.0), abs=0.02)


def test_over_an_axis_the_wheel_zooms_that_axis_unless_scales_are_equal(stage, plane, mouse):
    below = QPoint(plane.width() // 2, plane.height() - 8)
    left = QPoint(10, plane.height() // 2)
    mouse.wheel(below, 1)
    assert plane.view.x1 - plane.view.x0 == pytest.approx(4 / 1.25) and plane.view.region[2:] == (-1.0, 3.0)
    plane.show_all()
    mouse.wheel(left, 1)
    assert plane.view.y1 - plane.view.y0 == pytest.approx(4 / 1.25) and plane.view.region[:2] == (-2.0, 2.0)
    plane.show_all()
    stage.toolbar.equal.click()
    before = plane.view
    mouse.wheel(below, 1)
    assert plane.view.x_scale == pytest.approx(1.25 * before.x_scale)
    assert plane.view.y_scale == pytest.approx(1.25 * before.y_scale)


def test_a_double_click_shows_everything_and_does_not_restart_the_runs(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([]), start=(-1.5, 2.0)))
    mouse.wheel((0.0, 1.0), 3)
    with qtbot.assertNotEmitted(plane.start_placed, wait=100 + QApplication.styleHints().mouseDoubleClickInterval()):
        mouse.double_click((0.5, 1.0))
    assert plane.view.region == pytest.approx(HOME) and plane.start == (-1.5, 2.0)


def test_a_click_while_zoomed_places_the_start_once_it_is_known_to_be_no_double_click(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([]), start=(-1.5, 2.0)))
    mouse.wheel((0.0, 1.0), 3)
    with qtbot.waitSignal(plane.start_placed) as placed:
        mouse.click((0.2, 1.1))
        assert plane.start == pytest.approx((0.2, 1.1), abs=0.02), "it stands there at once"
    assert tuple(placed.args) == plane.start


def test_keys_zoom_and_reset(plane, make):
    plane.refresh(make.picture(make.run([])))
    QTest.keyClick(plane, Qt.Key.Key_Plus)
    assert plane.view.x1 - plane.view.x0 < 4
    QTest.keyClick(plane, Qt.Key.Key_Minus)
    assert plane.view.region == pytest.approx(HOME)
    QTest.keyClick(plane, Qt.Key.Key_Minus)
    QTest.keyClick(plane, Qt.Key.Key_0)
    assert plane.view.region == pytest.approx(HOME)


@pytest.mark.parametrize("equal", [False, True])
def test_zooming_ends_before_the_numbers_do(stage, plane, make, equal):
    stage.toolbar.equal.setChecked(equal)
    stage.set_selected("a")
    plane.refresh(make.picture(make.run(make.spiral(), theta=(0.2, 1.3)), start=(0.3, 1.2)))
    for turn in range(400):
        plane.zoom(1.4, plane.view.plot.center() + QPointF(3.0, 2.0))
        if not turn % 20:
            plane.grab()
    view = plane.view
    assert 0.9e-11 <= view.x1 - view.x0 < 1e-9 and 0.9e-11 <= view.y1 - view.y0 < 1e-9
    for turn in range(800):
        plane.zoom(1 / 1.4)
        if not turn % 20:
            plane.grab()
    view = plane.view
    assert 1e11 < view.x1 - view.x0 <= 1.1e13 and 1e11 < view.y1 - view.y0 <= 1.1e13
    plane.show_all()
    view = plane.view
    if equal:
        assert view.x_scale == pytest.approx(-view.y_scale)
        assert view.x0 <= HOME[0] < HOME[1] <= view.x1 and view.y0 <= HOME[2] < HOME[3] <= view.y1
    else:
        assert view.region == pytest.approx(HOME)


@pytest.mark.parametrize(
    ("key", "modifier", "by"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, (0.04, 0.0)),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier, (0.0, -0.04)),
        (
            Qt.Key.Key_Up,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            (0.0, 0.004),
        ),
    ],
)
def test_control_and_arrows_nudge_the_start(plane, make, qtbot, key, modifier, by):
    plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))
    with qtbot.waitSignal(plane.start_placed) as placed:
        QTest.keyClick(plane, key, modifier)
    assert placed.args == pytest.approx([1.0 + by[0], 1.0 + by[1]])


def test_plain_arrows_belong_to_the_start_only_while_it_has_the_focus(plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))

    def claimed() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(plane, event)
        return event.isAccepted()

    assert not claimed()
    mouse.click((1.0, 1.0))
    assert claimed()
    with qtbot.waitSignal(plane.start_placed):
        QTest.keyClick(plane, Qt.Key.Key_Left)
    QTest.keyClick(plane, Qt.Key.Key_Escape)
    assert not claimed()
    mouse.click((1.0, 1.0))
    mouse.drag((0.0, 0.0), QPoint(30, 0))
    assert not claimed()


def test_hover_reads_the_value_and_links_the_nearest_update(plane, make, mouse, qtbot):
    path = np.column_stack((np.linspace(-1.0, 1.0, 21), np.full(21, 1.5)))
    plane.refresh(make.picture(make.run(path)))
    with qtbot.waitSignal(plane.cursor_moved) as told:
        mouse.move((0.5, 1.5))
    assert told.args == [15]
    texts = [text for text, _ in plane.reading]
    (_, x, _, y), (_, value) = texts[0].split(), texts[1].split()
    assert abs(float(x) - 0.5) < 0.01 and abs(float(y) - 1.5) < 0.01  # a pixel is .008 wide
    assert float(value) == pytest.approx(float(x) ** 2 + float(y) ** 2, abs=0.01) and "update 15" in texts[2]
    with_chip = plane.grab().toImage()
    with qtbot.waitSignal(plane.cursor_moved) as told:
        mouse.move((0.5, 0.0))
    assert told.args == [None] and len(plane.reading) == 2
    assert plane.grab().toImage() != with_chip
    mouse.move((-1.5, 2.0))
    assert plane.reading == [], "over the start its tooltip speaks"


def test_the_read_out_leaves_with_the_pointer_and_while_the_surface_is_moved(plane, make, mouse):
    plane.refresh(make.picture(make.run([])))
    mouse.move((0.5, 1.5))
    assert plane.reading
    QApplication.sendEvent(plane, QEvent(QEvent.Type.Leave))
    assert plane.reading == []
    mouse.move((0.5, 1.5))
    mouse.press((0.5, 1.5))
    mouse.move((0.6, 1.5), (0.7, 1.5))
    assert plane.reading == []
    mouse.release((0.7, 1.5))
    assert plane.reading


def test_the_read_out_asks_the_window_where_it_can(plane, mouse):
    plane.value_at = lambda x, y: 42.0
    mouse.move((0.5, 0.5))
    assert plane.reading[1][0] == "f 42"
    plane.value_at = lambda x, y: math.nan
    assert "not finite" in plane.reading[1][0]


def test_a_cursor_from_elsewhere_marks_its_point_of_every_path(plane, make):
    """Of a path whose bins have merged, the early points too."""
    points = np.column_stack((np.linspace(-1.0, 1.0, 64), np.full(64, 1.5)))
    run = make.run(points[3::4], width=4)
    run.history = replace(run.history, early=np.vstack((np.arange(8.0), points[:8].T)))
    plane.refresh(make.picture(run))
    for update, x in ((2, points[2, 0]), (40, points[43, 0])):
        plane.set_cursor(None)
        without = plane.grab().toImage()
        plane.set_cursor(update)
        shown = plane.grab().toImage()
        at = plane.mapFromScene(plane.box.mapToScene(plane.view.point(x, 1.5)))
        assert shown.pixelColor(at) == QColor(255, 255, 255) != without.pixelColor(at)


def test_paths_are_lines_of_the_plot(plane, make):
    """Pyqtgraph's legend, its exporters and tests read them there."""
    points = make.spiral()
    hidden = make.run(points, id="b", visible=False)
    plane.refresh(make.picture(make.run(points, theta=(0.5, 0.25)), hidden))
    (line,) = plane.listDataItems()
    assert line.name() == "A" and line.opts["pen"].color() == DARK.run_colours[0]
    x, y = line.getData()
    assert (x[:-1] == points[:, 0]).all() and (y[:-1] == points[:, 1]).all() and (x[-1], y[-1]) == (0.5, 0.25)
    plane.refresh(make.picture(make.run(points[:7], colour=2), make.run(points[:5], id="b")))
    assert [line.name() for line in plane.listDataItems()] == ["A", "B"]
    assert [len(line.getData()[0]) for line in plane.listDataItems()] == [8, 6]
    plane.set_theme(LIGHT)
    plane.refresh(make.picture(make.run(points, colour=2)))
    (line,) = plane.listDataItems()
    assert line.opts["pen"].color() == LIGHT.run_colours[2]


def test_a_run_stands_at_its_average_and_its_optimizer_stays_in_sight(plane, make, mouse):
    places = {"average": (1.0, 0.5), "raw": (-0.5, 1.5)}
    empty = plane.grab().toImage()
    plane.refresh(make.picture(make.run([places["raw"]], average=places["average"], loss=0.25)))
    shown, disc = plane.grab().toImage(), DARK.run_colours[0]
    ground, ghost, solid = (
        image.pixelColor(mouse.pixel(places[name]))
        for image, name in ((empty, "raw"), (shown, "raw"), (shown, "average"))
    )
    assert solid == disc and ghost not in (disc, ground)


def test_a_frame_paints_the_heat_map_once(plane, make, monkeypatch):
    points, painted = make.spiral(), []
    draw = Landscape.draw
    monkeypatch.setattr(Landscape, "draw", lambda self, *of: (painted.append(1), draw(self, *of)))
    plane.zoom(1.1)
    for end in range(10, 200, 10):
        plane.refresh(make.picture(make.run(points[:end])))
        plane.grab()
    assert len(painted) == 1
    plane.zoom(1.1)
    plane.grab()
    assert len(painted) == 2


def test_showing_pictures_never_emits(stage, make, qtbot):
    signals = (stage.edited, stage.begun, stage.cursor_moved, stage.grid_wanted)
    told = []
    for signal in signals:
        signal.connect(lambda *arguments: told.append(arguments))
    stage.refresh(make.picture(make.run(make.spiral())))
    stage.set_terrain(make.terrain(serial=3))
    stage.set_cursor(5)
    stage.set_selected("a")
    stage.set_theme(LIGHT)
    stage.plane.repaint()
    assert not told


def test_values_are_asked_for_where_the_view_went_and_not_twice(stage, make, qtbot):
    with qtbot.waitSignal(stage.grid_wanted) as wanted:  # the first terrain is coarse
        pass
    asked = wanted.args
    with qtbot.assertNotEmitted(stage.grid_wanted, wait=200):
        stage.set_terrain(make.terrain(asked[:4], asked[4], asked[5], serial=1))
    with qtbot.waitSignal(stage.grid_wanted) as wanted:
        stage.plane.zoom(0.5)
    x0, x1, y0, y1, nx, ny = wanted.args
    view = stage.plane.view
    assert x0 < view.x0 and x1 > view.x1 and y0 < view.y0 and y1 > view.y1
    assert 32 <= nx <= 480 and 32 <= ny <= 480


def test_an_older_ground_is_ignored_and_another_surface_is_shown_whole(stage, make):
    stage.set_terrain(make.terrain(serial=5))
    stage.plane.zoom(2.0)
    stage.set_terrain(make.terrain(serial=4, title="Late"))
    assert stage.plane.landscape.terrain.landmarks.title == "Bowl"
    zoomed = stage.plane.view.region
    stage.set_terrain(make.terrain(serial=6))
    assert stage.plane.view.region == zoomed
    stage.set_terrain(make.terrain(serial=7, title="Other"))
    assert stage.plane.view.region == pytest.approx((-2, 2, -1, 3))


def test_equal_scales(stage):
    stage.toolbar.equal.click()
    view = stage.plane.view
    assert view.x_scale == pytest.approx(-view.y_scale)
    assert view.x0 <= -2 and view.x1 >= 2 and view.y0 <= -1 and view.y1 >= 3
    region = view.region
    stage.resize(620, 540)
    stage.resize(600, 560)
    QApplication.processEvents()
    assert stage.plane.view.region == pytest.approx(region)


@pytest.mark.parametrize("log_levels", [True, False])
@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: np.full_like(x, np.nan),
        lambda x, y: np.full_like(x, 3.0),
        lambda x, y: np.where(x > 0, np.inf, x),
        lambda x, y: 1.0 / x,
        lambda x, y: np.exp(700 * np.abs(x)) * np.sign(x),
        lambda x, y: np.log(x),
    ],
)
def test_any_surface_can_be_shown(plane, make, function, log_levels):
    plane.set_terrain(make.terrain(function=function, log_levels=log_levels, lowest=None))
    assert plane.grab().size() == plane.size()


def test_a_surface_that_is_nowhere_finite_says_so(stage, make, monkeypatch):
    stage.set_terrain(make.terrain(function=lambda x, y: x * np.nan, lowest=None, serial=5))
    for widget, in_3d in ((stage.plane, False), (stage.surface_3d, True)):
        stage.toolbar.surface_3d.setChecked(in_3d)
        said = widget.grab().toImage()
        with monkeypatch.context() as silent:
            silent.setattr("app.stage.landscape.NOWHERE", "")
            stage.set_theme(DARK)
            assert widget.grab().toImage() != said


STILL = [[0, 0]] * 5000
HUGE = [[0, 0], [1e10, 1], [-1e200, 1e150], [1e308, -1e308], [0.5, 0.5]]


@pytest.mark.parametrize("status", ["running", "diverged", "finished"])
@pytest.mark.parametrize(
    "points",
    [
        [],
        [[0, 0]],
        [[np.nan, 0]],
        [[0, 0], [np.inf, 1], [1, 1]],
        [[0, 0], [1, np.nan]],
        HUGE,
        STILL,
    ],
)
def test_any_path_can_be_shown(stage, make, points, status):
    stage.set_selected("a")
    for button in stage.toolbar.arrows.values():
        button.setChecked(True)
    stage.refresh(make.picture(make.run(points, status=status)))
    stage.set_cursor(1)
    assert stage.grab().size() == stage.size()
    stage.toolbar.surface_3d.setChecked(True)
    assert stage.grab().size() == stage.size()


def test_arrows_appear_for_the_selected_run(stage, make):
    stage.refresh(make.picture(make.run([[1.0, 1.0]], theta=(0.5, 1.0))))
    stage.set_selected("a")
    plain = stage.plane.grab().toImage()
    for name in ("gradient", "momentum", "step"):
        stage.toolbar.arrows[name].setChecked(True)
        assert stage.plane.grab().toImage() != plain, name
        stage.toolbar.arrows[name].setChecked(False)
    assert stage.plane.grab().toImage() == plain


def test_the_toolbar_is_saved_and_restored(stage):
    chosen = {"stage_arrows": ["gradient", "step"], "stage_equal": True, "stage_relief": True}
    stage.apply_view(chosen)
    assert stage.view() == chosen and stage.surface_3d.isVisible()
    stage.apply_view({})
    assert stage.view() == chosen
    plain = {"stage_arrows": [], "stage_equal": False, "stage_relief": False}
    stage.apply_view(plain)
    assert stage.view() == plain and stage.plane.isVisible()


@pytest.mark.parametrize("value", [None, 1, "gradient", ["nothing", 3, None], {"gradient": 1}, math.nan, [[]]])
def test_a_senseless_view_is_passed_over(stage, value):
    stage.apply_view(dict.fromkeys(("stage_arrows", "stage_equal", "stage_relief"), value))
    assert stage.view() == {"stage_arrows": [], "stage_equal": False, "stage_relief": False}


def test_a_run_out_of_sight_is_pointed_at_from_the_border(stage, make):
    plane = stage.plane
    empty = make.picture(make.run([], visible=False))
    plane.refresh(empty)
    before = plane.grab().toImage()
    plane.refresh(make.picture(make.run([], theta=(1e6, 1.0))))
    after = plane.grab().toImage()
    right = plane.mapFromScene(plane.box.mapToScene(plane.view.point(2.0, 1.0))) - QPoint(11, 0)
    assert after.pixelColor(right) == DARK.run_colours[0]
    assert before.pixelColor(right) != DARK.run_colours[0]


def test_tooltips_say_what_is_under_the_pointer(plane, make, mouse):
    plane.refresh(make.picture(make.run([[1.5, 2.5]]), start=(-1.5, -0.5)))

    def tip(x: float, y: float) -> str:
        at = mouse.pixel((x, y))
        QApplication.sendEvent(plane.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, plane.mapToGlobal(at)))
        return QToolTip.text()

    assert "Global minimum (0, 0)" in tip(0.0, 0.0)
    assert "Saddle point" in tip(1.0, 1.0)
    assert "start" in tip(-1.5, -0.5)
    assert tip(1.5, 2.5).startswith("A, update 1")
    QToolTip.hideText()


def test_every_kind_of_stationary_point_has_its_word_and_its_glyph():
    kinds = {kind for surface in SURFACES.values() for kind, _, _ in surface.stationary}
    assert kinds == set(words.STATIONARY_KINDS)
    glyphs = set()
    for kind in kinds:
        image = QImage(24, 24, QImage.Format.Format_RGB32)
        image.fill(0)
        with QPainter(image) as painter:
            draw_stationary(painter, kind, QPointF(12, 12))
        glyphs.add(bytes(image.constBits()))
    assert len(glyphs) == len(kinds)


def test_it_says_in_words_what_it_shows(stage, make, qtbot):
    stage.refresh(make.picture(make.run([[1.0, 1.0]], id="adam")))
    qtbot.waitUntil(lambda: "Adam: running, update 1" in stage.accessibleDescription(), timeout=3000)
    assert stage.accessibleDescription().startswith("Bowl. x from −2 to 2")


def test_the_menu_shows_all_copies_and_exports(stage, qtbot):
    actions = {action.text(): action for action in stage.menu().actions() if action.text()}
    assert list(actions) == ["View all", "Mouse", "Show in 3-D", "Copy image", "Export…"]
    assert not actions["View all"].isEnabled()
    stage.plane.zoom(3.0)
    actions = {action.text(): action for action in stage.menu().actions() if action.text()}
    actions["View all"].trigger()
    assert stage.plane.view.region == pytest.approx(HOME)
    actions["Copy image"].trigger()
    assert QApplication.clipboard().image().width() == stage.plane.width()
    with qtbot.waitSignal(stage.export_wanted):
        actions["Export…"].trigger()
    actions["Show in 3-D"].trigger()
    texts = [action.text() for action in stage.menu().actions() if action.text()]
    assert texts == ["Reset view", "Show from above", "Copy image", "Export…"]


def test_the_right_button_opens_the_menu_and_moves_nothing(stage, plane, make, mouse, qtbot):
    plane.refresh(make.picture(make.run([])))
    with qtbot.assertNotEmitted(plane.start_placed):
        mouse.click((0.5, 0.5), RIGHT)
    (menu,) = stage.findChildren(QMenu, "stage_menu")
    assert menu.isVisible()
    menu.close()
    assert plane.view.region == HOME


def test_every_button_can_be_named(stage):
    for button in (
        *stage.toolbar.arrows.values(),
        stage.toolbar.equal,
        stage.toolbar.reset,
        stage.toolbar.surface_3d,
    ):
        assert button.objectName() and button.accessibleName() and button.toolTip()
    assert all("log-scaled" in button.toolTip() for button in stage.toolbar.arrows.values())
