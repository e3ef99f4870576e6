"""The table of those who compute, and of the processors that the results on screen come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.compare.result_table import ResultTable, TableRow
from app.widgets.popup import Popup
from app.workers.crew import Member, processors

if TYPE_CHECKING:
    from app.look.theme import Theme

_SIZE = 760, 460
_FEW = 5  # rows of the table of processors
_HEADS = ("worker", "at once", "Fall Line", "processor", "computes")
_RESULT_HEADS = ("processor", "trials on screen")


class WorkersTable(Popup):
    """Opens over the workspace, and shows what the workers say once they have answered."""

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner, "Workers", *_SIZE)
        self.setAccessibleName("workers")
        self.members = ResultTable(theme, "workers-table")
        self.results = ResultTable(theme, "processors-table")
        self.results.setAccessibleName("processors that the results come from")
        self.results.setMaximumHeight(self.results.verticalHeader().defaultSectionSize() * (_FEW + 1))
        self.words = QLabel()
        self.words.setObjectName("workers-words")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.members, 2)
        self.body.addWidget(self.words)
        self.body.addWidget(self.results, 1)
        self.body.addStretch()

    def ask(self, workers: str, results: Sequence[tuple[str, int]]) -> None:
        """Open while these are asked. results: the processors that those on screen come from, and how many each."""
        self.members.hide()
        self.words.setText(f"Asking {workers} …")
        self.results.show_rows(_RESULT_HEADS, [TableRow(each) for each in results], 1, descending=True)
        self.results.setVisible(bool(results))
        self.popup()

    def show_members(self, members: Sequence[Member]) -> None:
        """List who has answered."""
        rows = [
            TableRow(
                (
                    member.address,
                    member.count,
                    member.identity.version if member.identity is not None else None,
                    member.identity.processor if member.identity is not None else None,
                    "no" if member.refused else "yes",
                )
            )
            for member in members
        ]
        self.members.show_rows(_HEADS, rows, 0)
        self.members.show()
        told = [f"{each.refused[:1].upper()}{each.refused[1:]}." for each in members if each.refused]
        kinds = len(processors(members))
        told.append(
            f"The workers' processors are of {kinds} kinds: equal settings give equal bits on one kind only."
            if kinds > 1
            else "The workers' processors are of one kind, so equal settings give equal bits."
        )
        self.words.setText("\n".join(told))

    def show_fault(self, sentence: str) -> None:
        """Say why nobody computes."""
        self.words.setText(f"{sentence[:1].upper()}{sentence[1:]}.")

    def set_theme(self, theme: Theme) -> None:
        for table in (self.members, self.results):
            table.set_theme(theme)
