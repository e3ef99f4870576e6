"""What each class looks for, as an image with its name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint

from app.look.theme import DARK
from app.stage.examples.class_images import ClassImagesView
from engine import DATASETS, DIVERGED, Session, SoughtInputs, choose, new_network, new_run, snapshot_of


@pytest.mark.parametrize("architecture", ["perceptron", "convolutional"])
def test_every_class_has_an_image_of_its_name_that_is_read(qtbot, architecture):
    few = choose(DATASETS, "digits", {"samples": 100})
    session = Session(new_network(few, [new_run("adam", batch=32)], architecture=architecture, scaling="min_max"))
    session.advance(5)
    picture = session.picture()
    assert ClassImagesView.fits(picture)
    view = ClassImagesView(DARK)
    qtbot.addWidget(view)
    view.resize(500, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.refresh(picture)
    run = picture.runs[0]
    found = snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, run.update)
    view.show_snapshot(found)
    (section,) = view.tiles.sections
    answer = found.answer(SoughtInputs)
    assert tuple(section.captions) == picture.subject.data.classes
    assert (section.values.reshape(10, 64) == answer).all()
    area = view.tiles.viewport().rect()
    read = {view.tiles.read(QPoint(x, y)) for x in range(0, area.width(), 5) for y in range(0, area.height(), 5)}
    named = {words.partition(", row")[0] for words in read - {""}}
    assert named == {f"digit {name}" for name in picture.subject.data.classes}
    assert not view.grab().isNull() and "speaks for the class" in view.describe()
    view.refresh(replace(picture, runs=(replace(run, status=DIVERGED),)))
    assert "diverged: last finite state" in view.describe()


def test_it_fits_classified_images_alone():
    assert not ClassImagesView.fits(Session(new_network("iris", ["sgd"])).picture())
