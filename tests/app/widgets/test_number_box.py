"""A spin box reads numbers as people write them, applies them once confirmed, and keeps every digit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

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


@pytest.mark.parametrize(
    ("text", "key"),
    [("7", Qt.Key.Key_Escape), ("1,000", Qt.Key.Key_Return), ("1e10", Qt.Key.Key_Return), ("one", Qt.Key.Key_Return)],
)
def test_escape_and_what_does_not_fit_leave_the_value(box, qtbot, text, key):
    enter(qtbot, box, text, key)
    assert box.told == [] and box.value() == 0.5 and box.text() == "0.5"
