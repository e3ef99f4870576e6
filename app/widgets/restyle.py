"""Re-polish widgets when a property that the stylesheet reads has changed."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def restyle(widget: QWidget, *parts: QWidget, **properties: object) -> None:
    """Set properties that the stylesheet reads, and re-polish the widget and its parts if one has changed."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    for part in (widget, *parts):
        part.style().unpolish(part)
        part.style().polish(part)
