"""The 3-D view: it renders without OpenGL, turns, and hides what is behind a hill."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.look.theme import DARK, LIGHT
from app.stage.landscape import Landscape
from app.stage.surface.camera import HEIGHT, Camera
from app.stage.surface.mesh import LIFT, mesh_of


@pytest.fixture
def view_3d(stage, make):
    stage.refresh(make.picture(make.run(make.spiral())))
    stage.toolbar.surface_3d.click()
    return stage.surface_3d


def colours(widget) -> int:
    image = widget.grab().toImage()
    return len({image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)})


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
    QTest.keyClick(view_3d, Qt.Key.Key_Plus)
    assert view_3d.camera.magnification > dragged.magnification
    for _ in range(50):
        QTest.keyClick(view_3d, Qt.Key.Key_Up)
    assert view_3d.camera.elevation < 90
    QTest.keyClick(view_3d, Qt.Key.Key_0)
    assert view_3d.camera == before
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
