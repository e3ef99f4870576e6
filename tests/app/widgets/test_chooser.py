from __future__ import annotations

import html
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from app.widgets.catalogue_text import about, family, grouped, summary_of
from app.widgets.chooser import Chooser
from app.widgets.restart_effects import LIVE, RESTARTS
from app.widgets.segmented import Segmented
from engine import (
    ACTIVATIONS,
    DATASETS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    SURFACES,
    TIERS,
    print_signs,
)

CATALOGUES = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "surface": SURFACES,
    "data set": DATASETS,
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "initializer": INITIALIZERS,
}


@pytest.fixture
def show(qtbot, themed):
    windows = []  # qtbot itself keeps only weak references

    def make(widget: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        QVBoxLayout(window).addWidget(widget)
        window.resize(290, 600)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return widget

    yield make
    windows.clear()


def told(entry) -> str:
    """What a tooltip must hold of an entry."""
    summary = next((getattr(entry, name) for name in ("summary", "help") if hasattr(entry, name)), "")
    return html.escape(summary or print_signs(entry.formula), quote=False)


@pytest.fixture(params=CATALOGUES)
def catalogue(request):
    return CATALOGUES[request.param]


@pytest.fixture
def chooser(show, catalogue):
    made = show(Chooser(catalogue))
    made.told = []
    made.chosen.connect(made.told.append)
    return made


def test_every_entry_can_be_shown_in_silence(chooser, catalogue):
    for key, entry in catalogue.items():
        chooser.set_key(key)
        assert (chooser.key, chooser.currentText()) == (key, entry.title)
        assert told(entry) in chooser.toolTip()
    assert chooser.told == []


def test_a_heading_is_never_the_key(chooser, catalogue):
    assert chooser.key == next(iter(catalogue))
    chooser.setCurrentIndex(0)
    assert chooser.key in catalogue


def test_entries_stand_under_their_families_once(chooser, catalogue):
    titles = [chooser.itemText(place) for place in range(chooser.count())]
    headings = list(dict.fromkeys(heading for _, heading in grouped(catalogue, catalogue) if heading))
    assert len(headings) > 1
    for entry in catalogue.values():
        assert entry.title in titles
    assert chooser.count() == len(catalogue) + len(headings)
    for heading in headings:
        item = chooser.model().item(titles.index(heading))
        assert not item.flags() & Qt.ItemFlag.ItemIsEnabled


def test_basic_entries_come_first_and_expert_ones_last(chooser, catalogue):
    offered = [entry for _, entry in chooser.entries()]
    assert {entry.key for entry in offered} == set(catalogue)
    for name in {family(entry) for entry in offered}:
        tiers = [TIERS.index(entry.tier) for entry in offered if family(entry) == name]
        assert tiers == sorted(tiers)
    families = [family(entry) for entry in offered]
    assert len(set(families)) == sum(name != before for name, before in pairwise(["none", *families]))


def test_the_arrow_keys_choose_the_next_entry_and_step_over_headings(chooser, catalogue, qtbot):
    keys = [key for key, _ in chooser.entries()]
    chooser.set_key(keys[0])
    chooser.setFocus()
    for _ in keys[1:]:
        qtbot.keyClick(chooser, Qt.Key.Key_Down)
    assert chooser.told == keys[1:]
    qtbot.keyClick(chooser, Qt.Key.Key_Down)
    assert chooser.told == keys[1:]


def test_an_entry_is_picked_from_the_list(chooser, catalogue, qtbot):
    key = list(catalogue)[3]
    chooser.set_key(next(iter(catalogue)))
    chooser.showPopup()
    view = chooser.view()
    index = chooser.model().index(chooser.findText(catalogue[key].title), 0)
    view.scrollTo(index)
    place = view.visualRect(index).center()
    qtbot.mouseMove(view.viewport(), place)
    qtbot.wait(QApplication.doubleClickInterval())  # a release that early would count as the click that opened it
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chooser.told == [key] and chooser.key == key


def test_only_what_is_offered_can_be_chosen(show, qtbot):
    chooser = show(Chooser(LOSSES))
    chooser.offer(["mse", "huber"])
    chooser.set_key("huber")
    assert [chooser.itemText(place) for place in range(chooser.count())] == ["Mean squared error", "More", "Huber"]
    picked: list[str] = []
    chooser.chosen.connect(picked.append)
    chooser.setFocus()
    qtbot.keyClick(chooser, Qt.Key.Key_Up)
    assert picked == ["mse"]


def test_something_of_ones_own_is_shown_and_left_again(show, qtbot):
    chooser = show(Chooser(DATASETS))
    chooser.set_key("moons")
    chooser.show_other("my table", "300 examples")
    assert chooser.currentIndex() == -1 and chooser.placeholderText() == "my table" and "300" in chooser.toolTip()
    chooser.set_key("moons")
    assert chooser.currentText() == DATASETS["moons"].title and "300" not in chooser.toolTip()


def test_the_list_tells_what_starts_again(show):
    chooser = show(Chooser(LOSSES))
    chooser.set_key("mse")
    chooser.effect = lambda key: RESTARTS if key in ("mse", "softmax") else LIVE
    chooser.showPopup()
    role = Qt.ItemDataRole.UserRole + 2
    said = {
        chooser.itemData(place, Qt.ItemDataRole.UserRole): chooser.itemData(place, role)
        for place in range(chooser.count())
    }
    chooser.hidePopup()
    assert {key for key, words in said.items() if words} == {"softmax"}


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_is_known_of_an_entry_is_told(name):
    for entry in CATALOGUES[name].values():
        text = about(entry, "one thing more")
        assert summary_of(entry) and text.endswith("<p>one thing more</p>") and "<p></p>" not in text
        for known in (getattr(entry, "source", ""), getattr(entry, "licence", "")):
            assert html.escape(known, quote=False) in text


def test_typing_finds_an_entry(show, qtbot):
    chooser = show(Chooser(SURFACES))
    chooser.set_key(next(iter(SURFACES)))
    told: list[str] = []
    chooser.chosen.connect(told.append)
    chooser.setFocus()
    qtbot.keyClicks(chooser, "rosen")
    assert told[-1] == "rosenbrock"


def test_scrolling_past_chooses_nothing(chooser):
    chooser.setFocus()
    middle = QPointF(chooser.rect().center())
    wheel = QWheelEvent(
        middle, chooser.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chooser, wheel)
    assert chooser.told == []


def test_an_unknown_key_is_refused_and_changes_nothing(chooser, catalogue):
    first = next(iter(catalogue))
    chooser.set_key(first)
    with pytest.raises(ValueError, match="unknown"):
        chooser.set_key("no such thing")
    assert chooser.key == first


def test_segments_are_chosen_by_click_and_by_arrows(show, qtbot):
    segments = show(Segmented(("Full", "Mini-batch", "Single"), "batch type"))
    told: list[int] = []
    segments.chosen.connect(told.append)
    segments.set_place(2)
    assert segments.place == 2 and told == []
    buttons = segments.findChildren(QPushButton)
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    assert told == [0]
    buttons[0].setFocus()
    qtbot.keyClick(buttons[0], Qt.Key.Key_Right)
    assert told[-1] == 1 and segments.place == 1
    assert [button.isChecked() for button in buttons] == [False, True, False]
    assert all(button.accessibleName() for button in buttons)


def test_no_text_of_the_segments_is_cut(show):
    segments = show(Segmented(("Full batch", "Mini-batch", "Single sample"), "batch type"))
    for button in segments.findChildren(QPushButton):
        assert button.fontMetrics().horizontalAdvance(button.text()) <= button.width()


def test_tab_comes_to_the_segment_that_is_shown(show):
    segments = show(Segmented(("Full", "Mini-batch", "Single"), "batch type"))
    buttons = segments.findChildren(QPushButton)
    buttons[0].setFocus()
    segments.set_place(2)
    assert [bool(button.focusPolicy() & Qt.FocusPolicy.TabFocus) for button in buttons] == [False, False, True]
