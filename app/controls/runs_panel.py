"""The list of runs: colour, name, differing settings, status; show, duplicate, pin, remove, add."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.controls.transport import short
from app.documents.run_labels import differences
from app.look.theme import Theme, icon, run_colour
from app.widgets.card import Card
from app.widgets.catalogue_text import grouped
from app.widgets.elided import ElidedLabel
from app.widgets.restyle import restyle
from app.widgets.shortcut_override import accepts_shortcut
from app.widgets.swatch import Swatch
from app.widgets.tab_order import sort_tab_order
from engine import DIVERGED, LOSS, MAX_RUNS, OPTIMIZERS, WATCHED, Experiment, RunPicture, SessionPicture

_VALUE = 76, 18  # pixels, for the longest loss
_BEST = 152, 16  # for the best loss with its update, at most
_BEST_STEP = 16  # by which it grows: not with every digit, and the rest of the line is for what distinguishes the run
_INDENT = 24  # from the edge of the dot to the name


def what_differs(experiment: Experiment) -> list[str]:
    """For each run, the settings that distinguish it, without its name: `η = 0.03, β₁ = 0.8`."""
    told = []
    for record, label in zip(experiment.runs, differences(experiment), strict=True):
        name = record.settings.name
        rest = label.removeprefix(f"{name}: ").removeprefix(f"{name}, ")
        told.append("" if rest == name or rest.startswith(f"{name} (") else rest)
    return told


def _signed(value: float, digits: int) -> str:
    return f"{value:.{digits}g}".replace("-", "−")


def _stands_lowest(run: RunPicture) -> bool:
    """Whether its watched measure is lower now than wherever it was taken before."""
    if run.best is None or run.standing is None or run.shown.update < run.update:
        return False
    return run.measures.of_role(WATCHED, run.standing) < run.best.loss


_KEYS = (Qt.Key.Key_H, Qt.Key.Key_D, Qt.Key.Key_F2, Qt.Key.Key_Delete)


class _Row(QFrame):
    """One run. A click selects it and gives it the keyboard; a double-click on its name renames it."""

    clicked = Signal(str)
    changed = Signal(str, str, object)
    duplicated = Signal(str)
    removed = Signal(str)
    remedied = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("run-row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.run: RunPicture | None = None
        self._shown: tuple[object, ...] = ()
        self._theme = theme
        self.swatch = Swatch()
        self.swatch.setToolTip("Show or hide this run  (H)")
        self.swatch.clicked.connect(self._toggle_visible)
        self.name = ElidedLabel()
        self.name.setObjectName("run-name")
        self.detail = ElidedLabel()
        self.detail.setObjectName("run-detail")
        self.detail.setContentsMargins(0, 0, 0, 0)
        self.best = ElidedLabel()
        self.best.setObjectName("run-detail")
        self.best.setFixedSize(*_BEST)
        self.best.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.best.hide()
        self.value = QLabel()
        self.value.setObjectName("run-value")
        self.value.setFixedSize(*_VALUE)  # fixed, so that changing numbers do not relayout the column
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.more = QToolButton()
        self.more.setObjectName("more")
        self.more.setFixedSize(24, 20)
        self.more.setToolTip("Rename, duplicate, pin, colour or remove this run")
        self.more.clicked.connect(self.show_menu)
        self.message = QLabel()
        self.message.setObjectName("run-message")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.RichText)
        self.message.linkActivated.connect(lambda what: self.remedied.emit(self.id, what))
        self.message.hide()
        self.editor = QLineEdit()
        self.editor.setObjectName("run-name-editor")
        self.editor.setMaxLength(80)
        self.editor.setFixedHeight(_INDENT - 4)
        self.editor.installEventFilter(self)
        self.editor.setAccessibleName("run name")
        self.editor.editingFinished.connect(self._rename)
        self.editor.hide()
        head = QHBoxLayout()
        head.setSpacing(4)
        for widget, stretch in ((self.swatch, 0), (self.name, 1), (self.editor, 1), (self.value, 0), (self.more, 0)):
            head.addWidget(widget, stretch)
        below = QVBoxLayout()
        below.setContentsMargins(_INDENT, 0, 4, 0)
        below.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.detail, 1)
        line.addWidget(self.best)
        below.addLayout(line)
        below.addWidget(self.message)
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 3, 3, 4)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(below)

    @property
    def id(self) -> str:
        """Of the run; empty before the first."""
        return self.run.id if self.run is not None else ""

    def abandon(self) -> None:
        """The run is gone: a name that is being typed is of nobody."""
        self.editor.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._shown = ()
        self.more.setIcon(icon("more", theme, theme.muted.name()))
        if self.run is not None:
            self.show_run(self.run, self.detail.text(), self.property("chosen") is True)

    def show_run(self, run: RunPicture, detail: str, chosen: bool) -> None:
        """Show a run's current state; `detail` is what distinguishes it from the others."""
        self.run = run
        self._show_value(run)
        shown = (run.settings, run.status, run.message, run.rewind_to, detail, chosen, run.best is None)
        if shown == self._shown:
            return
        self._shown = shown
        self.swatch.show_colour(QColor(run_colour(self._theme, run.colour)), run.visible)
        self.swatch.setAccessibleName(f"{'hide' if run.visible else 'show'} {run.name}")
        self.more.setAccessibleName(f"menu of {run.name}")
        title = OPTIMIZERS[run.settings.optimizer.kind].title
        self.name.show_text(run.name, title if title != run.name else "")
        notes = [note for note in ("pinned" * run.settings.pinned, detail) if note]
        self.detail.show_text(" · ".join(notes))
        self.detail.setVisible(bool(notes) or run.best is not None)
        self.setAccessibleName(f"run {run.name}, {run.status}")
        self.setAccessibleDescription(", ".join([title, *notes]))
        bad = run.status == DIVERGED or run.running_away
        restyle(self, self.name, self.value, chosen=chosen, bad=bad, off=not run.visible)
        self._show_message(run)

    def _show_value(self, run: RunPicture) -> None:
        """The loss on screen; where it is measured, the one where it stands or the last one, and the best so far."""
        place = int(np.searchsorted(run.measures.at, run.shown.update, "right")) - 1
        if place < 0 or not run.measures.roles:
            self.best.hide()
            self._show_loss(run.shown.loss, "Loss at the point on screen")
            return
        values, at = run.measures.values[place], int(run.measures.at[place])
        if run.standing is not None and run.shown.update >= run.update:
            values, at = run.standing, run.update
        loss, watched = (run.measures.of_role(role, values) for role in (LOSS, WATCHED))
        role, loss = (LOSS, loss) if np.isnan(watched) else (WATCHED, watched)
        self._show_loss(loss, f"{run.measures.words(role).capitalize()}, measured at update {at:,}")
        self.best.setVisible(run.best is not None)
        if run.best is not None:
            before = f"{_signed(run.best.loss, 6)}, was at update {run.best.update:,}."
            told = f"best {_signed(run.best.loss, 3)} at {short(run.best.update)}"
            name = run.measures.words(WATCHED)
            tip = f"The lowest {name}, {before} Use the run's menu to go back to it."
            if _stands_lowest(run):
                told = "best so far"
                tip = f"Lower than every {name} that was measured on the way; the lowest of those, {before}"
            self.best.show_text(told, tip)
            room = self.best.fontMetrics().horizontalAdvance(told) + 2
            self.best.setFixedWidth(min(-(-room // _BEST_STEP) * _BEST_STEP, _BEST[0]))

    def _show_loss(self, loss: float, tip: str) -> None:
        self.value.setText("–" if np.isnan(loss) else _signed(loss, 4))
        if tip != self.value.toolTip():
            self.value.setToolTip(tip)

    def _show_message(self, run: RunPicture) -> None:
        if not run.message:
            self.message.hide()
            return
        text = html.escape(run.message)
        if run.status == DIVERGED or run.running_away:
            links = []
            if run.better_rate is not None:
                links.append(f'<a href="rate">rewind and use η = {run.better_rate:.3g}</a>')
            if run.rewind_to is not None:
                links.append(f'<a href="rewind">rewind to update {run.rewind_to:,}</a>')
            text += "<br>" + "<br>".join(links)
            self.message.setToolTip("<p>To try: " + html.escape("; ".join(run.remedies)) + ".</p>")
        else:
            self.message.setToolTip("")
        self.message.setText(text)
        self.message.setVisible(run.status == DIVERGED or bool(run.ending) or run.running_away)

    def show_menu(self) -> None:
        if self.run is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename …", self.begin_rename)
        menu.addAction("Hide" if self.run.visible else "Show", self._toggle_visible)
        menu.addAction("Duplicate", lambda: self.duplicated.emit(self.id))
        if self.run.best is not None and not _stands_lowest(self.run):
            back = menu.addAction(f"Rewind to the best weights (update {self.run.best.update:,})")
            back.triggered.connect(lambda: self.remedied.emit(self.id, "best"))
        pinned = self.run.settings.pinned
        pin = menu.addAction("Unpin" if pinned else "Pin: keep it through resets")
        pin.triggered.connect(lambda: self.changed.emit(self.id, "pinned", not pinned))
        colours = menu.addMenu("Colour")
        for colour in range(len(self._theme.run_colours)):
            dot = icon("dot", self._theme, run_colour(self._theme, colour))
            action = colours.addAction(dot, f"Colour {colour + 1}")
            action.setCheckable(True)
            action.setChecked(colour == self.run.colour)
            action.triggered.connect(lambda _=False, chosen=colour: self.changed.emit(self.id, "colour", chosen))
        menu.addSeparator()
        menu.addAction("Remove", lambda: self.removed.emit(self.id))
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def begin_rename(self) -> None:
        if self.run is not None:
            self.editor.setText(self.run.name)
            self.name.hide()
            self.editor.show()
            self.editor.setFocus()
            self.editor.selectAll()

    def _rename(self) -> None:
        if not self.editor.isVisible():
            return
        self.editor.hide()
        self.name.show()
        text = self.editor.text().strip()
        if text and self.run is not None and text != self.run.name:
            self.changed.emit(self.id, "name", text)

    def _toggle_visible(self) -> None:
        if self.run is not None:
            self.changed.emit(self.id, "visible", not self.run.visible)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.clicked.emit(self.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.begin_rename()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Escape end renaming; the row itself must not see them."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.editor.setText("")
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        self._rename()
        self.setFocus()
        return True

    def event(self, event: QEvent) -> bool:
        # The window has a shortcut on some of them.
        return accepts_shortcut(event, _is_for_run) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        actions: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Return: lambda: self.clicked.emit(self.id),
            Qt.Key.Key_Enter: lambda: self.clicked.emit(self.id),
            Qt.Key.Key_H: self._toggle_visible,
            Qt.Key.Key_F2: self.begin_rename,
            Qt.Key.Key_D: lambda: self.duplicated.emit(self.id),
            Qt.Key.Key_Delete: lambda: self.removed.emit(self.id),
        }
        action = actions.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
        else:
            action()


def _is_for_run(event: QKeyEvent) -> bool:
    return event.key() in _KEYS and event.modifiers() == Qt.KeyboardModifier.NoModifier


class RunsPanel(Card):
    """The list of runs, and a menu of optimizers to add another run."""

    selected = Signal(str)
    changed = Signal(str, str, object)
    added = Signal(str)
    duplicated = Signal(str)
    removed = Signal(str)
    remedied = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Runs")
        self.setObjectName("runs")
        self._theme = theme
        self.rows: list[_Row] = []
        self._compared: object = None
        self._details: list[str] = []
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
        self._column.setSpacing(1)
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
            self._compared, self._details = compared, what_differs(picture.experiment)
        for row, run, detail in zip(self.rows, picture.runs, self._details, strict=True):
            row.show_run(run, detail, run.id == chosen)
        self.add.setEnabled(len(picture.runs) < MAX_RUNS)

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

    def _new_row(self) -> _Row:
        row = _Row(self._theme)
        row.clicked.connect(self.selected)
        row.changed.connect(self.changed)
        row.duplicated.connect(self.duplicated)
        row.removed.connect(self.removed)
        row.remedied.connect(self.remedied)
        row.set_theme(self._theme)
        return row
