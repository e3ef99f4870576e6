from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.widgets.parameter_chooser import ParameterChooser, ParameterNames
from engine import new_network, problem_of

PARAMETERS = 20_000


@pytest.fixture
def chooser(qtbot, themed):
    problem = problem_of(new_network("circle", ["sgd"], (140, 140)).problem)
    assert problem.start.size > PARAMETERS
    made = ParameterChooser("which", "Which parameter", "A parameter")
    made.problem = problem
    qtbot.addWidget(made)
    made.offer(problem)
    made.set_place(5)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.lineEdit().setFocus()
    made.told = []
    made.chosen.connect(made.told.append)
    return made


@pytest.fixture
def asked(monkeypatch):
    """How many names were made."""
    count, data = [0], ParameterNames.data

    def counted(self, index, role=Qt.ItemDataRole.DisplayRole):
        count[0] += role == Qt.ItemDataRole.DisplayRole
        return data(self, index, role)

    monkeypatch.setattr(ParameterNames, "data", counted)
    return count


def test_a_key_never_waits_for_all_names(chooser, asked, qtbot):
    field = chooser.lineEdit()
    field.selectAll()
    for letter in "bias output":
        asked[0] = 0
        qtbot.keyClick(field, letter)
        assert asked[0] < PARAMETERS / 4
    popup = chooser.completer().popup()
    qtbot.waitUntil(popup.isVisible, timeout=20_000)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert chooser.told == [chooser.problem.start.size - 1]
    assert chooser.currentText() == "bias output"


def test_what_is_no_name_is_put_back_without_looking_through_all(chooser, asked, qtbot):
    field, before = chooser.lineEdit(), chooser.currentText()
    field.selectAll()
    qtbot.keyClicks(field, "nonsense")
    asked[0] = 0
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked[0] < PARAMETERS / 4
    assert chooser.currentText() == before and chooser.told == []


def test_a_whole_name_may_be_typed(chooser, qtbot):
    field = chooser.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, "W hidden 1: x ")
    popup = chooser.completer().popup()
    assert popup.isVisible()
    field.insert("→ unit 3")  # QTest types no such signs
    field.textEdited.emit(field.text())
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert chooser.told == [4] and chooser.currentText() == "w hidden 1: x → unit 3"
