"""The preview of a table to import: its first rows, under a header in which columns are chosen."""

from __future__ import annotations

import html

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHeaderView, QTableView, QWidget

from app.documents.tables.cells import MARK, NUMBER, parsed
from app.documents.tables.dates import date_label
from app.documents.tables.dialect import KINDS, Dialect
from app.documents.tables.selection import Selection, is_index
from app.documents.tables.survey import Survey
from app.look.theme import Theme
from app.widgets.context_menu import ContextMenu, close_popups
from app.window.import_header import Header, Heading, tint

_ROW = 26
_NARROWEST, _USUAL, _WIDEST = 118, 150, 240
_MEASURED = 100  # columns; those further right have the usual width
_LONGEST = 80  # characters of a cell on screen

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_Role = Qt.ItemDataRole


class PreviewModel(QAbstractTableModel):
    """The previewed rows, and the state of each column."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.dialect_shown: Dialect | None = None
        self._survey: Survey | None = None
        self._selection: Selection | None = None

    def show_dialect(self, dialect: Dialect | None) -> None:
        self.beginResetModel()
        self.dialect_shown, self._survey, self._selection = dialect, None, None
        self.endResetModel()

    def show_selection(self, survey: Survey, selection: Selection) -> None:
        self._survey, self._selection = survey, selection
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.refresh()

    def refresh(self) -> None:
        if self.dialect_shown is not None:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if self.dialect_shown is None or parent.isValid() else len(self.dialect_shown.preview)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if self.dialect_shown is None or parent.isValid() else len(self.dialect_shown.names)

    def heading(self, place: int) -> Heading:
        assert self.dialect_shown is not None
        name = self.dialect_shown.names[place]
        if self._survey is None or self._selection is None:
            return Heading(name, "", "", None, False, name)
        index = is_index(self._survey, place)
        return Heading.of(self._survey.columns[place], place, self._selection, index)

    def text(self, row: int, place: int) -> str:
        """The text of a cell."""
        assert self.dialect_shown is not None
        cell, form = self.dialect_shown.preview[row][place], self.dialect_shown.formats[place]
        code, value = parsed(cell, form)
        if code != NUMBER or self._is_text(place):
            return _one_line(cell) or "–"
        return date_label(value, form.date) if form.date else f"{value:.6g}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if self.dialect_shown is None or section < 0:
            return None
        if orientation == Qt.Orientation.Vertical:
            if section >= len(self.dialect_shown.rows):
                return None
            return f"{self.dialect_shown.rows[section]:,}" if role == _Role.DisplayRole else None
        if section >= len(self.dialect_shown.names):
            return None
        if role == _Role.DisplayRole:
            return self.dialect_shown.names[section]
        if role == _Role.ToolTipRole:
            return f"<p>{html.escape(self.heading(section).tip)}</p>"
        return self.heading(section).tip if role == _Role.AccessibleTextRole else None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if self.dialect_shown is None or not index.isValid():
            return None
        row, place = index.row(), index.column()
        if role == _Role.DisplayRole:
            return self.text(row, place)
        if role == _Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if self._is_text(place) else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == _Role.ForegroundRole:
            form = self.dialect_shown.formats[place]
            return self._ink(place, parsed(self.dialect_shown.preview[row][place], form)[0])
        if role == _Role.BackgroundRole and self._selection is not None and place == self._selection.target:
            return tint(self._theme)
        if role == _Role.ToolTipRole:
            cell = self.dialect_shown.preview[row][place]
            return f"<p>{html.escape(cell[:1000])}</p>" if cell.strip() else "nothing in this cell"
        if role == _Role.AccessibleTextRole:
            return f"{self.text(row, place)}. {self.heading(place).tip}"
        return None

    def _is_text(self, place: int) -> bool:
        return self._survey is not None and self._survey.columns[place].kind == "text"

    def _ink(self, place: int, code: int) -> QColor:
        usable = code == NUMBER or (code >= MARK and self._is_text(place))
        if self._survey is None or self._selection is None:
            return self._theme.text
        if place not in self._selection.places:
            return self._theme.axis
        return self._theme.text if usable else self._theme.danger


class Preview(QTableView):
    """toggled: the column to use as a feature, or no longer. targeted: the column to make the target.

    kind_chosen: a column, and what it holds: a key of KINDS, or nothing for what it looks like.
    """

    toggled = Signal(int)
    targeted = Signal(int)
    kind_chosen = Signal(int, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("import-preview")
        self.setAccessibleName("first rows of the table")
        self.setToolTip(
            "Click a header, or press Space, to use a column as a feature; "
            "press T to make it the target, K to choose its kind"
        )
        self.rows = PreviewModel(theme, self)
        self.setModel(self.rows)
        self.header = Header(theme, self.rows.heading, self)
        self.setHorizontalHeader(self.header)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        corner = self.findChild(QAbstractButton)
        assert corner is not None
        corner.setAccessibleName("row numbers")
        corner.setToolTip("Rows are counted as a spreadsheet does, the header too")
        self.setStyleSheet("QTableView::item { padding: 0 8px; } QTableView::corner { background: transparent; }")
        self.nothing = ""  # the text that is painted when there are no rows
        self.verticalHeader().setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.header.sectionClicked.connect(self._click)
        self.header.kind_wanted.connect(self._ask_kind)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda spot: self._ask_kind(self.columnAt(spot.x())))

    def show_dialect(self, dialect: Dialect | None) -> None:
        """Show the first rows, before the columns have been surveyed."""
        close_popups(self)  # of a column of the table before
        self.rows.show_dialect(dialect)
        self.header.setVisible(dialect is not None)
        if dialect is not None:
            self.fit()
            self.setCurrentIndex(self.rows.index(0, 0))

    def show_selection(self, survey: Survey, selection: Selection) -> None:
        self.rows.show_selection(survey, selection)

    def fit(self) -> None:
        """Fit the columns to their contents, within bounds."""
        metrics = self.fontMetrics()
        self.header.setDefaultSectionSize(_USUAL)
        rows = range(min(self.rows.rowCount(), 12))
        for place in range(min(self.rows.columnCount(), _MEASURED)):
            longest = max((self.rows.text(row, place) for row in rows), key=len)
            cells = metrics.horizontalAdvance(longest) + 28
            wanted = max(cells, self.header.wanted_width(self.rows.heading(place)), _NARROWEST)
            self.setColumnWidth(place, min(wanted, _WIDEST))

    def set_theme(self, theme: Theme) -> None:
        self.header.theme = theme
        self.rows.set_theme(theme)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.rows.rowCount():
            with QPainter(self.viewport()) as painter:
                painter.setPen(self.header.theme.muted)
                painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.nothing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        column = self.currentIndex().column()
        if column >= 0 and event.key() == Qt.Key.Key_Space:
            self.toggled.emit(column)
        elif column >= 0 and event.key() == Qt.Key.Key_T and not event.modifiers():
            self.targeted.emit(column)
        elif column >= 0 and event.key() == Qt.Key.Key_K and not event.modifiers():
            self._ask_kind(column)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)
        self.header.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.header.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.header.viewport().update()

    def kind_menu(self, place: int) -> ContextMenu:
        """What a column can be taken for, the present choice checked."""
        dialect = self.rows.dialect_shown
        assert dialect is not None
        menu = ContextMenu(self)
        menu.setAccessibleName(f"kind of {dialect.names[place]}")
        group = QActionGroup(menu)
        for kind, text in {"": "What it looks like", **KINDS}.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(kind == dialect.kinds.get(place, ""))
            group.addAction(action)
            action.triggered.connect(lambda _, kind=kind: self.kind_chosen.emit(place, kind))
        return menu

    def _ask_kind(self, place: int) -> None:
        if place < 0 or self.rows.dialect_shown is None:
            return
        menu = self.kind_menu(place)
        left = self.header.sectionViewportPosition(place)
        menu.popup(self.header.viewport().mapToGlobal(QPoint(left + 8, self.header.height())))

    def _click(self, place: int) -> None:
        row = max(self.currentIndex().row(), 0)
        self.setCurrentIndex(self.rows.index(row, place))
        self.toggled.emit(place)


def _one_line(cell: str) -> str:
    text = " ".join(cell[: 4 * _LONGEST].split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
