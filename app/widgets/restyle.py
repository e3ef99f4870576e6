"""What the stylesheet is told about a widget: that it is chosen, at fault, hidden."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def dress(widget: QWidget, *parts: QWidget, **properties: object) -> None:
    """Set properties that the stylesheet reads, and dress the widget anew, and its parts, if one has changed."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    for part in (widget, *parts):
        part.style().unpolish(part)
        part.style().polish(part)
