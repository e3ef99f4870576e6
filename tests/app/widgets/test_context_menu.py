"""A context menu is open no longer than its widget is on screen, and shows what it was opened for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QVBoxLayout, QWidget

from app.widgets.context_menu import ContextMenu, close_popups


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.part, made.other, made.list = QLabel("part", made), QLabel("other", made), QComboBox(made)
    made.list.addItems(["one", "two"])
    column = QVBoxLayout(made)
    for widget in (made.part, made.other, made.list):
        column.addWidget(widget)
    with qtbot.waitExposed(made):
        made.show()
    return made


def opened(owner: QWidget) -> ContextMenu:
    menu = ContextMenu(owner)
    menu.addAction("first")
    below = menu.addMenu("below")
    below.addAction("second")
    menu.popup(QPoint(20, 20))
    below.popup(QPoint(60, 20))
    assert QApplication.activePopupWidget() is below
    return menu


@pytest.mark.parametrize("leaves", [lambda window: window.part.hide(), lambda window: window.hide()])
def test_it_closes_with_its_widget_and_is_gone(window, qtbot, leaves):
    menu = opened(window.part)
    window.other.hide()
    assert menu.isVisible()
    with qtbot.waitSignal(menu.destroyed):
        leaves(window)
        assert not menu.isVisible() and QApplication.activePopupWidget() is None


def test_what_is_open_in_a_widget_is_closed_and_nothing_else(window, qtbot):
    menu = opened(window.part)
    close_popups(window.other)
    assert menu.isVisible()
    with qtbot.waitSignal(menu.destroyed):
        close_popups(window)
    assert QApplication.activePopupWidget() is None
    window.list.showPopup()
    close_popups(window.part)
    assert QApplication.activePopupWidget() is not None
    close_popups(window.list)
    assert QApplication.activePopupWidget() is None
    close_popups(window)
