"""The path of a run whose history has merged its bins begins at its start, wherever it is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.look.theme import DARK
from app.stage.paths import PathInk
from app.stage.picking import nearest_update
from app.stage.view import View
from engine import Session, new_experiment, new_run

UPDATES = 1_200_000
FLOOR = View(-6.0, 6.0, -6.0, 6.0, QRectF(0, 0, 400, 400))


@pytest.fixture(scope="module")
def long_run():
    """(picture, x and y of the first 600 updates) of a run that has come far before its first bin ends."""
    session = Session(new_experiment("sphere", [new_run("sgd", learning_rate=0.05)], updates=0))
    session.advance(600)
    first = np.stack([column.copy() for column in session.picture().runs[0].history.path()])
    session.advance(UPDATES - 600)
    picture = session.picture()
    assert picture.runs[0].history.width > 1
    return picture, first


def forgetful(picture):
    """The same picture as if the early points had not been kept."""
    (run,) = picture.runs
    history = replace(run.history, early=np.empty((3, 0)))
    return replace(picture, runs=(replace(run, history=history),))


def drawn(run) -> np.ndarray:
    """The segments (n, 4) of a run's path in pixels."""
    segments = []
    ink = PathInk(lambda painter, part, colour: segments.append(part.copy()))
    ink.follow((run,), FLOOR)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        ink.draw(painter, (run,), [QColor("red")] * 20, budget=60.0)
    return np.vstack(segments)


def test_from_above_it_is_drawn_from_the_start(long_run):
    picture, _ = long_run
    start = FLOOR.point(*picture.task.start)
    (run,) = picture.runs
    assert drawn(run)[0, :2].tolist() == [start.x(), start.y()]
    assert drawn(forgetful(picture).runs[0])[0, :2].tolist() != [start.x(), start.y()]


def test_the_plot_has_its_numbers_to_the_bit(stage, long_run):
    picture, first = long_run
    stage.refresh(picture)
    (line,) = stage.plane.listDataItems()
    x, y = line.getData()
    assert (x[0], y[0]) == picture.task.start
    np.testing.assert_array_equal(np.stack((x, y))[:, :600], first)
    assert len(x) < 140_000


def test_the_pointer_finds_an_early_update(long_run):
    picture, first = long_run
    found = nearest_update(picture.runs, FLOOR, FLOOR.point(*first[:, 5]))
    assert found is not None and found[1] == 5


def test_in_3d_it_is_drawn_from_the_start(stage, long_run, make):
    picture, _ = long_run
    stage.set_terrain(make.terrain((-6.0, 6.0, -6.0, 6.0), title="Sphere", view=(-6.0, 6.0, -6.0, 6.0), serial=4))
    stage.toolbar.surface_3d.click()
    stage.refresh(picture)
    colour = DARK.run_colours[picture.runs[0].colour]

    def pixels() -> int:
        image = stage.surface_3d.grab().toImage()
        data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, :, :3].astype(int)
        return int((np.abs(data - [colour.blue(), colour.green(), colour.red()]).sum(axis=2) < 12).sum())

    whole = pixels()
    stage.refresh(forgetful(picture))
    stage.set_theme(DARK)  # on a clean image
    assert whole > pixels() + 40


def test_ink_goes_on_when_bins_merge(make):
    """The early points of a history that merges for the first time are those that have been drawn."""
    points = make.spiral(400) - [0.0, 1.0]
    before = make.run(points[:200])
    after = make.run(points[1::2], width=2)
    after.history = replace(after.history, early=np.vstack((np.arange(100.0), points[:100].T)))
    segments = []
    ink = PathInk(lambda painter, part, colour: segments.append(part.copy()))
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        for run in (before, after):
            assert ink.follow((run,), FLOOR) is (run is after)
            ink.draw(painter, (run,), [QColor("red")], budget=60.0)
    lengths = np.hypot(*(np.diff(points, axis=0) * FLOOR.x_scale).T).sum()
    inked = np.vstack(segments)
    assert np.hypot(inked[:, 2] - inked[:, 0], inked[:, 3] - inked[:, 1]).sum() == pytest.approx(lengths, rel=0.02)
