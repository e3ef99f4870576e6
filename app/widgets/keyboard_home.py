"""Give the keyboard back once a field is done with it: to the view behind the panels, whose keys then work again."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget


@runtime_checkable
class KeyboardHome(Protocol):
    """A widget that takes the keyboard back from a field inside it."""

    def take_keyboard(self) -> None: ...


def give_back(field: QWidget) -> None:
    """Take the focus from a field and give it to the nearest KeyboardHome around it, or to nothing."""
    field.clearFocus()
    around = field.parentWidget()
    while around is not None and not isinstance(around, KeyboardHome):
        around = around.parentWidget()
    if around is not None:
        around.take_keyboard()
