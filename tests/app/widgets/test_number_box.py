"""A spin box reads numbers as people write them, applies them once confirmed, and keeps every digit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from app.widgets.number_box import NumberBox


@pytest.fixture
def box(qtbot, themed):
    window = QWidget()
    qtbot.addWidget(window)
    made = NumberBox()
    made.setRange(-1e9, 1e9)
    made.setValue(0.5)
    QVBoxLayout(window).addWidget(made)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    made.told = []
    made.valueChanged.connect(made.told.append)
    yield made


def enter(qtbot, box: NumberBox, text: str, key: Qt.Key) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    assert box.told == []
    qtbot.keyClick(box, key)
    assert not box.hasFocus()


@pytest.mark.parametrize(("text", "value"), [("0,003", 0.003), ("1/8", 0.125), ("-2^-7", -(2.0**-7)), ("5%", 0.05)])
def test_what_is_typed_is_applied_on_return(box, qtbot, text, value):
    enter(qtbot, box, text, Qt.Key.Key_Return)
    assert box.told == [value] and box.value() == value


def test_escape_leaves_the_value(box, qtbot):
    enter(qtbot, box, "7", Qt.Key.Key_Escape)
    assert box.told == [] and box.value() == 0.5 and box.text() == "0.5"


@pytest.mark.parametrize("text", ["1,000", "1e10", "one", ""])
def test_what_cannot_be_read_stays_and_is_said(box, qtbot, text):
    box.setAccessibleName("value")
    refused = []
    box.refused.connect(refused.append)
    box.setFocus()
    box.selectAll()
    qtbot.keyClick(box, Qt.Key.Key_Delete)
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.told == [] and box.value() == 0.5 and box.text() == text and box.hasFocus()
    assert box.fault.startswith("value must be a number in [-1e+09, 1e+09]") or "value must lie in" in box.fault
    assert refused == [box.fault] and QToolTip.text() == box.fault and box.property("bad")
    box.clearFocus()
    assert box.text() == text and box.value() == 0.5 and refused == [box.fault]
    enter(qtbot, box, "2", Qt.Key.Key_Return)
    assert box.value() == 2.0 and box.text() == "2" and refused[1:] == [""] and not box.property("bad")


def test_escape_and_a_step_end_what_cannot_be_read(box, qtbot):
    box.setSingleStep(0.25)
    for key, value in ((Qt.Key.Key_Escape, 0.5), (Qt.Key.Key_Up, 0.75)):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, "one")
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert box.fault
        qtbot.keyClick(box, key)
        assert not box.fault and box.value() == value and box.text() == str(value)


def test_a_whole_number_has_thousands_and_a_unit(qtbot, themed):
    box = NumberBox(whole=True)
    qtbot.addWidget(box)
    box.setSuffix(" rows")
    box.setRange(2, 10_000)
    with qtbot.waitExposed(box):
        box.show()
    box.activateWindow()
    for text, value in (("1 000", 1000), ("10^3", 1000), ("2e3", 2000), ("1/2", 2000), ("2.5", 2000)):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, text)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert box.value() == value
    assert box.fault and box.text() == "2.5 rows"
