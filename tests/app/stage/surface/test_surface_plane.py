"""The plane under real hands: clicks, drags, wheel, keys, hover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from app.look.theme import DARK, LIGHT
from app.stage.markers import draw_stationary
from app.stage.surface import surface_text as words
from engine import SURFACES

LEFT = Qt.MouseButton.LeftButton


def pixel(plane, x, y) -> QPoint:
    return plane.view.point(x, y).toPoint()


def wheel(widget, at: QPointF, turns: float) -> None:
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        QPoint(0, round(120 * turns)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_a_click_places_the_start(plane, make, qtbot):
    plane.refresh(make.picture(make.run([])))
    with qtbot.waitSignal(plane.start_placed) as placed:
        QTest.mouseClick(plane, LEFT, pos=pixel(plane, 0.5, 0.5))
    assert placed.args == pytest.approx([0.5, 0.5], abs=0.02)
    assert plane.start == pytest.approx((0.5, 0.5), abs=0.02)


def test_a_click_beside_the_plot_places_nothing(plane, make, qtbot):
    plane.refresh(make.picture(make.run([])))
    with qtbot.assertNotEmitted(plane.start_placed):
        QTest.mouseClick(plane, LEFT, pos=QPoint(2, plane.height() - 2))


def test_dragging_the_start_tells_where_it_is_and_where_it_is_put_down(plane, make, qtbot):
    plane.refresh(make.picture(make.run([]), start=(-1.5, 2.0)))
    told: list[tuple[float, float]] = []
    plane.start_dragged.connect(lambda x, y: told.append((x, y)))
    QTest.mousePress(plane, LEFT, pos=pixel(plane, -1.5, 2.0))
    for x in (-1.0, -0.5, 0.0):
        QTest.mouseMove(plane, pixel(plane, x, 1.0))
    with qtbot.waitSignal(plane.start_placed) as placed:
        QTest.mouseRelease(plane, LEFT, pos=pixel(plane, 0.0, 1.0))
    assert told[-1] == pytest.approx((0.0, 1.0), abs=0.02)
    assert tuple(placed.args) == told[-1]


def test_a_placed_start_stays_until_the_experiment_has_it_and_falls_back_if_it_never_does(plane, make):
    refused = make.picture(make.run([]), start=(-1.5, 2.0))
    plane.refresh(refused)
    QTest.mouseClick(plane, LEFT, pos=pixel(plane, 1.0, 1.0))
    plane.refresh(refused)
    assert plane.start == pytest.approx((1.0, 1.0), abs=0.02)
    plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))
    assert plane.start == (1.0, 1.0)
    QTest.mouseClick(plane, LEFT, pos=pixel(plane, 0.0, 0.0))
    for _ in range(40):
        plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))
    assert plane.start == (1.0, 1.0)


def test_dragging_the_ground_pans_and_places_nothing(plane, make, qtbot):
    plane.refresh(make.picture(make.run([])))
    before = plane.view
    with qtbot.assertNotEmitted(plane.start_placed):
        at = pixel(plane, 0.0, 0.0)
        QTest.mousePress(plane, LEFT, pos=at)
        for offset in (20, 40, 60):
            QTest.mouseMove(plane, at + QPoint(offset, 0))
        QTest.mouseRelease(plane, LEFT, pos=at + QPoint(60, 0))
    assert before.x0 - plane.view.x0 == pytest.approx(60 / before.x_scale, rel=0.2)
    assert plane.view.y0 == pytest.approx(before.y0)


def test_the_wheel_zooms_about_the_pointer(plane):
    at = plane.view.point(1.0, 2.0)
    before = plane.view
    wheel(plane, at, 2)
    assert plane.view.x1 - plane.view.x0 == pytest.approx((before.x1 - before.x0) / 1.25**2)
    assert plane.view.at(at) == pytest.approx((1.0, 2.0), abs=0.02)


def test_keys_zoom_and_reset(plane, make):
    plane.refresh(make.picture(make.run([])))
    home = plane.view.region
    QTest.keyClick(plane, Qt.Key.Key_Plus)
    assert plane.view.x1 - plane.view.x0 < home[1] - home[0]
    QTest.keyClick(plane, Qt.Key.Key_Minus)
    assert plane.view.region == pytest.approx(home)
    QTest.keyClick(plane, Qt.Key.Key_Minus)
    QTest.keyClick(plane, Qt.Key.Key_0)
    assert plane.view.region == pytest.approx(home)


def test_zooming_ends_before_the_numbers_do(plane):
    for _ in range(400):
        plane.zoom(1.4)
    assert plane.view.x1 > plane.view.x0 and plane.view.y1 > plane.view.y0
    plane.grab()
    for _ in range(800):
        plane.zoom(1 / 1.4)
    assert math.isfinite(plane.view.x1)
    plane.grab()


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


def test_plain_arrows_belong_to_the_start_only_while_it_has_the_focus(plane, make, qtbot):
    plane.refresh(make.picture(make.run([]), start=(1.0, 1.0)))

    def claimed() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(plane, event)
        return event.isAccepted()

    assert not claimed()
    QTest.mouseClick(plane, LEFT, pos=pixel(plane, 1.0, 1.0))
    assert claimed()
    with qtbot.waitSignal(plane.start_placed):
        QTest.keyClick(plane, Qt.Key.Key_Left)
    QTest.keyClick(plane, Qt.Key.Key_Escape)
    assert not claimed()


def test_hover_reads_the_value_and_links_the_nearest_update(plane, make, qtbot):
    path = np.column_stack((np.linspace(-1.0, 1.0, 21), np.full(21, 1.5)))
    plane.refresh(make.picture(make.run(path)))
    with qtbot.waitSignal(plane.cursor_moved) as told:
        QTest.mouseMove(plane, pixel(plane, 0.5, 1.5))
    assert told.args == [15]
    texts = [text for text, _ in plane._reading(plane.view.point(0.5, 1.5))]
    assert texts[0].startswith("x 0.5") and texts[1].startswith("f 2.5") and "update 15" in texts[2]
    with qtbot.waitSignal(plane.cursor_moved) as told:
        QTest.mouseMove(plane, pixel(plane, 0.5, 0.0))
    assert told.args == [None]


def test_the_read_out_asks_the_window_where_it_can(plane):
    plane.value_at = lambda x, y: 42.0
    assert plane._reading(plane.view.point(0.0, 0.0))[1][0] == "f 42"
    plane.value_at = lambda x, y: math.nan
    assert "not finite" in plane._reading(plane.view.point(0.0, 0.0))[1][0]


def test_showing_pictures_never_emits(stage, make, qtbot):
    signals = (stage.start_dragged, stage.start_placed, stage.cursor_moved, stage.region_wanted)
    told = []
    for signal in signals:
        signal.connect(lambda *arguments: told.append(arguments))
    stage.refresh(make.picture(make.run(make.spiral())))
    stage.set_ground(make.terrain(serial=3))
    stage.set_cursor(5)
    stage.set_selected("a")
    stage.set_theme(LIGHT)
    stage.plane.repaint()
    assert not told


def test_values_are_asked_for_where_the_view_went_and_not_twice(stage, make, qtbot):
    with qtbot.waitSignal(stage.region_wanted) as wanted:  # the first terrain is coarse
        pass
    asked = wanted.args
    with qtbot.assertNotEmitted(stage.region_wanted, wait=200):
        stage.set_ground(make.terrain(asked[:4], asked[4], asked[5], serial=1))
    with qtbot.waitSignal(stage.region_wanted) as wanted:
        stage.plane.zoom(0.5)
    x0, x1, y0, y1, nx, ny = wanted.args
    view = stage.plane.view
    assert x0 < view.x0 and x1 > view.x1 and y0 < view.y0 and y1 > view.y1
    assert 32 <= nx <= 480 and 32 <= ny <= 480


def test_an_older_ground_is_ignored_and_another_surface_is_shown_whole(stage, make):
    stage.set_ground(make.terrain(serial=5))
    stage.plane.zoom(2.0)
    stage.set_ground(make.terrain(serial=4, title="Late"))
    assert stage.plane.landscape.terrain.ground.title == "Bowl"
    zoomed = stage.plane.view.region
    stage.set_ground(make.terrain(serial=6))
    assert stage.plane.view.region == zoomed
    stage.set_ground(make.terrain(serial=7, title="Other"))
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
    stage.set_ground(make.terrain(function=lambda x, y: x * np.nan, lowest=None, serial=5))
    for widget, in_relief in ((stage.plane, False), (stage.relief, True)):
        stage.toolbar.relief.setChecked(in_relief)
        said = widget.grab().toImage()
        with monkeypatch.context() as silent:
            silent.setattr("app.stage.base.NOWHERE", "")
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
    stage.toolbar.relief.setChecked(True)
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
    assert stage.view() == chosen and stage.relief.isVisible()
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
    right = plane.view.point(2.0, 1.0).toPoint() - QPoint(11, 0)
    assert after.pixelColor(right) == DARK.run_colours[0]
    assert before.pixelColor(right) != DARK.run_colours[0]


def test_tooltips_say_what_is_under_the_pointer(plane, make):
    plane.refresh(make.picture(make.run([[1.5, 2.5]]), start=(-1.5, -0.5)))

    def tip(x: float, y: float) -> str:
        at = pixel(plane, x, y)
        QApplication.sendEvent(plane, QHelpEvent(QEvent.Type.ToolTip, at, plane.mapToGlobal(at)))
        return QToolTip.text()

    assert "Global minimum (0, 0)" in tip(0.0, 0.0)
    assert "Saddle point" in tip(1.0, 1.0)
    assert "start" in tip(-1.5, -0.5)
    assert tip(1.5, 2.5).startswith("A, update 1")
    QToolTip.hideText()


def test_every_kind_of_stationary_point_has_its_word_and_its_glyph():
    kinds = {kind for surface in SURFACES.values() for kind, _, _ in surface.stationary}
    assert kinds == set(words.KINDS)
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


def test_the_menu_resets_copies_and_exports(stage, qtbot):
    actions = {action.text(): action for action in stage.menu().actions() if action.text()}
    assert list(actions) == ["Reset view", "Show in 3-D", "Copy image", "Export…"]
    stage.plane.zoom(3.0)
    actions["Reset view"].trigger()
    assert stage.plane.view.region == pytest.approx((-2, 2, -1, 3))
    actions["Copy image"].trigger()
    assert QApplication.clipboard().image().width() == stage.plane.width()
    with qtbot.waitSignal(stage.export_wanted):
        actions["Export…"].trigger()


def test_every_button_can_be_named(stage):
    for button in (
        *stage.toolbar.arrows.values(),
        stage.toolbar.equal,
        stage.toolbar.reset,
        stage.toolbar.relief,
    ):
        assert button.objectName() and button.accessibleName() and button.toolTip()
    assert all("log-scaled" in button.toolTip() for button in stage.toolbar.arrows.values())
