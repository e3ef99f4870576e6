"""Which rows of a table are taken: all, one of every so many, or the first ones."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.documents.tables.row_choice import ALL_ROWS, RowChoice
from app.documents.tables.selection import suggested
from app.documents.tables.survey import Survey
from app.widgets.number_box import NumberBox
from app.window.import_dialect import choice_list

_WAYS = {"all": "All rows", "every": "One of every", "first": "The first"}
_FIRST = 1000  # rows, to begin with
_SPACING = 8


class RowsTaken(QWidget):
    """A list of the ways, and the number that two of them need. refused: what was typed is no such number."""

    chosen = Signal(object)
    refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._survey: Survey | None = None
        self.way = choice_list("import-rows", "rows taken", _WAYS, "Which rows are taken of a table that is too large")
        self.count = NumberBox(whole=True)
        self.count.setObjectName("import-count")
        self.count.setAccessibleName("number of rows")
        self.count.setToolTip("Of how many rows one is taken, or how many of the first ones")
        self.count.setSuffix(" rows")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        row.addWidget(self.way)
        row.addWidget(self.count)
        self.way.activated.connect(lambda _: self._choose())
        self.count.valueChanged.connect(lambda count: self._choose(int(count)))
        self.count.refused.connect(lambda _: self.refused.emit())

    @property
    def fault(self) -> str:
        """What is wrong with the number, as a part of a sentence; empty if nothing is."""
        return self.count.fault if self.way.currentData() != "all" else ""

    def show_rows(self, survey: Survey, rows: RowChoice) -> None:
        """Show the choice that is made of a table."""
        self._survey = survey
        way = "first" if rows.first else "every" if rows.every > 1 else "all"
        with QSignalBlocker(self.way), QSignalBlocker(self.count):
            self.way.setCurrentIndex(list(_WAYS).index(way))
            self.count.setRange(2, max(survey.rows, 2))
            self.count.setValue(rows.first or max(rows.every, 2))
            self.count.setVisible(way != "all")

    def _choose(self, count: int = 0) -> None:
        """count: 0 is a number to begin with."""
        if self._survey is None:
            return
        way, rows = self.way.currentData(), ALL_ROWS
        if way == "every":
            rows = RowChoice(every=count or max(suggested(self._survey).rows.every, 2))
        elif way == "first":
            rows = RowChoice(first=count or max(min(_FIRST, self._survey.rows), 2))
        self.chosen.emit(rows)
