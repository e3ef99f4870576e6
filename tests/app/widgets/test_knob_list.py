"""Lists of knobs: the basic ones and what differs from its default are shown, the rest is behind `More (n)`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from app.widgets.knob_list import KnobList
from app.widgets.more import More
from engine import OPTIMIZERS, Hyper

KNOBS = (
    Hyper("plain", "", 1.0, 0.0, 9.0, tier="basic"),
    Hyper("rare", "", 2.0, 0.0, 9.0, tier="expert"),
    Hyper("middle", "", 3.0, 0.0, 9.0),
    Hyper("other", "", 4.0, 0.0, 9.0),
)
USUAL = {hyper.name: hyper.default for hyper in KNOBS}


@pytest.fixture
def knobs(show_in_column):
    group = QWidget()
    column = QVBoxLayout(group)
    more = More("test")
    made = KnobList(2, more)
    made.more = more
    column.addWidget(made)
    column.addWidget(more)
    column.addStretch(1)
    made.told = []
    made.changed.connect(lambda name, value: made.told.append((name, value)))
    made.finished.connect(lambda: made.told.append("finished"))
    show_in_column(group)
    made.show_knobs(KNOBS)
    made.set_values(USUAL)
    return made


def on_screen(knobs) -> list[str]:
    """The knobs that can be seen, from the top."""
    QApplication.processEvents()
    window = knobs.window()
    seen = [(knob.mapTo(window, knob.rect().topLeft()), name) for name, knob in knobs.knobs.items() if knob.isVisible()]
    return [name for _, name in sorted(seen, key=lambda pair: (pair[0].y(), pair[0].x()))]


def type_in(qtbot, field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_basic_ones_are_shown_and_the_expert_ones_come_last(knobs, qtbot):
    assert on_screen(knobs) == ["plain"]
    assert knobs.more.header.text() == "More (3)" and knobs.more.titles == ["middle", "other", "rare"]
    qtbot.mouseClick(knobs.more.header, Qt.MouseButton.LeftButton)
    assert on_screen(knobs) == ["plain", "middle", "other", "rare"] and knobs.more.count == 3
    qtbot.mouseClick(knobs.more.header, Qt.MouseButton.LeftButton)
    assert on_screen(knobs) == ["plain"] and knobs.told == []


def test_what_differs_from_its_default_is_shown_wherever_it_was(knobs):
    knobs.set_values({**USUAL, "other": 5.0})
    assert on_screen(knobs) == ["plain", "other"] and knobs.more.titles == ["middle", "rare"]
    knobs.set_values({**USUAL, "rare": 5.0})
    assert {"rare", "plain"} <= set(on_screen(knobs))
    knobs.set_values(dict.fromkeys(USUAL, 5.0))
    assert set(on_screen(knobs)) == set(USUAL) and not knobs.more.isVisible() and knobs.more.count == 0


def test_a_value_set_back_to_its_default_stays_until_more_is_closed(knobs, qtbot):
    knobs.set_values({**USUAL, "middle": 5.0})
    before = knobs.knobs["middle"].pos()
    type_in(qtbot, knobs.knobs["middle"].field, "3")
    knobs.set_values(USUAL)
    assert on_screen(knobs) == ["plain", "middle"] and knobs.knobs["middle"].pos() == before
    assert knobs.more.count == 2
    knobs.more.open()
    assert on_screen(knobs)[:2] == ["plain", "middle"], "nothing moves as it opens"
    knobs.more.open(False)
    assert on_screen(knobs) == ["plain"] and knobs.more.count == 3


def test_a_value_changed_behind_more_stays_there_until_it_is_closed(knobs, qtbot):
    knobs.more.open()
    before = on_screen(knobs)
    field = knobs.knobs["rare"].field
    type_in(qtbot, field, "7")
    assert knobs.told == [("rare", 7.0), "finished"]
    knobs.set_values({**USUAL, "rare": 7.0})
    assert on_screen(knobs) == before and knobs.more.count == 3
    knobs.more.open(False)
    assert on_screen(knobs) == ["plain", "rare"] and knobs.more.count == 2


def test_another_run_or_document_takes_back_what_is_as_usual(knobs):
    knobs.set_values({**USUAL, "middle": 5.0})
    knobs.renew()
    knobs.set_values({**USUAL, "other": 5.0})
    assert on_screen(knobs) == ["plain", "other"]


def test_a_knob_in_use_stays_though_the_knobs_are_rebuilt(knobs, qtbot):
    knobs.set_values({**USUAL, "middle": 5.0})
    field = knobs.knobs["middle"].field
    field.setFocus()
    for follow in (lambda: knobs.show_knobs(KNOBS[:3]), knobs.renew):
        follow()
        knobs.set_values(USUAL)
        assert on_screen(knobs) == ["plain", "middle"] and field.hasFocus()
    field.clearFocus()
    knobs.renew()
    knobs.set_values(USUAL)
    assert on_screen(knobs) == ["plain"]


def test_a_knob_in_use_stays_though_more_is_closed(knobs, qtbot):
    knobs.set_values({**USUAL, "middle": 5.0})
    knobs.more.open()
    field = knobs.knobs["middle"].field
    type_in(qtbot, field, "3")
    field.setFocus()
    qtbot.keyClicks(field, "7")
    qtbot.mouseClick(knobs.more.header, Qt.MouseButton.LeftButton)
    assert not knobs.more.is_open and on_screen(knobs) == ["plain", "middle"] and field.hasFocus()
    assert knobs.told == [("middle", 3.0), "finished"], "what is half typed is not applied"


def test_a_slider_dragged_over_its_default_stays_where_it_is(knobs, qtbot):
    knobs.set_values({**USUAL, "middle": 5.0})
    knob = knobs.knobs["middle"]
    on_screen(knobs)
    slider, before = knob.slider, knob.mapTo(knobs.window(), knob.rect().topLeft())
    heights = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() * 5 // 9, heights))
    for x in range(slider.width() * 5 // 9, slider.width() // 5, -2):
        qtbot.mouseMove(slider, QPoint(x, heights))
        knobs.set_values({**USUAL, "middle": knob.value})
        assert knob.isVisible() and knob.mapTo(knobs.window(), knob.rect().topLeft()) == before
    knobs.show_knobs((*KNOBS[:3], replace(KNOBS[3], high=20.0)))
    knobs.set_values(USUAL)
    assert knob.isVisible() and knobs.knobs["middle"] is knob
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 3, heights))
    assert min(told[1] for told in knobs.told if told != "finished") < 3.0


def test_a_knob_is_revealed(knobs):
    assert knobs.reveal("plain") is knobs.knobs["plain"] and not knobs.more.is_open
    assert knobs.reveal("rare") is knobs.knobs["rare"] and knobs.knobs["rare"].isVisible() and knobs.more.is_open


def test_more_opens_and_closes_with_the_keyboard_which_never_gets_lost(knobs, qtbot):
    header = knobs.more.header
    assert "3" in header.accessibleName() and "test" in header.accessibleName()
    header.setFocus()
    qtbot.keyClick(header, Qt.Key.Key_Space)
    assert knobs.knobs["rare"].isVisible()
    knobs.knobs["rare"].field.setFocus()
    knobs.more.open(False)
    assert header.hasFocus()


def test_other_controls_stand_before_the_knobs(knobs):
    part = QLabel("a control")
    knobs.add_part("part", part, "own control", "more")
    knobs.set_values(USUAL)
    assert knobs.more.titles == ["own control", "middle", "other", "rare"] and not part.isVisible()
    knobs.set_values(USUAL, differing=("part",))
    QApplication.processEvents()
    assert part.isVisible() and part.y() < knobs.knobs["plain"].y()
    knobs.set_values(USUAL, absent=("part",))
    assert not part.isVisible() and "own control" not in knobs.more.titles


def test_without_more_all_are_shown(show_in_column):
    made = show_in_column(KnobList())
    made.show_knobs(KNOBS)
    assert on_screen(made) == [hyper.name for hyper in KNOBS]


def test_each_optimizer_has_its_knobs_and_those_that_remain_are_kept(knobs):
    for key in [*OPTIMIZERS, "adam"]:
        entry, before = OPTIMIZERS[key], dict(knobs.knobs)
        knobs.show_knobs(entry.knobs)
        knobs.set_values({hyper.name: hyper.default for hyper in entry.knobs})
        assert list(knobs.knobs) == [hyper.name for hyper in entry.knobs], key
        for hyper in entry.knobs:
            if hyper.name in before and before[hyper.name].hyper == hyper:
                assert knobs.knobs[hyper.name] is before[hyper.name]
            assert knobs.knobs[hyper.name].hyper == hyper
        basic = [hyper.name for hyper in entry.knobs if hyper.tier == "basic"]
        assert on_screen(knobs) == basic and knobs.more.count == len(entry.knobs) - len(basic), key


def test_dropped_knobs_leave_nothing_behind(knobs):
    for key in list(OPTIMIZERS) * 2:
        knobs.show_knobs(OPTIMIZERS[key].knobs)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    named = [child.objectName() for child in knobs.window().findChildren(QWidget)]
    own = [name for name in named if name.startswith("knob-") and name.removeprefix("knob-") in knobs.knobs]
    assert len(own) == len(knobs.knobs)


def test_a_list_hands_on_what_its_knobs_tell(show_in_column, qtbot):
    knobs = show_in_column(KnobList())
    knobs.show_knobs((Hyper("a", "", 1.0, 0.0, 9.0), Hyper("b", "", 2.0, 0.0, 9.0)))
    told: list[object] = []
    knobs.changed.connect(lambda name, value: told.append((name, value)))
    knobs.finished.connect(lambda: told.append("finished"))
    knobs.set_values({"a": 3.0, "b": 4.0})
    assert told == []
    field = knobs.knobs["b"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told == [("b", 5.0), "finished"]
