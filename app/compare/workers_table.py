"""The table of those who compute: their addresses, versions and processors, and why one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QWidget

from app.compare.result_table import ResultTable, TableRow
from app.widgets.popup import Popup
from app.workers.crew import Member, processors

if TYPE_CHECKING:
    from app.look.theme import Theme

_SIZE = 760, 320
_HEADS = ("worker", "at once", "Fall Line", "processor", "refused")


class WorkersTable(Popup):
    """Opens over the workspace with what the workers have said."""

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner, "Workers", *_SIZE)
        self.setAccessibleName("workers")
        self.table = ResultTable(theme, "workers-table")
        self.words = QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.words)

    def show_members(self, members: Sequence[Member]) -> None:
        """List these, and open."""
        rows = [
            TableRow(
                (
                    member.address,
                    member.count,
                    member.identity.version if member.identity is not None else None,
                    member.identity.processor if member.identity is not None else None,
                    member.refused or None,
                )
            )
            for member in members
        ]
        self.table.show_rows(_HEADS, rows, 0)
        kinds = len(processors(members))
        self.words.setText(
            "Equal settings give equal bits on processors of one kind; these are of several."
            if kinds > 1
            else "Equal settings give equal bits, for all processors are of one kind."
        )
        self.popup()

    def set_theme(self, theme: Theme) -> None:
        self.table.set_theme(theme)
