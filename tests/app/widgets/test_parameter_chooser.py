from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.widgets.parameter_chooser import ParameterChooser

PARAMETERS = 40_000


class Names:
    """A subject with many parameters; asked: how many names were made."""

    asked = 0

    def parameter_name(self, place: int) -> str:
        self.asked += 1
        return "bias output" if place == PARAMETERS - 1 else f"w hidden 1: x → unit {place + 1}"


@pytest.fixture
def chooser(qtbot, themed):
    made = ParameterChooser("which", "Which parameter", "A parameter")
    qtbot.addWidget(made)
    made.names = Names()
    made.offer(SimpleNamespace(start=np.zeros(PARAMETERS), subject=made.names))
    made.set_place(5)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.lineEdit().setFocus()
    made.lineEdit().selectAll()
    made.told = []
    made.chosen.connect(made.told.append)
    return made


def test_a_key_never_waits_for_all_names(chooser, qtbot):
    for letter in "bias output":
        chooser.names.asked = 0
        qtbot.keyClick(chooser.lineEdit(), letter)
        assert 0 < chooser.names.asked < PARAMETERS / 4
    popup = chooser.completer().popup()
    qtbot.waitUntil(popup.isVisible, timeout=20_000)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert chooser.told == [PARAMETERS - 1] and chooser.currentText() == "bias output"


def test_what_is_no_name_is_put_back_without_looking_through_all(chooser, qtbot):
    before = chooser.itemText(5)
    qtbot.keyClicks(chooser.lineEdit(), "nonsense")
    chooser.names.asked = 0
    qtbot.keyClick(chooser.lineEdit(), Qt.Key.Key_Return)
    assert chooser.names.asked < PARAMETERS / 4
    assert chooser.currentText() == before and chooser.told == []


def test_a_whole_name_may_be_typed(chooser, qtbot):
    field = chooser.lineEdit()
    qtbot.keyClicks(field, "W hidden 1: x ")
    popup = chooser.completer().popup()
    assert popup.isVisible()
    field.insert("→ unit 3")  # QTest types no such signs
    field.textEdited.emit(field.text())
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert chooser.told == [2] and chooser.currentText() == "w hidden 1: x → unit 3"
