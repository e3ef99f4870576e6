"""A fold with what it folds."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.fold import Fold


class Folded(QWidget):
    """Add widgets to `body`; they show while the fold is open."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.fold = Fold()
        inside = QWidget()
        inside.hide()
        self.fold.toggled.connect(inside.setVisible)
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.fold)
        column.addWidget(inside)
        self.describe("")

    def describe(self, note: str, hint: str = "") -> None:
        """Show on the closed fold what is set in it, and beside its title what changing that does."""
        self.fold.describe(self._title, note, hint)
