"""Ink: drawn bit by bit or at once it is the same, and it notices another past."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.stage.clipping import clipped, finite_length
from app.stage.paths import PathInk, draw_ink
from app.stage.picking import nearest_update
from app.stage.view import View
from engine import HistoryView

VIEW = View(-2.0, 2.0, -1.0, 3.0, QRectF(10, 10, 400, 400))
COLOURS = [QColor(255, 0, 0), QColor(0, 255, 0)]


class Sheet:
    """An image with ink on it."""

    def __init__(self) -> None:
        self.ink = PathInk(draw_ink)
        self.image = QImage()
        self.clean = 0

    def show(self, *runs) -> Sheet:
        if not self.ink.follow(runs, VIEW):
            self.clean += 1
            self.image = QImage(420, 420, QImage.Format.Format_RGB32)
            self.image.fill(0)
        with QPainter(self.image) as painter:
            self.ink.draw(painter, runs, COLOURS, budget=60.0)
        assert not self.ink.behind
        return self

    def pixels(self) -> np.ndarray:
        data = np.frombuffer(self.image.constBits(), np.uint8).reshape(420, 420, 4)
        return data[:, :, 2].astype(float)


def walk(count: int, step: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(scale=step, size=(count, 2)), axis=0) * 0.3 + [0.0, 1.0]


@pytest.mark.parametrize("portion", [1, 7, 150])
@pytest.mark.parametrize("kind", ["spiral", "zigzag", "walk"])
def test_ink_laid_in_portions_equals_ink_laid_at_once(make, kind, portion):
    zigzag = np.column_stack((np.linspace(-1.5, 1.5, 300), 1 + np.resize([-0.8, 0.8], 300)))
    points = {"spiral": make.spiral(300), "zigzag": zigzag, "walk": walk(300, 0.1, 1)}[kind]
    whole = Sheet().show(make.run(points)).pixels()
    grown = Sheet()
    for end in range(portion, len(points) + 1, portion):
        grown.show(make.run(points[:end]))
    grown.show(make.run(points))
    assert grown.clean == 1
    assert whole.sum() > 0
    assert np.abs(grown.pixels() - whole).sum() < 0.04 * whole.sum()


def test_a_doubled_bin_width_goes_on_where_the_ink_ended(make):
    points = make.spiral(400)
    sheet = Sheet().show(make.run(points[:200]))
    wider = points[1::2]  # a bin's last point is the second of its two
    sheet.show(make.run(wider, width=2))
    assert sheet.clean == 1
    whole = Sheet().show(make.run(points)).pixels()
    assert np.abs(sheet.pixels() - whole).sum() < 0.1 * whole.sum()


def test_another_past_is_drawn_on_a_clean_image(make):
    points = make.spiral(100)
    sheet = Sheet().show(make.run(points))
    sheet.show(make.run(points[:50]))  # rewound
    assert sheet.clean == 2
    sheet.show(make.run(-points))  # reset with other settings, and already further
    assert sheet.clean == 3
    sheet.show(make.run(-points, visible=False))
    assert sheet.clean == 4 and not sheet.pixels().any()
    sheet.show(make.run(-points, colour=1))
    assert sheet.clean == 5 and not sheet.pixels().any()


def test_a_path_ends_at_the_first_number_that_is_not_finite(make):
    points = make.spiral(100)
    broken = points.copy()
    broken[60] = np.nan
    assert finite_length(*broken.T) == 60
    cut = Sheet().show(make.run(broken)).pixels()
    assert np.array_equal(cut, Sheet().show(make.run(points[:60])).pixels())


def test_a_run_that_trembles_is_not_drawn_over_itself_for_ever(make):
    trembling = np.array([0.0, 1.0]) + np.random.default_rng(3).normal(scale=0.05, size=(60_000, 2))
    drawn: list[int] = []
    ink = PathInk(lambda painter, segments, colour: drawn.append(len(segments)))
    run = make.run(trembling)
    ink.follow((run,), VIEW)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        ink.draw(painter, (run,), COLOURS, budget=60.0)
    assert sum(drawn) < 20_000


def test_ink_keeps_to_its_budget_and_then_goes_on(make):
    runs = [make.run(walk(100_000, 0.05, seed), id=str(seed), colour=seed) for seed in range(2)]
    ink = PathInk(lambda painter, segments, colour: None)
    ink.follow(runs, VIEW)
    frames = 0
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        while ink.behind:
            ink.draw(painter, runs, COLOURS, budget=0.0)
            frames += 1
    assert frames > 10


def test_a_stroke_is_as_long_as_it_may_be_and_the_clock_is_looked_at_between_two(make):
    """In 3-D the segments of a path that jumps to and fro have very many pieces."""
    runs = [make.run(np.random.default_rng(4).uniform([-2, -1], [2, 3], (500, 2)))]
    whole, parts, image = [], [], QImage(8, 8, QImage.Format.Format_RGB32)
    for laid, most in ((whole, 8192), (parts, 64)):
        ink = PathInk(lambda _, segments, __, laid=laid: laid.append(segments), most)
        ink.follow(runs, VIEW)
        with QPainter(image) as painter:
            rounds = 0
            while ink.behind:
                ink.draw(painter, runs, COLOURS, budget=0.0)
                rounds += 1
        assert rounds == len(laid), "without a budget one stroke a frame"
    assert len(whole) == 1 and len(parts) == 8 and max(map(len, parts)) == 64
    np.testing.assert_array_equal(np.concatenate(parts), whole[0])


@pytest.mark.parametrize("reach", [2.0, 1e5, 1e12, 1e140])
def test_segments_are_cut_to_the_box(reach):
    box = QRectF(0, 0, 100, 50)
    points = np.random.default_rng(5).uniform(-reach, reach, size=(500, 2)) + np.array([50.0, 25.0])
    segments = clipped(points, box)
    x, y = segments[:, 0::2], segments[:, 1::2]
    assert (x >= -1e-6).all() and (x <= 100 + 1e-6).all() and (y >= -1e-6).all() and (y <= 50 + 1e-6).all()
    if reach == 2.0:
        assert np.array_equal(segments, np.hstack((points[:-1], points[1:])))


def test_a_segment_across_the_whole_box_is_kept():
    segments = clipped(np.array([[-1e9, 25.0], [1e9, 25.0], [1e9, 1e9], [50.0, 1e9]]), QRectF(0, 0, 100, 50))
    assert segments == pytest.approx(np.array([[0.0, 25.0, 100.0, 25.0]]), abs=1e-5)


def test_picking_finds_the_nearest_update_of_the_nearest_path(make):
    near, far = np.array([[0.0, 1.0], [0.5, 1.0]]), np.array([[0.0, 1.05], [1.5, 2.0]])
    runs = (make.run(near, id="near", width=4), make.run(far, id="far"))
    found = nearest_update(runs, VIEW, VIEW.point(0.505, 1.0))
    assert found is not None and found[0].id == "near" and found[1] == 7
    assert nearest_update(runs, VIEW, VIEW.point(-1.0, 0.0)) is None
    hidden = (make.run(near, visible=False),)
    assert nearest_update(hidden, VIEW, VIEW.point(0.5, 1.0)) is None


def test_picking_passes_over_what_is_not_finite(make):
    run = make.run([[np.nan, np.nan], [np.inf, 1.0], [0.0, 1.0]])
    assert isinstance(run.history, HistoryView)
    found = nearest_update((run,), VIEW, VIEW.point(0.0, 1.0))
    assert found is not None and found[1] == 2
