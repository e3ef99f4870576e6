"""A collapsible section: a header and its content."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.collapsible_header import CollapsibleHeader


class Collapsible(QWidget):
    """Add widgets to `body`; they are shown while it is expanded."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.header = CollapsibleHeader()
        inside = QWidget()
        inside.hide()
        self.header.toggled.connect(inside.setVisible)
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.header)
        column.addWidget(inside)
        self.describe("")

    def describe(self, note: str, hint: str = "") -> None:
        """Show a summary of the content while collapsed, and beside the title what changing it does."""
        self.header.describe(self._title, note, hint)
