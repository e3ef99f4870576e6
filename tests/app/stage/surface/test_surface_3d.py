"""The 3-D view: it renders without OpenGL, turns, and hides what is behind a hill."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.look.theme import DARK, LIGHT
from app.stage.landscape import Landscape
from app.stage.surface.box_axes import box_axes
from app.stage.surface.camera import HEIGHT, Camera
from app.stage.surface.mesh import LIFT, MESH_NODES, mesh_of
from app.stage.view import View


@pytest.fixture
def view_3d(stage, make):
    stage.refresh(make.picture(make.run(make.spiral())))
    stage.toolbar.surface_3d.click()
    return stage.surface_3d


def colours(widget) -> int:
    image = widget.grab().toImage()
    return len({image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)})


def span(region) -> float:
    return region[1] - region[0]


def wheel(widget, at: QPoint, turns: float) -> None:
    place, none = QPointF(at), Qt.MouseButton.NoButton
    spun, free = QPoint(0, round(120 * turns)), Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place, widget.mapToGlobal(place), QPoint(), spun, none, free, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(widget, event)


def test_it_renders_in_both_themes(stage, view_3d):
    assert view_3d.isVisible() and not stage.plane.isVisible()
    assert colours(view_3d) > 100
    stage.set_theme(LIGHT)
    assert colours(view_3d) > 100


def test_drag_wheel_and_keys_turn_it(view_3d):
    before = view_3d.camera
    QTest.mousePress(view_3d, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    QTest.mouseMove(view_3d, QPoint(240, 210))
    QTest.mouseRelease(view_3d, Qt.MouseButton.LeftButton, pos=QPoint(240, 210))
    dragged = view_3d.camera
    assert dragged.azimuth != before.azimuth and dragged.elevation > before.elevation
    QTest.keyClick(view_3d, Qt.Key.Key_Left)
    assert view_3d.camera.azimuth != dragged.azimuth
    whole = view_3d.region
    QTest.keyClick(view_3d, Qt.Key.Key_Plus)
    assert span(view_3d.region) < span(whole)
    for _ in range(50):
        QTest.keyClick(view_3d, Qt.Key.Key_Up)
    assert view_3d.camera.elevation < 90
    QTest.keyClick(view_3d, Qt.Key.Key_0)
    assert view_3d.camera == before and view_3d.region == whole
    view_3d.grab()


def test_it_shows_what_the_plane_shows_and_returns_to_it(stage, view_3d, make):
    stage.refresh(make.picture(make.run(make.spiral()[:100])))
    stage.toolbar.surface_3d.click()
    assert stage.plane.isVisible()
    assert [run.update for run in stage.plane._runs] == [100]


def test_an_unknown_part_is_left_out(stage, view_3d, make):
    stage.set_terrain(make.terrain(function=lambda x, y: np.log(x), serial=9, lowest=None))
    assert colours(view_3d) > 50
    stage.set_terrain(make.terrain(function=lambda x, y: x * np.nan, serial=10))
    view_3d.grab()


@pytest.mark.parametrize("azimuth", [0.0, 24.0, 200.0])
def test_the_box_fits_at_every_angle(azimuth):
    camera = Camera(azimuth=azimuth, width=600, height=500)
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0, HEIGHT)], float)
    pixels = camera.project(*corners.T)
    assert (pixels >= 0).all() and (pixels <= [600, 500]).all()


def test_a_point_behind_a_hill_is_hidden_and_one_before_it_is_seen(plane, make):
    ridge = make.terrain(
        function=lambda x, y: np.exp(-20 * (y - 1) ** 2), log_levels=False, lowest=None, nx=200, ny=200
    )
    mesh = mesh_of(Landscape(ridge, DARK), plane.view)
    camera = Camera(azimuth=0.0, elevation=20.0, width=600, height=500)
    x, y = np.zeros(2), np.array([0.4, -0.4])  # the ridge is at 0; the eye looks along +y
    seen = mesh.seen(x, y, mesh.height(x, y) + LIFT, camera)
    assert seen.tolist() == [False, True]


def test_the_mesh_stands_where_the_surface_does(plane, make):
    terrain = make.terrain(function=lambda x, y: x, log_levels=False, lowest=None)
    mesh = mesh_of(Landscape(terrain, DARK), plane.view)
    heights = mesh.height(np.array([-0.9, 0.0, 0.9]), np.zeros(3))
    assert heights == pytest.approx(HEIGHT * np.array([0.05, 0.5, 0.95]), abs=0.02)
    assert np.isnan(mesh.height(np.array([1.1]), np.zeros(1))).all()


# Axes


def meshed(terrain):
    view = View(*terrain.region, QRectF(0, 0, 600, 600))
    return mesh_of(Landscape(terrain, DARK), view), view


def axes_of(mesh, view, camera):
    return box_axes(camera, view, mesh.levels, ("x", "y"), QFontMetricsF(QFont()))


SHAPES = {
    "bowl": ({}, lambda x, y: x * x + y * y),
    "plane": ({"log_levels": False, "lowest": None}, lambda x, y: 3e6 * (x + y)),
    "valley": ({}, lambda x, y: (1 - x) ** 2 + 1e4 * (y - x * x) ** 2),
    "nearly flat": ({"log_levels": False, "lowest": None}, lambda x, y: 178.6357 + 1e-9 * (x + y)),
    "below 0": ({"lowest": -3.7}, lambda x, y: x * x + y * y - 3.7),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [(200, 180), (320, 300), (620, 560)])
def test_no_label_of_the_axes_touches_another_or_leaves_the_view(qapp, make, shape, size):
    changes, function = SHAPES[shape]
    mesh, view = meshed(make.terrain(function=function, **changes))
    for azimuth in range(0, 360, 15):
        for elevation in (8.0, 48.0, 89.0):
            camera = Camera(float(azimuth), elevation, *size)
            axes = axes_of(mesh, view, camera)
            rects = [label.rect for label in axes.labels]
            assert all(QRectF(0, 0, *size).contains(rect) for rect in rects)
            assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])
            if size == (620, 560) and elevation == 48.0:
                for axis in "xyz":
                    numbered = [label for label in axes.labels if label.axis == axis and label.value is not None]
                    assert len(numbered) >= (2 if axis == "z" else 3)
                    if axis != "z":  # the name takes no number's place
                        steps = np.diff(sorted(label.value for label in numbered))
                        assert steps == pytest.approx(steps[0])
                    assert any(label.value is None for label in axes.labels if label.axis == axis)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_upright_axis_tells_the_values_of_the_surface(qapp, make, shape):
    """In the bowl the height is a logarithm, and the numbers are those of the loss all the same."""
    changes, function = SHAPES[shape]
    terrain = make.terrain(function=function, nx=400, ny=400, **changes)
    camera = Camera(width=620, height=560)
    mesh, view = meshed(terrain)
    axes = axes_of(mesh, view, camera)
    numbers = [label for label in axes.labels if label.axis == "z" and label.value is not None]
    values = [label.value for label in numbers]
    assert values == sorted(values) and len(set(values)) == len(values)
    foot, top = camera.project(-1.0, 1.0, 0.0)[1], camera.project(-1.0, 1.0, HEIGHT)[1]
    floor = np.linspace(-1, 1, 201)
    heights = mesh.height(*np.meshgrid(floor, floor)).ravel()
    x, y = 2 * floor, 1 + 2 * floor
    there = function(*np.meshgrid(x, y)).ravel()
    for label in numbers:
        told = (foot - label.at.y()) / (foot - top) * HEIGHT
        near = np.argmin(np.abs(there - label.value))
        assert told == pytest.approx(heights[near], abs=0.05 * HEIGHT)


def test_the_upright_axis_is_at_the_outermost_edge_at_every_angle(qapp, make):
    mesh, view = meshed(make.terrain())
    for azimuth in range(0, 360, 10):
        camera = Camera(float(azimuth), width=620, height=560)
        corners = [camera.project(x, y, 0.0)[0] for x in (-1, 1) for y in (-1, 1)]
        axes = axes_of(mesh, view, camera)
        upright = [label.at.x() for label in axes.labels if label.axis == "z" and label.value is not None]
        assert upright and upright == pytest.approx([min(corners)] * len(upright), abs=1e-6)


# Zoom


def test_the_wheel_magnifies_about_what_is_under_the_pointer(stage, view_3d):
    at = QPoint(view_3d.width() // 2 - 60, view_3d.height() // 2 + 20)
    x, y = view_3d.under(QPointF(at))
    x0, x1, y0, y1 = view_3d.region
    wheel(view_3d, at, 3)
    left, right, bottom, top = view_3d.region
    assert right - left == pytest.approx((x1 - x0) / 1.25**3)
    assert (x - left) / (right - left) == pytest.approx((x - x0) / (x1 - x0))
    assert (y - bottom) / (top - bottom) == pytest.approx((y - y0) / (y1 - y0))
    assert stage.plane.view.region == pytest.approx(view_3d.region)  # from above the same part is shown


def test_a_zoom_asks_for_finer_values_and_shows_the_old_ones_until_they_are_there(qtbot, stage, view_3d, make):
    asked = []
    stage.grid_wanted.connect(lambda *region: asked.append(region))
    at = QPoint(view_3d.width() // 2, view_3d.height() // 2)
    wheel(view_3d, at, 6)
    coarse = view_3d.mesh
    qtbot.waitUntil(lambda: bool(asked))
    region, nodes = asked[-1][:4], asked[-1][4:]
    assert min(nodes) >= MESH_NODES
    assert np.isfinite(coarse.heights).all() and span(view_3d.region) < 4.0
    ripple = lambda x, y: x * x + y * y + 0.2 * np.sin(80 * x)  # noqa: E731
    stage.set_terrain(make.terrain(region, *nodes, serial=5, function=ripple))
    fine = view_3d.mesh
    assert fine is not coarse and np.abs(np.diff(fine.heights, 2)).max() > 10 * np.abs(np.diff(coarse.heights, 2)).max()
    assert fine.heights.size == coarse.heights.size  # what a frame draws is bounded


def test_a_wider_view_waits_for_its_values(qtbot, stage, view_3d, make):
    shown, mesh = view_3d.region, view_3d.mesh
    asked = []
    stage.grid_wanted.connect(lambda *region: asked.append(region))
    wheel(view_3d, QPoint(view_3d.width() // 2, view_3d.height() // 2), -2)
    assert view_3d.region == shown and view_3d.mesh is mesh and np.isfinite(mesh.heights).all()
    qtbot.waitUntil(lambda: bool(asked))
    stage.set_terrain(make.terrain(asked[-1][:4], *asked[-1][4:], serial=5))
    assert span(view_3d.region) == pytest.approx(1.25**2 * span(shown))
    assert np.isfinite(view_3d.mesh.heights).all()
    stage.toolbar.reset.click()
    assert view_3d.region == shown


# Arrows


def test_the_arrows_are_switched_in_3d_too_and_are_seen(stage, view_3d):
    stage.set_selected("a")
    plain = view_3d.grab().toImage()
    for key, button in stage.toolbar.arrows.items():
        before = {arrow.colour.name() for arrow, _ in view_3d.arrow_tips(view_3d.runs[0])}
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        after = {arrow.colour.name() for arrow, _ in view_3d.arrow_tips(view_3d.runs[0])}
        assert len(after - before) == 1, key
        assert view_3d.grab().toImage() != plain


def test_an_arrow_lies_on_the_plane_that_touches_the_surface(stage, view_3d, make):
    """Its end is where the tangent of the surface in its direction goes, and downhill is down."""
    run = make.run([(1.2, 0.4)])
    stage.refresh(make.picture(run))
    stage.toolbar.arrows["gradient"].click()
    for turn in range(0, 360, 30):
        view_3d.look(Camera(float(turn), 40.0, view_3d.width(), view_3d.height()))
        ((arrow, tip),) = view_3d.arrow_tips(run)
        foot = np.array([0.6, -0.3])  # of the box, whose floor is [-2, 2] x [-1, 3]
        step = 1e-3 * -np.array([2.4, 0.8]) / np.hypot(2.4, 0.8)
        places = np.array([foot, foot + step])
        heights = view_3d.mesh.height(*places.T)
        assert heights[1] < heights[0]
        start, beyond = view_3d.camera.project(*places.T, heights + LIFT)
        drawn = np.array([tip.x(), tip.y()]) - start
        along = beyond - start
        cosine = drawn @ along / (np.linalg.norm(drawn) * np.linalg.norm(along))
        assert cosine == pytest.approx(1.0, abs=1e-3)
        assert np.linalg.norm(drawn) <= arrow.length + 1e-6
