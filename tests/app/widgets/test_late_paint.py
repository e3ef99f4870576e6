from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.widgets.late_paint import LatePaint


class Painted(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.late = LatePaint(self)

    def paintEvent(self, event) -> None:
        self.seen.append("paint")


@pytest.fixture
def window(qtbot):
    outer = QWidget()
    qtbot.addWidget(outer)
    inner = Painted()
    inner.setParent(outer)
    outer.show()
    qtbot.waitExposed(outer)
    qtbot.waitUntil(lambda: "paint" in inner.seen)
    QApplication.processEvents()
    inner.seen.clear()
    yield inner


def test_timers_come_before_what_was_withheld(window, qtbot):
    timer = QTimer(window, singleShot=True)
    timer.timeout.connect(lambda: window.seen.append("timer"))
    timer.start(0)
    window.late.withhold()
    window.update()
    QApplication.sendPostedEvents()
    assert window.seen == []
    qtbot.waitUntil(lambda: "paint" in window.seen)
    assert window.seen == ["timer", "paint"]


def test_else_painting_is_as_ever(window, qtbot):
    window.late.withhold()
    qtbot.wait(30)  # nothing was to be painted
    assert window.seen == []
    window.update()
    QApplication.sendPostedEvents()
    assert window.seen == ["paint"]


def test_other_events_of_the_window_pass(window, qtbot):
    window.late.withhold()
    outer = window.window()
    outer.setWindowTitle("another")
    sent = QEvent(QEvent.Type.User)
    assert not window.late.eventFilter(outer, sent)
    window.move(20, 20)  # Qt asks for that to be painted, once more
    qtbot.waitUntil(lambda: "paint" in window.seen)
