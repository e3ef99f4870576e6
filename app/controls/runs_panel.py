"""The list of runs, branches below their origins; show, duplicate, branch, pin, remove, add."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QVBoxLayout, QWidget

from app.controls.run_row import RunRow
from app.documents.run_names import run_differences
from app.look.theme import Theme, icon
from app.widgets.card import Card
from app.widgets.catalogue_text import grouped
from app.widgets.tab_order import sort_tab_order
from engine import MAX_RUNS, OPTIMIZERS, SessionPicture, depths


class RunsPanel(Card):
    """The list of runs, and a menu of optimizers to add another run."""

    selected = Signal(str)
    changed = Signal(str, str, object)
    added = Signal(str)
    duplicated = Signal(str)
    branched = Signal(str, object)
    rewound = Signal(object)
    removed = Signal(str)
    remedied = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Runs")
        self.setObjectName("runs")
        self._theme = theme
        self.rows: list[RunRow] = []
        self._compared: object = None
        self._differing: tuple[str, ...] = ()
        self.add = QToolButton()
        self.add.setObjectName("add-run")
        self.add.setText("Add")
        self.add.setToolTip("Add a run")
        self.add.clicked.connect(self._show_optimizers)
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setIconSize(QSize(14, 14))
        self.optimizers = menu = QMenu(self.add)
        heading = ""
        for key, group in grouped(OPTIMIZERS, OPTIMIZERS):
            if group != heading:
                heading = group
                menu.addSeparator()
            entry = OPTIMIZERS[key]
            action = menu.addAction(entry.title)
            action.setToolTip(entry.summary)
            action.triggered.connect(lambda _=False, chosen=key: self.added.emit(chosen))
        menu.setToolTipsVisible(True)
        self.add_to_header(self.add)
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)  # connectors go from row to row
        self.body.addWidget(holder)
        self.set_theme(theme)

    def _show_optimizers(self) -> None:
        """Opened by popup(): a button's own menu would run an event loop inside the click."""
        self.optimizers.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.add.setIcon(icon("plus", theme))
        for row in self.rows:
            row.set_theme(theme)

    def refresh(self, picture: SessionPicture, chosen: str) -> None:
        self._match_rows([run.id for run in picture.runs], chosen)
        compared = [(run.settings, run.tweaks) for run in picture.runs]
        if compared != self._compared:
            self._compared, self._differing = compared, run_differences(picture.experiment)
        for row, run, differing in zip(self.rows, picture.runs, self._differing, strict=True):
            row.show_run(run, differing, run.id == chosen)
        self._show_tree(picture)
        self.add.setEnabled(len(picture.runs) < MAX_RUNS)

    def _show_tree(self, picture: SessionPicture) -> None:
        """Indent branches below their origins."""
        deep = list(depths({run.id: run.origin for run in picture.runs}).values())
        for place, row in enumerate(self.rows):
            depth, below = deep[place], deep[place + 1 :]
            passing = tuple(_goes_on(below, level) for level in range(depth))
            row.show_place(depth, passing, bool(below) and below[0] > depth)

    def _match_rows(self, ids: list[str], chosen: str) -> None:
        """A row for each run, which is its own for as long as there is the run: what is typed in it is for that run."""
        known = {row.id: row for row in self.rows}
        if list(known) == ids:
            return
        left = [row for id, row in known.items() if id not in ids]
        focus = QApplication.focusWidget()
        had_focus = focus is not None and any(row.isAncestorOf(focus) for row in left)  # which a widget is of itself
        for row in left:
            row.abandon()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [known.get(id) or self._new_row() for id in ids]
        for place, row in enumerate(self.rows):
            self._column.insertWidget(place, row)
            row.show()  # now, and not after a turn of the event loop
        sort_tab_order(self)
        if had_focus:
            self.rows[ids.index(chosen) if chosen in ids else 0].setFocus()

    def _new_row(self) -> RunRow:
        row = RunRow(self._theme)
        row.clicked.connect(self.selected)
        row.changed.connect(self.changed)
        row.duplicated.connect(self.duplicated)
        row.branched.connect(self.branched)
        row.rewound.connect(self.rewound)
        row.removed.connect(self.removed)
        row.remedied.connect(self.remedied)
        row.set_theme(self._theme)
        return row


def _goes_on(below: list[int], level: int) -> bool:
    """Whether a branch that leaves the run of a level is further below. below: the depths of the rows there."""
    return next((depth for depth in below if depth <= level + 1), 0) == level + 1
