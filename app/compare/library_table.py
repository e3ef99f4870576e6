"""The table of the run library: rows are read a block at a time, when they come into view."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.compare.cell_text import cell_text, heading, twins_of
from app.documents.library.columns import FIELD, FIRST, KEPT, RESULT, Column
from app.documents.library.library import Row
from app.look.theme import Theme
from app.widgets.shortcut_override import accepts_shortcut
from engine import DIVERGED

BLOCK = 64  # rows read at once
_MOST_ROWS = 4000  # that stay in memory
_HIGH = 34  # pixels of a row
_PICTURE = 84  # of the first column
_WIDTHS = {
    "title": 150,
    "run": 168,
    "problem": 98,
    "optimizer": 134,
    "updates": 80,
    "loss": 102,
    "status": 80,
    "kept": 112,
}
_GROW = ("title", "run")  # columns that take the room that is left
_WIDTH, _WIDEST = 96, 260
_SELECTED = 2000  # rows that stay selected when the list is another
_STATUS = Column("status", RESULT)

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_Role = Qt.ItemDataRole
_Flag = QItemSelectionModel.SelectionFlag
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier)


class LibraryModel(QAbstractTableModel):
    """The runs that were found, with the loss as a picture in the first column. rows_wanted: numbers of runs."""

    rows_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.columns: tuple[Column, ...] = FIRST
        self.ids: array[int] = array("q")
        self._known: tuple[Column, ...] = ()
        self._twins: frozenset[str] = frozenset()
        self._rows: dict[int, Row] = {}
        self._due: set[int] = set()  # blocks that were looked at and are not there
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.timeout.connect(self._ask)

    def show_found(self, ids: array[int], known: tuple[Column, ...]) -> None:
        """Show other runs. known: every column that there is."""
        self.beginResetModel()
        self.ids, self._known, self._twins = ids, known, twins_of(known)
        self._due.clear()
        self.endResetModel()

    def show_columns(self, columns: Sequence[Column]) -> None:
        self.beginResetModel()
        self.columns = tuple(columns)
        self._rows.clear()
        self.endResetModel()

    def forget_rows(self) -> None:
        """What was read may have changed."""
        self._rows.clear()

    def take_rows(self, rows: dict[int, Row]) -> None:
        """Show rows that were read."""
        if len(self._rows) > _MOST_ROWS:
            self._rows.clear()
        self._rows |= rows
        if self.ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.ids) - 1, len(self.columns)))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        if self.ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.ids) - 1, len(self.columns)))

    def row_of(self, place: int) -> Row | None:
        """A row, or None until it is read, which it is soon."""
        row = self._rows.get(self.ids[place])
        if row is None:
            self._due.add(place // BLOCK)
            if not self._asking.isActive():
                self._asking.start(0)
        return row

    def _ask(self) -> None:
        blocks, self._due = sorted(self._due), set()
        ids = [id for block in blocks for id in self.ids[block * BLOCK : (block + 1) * BLOCK]]
        wanted = [id for id in ids if id not in self._rows]
        if wanted:
            self.rows_wanted.emit(wanted)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else 1 + len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= len(self.columns):
            return None
        column = self.columns[section - 1] if section else None
        if role == _Role.DisplayRole:
            return heading(column, self._twins) if column else "Curve"
        if role == _Role.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if role == _Role.ToolTipRole:
            if column is None:
                return "The loss over all updates, by its logarithm where it spans decades"
            known = column in self._known or column.part == FIELD
            search = f"; search it with {column.key}= …" if column != KEPT and known else ""
            return f"Click to sort by the {column.words}{search}"
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or role not in _TOLD:
            return None
        row = self.row_of(index.row())
        if row is None:
            return "…" if role == _Role.DisplayRole and index.column() == 1 else None
        if index.column() == 0:
            return row if role == _Role.UserRole else None
        column = self.columns[index.column() - 1]
        cell = row.cells.get(column)
        if role == _Role.ForegroundRole:
            bad = column == _STATUS and cell == DIVERGED
            return self.theme.danger if bad else self.theme.muted if column == KEPT else self.theme.text
        text = cell_text(column, cell)
        if role == _Role.ToolTipRole:
            return text if isinstance(cell, str) else repr(cell) if cell is not None and column != KEPT else None
        return text if role != _Role.UserRole else row


_TOLD = (_Role.DisplayRole, _Role.ForegroundRole, _Role.ToolTipRole, _Role.AccessibleTextRole, _Role.UserRole)


class _Curve(QStyledItemDelegate):
    """Paints the picture of a run in its colour."""

    def __init__(self, model: LibraryModel, parent: QTableView) -> None:
        super().__init__(parent)
        self._model = model
        self._tinted: dict[tuple[str, int, int], QPixmap] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        row = index.data(_Role.UserRole)
        if isinstance(row, Row) and row.picture:
            picture = self._picture(row)
            size = picture.deviceIndependentSize()
            box = QRectF(option.rect)
            painter.drawPixmap(box.center() - QRectF(0, 0, size.width(), size.height()).center(), picture)

    def _picture(self, row: Row) -> QPixmap:
        theme = self._model.theme
        key = theme.name, row.colour, row.id
        if key not in self._tinted:
            if len(self._tinted) > _MOST_ROWS:
                self._tinted.clear()
            self._tinted[key] = tinted(row.picture, theme, row.colour)
        return self._tinted[key]


def tinted(png: bytes, theme: Theme, colour: int) -> QPixmap:
    """The line of a picture in the colour of a run, for two pixels of it on one of the screen."""
    grey = QImage.fromData(png).convertToFormat(QImage.Format.Format_Grayscale8)
    shape = QImage(grey.constBits(), grey.width(), grey.height(), grey.bytesPerLine(), QImage.Format.Format_Alpha8)
    image = QImage(grey.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme.run_colours[colour % len(theme.run_colours)])
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, shape)
    painter.end()
    image.setDevicePixelRatio(2.0)
    return QPixmap.fromImage(image)


class LibraryTable(QTableView):
    """The view. sorted: a column and whether the largest come first; opened: the number of a run; chosen: the selection
    is another; forget_wanted: of the selection; header_menu_wanted: a place on the screen.
    """

    sorted = Signal(object, bool)
    opened = Signal(object)
    chosen = Signal()
    forget_wanted = Signal()
    header_menu_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("library-table")
        self.setAccessibleName("runs in the library")
        self.rows = LibraryModel(theme)
        self.rows.setParent(self)
        self._is_fitting = self._is_sized_by_hand = False
        self.setModel(self.rows)
        self.setItemDelegateForColumn(0, _Curve(self.rows, self))
        self.nothing: Callable[[], str] = str  # what is painted when there are no rows
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_HIGH)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # With the view's own it asks for each column whether all of 100,000 rows are selected, before it is painted.
        header.setSelectionModel(QItemSelectionModel(self.rows, header))
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(False)
        header.setMinimumSectionSize(48)
        header.sectionClicked.connect(self._sort)
        header.sectionResized.connect(self._note_resized)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda spot: self.header_menu_wanted.emit(header.mapToGlobal(spot)))
        self.doubleClicked.connect(lambda index: self.opened.emit(self.rows.ids[index.row()]))
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())
        self.fit()

    @property
    def selected(self) -> list[int]:
        """The numbers of the selected runs, in the order of the table."""
        places = {
            place
            for part in self.selectionModel().selection().toList()
            for place in range(part.top(), part.bottom() + 1)
        }
        return [self.rows.ids[place] for place in sorted(places)]

    def show_found(self, ids: array[int], known: tuple[Column, ...]) -> None:
        """Show other runs; those that were selected stay so if they are among them."""
        self._keeping_selection(lambda: self.rows.show_found(ids, known))

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self._keeping_selection(lambda: self.rows.show_columns(columns))
        self.fit()

    def _keeping_selection(self, action: Callable[[], None]) -> None:
        selected, spot = set(self.selected[:_SELECTED]), self.verticalScrollBar().value()
        action()
        chosen, last = QItemSelection(), self.rows.columnCount() - 1
        for place, id in enumerate(self.rows.ids) if selected else ():
            if id in selected:
                chosen.select(self.rows.index(place, 0), self.rows.index(place, last))
        self.selectionModel().select(chosen, _Flag.ClearAndSelect)
        self.verticalScrollBar().setValue(spot)
        self.chosen.emit()

    def show_order(self, column: Column, descending: bool) -> None:
        """Mark the column by which the rows are sorted."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        place = self.rows.columns.index(column) + 1 if column in self.rows.columns else -1
        self.horizontalHeader().setSortIndicator(place, order)

    def fit(self) -> None:
        """Give each column the width that suits it, until a hand has chosen another for one."""
        metrics = self.horizontalHeader().fontMetrics()
        widths = []
        for column in self.rows.columns:
            wide = metrics.horizontalAdvance(heading(column)) + 32
            widths.append(min(max(_WIDTHS.get(column.key, _WIDTH), wide), _WIDEST))
        grow = [place for place, column in enumerate(self.rows.columns) if column.key in _GROW]
        room = self.viewport().width() - _PICTURE - sum(widths)
        for place in grow if room > 0 else ():
            widths[place] += room // len(grow)
        self._is_fitting = True
        for place, width in enumerate((_PICTURE, *widths)):
            self.setColumnWidth(place, width)
        self._is_fitting = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._is_sized_by_hand:
            self.fit()

    def _note_resized(self) -> None:
        self._is_sized_by_hand |= not self._is_fitting

    def event(self, event: QEvent) -> bool:
        # Keys that move in the table must not trigger the window's shortcuts.
        return accepts_shortcut(event, lambda key: key.modifiers() in _PLAIN) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.rows.ids[self.currentIndex().row()])
        elif event.key() == Qt.Key.Key_Delete:
            self.forget_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.rows.rowCount():
            with QPainter(self.viewport()) as painter:
                painter.setPen(self.rows.theme.muted)
                flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
                painter.drawText(self.viewport().rect().adjusted(40, 0, -40, 0), flags, self.nothing())

    def _sort(self, section: int) -> None:
        if section:
            column = self.rows.columns[section - 1]
            header = self.horizontalHeader()
            self.sorted.emit(column, header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)
