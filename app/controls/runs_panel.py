"""The runs of the race: colour, name, what differs, how it goes; show, duplicate, pin, remove, add."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.controls.card import Card
from app.theme import Theme, icon, run_colour
from engine import DIVERGED, FINISHED, MOST_RUNS, OPTIMIZERS, RunPicture, SessionPicture


class _Row(QFrame):
    """One run. Clicking selects it; double-clicking its name renames it."""

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
        self.swatch = QToolButton()
        self.swatch.setObjectName("swatch")
        self.swatch.setToolTip("Show or hide this run  (H)")
        self.swatch.clicked.connect(self._toggle_visible)
        self.name = QLabel()
        self.name.setObjectName("run-name")
        self.value = QLabel()
        self.value.setObjectName("run-value")
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.more = QToolButton()
        self.more.setObjectName("more")
        self.more.setText("⋯")
        self.more.setToolTip("Rename, duplicate, pin or remove this run")
        self.more.setAccessibleName("run menu")
        self.more.clicked.connect(self.show_menu)
        self.message = QLabel()
        self.message.setObjectName("run-message")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.RichText)
        self.message.linkActivated.connect(lambda what: self.remedied.emit(self._id, what))
        self.message.hide()
        self.editor = QLineEdit()
        self.editor.setMaxLength(80)
        self.editor.setAccessibleName("run name")
        self.editor.editingFinished.connect(self._rename)
        self.editor.hide()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.swatch)
        head.addWidget(self.name, 1)
        head.addWidget(self.editor, 1)
        head.addWidget(self.value)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 5, 6, 5)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.message)

    @property
    def _id(self) -> str:
        return self.run.id if self.run is not None else ""

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._shown = ()
        if self.run is not None:
            self.show_run(self.run, self.property("chosen") is True)

    def show_run(self, run: RunPicture, chosen: bool) -> None:
        self.run = run
        loss = run.shown.loss
        shown = (run.name, run.colour, run.visible, run.settings.pinned, run.status, run.message, chosen)
        self.value.setText(f"{loss:.4g}")
        if shown == self._shown:
            return
        self._shown = shown
        colour = run_colour(self._theme, run.colour) if run.visible else "transparent"
        edge = run_colour(self._theme, run.colour)
        self.swatch.setStyleSheet(
            f"QToolButton#swatch {{ background: {colour}; border: 2px solid {edge}; border-radius: 7px;"
            " min-width: 10px; max-width: 10px; min-height: 10px; max-height: 10px; padding: 0; }"
        )
        pin = "  · pinned" if run.settings.pinned else ""
        self.name.setText(run.name + pin)
        self.name.setToolTip(f"{run.name}: {OPTIMIZERS[run.settings.optimizer.kind].title}, loss on the right")
        self.value.setToolTip("loss at the point on screen")
        self.setAccessibleName(f"run {run.name}, {run.status}")
        self.swatch.setAccessibleName(f"{'hide' if run.visible else 'show'} {run.name}")
        self.setProperty("chosen", chosen)
        self.setProperty("bad", run.status == DIVERGED)
        for widget in (self, self.name, self.value):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._show_message(run)

    def _show_message(self, run: RunPicture) -> None:
        if run.status not in (DIVERGED, FINISHED) or not run.message:
            self.message.hide()
            return
        text = html.escape(run.message)
        if run.status == DIVERGED:
            links = []
            if run.better_rate is not None:
                links.append(f'<a href="rate">rewind and use η = {run.better_rate:.3g}</a>')
            if run.rewind_to is not None:
                links.append(f'<a href="rewind">rewind to update {run.rewind_to:,}</a>')
            text += "<br>" + " · ".join(links)
            self.message.setToolTip("Also: " + "; ".join(run.remedies))
        self.message.setText(text)
        self.message.setVisible(run.status == DIVERGED or "stopped after" not in run.message)

    def show_menu(self) -> None:
        if self.run is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename…", self.begin_rename)
        menu.addAction("Hide" if self.run.visible else "Show", self._toggle_visible)
        menu.addAction("Duplicate", lambda: self.duplicated.emit(self._id))
        pinned = self.run.settings.pinned
        pin = menu.addAction("Let go of it" if pinned else "Pin: keep it through resets")
        pin.triggered.connect(lambda: self.changed.emit(self._id, "pinned", not pinned))
        colours = menu.addMenu("Colour")
        for colour in range(MOST_RUNS):
            action = colours.addAction(icon("dot", self._theme, run_colour(self._theme, colour)), f"colour {colour + 1}")
            action.triggered.connect(lambda _=False, chosen=colour: self.changed.emit(self._id, "colour", chosen))
        menu.addSeparator()
        menu.addAction("Remove", lambda: self.removed.emit(self._id))
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
            self.changed.emit(self._id, "name", text)

    def _toggle_visible(self) -> None:
        if self.run is not None:
            self.changed.emit(self._id, "visible", not self.run.visible)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit(self._id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.begin_rename()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        actions = {
            Qt.Key.Key_Return: lambda: self.clicked.emit(self._id),
            Qt.Key.Key_Enter: lambda: self.clicked.emit(self._id),
            Qt.Key.Key_H: self._toggle_visible,
            Qt.Key.Key_F2: self.begin_rename,
            Qt.Key.Key_D: lambda: self.duplicated.emit(self._id),
            Qt.Key.Key_Delete: lambda: self.removed.emit(self._id),
        }
        action = actions.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
        else:
            action()


class RunsPanel(Card):
    """The list of runs, and a menu of optimizers with which another may join."""

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
        self.add = QToolButton()
        self.add.setObjectName("add-run")
        self.add.setText("Add")
        self.add.setToolTip("Let another run join the race  (Ctrl + R)")
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setIconSize(QSize(14, 14))
        menu = QMenu(self.add)
        for key, entry in OPTIMIZERS.items():
            action = menu.addAction(entry.title)
            action.setToolTip(entry.summary)
            action.triggered.connect(lambda _=False, chosen=key: self.added.emit(chosen))
        menu.setToolTipsVisible(True)
        self.add.setMenu(menu)
        self.add_to_header(self.add)
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.body.addWidget(holder)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.add.setIcon(icon("plus", theme))
        for row in self.rows:
            row.set_theme(theme)

    def refresh(self, picture: SessionPicture, chosen: str) -> None:
        while len(self.rows) > len(picture.runs):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(picture.runs):
            self.rows.append(self._new_row())
        for row, run in zip(self.rows, picture.runs, strict=True):
            row.show_run(run, run.id == chosen)
        self.add.setEnabled(len(picture.runs) < MOST_RUNS)

    def _new_row(self) -> _Row:
        row = _Row(self._theme)
        row.clicked.connect(self.selected)
        row.changed.connect(self.changed)
        row.duplicated.connect(self.duplicated)
        row.removed.connect(self.removed)
        row.remedied.connect(self.remedied)
        self._column.addWidget(row)
        return row
