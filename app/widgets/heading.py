"""The heading of a group within a card, with a hint and buttons at its right."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.widgets.elided import ElidedLabel

_HEIGHT = 24  # that of its buttons, so that headings without any align


class Heading(QWidget):
    """A title and a muted hint, which is elided if there is no room."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = QLabel(title)
        self.title.setObjectName("section")
        self.hint = ElidedLabel()
        self.hint.setObjectName("muted")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.title)
        self._row.addWidget(self.hint, 1)
        self.setFixedHeight(_HEIGHT)

    def add(self, widget: QWidget) -> None:
        """Add a widget at the right."""
        self._row.addWidget(widget)
