"""A rounded panel with a title, a hint or buttons at its right, and a body."""

from __future__ import annotations

from typing import Self

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.elided import ElidedLabel


class Card(QFrame):
    """Add widgets to `body`; `add_to_header` adds one at the right of the title."""

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = QLabel(title)
        self._title.setObjectName("cardTitle")
        self._hint = ElidedLabel()
        self._hint.setObjectName("muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.header = QHBoxLayout()
        self.header.setSpacing(8)
        self.header.addWidget(self._title)
        self.header.addWidget(self._hint, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 11)
        column.setSpacing(7)
        if title:
            column.addLayout(self.header)
        column.addLayout(self.body)
        self.setProperty("card", True)
        self.setAccessibleName(title)

    @classmethod
    def around(cls, widget: QWidget, title: str = "") -> Self:
        card = cls(title)
        card.body.addWidget(widget)
        return card

    def add_to_header(self, widget: QWidget) -> None:
        self.header.addWidget(widget)

    def set_hint(self, hint: str) -> None:
        self._hint.show_text(hint)
