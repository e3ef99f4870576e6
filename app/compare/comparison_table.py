"""Runs of the library side by side: the settings and results in which they differ, a column a run."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView

from app.compare.cell_text import cell_texts, heading, twins_of
from app.documents.library.columns import KEPT, RESULT, Column
from app.documents.library.library import Comparison
from app.documents.library.run_entry import Cell
from app.look.theme import Theme

_HIGH = 26
_NARROWEST, _WIDEST = 150, 300
_SWATCH = 10

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_Role = Qt.ItemDataRole
_NOTHING = Comparison((), ())
_HEADS = (Column("title", "field"), Column("run", "field"))


class ComparisonModel(QAbstractTableModel):
    """Rows are settings, then results; columns are runs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._comparison = _NOTHING
        self._rows: list[tuple[Column, tuple[Cell | None, ...], list[str]]] = []
        self._twins: frozenset[str] = frozenset()

    def show(self, comparison: Comparison) -> None:
        self.beginResetModel()
        self._comparison = comparison
        rows = [row for row in comparison.differences if row[0] not in (KEPT, _HEADS[1])]
        self._rows = [(column, cells, cell_texts(column, cells)) for column, cells in rows]
        self._twins = twins_of(tuple(column for column, _ in rows))
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._comparison.runs)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            if not 0 <= section < len(self._rows):
                return None
            column = self._rows[section][0]
            if role == _Role.DisplayRole:
                return heading(column, self._twins)
            return column.key if role == _Role.ToolTipRole else None
        if not 0 <= section < len(self._comparison.runs):
            return None
        run = self._comparison.runs[section]
        if role == _Role.DisplayRole:
            return str(run.cells[_HEADS[1]])
        if role == _Role.DecorationRole:
            return _swatch(self.theme.run_colours[run.colour % len(self.theme.run_colours)])
        if role == _Role.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return " · ".join(str(run.cells[head]) for head in _HEADS) if role == _Role.ToolTipRole else None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        column, cells, texts = self._rows[index.row()]
        cell = cells[index.column()]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return texts[index.column()] or "–"
        if role == _Role.ForegroundRole:
            return self.theme.axis if cell is None else self.theme.text
        if role == _Role.ToolTipRole:
            return None if cell is None else str(cell)
        if role == _Role.BackgroundRole and column.part == RESULT:
            return self.theme.panel
        return None


def _swatch(colour: QColor) -> QPixmap:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(colour)
    return pixmap


class ComparisonTable(QTableView):
    """The view."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("library-comparison")
        self.setAccessibleName("what differs between the selected runs")
        self.differences = ComparisonModel(theme)
        self.differences.setParent(self)
        self.setModel(self.differences)
        self.setSelectionMode(QTableView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        for header in (self.verticalHeader(), self.horizontalHeader()):
            header.setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(_HIGH)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)

    def show_comparison(self, comparison: Comparison) -> None:
        self.differences.show(comparison)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give all runs the same width, so that they fill the view if they can."""
        width = self.viewport().width() // max(self.differences.columnCount(), 1)
        self.horizontalHeader().setDefaultSectionSize(min(max(width, _NARROWEST), _WIDEST))

    def set_theme(self, theme: Theme) -> None:
        self.differences.theme = theme
        self.viewport().update()
        self.horizontalHeader().viewport().update()
