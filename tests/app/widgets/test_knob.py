from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from app.widgets.knob import Knob, read, shown
from app.widgets.knob_list import KnobList
from app.widgets.restart_effects import RESTARTS, SENTENCES
from engine import (
    BATCHES,
    COMMON,
    DATASETS,
    DROPOUT,
    INITIALIZERS,
    LEARNING_RATE,
    LOSSES,
    OPTIMIZERS,
    RESIDUAL,
    SCHEDULES,
    SHARE,
    STOP,
    SURFACES,
    UNITS,
    WARMUP,
    Hyper,
    SettingError,
)
from tests.each import each

LINEAR = Hyper("beta1", "β₁", 0.9, 0.0, 0.9999, help="share of the running mean that is kept")
LOG = Hyper("rate", "η", 1e-2, 1e-12, 1e6, log=True, slider=(1e-5, 10.0))
LOG_FROM_ZERO = Hyper("weight_decay", "λ", 0.0, 0.0, 10.0, log=True, slider=(0.0, 1.0))
WHOLE = Hyper("period", "T", 7, 1, 1_000_000, kind="integer", slider=(1, 10), unit="updates")
WHOLE_LOG = Hyper("window", "W", 1, 1, 10_000, log=True, kind="integer")
SWITCH = Hyper("decoupled", "decoupled", False, 0, 1, kind="switch")
LIST = Hyper("milestones", "", (100.0, 200.0), 0, 1e9, kind="list")
CHOICE = Hyper("order", "", "one", kind="choice", options=("one", "two_by_two", "three"))
LONG_CHOICE = Hyper("kind", "", "c", kind="choice", options=("a", "b", "c", "d", "e"))
PERCENT = Hyper("noise", "", 0.0, 0.0, 50.0, unit="%")
SAMPLES = (LINEAR, LOG, LOG_FROM_ZERO, WHOLE, WHOLE_LOG, SWITCH, LIST, CHOICE, LONG_CHOICE)
CATALOGUES = (OPTIMIZERS, SCHEDULES, SURFACES, BATCHES, DATASETS, LOSSES, INITIALIZERS)
DECLARED = list(
    dict.fromkeys(
        [*COMMON, LEARNING_RATE, WARMUP, *STOP, SHARE, DROPOUT, RESIDUAL, UNITS]
        + [hyper for made in CATALOGUES for entry in made.values() for hyper in entry.knobs]
    )
)
REFUSED = (
    "", " ", "nan", "-nan", "inf", "-inf", "1e9999", "-1e9999", "0x10", "one", "1,2,3", "0.5.5", "1e", "--1",
    "🙂", "½", "١e٩٩", "\u202e1", "9" * 5000, "1" + "0" * 399, "<b>1</b>", "__import__('os')",
)  # fmt: skip


@pytest.mark.parametrize("hyper", SAMPLES, ids=lambda hyper: hyper.name)
def test_a_knob_has_only_the_labels_it_shows(hyper, show):
    """A window has many knobs, and styles all their labels."""
    knob, _ = show(hyper)
    assert all(label.isVisible() for label in knob.findChildren(QLabel) if label.text())
    labels = len(knob.findChildren(QLabel))
    knob.show_effect(RESTARTS, marked=True)
    knob.show_driver("Cosine", 0.5)
    knob.refuse("no")
    row = [knob.label, knob.mark, knob.drive]
    assert all(label.isVisible() for label in (*row, knob.fault))
    assert len(knob.findChildren(QLabel)) == labels + 3
    QApplication.sendPostedEvents()
    assert sorted(row, key=lambda label: label.x()) == row and knob.fault.y() > knob.label.y()
    knob.show_effect("", marked=True)
    knob.show_driver("", 0.0)
    knob.refuse("")
    assert not any(label.isVisible() for label in (knob.mark, knob.drive, knob.fault))


@pytest.fixture
def show(qtbot, themed):
    """Show a knob beside a button-like neighbour that can take the focus away; returns it with what it tells."""

    windows = []  # qtbot itself keeps only weak references

    def make(hyper: Hyper) -> tuple[Knob, list[object]]:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        other = QWidget(window)
        other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        other.setObjectName("elsewhere")
        knob = Knob(hyper)
        column = QVBoxLayout(window)
        column.addWidget(knob)
        column.addWidget(other)
        window.resize(280, 80)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        told: list[object] = []
        knob.changed.connect(lambda name, value: told.append((name, value)))
        knob.finished.connect(lambda: told.append("finished"))
        return knob, told

    yield make
    windows.clear()


def enter(qtbot, knob: Knob, text: str) -> None:
    knob.field.setFocus()
    knob.field.selectAll()
    qtbot.keyClick(knob.field, Qt.Key.Key_Delete)
    if text.isascii() and len(text) < 60:
        qtbot.keyClicks(knob.field, text)
    else:  # there are no keys for it
        QApplication.clipboard().setText(text)
        qtbot.keyClick(knob.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(knob.field, Qt.Key.Key_Return)


def wheel(target: QWidget) -> None:
    middle = QPointF(target.rect().center())
    event = QWheelEvent(
        middle, target.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(target, event)


@pytest.mark.parametrize(
    ("hyper", "text", "value"),
    [
        (LINEAR, "0.5", 0.5),
        (LINEAR, "  .25 ", 0.25),
        (LOG, "1e-3", 1e-3),
        (LOG, "2.5E+4", 2.5e4),
        (LOG, "1e-12", 1e-12),
        (WHOLE, "1e3", 1000),
        (WHOLE, "31", 31),
        (LIST, "100, 200,300", (100, 200, 300)),
        (LIST, "7;9", (7, 9)),
        (LIST, "1e3; 2·10³", (1000, 2000)),
        (LINEAR, "0,003", 0.003),
        (LINEAR, "1/3", 1 / 3),
        (LINEAR, "5%", 0.05),
        (LOG, "2^-7", 2.0**-7),
        (LOG, "3·10⁻⁴", 3e-4),
        (LOG, "1e-3*2", 2e-3),
        (WHOLE, "10^4", 10_000),
        (WHOLE, "1 000", 1000),
        (PERCENT, "5 %", 5.0),
        (LIST, "", ()),
    ],
)
def test_what_is_typed_is_taken_over_the_whole_range(show, qtbot, hyper, text, value):
    knob, told = show(hyper)
    enter(qtbot, knob, text)
    assert told == [(hyper.name, value), "finished"]
    assert knob.value == value and type(knob.value) is type(hyper.check(value))
    assert not knob.fault.isVisible()


def test_a_real_minus_sign_can_be_typed(show, qtbot):
    knob, told = show(Hyper("shift", "", 0.0, -5.0, 5.0))
    enter(qtbot, knob, "−1.5")
    assert told[0] == ("shift", -1.5)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("hyper", [LINEAR, WHOLE, LOG], ids=lambda hyper: hyper.name)
def test_what_cannot_be_is_refused_with_the_range_and_changes_nothing(show, qtbot, hyper, text):
    knob, told = show(hyper)
    enter(qtbot, knob, text)
    assert told == []
    assert knob.value == hyper.default
    assert knob.fault.isVisible()
    assert hyper.title in knob.fault.text() and hyper.range in knob.fault.text()
    assert len(knob.fault.text()) < 200
    assert knob.field.property("bad") is True
    assert knob.fault.textFormat() == Qt.TextFormat.PlainText


def test_just_outside_the_range_is_refused_and_the_sentence_names_it(show, qtbot):
    knob, told = show(LINEAR)
    enter(qtbot, knob, "1.5")
    assert told == [] and "1.5" in knob.fault.text() and "[0, 0.9999]" in knob.fault.text()
    enter(qtbot, knob, "0.5")
    assert told == [("beta1", 0.5), "finished"]
    assert not knob.fault.isVisible() and knob.field.property("bad") is False


@pytest.mark.parametrize("text", ["1.000", "1,000"])
def test_a_thousand_in_a_whole_number_is_asked(show, qtbot, text):
    knob, told = show(WHOLE)
    enter(qtbot, knob, text)
    assert told == [] and f"{text} can be read as 1 or as 1000; write one of them" in knob.fault.text()
    assert knob.field.text() == text and knob.field.hasFocus()


def test_thousands_in_a_list_are_not_taken_apart(show, qtbot):
    knob, told = show(LIST)
    enter(qtbot, knob, "1,000, 2,000")
    assert told == [] and "write thousands without a mark" in knob.fault.text()


def test_return_and_escape_give_the_keyboard_back(show, qtbot):
    knob, told = show(LINEAR)
    enter(qtbot, knob, "0.5")
    assert not knob.field.hasFocus() and told == [("beta1", 0.5), "finished"]
    enter(qtbot, knob, "7")
    assert knob.field.hasFocus() and knob.fault.isVisible()
    qtbot.keyClick(knob.field, Qt.Key.Key_Escape)
    assert not knob.field.hasFocus() and knob.field.text() == "0.5" and not knob.fault.isVisible()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        knob.field.setFocus()
        qtbot.keyClick(knob.field, key)
        assert not knob.field.hasFocus()
    assert len(told) == 2


def test_half_a_whole_number_is_refused(show, qtbot):
    knob, told = show(WHOLE)
    enter(qtbot, knob, "2.5")
    assert told == [] and "whole number" in knob.fault.text()


def test_escape_brings_the_value_back(show, qtbot):
    knob, told = show(LINEAR)
    enter(qtbot, knob, "7")
    qtbot.keyClick(knob.field, Qt.Key.Key_Escape)
    assert knob.field.text() == "0.9" and not knob.fault.isVisible()
    qtbot.keyClicks(knob.field, "5")
    qtbot.keyClick(knob.field, Qt.Key.Key_Escape)
    qtbot.keyClick(knob.field, Qt.Key.Key_Return)
    assert told == []


def test_leaving_the_field_takes_what_was_typed_once(show, qtbot):
    knob, told = show(LINEAR)
    knob.field.setFocus()
    knob.field.selectAll()
    qtbot.keyClicks(knob.field, "0.25")
    assert told == []
    knob.window().findChild(QWidget, "elsewhere").setFocus()
    assert told == [("beta1", 0.25), "finished"]


def test_what_is_half_typed_goes_with_a_knob_that_is_hidden_or_shows_something_else(show, qtbot):
    """As when an undo takes away what the number was for; only a hand that leaves the field applies it."""
    for end in ("hide", "abandon"):
        knob, told = show(LINEAR)
        knob.field.setFocus()
        knob.field.selectAll()
        qtbot.keyClicks(knob.field, "0.25")
        getattr(knob, end)()
        knob.field.clearFocus()
        assert told == [] and knob.value == LINEAR.default and knob.field.text() == shown(LINEAR.default, "real")


@pytest.mark.parametrize("again", [True, False], ids=["kept", "dropped"])
def test_what_is_half_typed_goes_when_a_list_shows_other_knobs(qtbot, themed, again):
    column = QWidget()
    qtbot.addWidget(column)
    knobs = KnobList()
    QVBoxLayout(column).addWidget(knobs)
    other = Hyper("other", "o", 1.0, 0.0, 5.0)
    knobs.show_knobs((LINEAR,))
    with qtbot.waitExposed(column):
        column.show()
    column.activateWindow()
    told = []
    knobs.changed.connect(lambda *change: told.append(change))
    field = knobs.knobs[LINEAR.name].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.25")
    knobs.show_knobs((LINEAR, other) if again else (other,))
    if again:
        assert field.text() == shown(LINEAR.default, "real")
        knobs.knobs["other"].field.setFocus()
    assert told == []


def test_return_without_typing_tells_nothing(show, qtbot):
    knob, told = show(Hyper("third", "", 1 / 3, 0.0, 1.0))
    knob.field.setFocus()
    qtbot.keyClick(knob.field, Qt.Key.Key_Return)
    assert told == [] and knob.value == 1 / 3


@pytest.mark.parametrize("hyper", SAMPLES, ids=lambda hyper: hyper.name)
def test_showing_a_value_never_tells(show, hyper):
    knob, told = show(hyper)
    values = {
        "switch": (True, False),
        "list": ((), (1.0, 2.0)),
        "integer": (1, 5),
        "choice": hyper.options,
    }.get(hyper.kind, (0.1, 0.5))
    for value in values:
        knob.set_value(value)
        assert knob.value == value
    assert told == []


def test_what_is_being_typed_is_not_overwritten_by_the_same_value(show, qtbot):
    knob, _ = show(LINEAR)
    knob.field.setFocus()
    knob.field.selectAll()
    qtbot.keyClicks(knob.field, "0.1")
    knob.set_value(0.9)
    assert knob.field.text() == "0.1"


def test_a_drag_tells_at_every_step_and_is_finished_once(show, qtbot):
    knob, told = show(LOG)
    slider = knob.slider
    place = QPoint(slider.width() // 2, slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    for step in range(1, 30):
        qtbot.mouseMove(slider, place + QPoint(step, 0))
    assert "finished" not in told
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place + QPoint(30, 0))
    values = [value for name, value in told[:-1]]
    assert told[-1] == "finished" and told.count("finished") == 1
    assert len(values) > 10 and values == sorted(values)
    assert all(LOG.low <= value <= LOG.high for value in values)
    assert read(knob.field.text(), LOG) == knob.value == values[-1]


def test_a_late_echo_does_not_pull_the_handle_out_of_the_hand(show, qtbot):
    knob, _ = show(LOG)
    slider = knob.slider
    middle = slider.rect().center()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(slider, middle + QPoint(25, 0))
    held = slider.value()
    knob.set_value(LOG.default)
    assert slider.value() == held
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=middle + QPoint(25, 0))


@pytest.mark.parametrize(
    ("hyper", "start", "coarse", "up", "down"),
    [
        (LOG, 0.01, False, 0.011, 0.01 / 1.1),
        (LOG, 0.01, True, 0.1, 0.001),
        (LINEAR, 0.5, False, 0.509999, 0.490001),
        (WHOLE, 7, False, 8, 6),
        (WHOLE, 70, True, 80, 60),
        (WHOLE_LOG, 1, False, 2, 1),
        (WHOLE_LOG, 50, True, 500, 5),
    ],
)
def test_arrows_in_the_field_step_sensibly(show, qtbot, hyper, start, coarse, up, down):
    modifier = Qt.KeyboardModifier.ShiftModifier if coarse else Qt.KeyboardModifier.NoModifier
    for key, value in ((Qt.Key.Key_Up, up), (Qt.Key.Key_Down, down)):
        knob, told = show(hyper)
        knob.set_value(start)
        knob.field.setFocus()
        qtbot.keyClick(knob.field, key, modifier)
        assert knob.value == pytest.approx(value, rel=1e-5)
        assert told[-1] == "finished"


@pytest.mark.parametrize("hyper", [LINEAR, LOG, LOG_FROM_ZERO, WHOLE, WHOLE_LOG], ids=lambda hyper: hyper.name)
def test_arrows_stop_at_the_ends_of_the_range(show, qtbot, hyper):
    knob, _ = show(hyper)
    knob.field.setFocus()
    for key, end in ((Qt.Key.Key_Up, hyper.high), (Qt.Key.Key_Down, hyper.low)):
        knob.set_value(end)
        qtbot.keyClick(knob.field, key)
        assert hyper.low <= knob.value <= hyper.high


@pytest.mark.parametrize("hyper", [WHOLE, LOG, LINEAR], ids=lambda hyper: hyper.name)
def test_each_arrow_on_the_slider_changes_the_value(show, qtbot, hyper):
    knob, _ = show(hyper)
    knob.set_value(5 if hyper is WHOLE else hyper.default)
    knob.slider.setFocus()
    before = knob.value
    qtbot.keyClick(knob.slider, Qt.Key.Key_Right)
    assert knob.value > before
    qtbot.keyClick(knob.slider, Qt.Key.Key_Left)
    assert knob.value == pytest.approx(before, rel=1e-2)


def test_the_wheel_turns_a_slider_only_with_the_focus(show):
    knob, told = show(LINEAR)
    knob.window().findChild(QWidget, "elsewhere").setFocus()
    wheel(knob.slider)
    wheel(knob.field)
    assert told == []
    knob.slider.setFocus()
    wheel(knob.slider)
    assert told


@pytest.mark.parametrize("hyper", [LINEAR, LOG, WHOLE], ids=lambda hyper: hyper.name)
def test_a_double_click_on_the_name_brings_the_default_back(show, qtbot, hyper):
    knob, told = show(hyper)
    knob.set_value(hyper.check(3 if hyper is WHOLE else 0.3))
    qtbot.mouseDClick(knob.label, Qt.MouseButton.LeftButton)
    assert told == [(hyper.name, hyper.default), "finished"]
    qtbot.mouseDClick(knob.label, Qt.MouseButton.LeftButton)
    assert len(told) == 2


def test_a_double_click_while_something_refused_stands_there_clears_it(show, qtbot):
    knob, told = show(LINEAR)
    enter(qtbot, knob, "7")
    qtbot.mouseDClick(knob.label, Qt.MouseButton.LeftButton)
    assert knob.field.text() == "0.9" and not knob.fault.isVisible() and told == []


def test_a_switch_is_toggled_by_mouse_and_by_space(show, qtbot):
    knob, told = show(SWITCH)
    qtbot.mouseClick(knob.switch, Qt.MouseButton.LeftButton)
    assert told == [("decoupled", True), "finished"]
    knob.switch.setFocus()
    qtbot.keyClick(knob.switch, Qt.Key.Key_Space)
    assert told[2:] == [("decoupled", False), "finished"] and knob.value is False


def test_a_choice_of_few_is_made_with_buttons(show, qtbot):
    knob, told = show(CHOICE)
    buttons = knob.options.buttons.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["One", "Two by two", "Three"]
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    buttons[1].setFocus()
    qtbot.keyClick(buttons[1], Qt.Key.Key_Right)
    assert told == [("order", "two_by_two"), "finished", ("order", "three"), "finished"] and knob.value == "three"
    qtbot.mouseDClick(knob.label, Qt.MouseButton.LeftButton)
    assert told[4:] == [("order", "one"), "finished"] and buttons[0].isChecked()


def test_a_choice_of_many_is_made_in_a_list(show, qtbot):
    knob, told = show(LONG_CHOICE)
    assert knob.options.list.currentText() == "C"
    knob.options.list.setFocus()
    wheel(knob.options.list)
    qtbot.keyClick(knob.options.list, Qt.Key.Key_Down)
    assert told == [("kind", "d"), "finished"] and knob.value == "d"
    knob.set_value("a")
    assert knob.options.list.currentText() == "A" and len(told) == 2


def test_a_choice_is_read_by_its_words():
    assert read(" three ", CHOICE) == "three" and shown("three", "choice") == "three"
    with pytest.raises(SettingError, match="order must be one of one, two_by_two, three, got 'four'"):
        read("four", CHOICE)


def test_what_turning_does_is_told_and_marked(show):
    knob, _ = show(LINEAR)
    before = knob.toolTip()
    knob.show_effect(RESTARTS, marked=True)
    assert (
        knob.mark.isVisible()
        and SENTENCES[RESTARTS] in knob.toolTip()
        and SENTENCES[RESTARTS] in knob.accessibleDescription()
    )
    knob.show_effect(RESTARTS, marked=False)
    assert not knob.mark.isVisible() and SENTENCES[RESTARTS] in knob.toolTip()
    knob.show_effect("", marked=True)
    assert not knob.mark.isVisible() and knob.toolTip() == before


def test_a_list_that_is_too_long_is_refused(show, qtbot):
    knob, told = show(LIST)
    enter(qtbot, knob, ",".join("123456789"))
    assert told == [] and "up to 8 numbers" in knob.fault.text()


@each("hyper", DECLARED)
def test_every_declared_knob_can_be_drawn_named_and_typed_back(show, hyper):
    knob, told = show(hyper)
    assert knob.objectName() == f"knob-{hyper.name}"
    assert knob.accessibleName() and hyper.range in knob.toolTip()
    assert knob.value == hyper.default and told == []
    if hyper.kind in ("switch", "choice"):
        assert (knob.switch or knob.options).accessibleName() and not knob.field.isVisible()
        return
    assert knob.field.accessibleName()
    assert read(knob.field.text(), hyper) == hyper.default
    if knob.slider is not None:
        for tick in (knob.slider.minimum(), 1, 500, 999, knob.slider.maximum()):
            knob.slider.setValue(min(tick, knob.slider.maximum()))
            assert hyper.check(knob.value) == knob.value
        ends = hyper.slider or (hyper.low, hyper.high)
        assert knob.value == pytest.approx(ends[1], rel=6e-3)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-300, 123456789.123, math.pi, 5e-324, 1 / 3])
def test_a_shown_number_typed_back_is_the_same_number(value):
    hyper = Hyper("a", "", 1.0, 0.0, 1e300)
    assert read(shown(value, "real"), hyper) == value


def test_reading_refuses_in_words():
    with pytest.raises(SettingError, match="beta1 must be a number in"):
        read("abc", LINEAR)
