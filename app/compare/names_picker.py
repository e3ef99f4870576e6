"""A button that shows which values with names are chosen, and opens the list of those that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QStyleOptionButton

from app.widgets.context_menu import close_popups
from app.widgets.elided import ElidedLabel

_CHEVRON = 26  # pixels at the right
_PRESSED = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NamesPicker(QPushButton):
    """changed: a person has chosen or left out a value. possible: asked for values and names when the list opens."""

    changed = Signal()

    def __init__(self, possible: Callable[[], Mapping[Any, str]]) -> None:
        super().__init__()
        self.setObjectName("sweep-names")
        self.setAccessibleName("values")
        self.values: tuple[Any, ...] = ()
        self._possible = possible
        self._menu = _StayingMenu(self)
        self._menu.aboutToShow.connect(self._offer)
        self.clicked.connect(self._open)
        self._words = ElidedLabel()
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, _CHEVRON, 0)
        row.addWidget(self._words)

    def show_values(self, values: Iterable[Any], names: Mapping[Any, str]) -> None:
        """Show these without emitting."""
        self.values = tuple(values)
        told = ", ".join(names.get(value, str(value)) for value in self.values)
        self._words.show_text(told or "none")
        self.setToolTip(f"{told or 'none'}\nClick to choose values")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        close_popups(self)

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        option.features |= QStyleOptionButton.ButtonFeature.HasMenu  # for the look of a list

    def _open(self) -> None:
        """As a popup: a button's own menu would run an event loop inside the click."""
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _offer(self) -> None:
        self._menu.clear()
        names = self._possible()
        for value, name in names.items():
            action = QAction(name, self._menu)
            action.setCheckable(True)
            action.setChecked(value in self.values)
            action.toggled.connect(lambda on, value=value: self._take(value, on, names))
            self._menu.addAction(action)

    def _take(self, value: Any, on: bool, names: Mapping[Any, str]) -> None:
        chosen = {*self.values, value} if on else set(self.values) - {value}
        self.show_values([each for each in names if each in chosen], names)
        self.changed.emit()


class _StayingMenu(QMenu):
    """A menu that stays open while several of its actions are chosen; Escape or a click beside it closes it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._trigger(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _PRESSED or not self._trigger(self.activeAction()):
            super().keyPressEvent(event)

    @staticmethod
    def _trigger(action: QAction | None) -> bool:
        if action is None or not action.isEnabled():
            return False
        action.trigger()
        return True
