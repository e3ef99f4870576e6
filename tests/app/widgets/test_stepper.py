"""A whole number is stepped with buttons and keys, typed, and never changed behind one's back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.stepper import Stepper
from engine import UNITS


@pytest.fixture
def stepper(qtbot, themed):
    window = QWidget()
    qtbot.addWidget(window)
    made = Stepper(UNITS)
    made.name("units of hidden layer 1", "as many as you like")
    QVBoxLayout(window).addWidget(made)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    made.told = []
    made.changed.connect(made.told.append)
    made.finished.connect(lambda: made.told.append("finished"))
    made.refused.connect(made.told.append)
    yield made


@pytest.mark.parametrize(
    ("key", "value"),
    [(Qt.Key.Key_Up, 5), (Qt.Key.Key_Down, 3), (Qt.Key.Key_PageUp, 14), (Qt.Key.Key_PageDown, 1)],
)
def test_keys(stepper, qtbot, key, value):
    stepper.field.setFocus()
    qtbot.keyClick(stepper.field, key)
    assert stepper.told == [value, "finished"] and stepper.field.text() == str(value)


def test_a_held_button_is_one_gesture(stepper, qtbot):
    stepper.more.setAutoRepeatDelay(1)
    stepper.more.setAutoRepeatInterval(1)
    QTest.mousePress(stepper.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(stepper.told) >= 3)
    assert "finished" not in stepper.told
    QTest.mouseRelease(stepper.more, Qt.MouseButton.LeftButton)
    *values, last = stepper.told
    assert values == list(range(5, 5 + len(values))) and last == "finished"


def test_showing_a_value_tells_nothing_and_the_ends_are_ends(stepper):
    stepper.set_value(1)
    assert not stepper.less.isEnabled() and stepper.more.isEnabled()
    stepper.set_value(512)
    assert stepper.less.isEnabled() and not stepper.more.isEnabled()
    assert stepper.told == [] and stepper.field.text() == "512"


@pytest.mark.parametrize("text", ["0", "513", "2.5", "many", "-3", ""])
def test_what_cannot_be_is_refused_and_escape_brings_the_value_back(stepper, qtbot, text):
    stepper.field.setFocus()
    stepper.field.selectAll()
    qtbot.keyClick(stepper.field, Qt.Key.Key_Delete)
    qtbot.keyClicks(stepper.field, text)
    qtbot.keyClick(stepper.field, Qt.Key.Key_Return)
    assert len(stepper.told) == 1 and "units must be" in stepper.told[0] and stepper.field.property("bad") is True
    qtbot.keyClick(stepper.field, Qt.Key.Key_Escape)
    assert stepper.told[1:] == [""] and stepper.field.text() == "4" and stepper.field.property("bad") is False


def test_what_is_being_typed_stays(stepper, qtbot):
    stepper.field.setFocus()
    stepper.field.selectAll()
    qtbot.keyClicks(stepper.field, "7")
    stepper.set_value(9)
    assert stepper.field.text() == "7"


def test_its_parts_have_names(stepper):
    parts = (stepper, stepper.field, stepper.less, stepper.more)
    assert all(part.accessibleName().endswith("units of hidden layer 1") and part.toolTip() for part in parts)


def test_return_and_escape_give_the_keyboard_back(stepper, qtbot):
    for text, key, value in (("7", Qt.Key.Key_Return, 7), ("9", Qt.Key.Key_Escape, 7), ("2^3", Qt.Key.Key_Enter, 8)):
        stepper.field.setFocus()
        stepper.field.selectAll()
        qtbot.keyClicks(stepper.field, text)
        qtbot.keyClick(stepper.field, key)
        assert not stepper.field.hasFocus() and stepper.value == value and stepper.field.text() == str(value)
