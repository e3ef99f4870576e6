"""Scrolling something into view."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget


def reveal(widget: QWidget, margin: int = 0) -> None:
    """Scroll what is around a widget, if that scrolls, until all of it and so many pixels above and below are seen."""
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    if around is not None:
        around.ensureWidgetVisible(widget, 0, margin)
