"""A formula is typed letter by letter and applied once confirmed; what cannot be read is marked and nothing is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.controls.surface import formula_editor
from app.controls.surface.formula_editor import FormulaEditor
from app.look.theme import DARK
from engine import Formula

QUICK = 30  # milliseconds of a pause, in these tests


@pytest.fixture
def editor(qtbot, themed, monkeypatch):
    monkeypatch.setattr(formula_editor, "_PAUSE", QUICK)
    window = QWidget()
    qtbot.addWidget(window)
    made = FormulaEditor(DARK)
    QVBoxLayout(window).addWidget(made)
    window.resize(292, 500)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    made.show_formula(Formula("x^2 + 3*y^2"))
    made.text.setFocus()
    made.text.clear()
    made.told = []
    made.changed.connect(made.told.append)
    yield made


def accused(editor: FormulaEditor) -> bool:
    return editor.text.property("bad") is True


def enter(qtbot, editor: FormulaEditor, text: str) -> None:
    editor.text.setFocus()
    editor.text.selectAll()
    qtbot.keyClicks(editor.text, text)
    qtbot.keyClick(editor.text, Qt.Key.Key_Return)


def test_while_it_is_typed_its_reading_is_shown_and_nothing_applied(editor, qtbot):
    for text, printed in (("x", "f = x"), ("^2", "f = x²"), ("+2y", "f = x² + 2·y")):
        qtbot.keyClicks(editor.text, text)
        assert editor.fault.text() == printed and editor.fault.property("waiting") is True
    assert editor.told == [] and editor.value.text == "x^2 + 3*y^2"
    editor.show_formula(editor.value)  # a frame
    assert editor.text.text() == "x^2+2y" and editor.fault.text() == "f = x² + 2·y"


@pytest.mark.parametrize("leave", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_return_and_leaving_apply_it_once_and_release_the_keyboard(editor, qtbot, leave):
    qtbot.keyClicks(editor.text, "x^2+y")
    qtbot.keyClick(editor.text, leave)
    assert editor.told == [Formula("x^2+y")] and editor.fault.text() == "f = x² + y"
    assert not editor.text.hasFocus()


def test_escape_restores_and_releases(editor, qtbot):
    for text in ("x*y", "x+*"):
        editor.text.setFocus()
        editor.text.clear()
        qtbot.keyClicks(editor.text, text)
        qtbot.keyClick(editor.text, Qt.Key.Key_Escape)
        assert editor.text.text() == "x^2 + 3*y^2" and editor.told == [] and not editor.text.hasFocus()
        assert not accused(editor) and editor.fault.text() == "f = x² + 3·y²"


def test_a_new_parameter_is_announced_and_made_when_confirmed(editor, qtbot):
    qtbot.keyClicks(editor.text, "a*x^2 + b y")
    assert editor.fault.text().endswith("a and b will be new parameters.") and not editor.parameters.knobs
    qtbot.keyClick(editor.text, Qt.Key.Key_Return)
    assert editor.told == [Formula("a*x^2 + b y", {"a": 1.0, "b": 1.0})] and set(editor.parameters.knobs) == {"a", "b"}
    assert editor.fault.text().endswith("a and b are new parameters, 1 for now.")
    editor.show_formula(editor.value)
    assert editor.fault.text().endswith("1 for now.")
    enter(qtbot, editor, "a*x")
    assert editor.fault.text() == "f = a·x"


def test_an_accident_becomes_a_parameter_only_by_the_button(editor, qtbot):
    enter(qtbot, editor, "xy + X")
    assert editor.told == [] and accused(editor) and editor.text.marked == ((0, 2), (5, 1))
    assert "did you mean x*y?" in editor.fault.text() and "did you mean x?" in editor.fault.text()
    assert editor.grant.isVisible() and editor.grant.text() == "Make xy and X parameters"
    qtbot.mouseClick(editor.grant, Qt.MouseButton.LeftButton)
    assert editor.told == [Formula("xy + X", {"xy": 1.0, "X": 1.0})] and not editor.grant.isVisible()


@pytest.mark.parametrize("text", ["sin(Pi x)", "foo(x)", "xy + foo(x)", "xy <"])
def test_what_cannot_be_a_parameter_is_not_offered_as_one(editor, qtbot, text):
    enter(qtbot, editor, text)
    assert editor.told == [] and editor.grant.isVisible() == (text == "sin(Pi x)")


def test_a_sentence_keeps_the_spelling_of_the_person(editor, qtbot):
    enter(qtbot, editor, "foo(x)")
    assert editor.fault.text().startswith("'foo' is not a function")
    enter(qtbot, editor, "x + sin")
    assert editor.fault.text().startswith("The function sin needs parentheses")


def test_half_a_formula_is_no_fault_until_a_pause(editor, qtbot):
    qtbot.keyClicks(editor.text, "x^")
    assert not accused(editor) and editor.text.marked == ()
    assert editor.fault.property("waiting") is True
    qtbot.waitUntil(lambda: accused(editor), timeout=20 * QUICK)
    assert editor.text.marked != () and editor.fault.property("waiting") is False
    assert editor.value.text == "x^2 + 3*y^2"


@pytest.mark.parametrize("leave", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_enter_and_leaving_call_a_fault_by_its_name(editor, qtbot, leave):
    qtbot.keyClicks(editor.text, "x+atan2(y)")
    qtbot.keyClick(editor.text, leave)
    assert accused(editor) and editor.text.marked == ((2, 5),)
    assert "atan2 takes 2 arguments" in editor.fault.text().lower() and "character 3" in editor.fault.text()
    assert editor.text.text() == "x+atan2(y)"


def test_the_mark_stands_below_the_character(editor, qtbot):
    qtbot.keyClicks(editor.text, "x + y + x*$")
    qtbot.keyClick(editor.text, Qt.Key.Key_Return)
    image = editor.text.grab(QRect(editor.text.rect())).toImage()
    red = QColor(DARK.danger)
    near = [
        x
        for x in range(8, image.width() - 8)
        for y in range(image.height() // 2, image.height() - 3)
        if abs(image.pixelColor(x, y).hue() - red.hue()) < 8 and image.pixelColor(x, y).saturation() > 120
    ]
    advance = editor.text.fontMetrics().horizontalAdvance
    end = editor.text.cursorRect().center().x()
    assert near and end - advance("$") - 3 <= min(near) and max(near) <= end + 8


def test_the_mark_is_found_in_text_that_qt_counts_otherwise(editor):
    editor.text.insert("x + 𝑥")
    editor.text.textEdited.emit("x + 𝑥")
    editor.text.returnPressed.emit()
    editor.text.editingFinished.emit()
    assert editor.text.marked == ((4, 1),)
    editor.text.grab()


def test_a_corrected_formula_is_no_longer_marked(editor, qtbot):
    qtbot.keyClicks(editor.text, "x+")
    qtbot.keyClick(editor.text, Qt.Key.Key_Return)
    assert accused(editor)
    qtbot.keyClicks(editor.text, "y")
    assert not accused(editor) and editor.text.marked == ()
    qtbot.keyClick(editor.text, Qt.Key.Key_Return)
    assert editor.value.text == "x+y"


def test_parameters_come_and_go_with_their_names_and_keep_their_values(editor, qtbot):
    enter(qtbot, editor, "a*x^2")
    editor.parameters.knobs["a"].changed.emit("a", 2.5)
    enter(qtbot, editor, "a*x^2+b*y")
    assert set(editor.parameters.knobs) == {"a", "b"} and editor.value.parameters == {"a": 2.5, "b": 1.0}
    enter(qtbot, editor, "a*x^2")
    assert set(editor.parameters.knobs) == {"a"} and editor.value.parameters == {"a": 2.5}


def test_text_that_waits_to_be_corrected_outlives_a_knob(editor, qtbot):
    enter(qtbot, editor, "a*x")
    enter(qtbot, editor, "a*x+)")
    qtbot.keyClick(editor.text, Qt.Key.Key_Tab)
    editor.parameters.changed.emit("a", 4.0)
    editor.show_formula(editor.told[-1])
    assert editor.told[-1] == Formula("a*x", {"a": 4.0})
    assert editor.text.text() == "a*x+)" and accused(editor)


def test_another_formula_replaces_what_is_typed(editor, qtbot):
    qtbot.keyClicks(editor.text, "x+)")
    qtbot.keyClick(editor.text, Qt.Key.Key_Return)
    editor.show_formula(Formula("x*y"))
    assert editor.text.text() == "x*y" and not accused(editor)
    assert editor.fault.text() == "f = x·y"


def test_showing_the_formula_that_was_typed_moves_nothing(editor, qtbot):
    enter(qtbot, editor, "x^2 + y")
    editor.text.setFocus()
    editor.text.setCursorPosition(2)
    count = len(editor.told)
    editor.show_formula(editor.told[-1])
    assert editor.text.cursorPosition() == 2 and editor.text.hasFocus() and len(editor.told) == count


def test_an_empty_region_is_refused_in_words(editor):
    editor.domain.changed.emit("x0", 8.0)
    knob = editor.domain.knobs["x0"]
    assert editor.told == [] and knob.value == -3.0
    assert not knob.fault.isHidden() and knob.fault.text() == "x0 must be less than x1, got 8 and 3"
    editor.domain.changed.emit("x0", -1.0)
    assert editor.told[-1].domain == (-1.0, 3.0, -3.0, 3.0)


def test_what_is_typed_for_a_problem_that_is_gone_is_not_applied(editor, qtbot):
    qtbot.keyClicks(editor.text, "x*y")
    editor.hide()
    editor.text.clearFocus()
    assert editor.told == []


@pytest.mark.parametrize("text", ["x" * 2000, "(" * 2000, "é日本", "__import__('os')", "9**9**9", "1e999", "a=b"])
def test_nonsense_changes_nothing_and_raises_nothing(editor, qtbot, text):
    editor.text.insert(text)
    editor.text.textEdited.emit(text)
    editor.text.editingFinished.emit()
    faulty = accused(editor)
    assert faulty == (not editor.told)
    editor.text.grab()
