"""Fixtures that show a panel in the left column of the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.look.theme import DARK, apply

WIDTH = 294  # of the left column beside its scroll bar


@pytest.fixture
def show_in_column(qapp, qtbot):
    """Show a panel as wide as the left column, in a window that is dressed as the real one."""
    windows = []  # qtbot itself keeps only weak references

    def make(panel: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        apply(qapp, DARK, window)
        qtbot.addWidget(window)
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        column.addStretch(1)
        window.resize(WIDTH, 900)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return panel

    yield make
    windows.clear()


@pytest.fixture
def fits(qtbot):
    """Nothing of a panel reaches beyond the column, and no text is narrower than its longest word."""

    def check(panel: QWidget) -> None:
        assert panel.minimumSizeHint().width() <= WIDTH
        qtbot.waitUntil(lambda: panel.width() == WIDTH)
        for label in panel.findChildren(QLabel):
            if label.isVisible() and label.minimumSizeHint().width():
                assert label.width() >= label.minimumSizeHint().width(), label.text()
        for kind in (QPushButton, QToolButton):
            for button in panel.findChildren(kind):
                if button.isVisible() and button.text():
                    assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 4, button.text()

    return check
