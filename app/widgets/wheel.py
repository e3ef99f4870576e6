"""The mouse wheel where a panel scrolls: it is the panel's, so that no control below the pointer stops it."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget


def scrolls(widget: QWidget) -> bool:
    """Whether a widget stands in a panel of which more can be scrolled into view."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            bar = parent.verticalScrollBar()
            if bar.maximum() > bar.minimum():
                return True
        parent = parent.parentWidget()
    return False
