"""Give each part of a window the stylesheet by itself, so that another theme can come one part at a time.

Qt styles a widget and all that is in it in one call, a tenth of a millisecond each. For a whole window the GUI thread
would be away for several frames.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

_DIVIDED, _SHEET = "divided", "sheetOfParts"


def divide(*widgets: QWidget) -> None:
    """Style the children of these widgets each by itself. They themselves have nothing but the palette's colours."""
    for widget in widgets:
        widget.setProperty(_DIVIDED, True)


def parts_of(widget: QWidget) -> list[QWidget]:
    """The widgets that have the stylesheet: this one, or what it is divided into."""
    if not widget.property(_DIVIDED):
        return [widget]
    return [part for child in widget.children() if isinstance(child, QWidget) for part in parts_of(child)]


def restyle_parts(window: QWidget, sheet: str) -> Iterator[None]:
    """Style the parts of a window, one a step; what comes in the meantime is styled too."""
    window.setProperty(_SHEET, sheet)
    while True:
        part = next((part for part in parts_of(window) if part.styleSheet() != sheet), None)
        if part is None:
            return
        part.setStyleSheet(sheet)
        yield


def style_parts(widget: QWidget, window: QWidget) -> None:
    """Style the parts of a widget that comes into a window as the others are."""
    sheet = window.property(_SHEET)
    for part in parts_of(widget) if sheet else ():
        if part.styleSheet() != sheet:
            part.setStyleSheet(sheet)


def style_polished(child: QObject, window: QWidget) -> None:
    """Style a child of a divided widget that is about to be shown for the first time."""
    if isinstance(child, QWidget) and not child.property(_DIVIDED):
        style_parts(child, window)
