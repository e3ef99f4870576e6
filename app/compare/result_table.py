"""A table of results that is sorted by its numbers: one row a combination, or an optimizer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView

from app.look.number_format import number

if TYPE_CHECKING:
    from app.look.theme import Theme

Cell = float | int | str | None
Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()
_Role = Qt.ItemDataRole
_HIGH = 26
_SWATCH = 10


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells from left to right; infinite numbers stand for what diverged. colour: of a run, -1 for none."""

    cells: tuple[Cell, ...]
    colour: int = -1


class ResultModel(QAbstractTableModel):
    """The rows, sorted here: Qt's own proxy asks for two cells a comparison, which of 10,000 rows takes half a second.

    places: those of the rows from above, among the rows as they were handed over.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.heads: tuple[str, ...] = ()
        self.rows: tuple[TableRow, ...] = ()
        self.places: list[int] = []
        self._sorted_by = -1, Qt.SortOrder.AscendingOrder

    def show(self, heads: Sequence[str], rows: Sequence[TableRow]) -> None:
        self.beginResetModel()
        self.heads, self.rows = tuple(heads), tuple(rows)
        self._place()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self.places[index.row()] for index in before]
        self._sorted_by = column, order
        self._place()
        rank = {place: row for row, place in enumerate(self.places)} if held else {}
        after = [self.index(rank[place], index.column()) for place, index in zip(held, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _place(self) -> None:
        column, order = self._sorted_by
        self.places = list(range(len(self.rows)))
        if 0 <= column < len(self.heads):
            keys = [sort_key(row.cells[column]) for row in self.rows]
            self.places.sort(key=keys.__getitem__, reverse=order == Qt.SortOrder.DescendingOrder)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self.heads):
            return None
        if role == _Role.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return self.heads[section] if role in (_Role.DisplayRole, _Role.ToolTipRole) else None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[self.places[index.row()]]
        cell = row.cells[index.column()]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return cell_text(cell)
        if role == _Role.ForegroundRole:
            return self.theme.danger if cell == math.inf else self.theme.muted if cell is None else self.theme.text
        if role == _Role.DecorationRole and index.column() == 0 and row.colour >= 0:
            return _swatch(self.theme.run_colours[row.colour])
        return None


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if math.isinf(cell):
        return "diverged"
    return f"{cell:,}" if isinstance(cell, int) else number(cell)


def sort_key(cell: Cell) -> tuple[bool, bool, float | str]:
    """By what a column is sorted: numbers before words, and what is unknown last."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True, False, 0.0
    return False, isinstance(cell, str), cell


def _swatch(colour: QColor) -> QPixmap:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(colour)
    return pixmap


class ResultTable(QTableView):
    """chosen carries the place of the row that is selected, among those handed over; opened that of a double-click."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("table of results")
        self.results = ResultModel(theme)
        self.results.setParent(self)
        self.setModel(self.results)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_HIGH)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setSortingEnabled(True)
        self.selectionModel().currentRowChanged.connect(lambda now, _: self._tell(now, self.chosen))
        self.doubleClicked.connect(lambda now: self._tell(now, self.opened))

    def show_rows(
        self, heads: Sequence[str], rows: Sequence[TableRow], sorted_by: int, descending: bool = False
    ) -> None:
        """Show these, sorted by a column unless a hand has chosen another."""
        is_new = tuple(heads) != self.results.heads
        self.results.show(heads, rows)
        if is_new:
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            self.sortByColumn(sorted_by, order)
            self.resizeColumnsToContents()

    def keep(self, places: Sequence[int] | None) -> None:
        """Hide all rows but those at these places; None shows all."""
        kept = None if places is None else set(places)
        for row, place in enumerate(self.results.places):
            self.setRowHidden(row, kept is not None and place not in kept)

    def set_theme(self, theme: Theme) -> None:
        self.results.theme = theme
        self.viewport().update()

    def _tell(self, index: Index, signal: SignalInstance) -> None:
        if index.isValid():
            signal.emit(self.results.places[index.row()])
