"""Another theme comes one part of the window at a time, unseen, and looks as it does from a start."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.look.theme import DARK, LIGHT, stylesheet
from engine import COMPARISONS
from tests.app.comparing import show

MOST = 480  # stylings of widgets in one turn of the event loop, of which Qt takes two for each widget


class Styled(QObject):
    """Counts the widgets that are styled, in each turn of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = [0]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Timer, QEvent.Type.MetaCall):
            self.turns.append(0)
        elif event.type() == QEvent.Type.StyleChange and isinstance(watched, QWidget):
            self.turns[-1] += 1
        return False


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(bytes(image.constBits()), np.uint32).reshape(image.height(), image.width())


@pytest.fixture
def quiet(open_window):
    """A window in which nothing moves, with the keyboard where no cursor blinks."""
    window = open_window()
    window.settle()
    window.bench.take_keyboard()
    return window


def test_a_theme_comes_a_part_a_turn_and_looks_as_from_a_start(quiet):
    bench, shell = quiet.bench, quiet.shell
    started = pixels(shell)
    styled = Styled()
    QApplication.instance().installEventFilter(styled)
    bench.set_theme(LIGHT)
    assert not shell.updatesEnabled()  # nothing of it is seen yet
    quiet.settle()
    QApplication.instance().removeEventFilter(styled)
    assert shell.updatesEnabled()
    assert max(styled.turns) <= MOST < 0.8 * sum(styled.turns)
    assert (pixels(shell) != started).mean() > 0.5
    bench.set_theme(DARK)
    quiet.settle()
    np.testing.assert_array_equal(pixels(shell), started)


def test_the_pages_of_compare_come_one_a_turn_too(comparing):
    window = comparing()
    for page in COMPARISONS:
        show(window, page)
    window.settle()
    styled = Styled()
    QApplication.instance().installEventFilter(styled)
    window.bench.set_theme(LIGHT)
    window.settle()
    QApplication.instance().removeEventFilter(styled)
    assert max(styled.turns) <= MOST < 0.3 * sum(styled.turns)
    space = window.compare.workspace
    assert all(page.styleSheet() == stylesheet(LIGHT) for page in space.pages.values())
    assert not space.styleSheet() and not space.stack.styleSheet()


def test_the_last_of_two_themes_and_what_comes_in_between(quiet):
    quiet.bench.set_theme(LIGHT)
    box = QMessageBox(quiet.shell)
    box.ensurePolished()
    assert box.styleSheet()
    quiet.bench.set_theme(DARK)
    quiet.settle()
    assert box.styleSheet() == stylesheet(DARK)
    assert quiet.bench.curves.styleSheet() == stylesheet(DARK)
    box.deleteLater()
