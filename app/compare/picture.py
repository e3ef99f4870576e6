"""What a picture of a comparison is: a widget that is handed outcomes and tells what a person takes over from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.trials import Outcome


class ComparisonPicture(QWidget):
    """`show_outcome` and `set_theme` never emit.

    adopted carries the id of a run, and the values of settings by their paths, as a person has picked them.
    """

    adopted = Signal(str, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def show_outcome(self, outcome: Outcome) -> None:
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme


class Titled(QWidget):
    """A plot below a line of its title and of what can be chosen about it."""

    def __init__(self, title: str, plot: QWidget, *choices: QWidget) -> None:
        super().__init__()
        self.title = ElidedLabel()
        self.title.setObjectName("section")
        self.title.show_text(title)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 4, 0)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        for choice in choices:
            head.addWidget(choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(plot, 1)
