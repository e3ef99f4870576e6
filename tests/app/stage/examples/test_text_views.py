"""Text that is written and read on the stage, and in print."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.look.theme import DARK
from app.stage.examples.read_text import ReadTextView
from app.stage.examples.sampled_text import SampledTextView
from app.stage.examples.text_page import SMALLEST, TextPage
from app.stage.networks.network_stage import NetworkStage
from engine import LOSS_OF_EACH, SampledText, Session, TextReading, new_network, new_run, snapshot_of


@pytest.fixture(scope="module")
def numbers() -> Session:
    data = {"kind": "number_words", "samples": 60, "context": 24}
    run = new_run("adam", learning_rate=0.01, batch=20)
    session = Session(new_network(data, [run], architecture={"kind": "recurrent", "cell": "gru", "units": 6}))
    session.advance(30)
    return session


@pytest.fixture
def shown(qtbot, numbers):
    def show(kind, size=(560, 420), **settings):
        view = kind(DARK)
        qtbot.addWidget(view)
        view.resize(*size)
        with qtbot.waitExposed(view):
            view.show()
        view.refresh(numbers.picture())
        view.apply_view(settings)
        again(view)
        return view

    def again(view):
        picture = numbers.picture()
        run = picture.runs[0]
        view.show_snapshot(snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, run.update))

    show.again = again
    return show


def test_they_fit_texts_alone(numbers):
    other = Session(new_network("echo", ["sgd"], architecture={"kind": "recurrent", "units": 3})).picture()
    for kind in (SampledTextView, ReadTextView):
        assert kind.fits(numbers.picture()) and not kind.fits(other)


def test_the_lines_are_what_the_network_writes(shown, numbers):
    view = shown(SampledTextView)
    (query,) = view.queries()
    assert query == SampledText(view.page.rows, 0.7, "") and view.page.rows > 5
    found = snapshot_of(numbers.problem, numbers.runs[0].machine.theta, {query}).answer(SampledText)
    assert view.page.lines == found and view.describe().startswith("Text: Drawn at temperature 0.7")
    assert "the same random numbers" in view.caption.text()


def test_temperature_and_beginning_are_asked_for_and_kept(shown, qtbot):
    view = shown(SampledTextView)
    with qtbot.waitSignal(view.wanted_changed):
        view.temperature.setValue(0.0)
    with qtbot.waitSignal(view.wanted_changed):
        view.beginning.setText("one§")
    shown.again(view)
    assert len(view.page.lines) == 1 and view.page.lines[0].startswith("one")
    assert view.caption.text() == "The most likely characters · 1 of the beginning left out: not in the text"
    other = shown(SampledTextView, **view.view())
    assert other.queries() == view.queries()
    for nonsense in ({"network_text_temperature": 9}, {"network_text_temperature": True, "network_text_beginning": 3}):
        other.apply_view(nonsense)
        assert other.queries() == view.queries()


def test_the_text_is_coloured_by_loss_and_read_under_the_pointer(shown, numbers):
    view = shown(ReadTextView)
    read = snapshot_of(numbers.problem, numbers.runs[0].machine.theta, view.queries()).answer(TextReading)
    assert view.page.values is not None and (view.page.values == read.values).all()
    signs = numbers.problem.subject.data.classes
    assert view.page.lines[0] == "".join(signs[place] for place in read.targets[0])
    told = view.page.read(0, 3)
    assert told.startswith(f"“{signs[read.targets[0, 3]]}” after “") and told.endswith("bits")
    assert view.page.cell_at(QPoint(2, 2)) == (0, 0) and view.page.cell_at(QPoint(2, 5000)) is None
    assert view.caption.text().startswith("Loss of each character of the validation text")
    assert view.key.names[0] == "0" and not view.unit.isVisibleTo(view)


def test_a_unit_is_chosen_from_those_that_there_are(shown, qtbot, numbers):
    view = shown(ReadTextView)
    assert [view.group.itemData(place) for place in range(view.group.count())] == [
        LOSS_OF_EACH, "state", "reset gate", "update gate", "candidate",
    ]  # fmt: skip
    with qtbot.waitSignal(view.wanted_changed):
        view.group.setCurrentIndex(2)
        view.group.activated.emit(2)
    for _ in range(7):
        qtbot.mouseClick(view.unit.more, Qt.MouseButton.LeftButton)
    shown.again(view)
    (query,) = view.queries()
    assert (query.group, query.unit) == ("reset gate", 5) and view.unit.field.text() == "6"
    assert view.caption.text() == "Reset gate, unit 6, after each character of the validation text"
    assert view.key.names[1] == "0" and view.page.read(0, 0).startswith("after “")
    assert shown(ReadTextView, **view.view()).queries() == view.queries()
    view.apply_view({"network_reading_group": "forget gate", "network_reading_unit": True})
    shown.again(view)
    assert view.page.values is not None and view.caption.text().startswith("Loss of each character")


@pytest.mark.parametrize("size", [(230, 160), (1400, 900)])
def test_lines_are_as_large_as_they_fit_and_cut_where_they_do_not(shown, size):
    for kind in (SampledTextView, ReadTextView):
        view = shown(kind, size)
        shown.again(view)
        assert len(view.page.lines) <= view.page.rows or view.page.rows == 1
        assert view.page.columns >= 24 or view.page._font.pixelSize() == SMALLEST
        view.grab()


def test_what_is_not_finite_has_no_colour(qtbot, themed):
    page = TextPage(DARK, "page", "Page")
    qtbot.addWidget(page)
    page.resize(300, 100)
    with qtbot.waitExposed(page):
        page.show()
    page.show_lines(["ab", "\n\t"], np.array([[np.nan, 1.0], [-1.0, np.inf]]), 1.0)
    image = page.viewport().grab().toImage()
    wide = page._cell[0]
    ratio = image.devicePixelRatio()
    corner = image.pixelColor(round(ratio * 1), round(ratio * 1))
    full = image.pixelColor(round(ratio * (wide + 1)), round(ratio * 1))
    assert corner != full and abs(corner.lightness() - DARK.neutral.lightness()) < 12


def test_the_tab_that_a_file_chooses_is_scrolled_into_view(qtbot, themed, numbers):
    stage = NetworkStage(DARK)
    qtbot.addWidget(stage)
    stage.resize(430, 400)
    stage.choose("text")
    with qtbot.waitExposed(stage):
        stage.show()
    stage.refresh(numbers.picture())
    tabs = stage.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Text"
    qtbot.waitUntil(lambda: tabs.rect().contains(tabs.tabRect(tabs.currentIndex()).center()))


def test_where_there_is_room_lines_stand_side_by_side_and_are_read_there(qtbot, themed):
    page = TextPage(DARK, "page", "Lines")
    qtbot.addWidget(page)
    page.resize(1100, 200)
    with qtbot.waitExposed(page):
        page.show()
    page.show_lines(["abcdefghijkl"] * 30, values=np.linspace(-1.0, 1.0, 360).reshape(30, 12))
    page.show_lines(["abcdefghijkl"] * page.rows, values=np.ones((page.rows, 12)))
    below = next(row for row in range(1, page.rows) if page.place_of(row)[1] == 0.0)
    assert page.rows > below > 1, "lines go on beside the first ones"
    for row, column in ((0, 11), (below - 1, 3), (below, 0), (below + 1, 11)):
        left, top = page.place_of(row)
        wide, tall = page._cell
        middle = QPoint(int(left + (column + 0.5) * wide), int(top + 0.5 * tall))
        assert page.cell_at(middle) == (row, column)
        assert page.grab().toImage().pixelColor(middle + QPoint(0, int(0.45 * tall))) != DARK.panel
    gap = QPoint(int((12 + 1) * page._cell[0]), 3)
    assert page.cell_at(gap) is None
