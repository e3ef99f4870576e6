from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.wrapped_row import SPACING, WrappedRow


@pytest.fixture
def rows(qtbot, themed):
    """A window of a width with buttons of these titles in a row above a widget that takes the rest."""
    kept = []

    def make(width: int, *titles: str, expanding: str = "") -> tuple[QWidget, list[QPushButton], QWidget]:
        window, below = QWidget(), QWidget()
        buttons = [QPushButton(title) for title in titles]
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            if button.text() == expanding:
                button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(WrappedRow(*buttons))
        column.addWidget(below, 1)
        window.resize(width, 300)
        qtbot.addWidget(window)
        kept.append(window)
        with qtbot.waitExposed(window):
            window.show()
        return window, buttons, below

    return make


def test_what_has_room_stands_in_one_line(rows):
    _, buttons, _ = rows(600, "one", "two", "three")
    assert len({button.y() for button in buttons}) == 1
    assert [button.width() for button in buttons] == [button.sizeHint().width() for button in buttons]
    assert buttons[1].x() == buttons[0].width() + SPACING


def test_what_has_no_room_goes_on_below_and_nothing_is_covered(rows):
    window, buttons, below = rows(150, "the first one", "the second one", "the third one")
    assert len({button.y() for button in buttons}) == 3
    assert all(window.rect().contains(button.geometry()) for button in buttons)
    assert below.y() >= max(button.geometry().bottom() for button in buttons)


def test_one_that_expands_takes_what_its_line_has_left(rows):
    _, buttons, _ = rows(600, "left", "middle", "right", expanding="middle")
    assert buttons[2].geometry().right() == 599
    assert buttons[1].width() > 300


def test_a_hidden_one_takes_no_room(rows):
    _, buttons, _ = rows(600, "one", "two", "three")
    before = buttons[2].x()
    buttons[1].hide()
    buttons[2].parentWidget().layout().activate()
    assert buttons[2].x() < before


def test_alone_on_a_line_it_may_be_narrower_than_it_asks_for(rows):
    _, (button,), _ = rows(120, "a title that is much wider than the window is")
    assert button.width() <= max(120, button.minimumSizeHint().width())
