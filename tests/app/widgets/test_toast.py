from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.widgets.toast import Toast


@pytest.fixture
def owner(qtbot, themed):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 400)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.mark.parametrize(
    "sentence", ["saved", "learning rate must lie in [1e-12, 1e+06], got 1e9", "a long story " * 40]
)
def test_a_sentence_is_shown_whole_inside_the_window(owner, sentence):
    toast = Toast(owner)
    toast.warn(sentence)
    assert toast.isVisible() and toast.text.text() == sentence
    assert owner.rect().contains(toast.geometry())
    assert toast.text.height() >= toast.text.heightForWidth(toast.text.width())
    if len(sentence) < 60:
        assert toast.text.height() < 2 * toast.text.fontMetrics().lineSpacing()


def test_it_stays_inside_a_window_that_shrinks(owner):
    toast = Toast(owner)
    toast.warn("a long story " * 10)
    owner.resize(420, 300)
    QApplication.processEvents()
    assert owner.rect().contains(toast.geometry())


def test_it_leaves_the_keyboard_where_it_is(owner):
    field = QLineEdit(owner)
    field.show()
    owner.activateWindow()
    field.setFocus()
    Toast(owner).tell("saved")
    assert QApplication.focusWidget() is field


def test_a_failure_can_be_copied_and_stays_until_closed(owner, qtbot):
    toast = Toast(owner)
    toast.fail("Traceback\n  here\nValueError: no such thing")
    assert "ValueError: no such thing" in toast.text.text()
    qtbot.mouseClick(toast.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text().startswith("Traceback")
    assert not toast._timer.isActive()
    qtbot.mouseClick(toast.close_button, Qt.MouseButton.LeftButton)
    assert not toast.isVisible()


def test_the_sentence_of_a_refusal_is_never_read_as_markup(owner):
    toast = Toast(owner)
    toast.warn("the name must be shorter, got <b>x</b>")
    assert toast.text.textFormat() == Qt.TextFormat.PlainText
