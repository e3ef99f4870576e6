"""Filters and feature maps: what is painted and read are the numbers of the network."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from app.look.theme import DARK, LIGHT
from app.stage.examples.feature_maps import FeatureMapsView
from app.stage.examples.heat_tiles import HeatTiles, Section
from engine import FeatureMaps, Predictions, Session, new_network, new_run, snapshot_of

STAGES = [{"kind": "convolution", "channels": 3}, "max_pooling", {"kind": "convolution", "channels": 2, "kernel": 2}]
RUN = new_run("adam", learning_rate=0.01, batch=32)


def session_of(data: str, **settings) -> Session:
    session = Session(new_network(data, [RUN], architecture="convolutional", stages=STAGES, share=0.8, **settings))
    session.advance(30)
    return session


@pytest.fixture(scope="module")
def digits() -> Session:
    return session_of("digits", scaling="min_max")


@pytest.fixture(scope="module")
def patterns() -> Session:
    return session_of("patterns")


def snapshot(session: Session, view: FeatureMapsView):
    picture = session.picture()
    run = picture.runs[0]
    return snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, run.update)


@pytest.fixture
def show(qtbot):
    def made(session: Session, size=(560, 620)) -> FeatureMapsView:
        view = FeatureMapsView(DARK)
        qtbot.addWidget(view)
        view.resize(*size)
        with qtbot.waitExposed(view):
            view.show()
        view.refresh(session.picture())
        view.show_snapshot(snapshot(session, view))
        return view

    return made


def test_it_fits_networks_with_filters_alone(digits):
    assert FeatureMapsView.fits(digits.picture())
    assert not FeatureMapsView.fits(Session(new_network("digits", ["sgd"])).picture())


def test_every_stage_has_its_filters_and_its_maps(show, digits):
    view = show(digits)
    answer = snapshot(digits, view).answer(FeatureMaps)
    titles = [section.title for section in view.tiles.sections]
    assert titles == [
        "example",
        "convolution 1 · 3 filters of 3 × 3", "convolution 1 · 3 maps of 6 × 6", "pooling 1 · 3 maps of 3 × 3",
        "convolution 2 · 2 filters of 2 × 2 over 3 maps", "convolution 2 · 2 maps of 2 × 2", "output · 10 units",
    ]  # fmt: skip
    assert (view.tiles.sections[1].values == answer[0].filters).all()
    assert (view.tiles.sections[2].values[:, 0] == answer[0].maps).all()
    view.shown.choose("filters")
    view._show()
    assert [section.group for section in view.tiles.sections] == ["filter", "filter"]
    view.apply_view({"network_maps_shown": "maps"})
    assert not [section for section in view.tiles.sections if section.group == "filter"]
    assert "output · 10 units." in view.describe() and view.view()["network_maps_shown"] == "maps"


def test_of_very_many_filters_the_first_are_shown_and_it_is_said(show):
    stages = [{"kind": "convolution", "channels": channels} for channels in (80, 30)]
    view = show(Session(new_network("digits", [RUN], architecture="convolutional", stages=stages)))
    first, maps, second, *_ = view.tiles.sections[1:]
    assert first.title.endswith("80 filters of 3 × 3, the first 64") and len(first.values) == 64
    assert maps.title.endswith("80 maps of 6 × 6, the first 64") and len(maps.values) == 64
    assert second.title.endswith("over 80 maps, the first 24 over the first 12")
    assert second.values.shape == (24, 12, 3, 3)


def test_on_a_line_maps_stand_below_each_other(show, patterns):
    view = show(patterns)
    maps = snapshot(patterns, view).answer(FeatureMaps)[0].maps
    assert (view.tiles.sections[2].values[0, 0] == maps[:, 0]).all() and view.tiles.sections[2].wide


def test_another_example_is_asked_for(qtbot, show, digits):
    view = show(digits)
    train, validation = digits.problem.subject.data.train, digits.problem.subject.data.validation
    assert view.queries() == {Predictions(), FeatureMaps(train)}
    with qtbot.waitSignal(view.wanted_changed):
        view.picker.place.changed.emit(7)
    assert FeatureMaps(train + 6) in view.queries()
    view.picker.place.changed.emit(10**6)
    assert FeatureMaps(train + validation - 1) in view.queries() and view.picker.place.value == validation
    with qtbot.waitSignal(view.wanted_changed):
        view.picker.part.button("training").click()
    assert FeatureMaps(validation - 1) in view.queries()
    again = FeatureMapsView(DARK)
    qtbot.addWidget(again)
    again.apply_view({**view.view(), "network_maps_example": "x"})
    again.refresh(digits.picture())
    assert FeatureMaps(0) in again.queries()
    again.apply_view(view.view())
    assert again.queries() == view.queries()


def test_the_label_says_what_the_network_makes_of_the_example(show, digits):
    view = show(digits)
    data, found = digits.problem.subject.data, snapshot(digits, view).predicted
    true, predicted = data.classes[int(data.targets[data.train])], data.classes[int(found.predictions[data.train])]
    assert view.picker.label.text() == f"of {data.validation:,} · true {true}, predicted {predicted}"


@pytest.fixture
def tiles(qtbot):
    made = HeatTiles(DARK, "tiles", "Tiles")
    qtbot.addWidget(made)
    made.resize(300, 200)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_every_number_is_read_where_it_is_painted(tiles):
    values = np.arange(2 * 2 * 3 * 4.0).reshape(2, 2, 3, 4) - 20
    tiles.show_sections([Section("filters", values, group="filter", picture="input")])
    read = {tiles.read(QPoint(x, y)) for x in range(300) for y in range(200)}
    expected = {
        f"filter {g + 1}, input {k + 1}, row {r + 1}, column {c + 1}: {values[g, k, r, c]:g}".replace("-", "\u2212")
        for g, k, r, c in np.ndindex(2, 2, 3, 4)
    }
    assert read - {""} == expected


def test_colours_tell_the_sign_and_follow_the_theme(tiles):
    values = np.array([[[[-1.0, 0.0, 1.0]]]])
    tiles.show_sections([Section("s", values)])
    for theme in (DARK, LIGHT):
        tiles.set_theme(theme)
        (image,) = tiles._images()[0][0]
        colours = [image.pixelColor(column, 0) for column in range(3)]
        assert [colour.rgb() for colour in colours] != [colours[0].rgb()] * 3
        assert colours[0].red() > colours[0].blue() and colours[2].blue() > colours[2].red()
        assert not tiles.grab().isNull()


def test_what_is_not_finite_is_shown_as_that(tiles):
    tiles.show_sections([Section("s", np.array([[[[np.nan, np.inf, 1.0]]]]))])
    tiles.grab()
    told = {tiles.read(QPoint(x, y)) for x in range(100) for y in range(60)}
    assert "column 1: not finite" in told and tiles.sections[0].ends == (-1.0, 1.0)


def test_pictures_grow_into_the_room_there_is(tiles):
    section = Section("s", np.ones((2, 1, 4, 4)))
    tiles.show_sections([section])
    tiles.resize(300, 90)
    low = tiles._placed[0].cell[0]
    tiles.resize(600, 400)
    assert tiles._placed[0].cell[0] > low
    tiles.show_sections([section] * 12)
    assert tiles.verticalScrollBar().maximum() > 0
