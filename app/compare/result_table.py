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
    QSortFilterProxyModel,
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
_SORTED_BY = _Role.UserRole


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells from left to right; infinite numbers stand for what diverged. colour: of a run, -1 for none."""

    cells: tuple[Cell, ...]
    colour: int = -1


class ResultModel(QAbstractTableModel):
    """The rows as they were handed over."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.heads: tuple[str, ...] = ()
        self.rows: tuple[TableRow, ...] = ()

    def show(self, heads: Sequence[str], rows: Sequence[TableRow]) -> None:
        self.beginResetModel()
        self.heads, self.rows = tuple(heads), tuple(rows)
        self.endResetModel()

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
        row = self.rows[index.row()]
        cell = row.cells[index.column()]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return cell_text(cell)
        if role == _SORTED_BY:
            return sort_key(cell)
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


def sort_key(cell: Cell) -> float | str:
    """By what a column is sorted: unknown ones come last."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return math.inf
    return cell


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
        self.sorted_rows = QSortFilterProxyModel(self)
        self.sorted_rows.setSourceModel(self.results)
        self.sorted_rows.setSortRole(_SORTED_BY)
        self.setModel(self.sorted_rows)
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
        for place in range(self.sorted_rows.rowCount()):
            source = self.sorted_rows.mapToSource(self.sorted_rows.index(place, 0)).row()
            self.setRowHidden(place, kept is not None and source not in kept)

    def set_theme(self, theme: Theme) -> None:
        self.results.theme = theme
        self.viewport().update()

    def _tell(self, index: Index, signal: SignalInstance) -> None:
        place = self.sorted_rows.mapToSource(index).row()
        if place >= 0:
            signal.emit(place)
