"""The page of the run library: search, sort, compare, open and forget finished runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.compare.cell_text import heading, size_text, twins_of
from app.compare.comparison_table import ComparisonTable
from app.compare.library_table import LibraryTable
from app.documents.library.columns import FIELDS, FIRST, KEPT, RESULT, SETTING, Column
from app.documents.library.database import LIMIT
from app.documents.library.library import MOST_COMPARED, Comparison, Contents, KeptRun
from app.look.number_format import counted
from app.look.theme import Theme, icon
from app.widgets.context_menu import ContextMenu
from app.widgets.elided import ElidedLabel
from app.widgets.restyle import restyle
from app.widgets.submenu import add_submenu
from app.workers.library_job import Forgotten, Found, LibraryJob, Request
from engine import Setting, of_run

HINT = "Search: words, optimizer=adam, loss<0.1"
EMPTY = (
    "No runs yet. A run is kept here when a stop rule ends it, when it diverges, and when it is pinned: "
    "its settings, tweaks, results and curve, to be compared and opened again."
)
_PAUSE = 150  # milliseconds without a key press before a search begins
_WATCH = 2000  # milliseconds between two looks at whether another window has changed the library
_AGES = {"a week": 7.0, "a month": 30.0, "a year": 365.0}  # in days
_LOOKING = "…"


class LibraryPage(QWidget):
    """Lists the library while it is on screen.

    open_wanted carries an experiment and the update to which its runs are to be computed again. told: a sentence.
    columns_chosen carries the columns that a person wants to see, as texts for `choose_columns`.
    """

    open_wanted = Signal(object, int)
    told = Signal(str)
    columns_chosen = Signal(object)

    def __init__(self, theme: Theme, job: LibraryJob) -> None:
        super().__init__()
        self._job = job
        self._request = Request()
        self._known: tuple[Column, ...] = FIELDS
        self._contents: Contents | None = None
        self._answer: Callable[[], None] = lambda: None
        self.search = QLineEdit()
        self.search.setObjectName("library-search")
        self.search.setAccessibleName("search the library")
        self.search.setPlaceholderText(HINT)
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip(
            "Words of titles, names and settings; and conditions on settings and results: learning_rate>=0.01, "
            'beta1!=0.9, status=diverged, title="two words"'
        )
        self._glass = self.search.addAction(icon("search", theme), QLineEdit.ActionPosition.LeadingPosition)
        self.columns = _button("library-columns", "Columns", "Which settings and results are columns")
        self.fault = ElidedLabel()
        self.table = LibraryTable(theme)
        self.table.nothing = self._nothing
        self.comparison = ComparisonTable(theme)
        self.compared = QLabel()
        self.open = _button("library-open", "Open", "Open the experiment of the selected run  (Enter)")
        self.compare = _button("library-compare", "Compare", "Show what differs between the selected runs")
        self.forget = _button("library-forget", "Forget", "Forget runs for good")
        self.extent = QLabel()
        self.question = QLabel()
        self.confirm = _button("library-confirm", "Forget", "There is no way back")
        self.refuse = _button("library-refuse", "Keep", "Forget nothing")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._watching = QTimer(self)
        self._watching.setInterval(_WATCH)
        self._lay_out()
        self.set_theme(theme)
        self._wire()
        self._show_selection()

    def choose_columns(self, texts: Sequence[str]) -> None:
        """Show the columns that these texts name, as `columns_chosen` has carried them; others are left out."""
        columns = [column for text in texts if (column := _column_of(text)) is not None]
        if columns:
            self._set_columns(columns)

    def set_theme(self, theme: Theme) -> None:
        self._glass.setIcon(icon("search", theme, theme.muted.name()))
        self.table.rows.set_theme(theme)
        self.comparison.set_theme(theme)

    def refresh(self) -> None:
        """List the library anew, now or once it is on screen."""
        if self.isVisible():
            self._find()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._find()
        self._watching.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()
        self._watching.stop()
        self._end_question()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the search field and the table leave to the page."""
        if event.key() == Qt.Key.Key_Escape and self.question_row.isVisible():
            self._end_question()
        elif event.key() == Qt.Key.Key_Escape and self.search.text() and self.search.hasFocus():
            self.search.clear()
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus() and self.table.rows.rowCount():
            self.table.setFocus()
            self.table.selectRow(max(self.table.currentIndex().row(), 0))
        else:
            super().keyPressEvent(event)

    def _wire(self) -> None:
        job, table = self._job, self.table
        job.changed.connect(self.refresh)
        job.found.connect(self._show_found)
        job.rows_read.connect(table.rows.take_rows)
        job.compared.connect(self._show_comparison)
        job.opened.connect(self._open_kept)
        job.counted.connect(self._ask_about_older)
        job.forgotten.connect(self._tell_forgotten)
        table.rows.rows_wanted.connect(lambda ids: job.read(ids, table.rows.columns))
        table.sorted.connect(self._sort)
        table.chosen.connect(self._show_selection)
        table.opened.connect(job.open)
        table.forget_wanted.connect(self._ask_about_selected)
        table.header_menu_wanted.connect(self._show_columns_menu)
        self._pause.timeout.connect(self._find)
        self._watching.timeout.connect(job.watch)
        self.search.textChanged.connect(lambda: self._pause.start())
        self.search.returnPressed.connect(self._find)
        self.columns.clicked.connect(lambda: self._show_columns_menu(_below(self.columns)))
        self.open.clicked.connect(lambda: job.open(table.selected[0]))
        self.compare.clicked.connect(lambda: job.compare(table.selected))
        self.forget.clicked.connect(lambda: self.forget_menu().popup(_below(self.forget)))
        self.confirm.clicked.connect(self._confirm)
        self.refuse.clicked.connect(self._end_question)

    # What is listed

    def _find(self) -> None:
        self._pause.stop()
        self._request = Request(self.search.text(), self._request.order, self._request.descending)
        self._job.find(self._request)

    def _sort(self, column: Column, descending: bool) -> None:
        self._request = Request(self._request.text, column, descending)
        self._find()

    def _show_found(self, found: Found) -> None:
        if found.request != self._request:
            return
        restyle(self.search, bad=bool(found.fault))
        restyle(self.fault, waiting=not found.fault)
        self._known = found.columns or self._known
        if found.contents is None:
            self.fault.show_text(found.fault)
            return
        contents = self._contents = found.contents
        self.table.show_order(found.request.order, found.request.descending)
        self.table.rows.forget_rows()
        self.table.show_found(contents.ids, found.columns)
        shown = f"{len(contents.ids):,} of {counted(contents.runs, 'run')}" if found.request.text.strip() else ""
        self.fault.show_text(shown or "All runs")
        self.extent.setText(
            f"{counted(contents.runs, 'run')}, {size_text(contents.size)} of at most {size_text(LIMIT)} on disk"
        )

    def _nothing(self) -> str:
        if self._contents is None:
            return _LOOKING
        return f"No run fits “{self._request.text.strip()}”." if self._contents.runs else EMPTY

    def _show_selection(self) -> None:
        selected = self.table.selected
        self.open.setEnabled(len(selected) == 1)
        self.compare.setEnabled(2 <= len(selected) <= MOST_COMPARED)
        self.compare.setToolTip(f"Show what differs between the selected runs, of 2 to {MOST_COMPARED}")
        self.forget.setEnabled(bool(self._contents and self._contents.runs))

    # Columns

    def columns_menu(self) -> ContextMenu:
        """Every column that there is, those on screen checked."""
        menu = ContextMenu(self)
        menu.setAccessibleName("columns of the library")
        twins, parts = twins_of(self._known), _parts(self._known)
        for title, columns in parts.items():
            below = add_submenu(menu, title)
            for column in columns:
                action = below.addAction(heading(column, twins).replace("&", "&&"))
                action.setCheckable(True)
                action.setChecked(column in self.table.rows.columns)
                action.triggered.connect(lambda shown, chosen=column: self._toggle_column(chosen, shown))
        menu.addSeparator()
        menu.addAction("Usual columns").triggered.connect(lambda: self._change_columns(FIRST))
        return menu

    def _show_columns_menu(self, spot: QPoint) -> None:
        self.columns_menu().popup(spot)

    def _toggle_column(self, column: Column, shown: bool) -> None:
        columns = [other for other in self.table.rows.columns if other != column]
        if shown:
            last = len(columns) - (columns[-1:] == [KEPT])
            columns.insert(last, column)
        if columns:
            self._change_columns(columns)

    def _change_columns(self, columns: Sequence[Column]) -> None:
        self._set_columns(columns)
        self.columns_chosen.emit([f"{column.part}:{column.key}" for column in columns])

    def _set_columns(self, columns: Sequence[Column]) -> None:
        self.table.show_columns(columns)
        self.table.show_order(self._request.order, self._request.descending)

    # Comparing and opening

    def _show_comparison(self, comparison: Comparison) -> None:
        count = self.comparison_pane.isVisible()
        self.comparison.show_comparison(comparison)
        rows = len(comparison.differences)
        runs = counted(len(comparison.runs), "run")
        self.compared.setText(f"What differs between {runs}" if rows else f"{runs} with the same settings and results")
        self.comparison_pane.show()
        if not count:
            self.split.setSizes([3, 2])

    def _open_kept(self, kept: KeptRun) -> None:
        self.open_wanted.emit(kept.experiment, kept.update)

    # Forgetting

    def forget_menu(self) -> ContextMenu:
        """What can be forgotten."""
        menu = ContextMenu(self)
        menu.setAccessibleName("forget runs")
        selected = len(self.table.selected)
        some = menu.addAction(f"The selected {counted(selected, 'run')} …" if selected else "The selected runs …")
        some.setEnabled(bool(selected))
        some.triggered.connect(self._ask_about_selected)
        found = self._contents
        if found is not None and len(found.ids) < found.runs:
            listed = menu.addAction(f"The {counted(len(found.ids), 'run')} that the search has found …")
            listed.setEnabled(bool(found.ids))
            listed.triggered.connect(lambda: self._ask_about(list(found.ids)))
        menu.addSeparator()
        for age, days in _AGES.items():
            older = menu.addAction(f"What is older than {age} …")
            older.triggered.connect(lambda _, days=days: self._job.count_older(days))
        menu.addSeparator()
        menu.addAction("All runs …").triggered.connect(self._ask_about_all)
        return menu

    def _ask_about_selected(self) -> None:
        if selected := self.table.selected:
            self._ask_about(selected)

    def _ask_about(self, ids: list[int]) -> None:
        self._ask(len(ids), "", partial(self._job.forget, ids))

    def _ask_about_older(self, days: float, count: int) -> None:
        age = next(age for age, known in _AGES.items() if known == days)
        if count:
            self._ask(
                count, f" that {'is' if count == 1 else 'are'} older than {age}", partial(self._job.forget_older, days)
            )
        else:
            self.told.emit(f"no run is older than {age}")

    def _ask_about_all(self) -> None:
        if self._contents is not None:
            self._ask(self._contents.runs, ", which are all", partial(self._job.forget_all, time.time()))

    def _ask(self, count: int, which: str, answer: Callable[[], None]) -> None:
        """Ask in the page itself, with a word about the size."""
        assert self._contents is not None
        share = self._contents.size * count / max(self._contents.runs, 1)
        self._answer = answer
        self.question.setText(
            f"Forget {counted(count, 'run')}{which}? That frees about {size_text(share)}, and cannot be undone."
        )
        self.foot.hide()
        self.question_row.show()
        self.refuse.setFocus()

    def _confirm(self) -> None:
        answer = self._answer
        self._end_question()
        answer()

    def _end_question(self) -> None:
        self.question_row.hide()
        self.foot.show()

    def _tell_forgotten(self, forgotten: Forgotten) -> None:
        self.comparison_pane.hide()
        freed = f"{size_text(forgotten.freed)} freed" if forgotten.freed else "the next runs take their place on disk"
        self.told.emit(f"{counted(forgotten.runs, 'run')} forgotten, {freed}")

    def _lay_out(self) -> None:
        top = _row(self.search, self.columns)
        self.fault.setObjectName("fault")
        self.fault.setProperty("waiting", True)
        for label in (self.extent, self.compared):
            label.setObjectName("muted")
        close = QToolButton()
        close.setText("✕")
        close.setObjectName("more")
        close.setAccessibleName("close the comparison")
        close.setToolTip("Close the comparison")
        self.comparison_pane = QWidget()
        below = QVBoxLayout(self.comparison_pane)
        below.setContentsMargins(0, 6, 0, 0)
        below.addLayout(_row(self.compared, close))
        below.addWidget(self.comparison, 1)
        close.clicked.connect(self.comparison_pane.hide)
        self.comparison_pane.hide()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.comparison_pane)
        self.question.setWordWrap(True)
        self.question_row = QWidget()
        asking = QHBoxLayout(self.question_row)
        asking.setContentsMargins(0, 0, 0, 0)
        for widget in (self.question, self.confirm, self.refuse):
            asking.addWidget(widget, 1 if widget is self.question else 0)
        self.question_row.hide()
        self.foot = QWidget()
        self.foot.setLayout(_row(self.extent, self.open, self.compare, self.forget))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.fault)
        column.addWidget(self.split, 1)
        column.addWidget(self.question_row)
        column.addWidget(self.foot)


def _parts(columns: Sequence[Column]) -> Mapping[str, list[Column]]:
    """The columns as a menu divides them."""
    of_runs = [column for column in columns if column.part == SETTING and _is_of_run(column)]
    return {
        "Results": [column for column in columns if column.part == RESULT],
        "Settings of the run": of_runs,
        "Settings of the problem": [column for column in columns if column.part == SETTING and column not in of_runs],
        "Other": list(FIELDS),
    }


def _is_of_run(column: Column) -> bool:
    return of_run(Setting.of(column.key)) or column.key.startswith("stop.")


def _column_of(text: str) -> Column | None:
    part, _, key = text.partition(":")
    column = Column(key, part)
    return column if part in (RESULT, SETTING) or column in FIELDS else None


def _button(name: str, title: str, tip: str) -> QPushButton:
    button = QPushButton(title)
    button.setObjectName(name)
    button.setAccessibleName(tip.partition("  (")[0])
    button.setToolTip(tip)
    return button


def _row(first: QWidget, *others: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(first, 1)
    for widget in others:
        row.addWidget(widget)
    return row


def _below(button: QWidget) -> QPoint:
    return button.mapToGlobal(QPoint(0, button.height() + 2))
