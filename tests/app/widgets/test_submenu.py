from __future__ import annotations

import gc
import re
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

import app
from app.widgets.submenu import add_submenu
from tests.app.conftest import idle_deletions


def kept() -> int:
    """How many menus and actions Python keeps, those among them that Qt has deleted."""
    gc.collect()
    return sum(type(each) in (QMenu, QAction) for each in gc.get_objects())


def fill(menu: QMenu) -> None:
    """Fill it anew."""
    menu.clear()
    for old in menu.findChildren(QMenu):
        old.deleteLater()
    below = add_submenu(menu, "below")
    below.addAction("here", below.title)
    menu.addAction("there")


def test_a_submenu_belongs_to_its_menu(qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    fill(menu)
    first, second = menu.actions()
    assert first.menu().title() == first.text() == "below" and second.menu() is None
    assert [action.text() for action in first.menu().actions()] == ["here"]


def test_nothing_is_kept_of_menus_that_are_gone(qtbot):
    menu, counts = QMenu(), []
    for _ in range(5):
        fill(menu)
        idle_deletions()
        counts.append(kept())
    assert counts[1:] == counts[:-1]
    with_menu = counts[-1]
    menu.deleteLater()
    del menu
    idle_deletions()
    assert with_menu - kept() == 5  # the two menus, and their three actions


def test_every_submenu_is_made_so():
    made = [
        path.name
        for path in Path(app.__path__[0]).rglob("*.py")
        if re.search(r"(?<!menuBar\(\))\.addMenu\(", path.read_text("utf-8"))
    ]
    assert made == ["submenu.py"]
