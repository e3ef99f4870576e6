"""Submenus that are gone once their menu is cleared or deleted."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu


def add_submenu(menu: QMenu, title: str) -> QMenu:
    """As `menu.addMenu(title)`, whose result PySide keeps for good, with all its actions, when Qt has deleted it."""
    submenu = QMenu(title, menu)
    menu.addMenu(submenu)
    return submenu
