"""The first rows of a table to be imported, under a header in which columns are chosen."""

from __future__ import annotations

import html
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHeaderView, QTableView, QWidget

from app.documents.csv_cells import MISSING, NUMBER, parsed
from app.documents.csv_columns import Column
from app.documents.csv_layout import Layout
from app.documents.csv_selection import Selection, feature_problem
from app.documents.csv_survey import Survey
from app.theme import Theme

_HEIGHT, _ROW = 58, 26
_NARROWEST, _USUAL, _WIDEST = 118, 150, 240
_BOX, _MARGIN = 14, 10
_MEASURED = 100  # columns; those further right are of the usual width
_LONGEST = 80  # characters of a cell on screen
_SMALL = 11  # pixels
_TINT = 30  # of 255, the accent behind the target

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header shows of a column. box: None if there is nothing to tick; fault: told in the warning's colour."""

    name: str
    badge: str
    fault: str
    box: bool | None
    target: bool
    tip: str


def badge(column: Column) -> str:
    """A column's type in a word or two."""
    if column.kind == "empty" or column.constant:
        return "empty" if column.kind == "empty" else "constant"
    if column.kind == "number":
        return "counts rows" if column.counting else "number"
    return f"text · {len(column.categories)} values" if column.categories is not None else "text · many values"


class PreviewModel(QAbstractTableModel):
    """The previewed rows, and the state of each column."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.layout_shown: Layout | None = None
        self._survey: Survey | None = None
        self._selection: Selection | None = None

    def show_layout(self, layout: Layout | None) -> None:
        self.beginResetModel()
        self.layout_shown, self._survey, self._selection = layout, None, None
        self.endResetModel()

    def show_selection(self, survey: Survey, selection: Selection) -> None:
        self._survey, self._selection = survey, selection
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.refresh()

    def refresh(self) -> None:
        if self.layout_shown is not None:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if self.layout_shown is None or parent.isValid() else len(self.layout_shown.preview)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if self.layout_shown is None or parent.isValid() else len(self.layout_shown.names)

    def heading(self, place: int) -> Heading:
        assert self.layout_shown is not None
        name = self.layout_shown.names[place]
        if self._survey is None or self._selection is None:
            return Heading(name, "", "", None, False, name)
        column = self._survey.columns[place]
        target = place == self._selection.target
        problem = feature_problem(column)
        fault = f"{column.unusable:,} unusable" if column.unusable and column.kind != "empty" else ""
        box = None if target or problem else place in self._selection.features
        return Heading(name, badge(column), fault, box, target, _tip(column, target, problem, box is True))

    def text(self, row: int, place: int) -> str:
        """A cell as it is shown."""
        assert self.layout_shown is not None
        cell = self.layout_shown.preview[row][place]
        code, value = parsed(cell, self.layout_shown.decimal)
        return f"{value:.6g}" if code == NUMBER else _one_line(cell) or "–"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if self.layout_shown is None or not 0 <= section < 10_000:
            return None
        if orientation == Qt.Orientation.Vertical:
            if section >= len(self.layout_shown.rows):
                return None
            return f"{self.layout_shown.rows[section]:,}" if role == _Role.DisplayRole else None
        if section >= len(self.layout_shown.names):
            return None
        if role == _Role.DisplayRole:
            return self.layout_shown.names[section]
        if role == _Role.ToolTipRole:
            return f"<p>{html.escape(self.heading(section).tip)}</p>"
        return self.heading(section).tip if role == _Role.AccessibleTextRole else None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if self.layout_shown is None or not index.isValid():
            return None
        row, place = index.row(), index.column()
        if role == _Role.DisplayRole:
            return self.text(row, place)
        if role == _Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if self._is_text(place) else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == _Role.ForegroundRole:
            return self._ink(place, parsed(self.layout_shown.preview[row][place], self.layout_shown.decimal)[0])
        if role == _Role.BackgroundRole and self._selection is not None and place == self._selection.target:
            return tint(self._theme)
        if role == _Role.ToolTipRole:
            cell = self.layout_shown.preview[row][place]
            return f"<p>{html.escape(cell[:1000])}</p>" if cell.strip() else "nothing in this cell"
        if role == _Role.AccessibleTextRole:
            return f"{self.text(row, place)}. {self.heading(place).tip}"
        return None

    def _is_text(self, place: int) -> bool:
        return self._survey is not None and self._survey.columns[place].kind == "text"

    def _ink(self, place: int, code: int) -> QColor:
        usable = code == NUMBER or (code != MISSING and self._is_text(place))
        if self._survey is None or self._selection is None:
            return self._theme.text
        if place not in self._selection.places:
            return self._theme.axis
        return self._theme.text if usable else self._theme.danger


class _Header(QHeaderView):
    """A box to tick and a name over a badge with the column's type."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMouseTracking(True)
        self.setFixedHeight(_HEIGHT)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(60)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def wanted_width(self, heading: Heading) -> int:
        bold, small = self._fonts()
        name = QFontMetrics(bold).horizontalAdvance(heading.name) + _BOX + 8
        line = QFontMetrics(small).horizontalAdvance(heading.badge + heading.fault) + 16 + (20 if heading.fault else 0)
        line += QFontMetrics(small).horizontalAdvance("target") + 20 if heading.target else 0
        return max(name, line) + 2 * _MARGIN + 4

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        model = self.model()
        assert isinstance(model, PreviewModel)
        heading = model.heading(logicalIndex)
        view = self.parentWidget()
        assert isinstance(view, QTableView)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, self.theme.panel)
        if heading.target:
            painter.fillRect(rect, tint(self.theme))
        self._lines(painter, rect, view.hasFocus() and view.currentIndex().column() == logicalIndex)
        inner = QRectF(rect).adjusted(_MARGIN, 8, -_MARGIN, -8)
        bold, small = self._fonts()
        x = inner.left()
        if not heading.target and heading.badge:
            self._box(painter, QRectF(x, inner.top() + 2, _BOX, _BOX), heading.box)
            x += _BOX + 8
        used = heading.target or heading.box is True or not heading.badge
        painter.setFont(bold)
        painter.setPen(self.theme.text if used else self.theme.muted)
        room = inner.right() - x
        name = QFontMetrics(bold).elidedText(heading.name, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(x, inner.top(), room, 18), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(small)
        x = inner.left()
        if heading.target:
            x = self._pill(painter, x, inner, "target", self.theme.on_accent, self.theme.accent)
        if heading.badge:
            x = self._pill(painter, x, inner, heading.badge, self.theme.muted, self.theme.hover)
        if heading.fault:
            painter.setPen(self.theme.warning)
            room = inner.right() - x
            fault = QFontMetrics(small).elidedText(heading.fault, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(x, inner.bottom() - 18, room, 18), Qt.AlignmentFlag.AlignVCenter, fault)
        painter.restore()

    def _lines(self, painter: QPainter, rect: QRect, current: bool) -> None:
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.setPen(QPen(self.theme.accent if current else self.theme.border, 2 if current else 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _box(self, painter: QPainter, box: QRectF, ticked: bool | None) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        theme = self.theme
        ground, edge = (theme.accent, theme.accent) if ticked else (theme.field, theme.axis)
        if ticked is None:
            ground, edge = theme.panel, theme.border
        painter.fillPath(shape, ground)
        painter.setPen(edge)
        painter.drawPath(shape)
        if ticked:
            pen = QPen(self.theme.on_accent, 1.8)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            corner = [QPointF(box.left() + x, box.top() + y) for x, y in ((3.6, 7.2), (6.1, 9.8), (10.5, 4.6))]
            painter.drawPolyline(corner)

    def _pill(self, painter: QPainter, x: float, inner: QRectF, text: str, ink: QColor, ground: QColor) -> float:
        room = inner.right() - x
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(int(room) - 12, 0))
        box = QRectF(x, inner.bottom() - 18, metrics.horizontalAdvance(text) + 12, 18)
        shape = QPainterPath()
        shape.addRoundedRect(box, 5, 5)
        painter.fillPath(shape, ground)
        painter.setPen(ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return box.right() + 6

    def _fonts(self) -> tuple[QFont, QFont]:
        bold, small = QFont(self.font()), QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(_SMALL)
        return bold, small


class Preview(QTableView):
    """`toggled` and `aimed` tell the column that a person wants as a feature, or not; or as the target."""

    toggled = Signal(int)
    aimed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("import-preview")
        self.setAccessibleName("first rows of the table")
        self.setToolTip("Click a header, or press Space, to use a column as a feature; press T to make it the target")
        self.rows = PreviewModel(theme, self)
        self.setModel(self.rows)
        self.header = _Header(theme, self)
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
        self.nothing = ""  # what stands where no rows can
        self.verticalHeader().setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.header.sectionClicked.connect(self._click)

    def show_layout(self, layout: Layout | None) -> None:
        """The first rows, before anything is known of the columns."""
        self.rows.show_layout(layout)
        self.header.setVisible(layout is not None)
        if layout is not None:
            self.fit()
            self.setCurrentIndex(self.rows.index(0, 0))

    def show_selection(self, survey: Survey, selection: Selection) -> None:
        self.rows.show_selection(survey, selection)

    def fit(self) -> None:
        """Columns as wide as what stands in them, within bounds."""
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
            painter = QPainter(self.viewport())
            painter.setPen(self.header.theme.muted)
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.nothing)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        column = self.currentIndex().column()
        if column >= 0 and event.key() == Qt.Key.Key_Space:
            self.toggled.emit(column)
        elif column >= 0 and event.key() == Qt.Key.Key_T and not event.modifiers():
            self.aimed.emit(column)
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

    def _click(self, place: int) -> None:
        row = max(self.currentIndex().row(), 0)
        self.setCurrentIndex(self.rows.index(row, place))
        self.toggled.emit(place)


def tint(theme: Theme) -> QColor:
    """The accent, thin enough to be written on."""
    colour = QColor(theme.accent)
    colour.setAlpha(_TINT)
    return colour


def _tip(column: Column, target: bool, problem: str, ticked: bool) -> str:
    if column.kind == "number":
        what = f"number, {column.low:.6g} to {column.high:.6g}"
    else:
        what = ", ".join((column.categories or ())[:8]) or column.kind
        what = f"text: {what}" if column.kind == "text" else "empty"
    parts = [f"{column.name}: {what}"]
    if column.missing:
        parts.append(f"{column.missing:,} cells are empty")
    if column.kind == "number" and column.texts:
        parts.append(f"{column.texts:,} hold no number")
    if column.constant:
        parts.append("the same in every row, so it tells nothing")
    role = "the target" if target else f"no feature: it {problem}" if problem else "a feature" if ticked else "not used"
    return f"{'; '.join(parts)} – {role}"


def _one_line(cell: str) -> str:
    text = " ".join(cell[: 4 * _LONGEST].split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
