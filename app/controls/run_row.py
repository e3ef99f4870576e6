"""A row of the list of runs: colour, name, what else distinguishes it, value, and what to do if it diverged."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from app.controls.transport import short
from app.look.number_format import number
from app.look.theme import Theme, icon, run_colour
from app.widgets.context_menu import ContextMenu
from app.widgets.elided import ElidedLabel
from app.widgets.restyle import restyle
from app.widgets.reveal import reveal
from app.widgets.shortcut_override import accepts_shortcut
from app.widgets.submenu import add_submenu
from app.widgets.swatch import Swatch
from app.widgets.wrapped_row import WrappedRow
from engine import DIVERGED, LOSS, OPTIMIZERS, WATCHED, RunPicture

_VALUE = 76, 18  # pixels, for the longest loss
_BEST = 152, 16  # for the best loss with its update, at most
_BEST_STEP = 16  # by which it grows: not with every digit, and the rest of the line is for what distinguishes the run
_INDENT = 24  # from the edge of the dot to the name
_LEFT, _DEPTH, _DEEPEST = (
    5,
    13,
    5,
)  # from the edge of the row to the dot, and as much more for each origin, up to so many
_GAP = 8.0  # from the middle of a dot to the connector below it


def _signed(value: float, digits: int) -> str:
    return f"{value:.{digits}g}".replace("-", "−")


def _stands_lowest(run: RunPicture) -> bool:
    """Whether its watched measure is lower now than wherever it was taken before."""
    if run.best is None or run.standing is None or run.shown.update < run.update:
        return False
    return run.measures.of_role(WATCHED, run.standing) < run.best.loss


def _divided(name: str) -> tuple[str, str]:
    """A name in two lines: its first setting, and the others."""
    first, _, rest = name.partition(", ")
    return first, rest


def _rate_words(run: RunPicture) -> str:
    halved = run.slower_rate is not None and run.slower_rate == run.halved_rate
    return "Halve η" if halved else f"η = {number(run.slower_rate or 0.0, 3)}"


def _rate(run: RunPicture) -> str:
    """The learning rate that is worth trying, in words."""
    told = f"learning rate {number(run.slower_rate or 0.0, 3)}"
    return f"half of it, {told}" if run.slower_rate == run.halved_rate else f"{told}, which was tried and stays finite"


_KEYS = (Qt.Key.Key_H, Qt.Key.Key_D, Qt.Key.Key_F2, Qt.Key.Key_Delete)


class RunRow(QFrame):
    """One run. A click selects it and gives it the keyboard; a double-click on its name renames it.

    A branch is indented, with a thin connector to the run above that it has left. branched: its id, and an update.
    rewound: the update to which all runs shall go back.
    """

    clicked = Signal(str)
    changed = Signal(str, str, object)
    duplicated = Signal(str)
    branched = Signal(str, object)
    rewound = Signal(object)
    removed = Signal(str)
    remedied = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("run-row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.run: RunPicture | None = None
        self._shown: tuple[object, ...] = ()
        self._differing = ""
        self._rails: tuple[int, tuple[bool, ...], bool] = (0, (), False)
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
        self.more.setToolTip("Rename, duplicate, branch, pin, colour or remove this run")
        self.more.clicked.connect(self.show_menu)
        self.message = QLabel()
        self.message.setObjectName("run-message")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.hide()
        self.remedies = {what: self._remedy(what) for what in ("rewind", "clip", "slower", "branch")}
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
        below.addLayout(WrappedRow(*self.remedies.values()))
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(_LEFT, 3, 3, 4)
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
            self.show_run(self.run, self._differing, self.property("chosen") is True)

    def show_run(self, run: RunPicture, differing: str, chosen: bool) -> None:
        """Show a run's current state; `differing` is what distinguishes it from the others whatever it is called."""
        self.run, self._differing = run, differing
        self._show_value(run)
        told = run.name, run.origin, run.status, run.message, run.rewind_to
        shown = (run.settings, *told, differing, chosen, run.best is None)
        if shown == self._shown:
            return
        self._shown = shown
        self.swatch.show_colour(QColor(run_colour(self._theme, run.colour)), run.visible)
        self.swatch.setAccessibleName(f"{'hide' if run.visible else 'show'} {run.name}")
        self.more.setAccessibleName(f"menu of {run.name}")
        title = OPTIMIZERS[run.settings.optimizer.kind].title
        name, detail = (run.name, differing) if run.settings.name else _divided(run.name)
        self.name.show_text(name, title if title != name else "")
        branched = f"at {run.origin.update:,}" if run.origin is not None else ""
        notes = [note for note in ("pinned" * run.settings.pinned, branched, detail) if note]
        self.detail.show_text(" · ".join(notes))
        self.detail.setVisible(bool(notes) or run.best is not None)
        self.setAccessibleName(f"run {run.name}, {run.status}")
        self.setAccessibleDescription(", ".join([title, *notes]))
        bad = run.status == DIVERGED or run.running_away
        restyle(self, self.name, self.value, chosen=chosen, bad=bad, off=not run.visible)
        self._show_message(run)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What the selected run offers once it has diverged is scrolled into view, when those around have grown too."""
        super().resizeEvent(event)
        grown = event.size().height() > event.oldSize().height()
        offers = any(not button.isHidden() for button in self.remedies.values())
        if grown and offers and self.property("chosen") is True:
            QTimer.singleShot(0, self, lambda: reveal(self))

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
            told = f"best {_signed(run.best.loss, 3)}"
            told += f" at {short(run.best.update)}" if run.origin is None else ""  # what it branched with has the room
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
        """What has ended a run; of one that has diverged or runs away what to do about it, too."""
        bad = run.status == DIVERGED or run.running_away
        self.message.setText(run.message)
        self.message.setToolTip(f"<p>To try: {html.escape('; '.join(run.remedies))}.</p>" if bad else "")
        self.message.setVisible(bool(run.message) and (bad or bool(run.ending)))
        place = f"update {run.rewind_to or 0:,}"
        slower, clip = _rate_words(run), run.clip_to
        told = {
            "rewind": (
                "Rewind",
                f"Take all runs back to {place}, where the loss was lowest",
                run.rewind_to is not None,
            ),
            "clip": (
                f"Clip at {number(clip or 0.0, 3)}",
                f"Rewind to {place}, and clip the gradient norm from there at what it was until then",
                clip is not None,
            ),
            "slower": (slower, f"Rewind to {place}, and go on with {_rate(run)}", run.slower_rate is not None),
            "branch": (
                "Branch",
                f"Keep this run, and let a branch leave it at {place} with {_rate(run)}",
                run.slower_rate is not None,
            ),
        }
        for what, (title, tip, applies) in told.items():
            button = self.remedies[what]
            button.setText(title)
            button.setToolTip(f"<p>{html.escape(tip)}.</p>")
            button.setAccessibleName(f"{title}: {run.name}")
            button.setVisible(bad and applies)

    def _remedy(self, what: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName("remedy")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.remedied.emit(self.id, what))
        button.hide()
        return button

    def show_place(self, depth: int, passing: tuple[bool, ...], has_branches: bool) -> None:
        """Show where the run is in the tree: how many origins lie above it, past which of these a connector goes on to
        rows further below, and whether it has branches itself.
        """
        if (depth, passing, has_branches) != self._rails:
            self._rails = depth, passing, has_branches
            self._column.setContentsMargins(_LEFT + _DEPTH * min(depth, _DEEPEST), 3, 3, 4)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        depth, passing, has_branches = self._rails
        if not depth and not has_branches:
            return
        with QPainter(self) as painter:
            painter.setPen(QPen(self._theme.axis, 1.0))
            dot = QPointF(self.swatch.geometry().center())
            for level in range(depth):
                across, own = self._rail(level), level == depth - 1
                if own or passing[level]:
                    down = float(self.height()) if passing[level] else dot.y()
                    painter.drawLine(QPointF(across, 0.0), QPointF(across, down))
                if own:
                    painter.drawLine(QPointF(across, dot.y()), QPointF(dot.x() - _GAP, dot.y()))
            if has_branches:
                across = self._rail(depth)
                painter.drawLine(QPointF(across, dot.y() + _GAP), QPointF(across, float(self.height())))

    def _rail(self, level: int) -> float:
        """Where the connector below a dot is that is so many origins deep."""
        return _LEFT + _DEPTH * min(level, _DEEPEST) + 0.5 * self.swatch.width()

    def show_menu(self) -> None:
        if self.run is None:
            return
        menu, visible = ContextMenu(self), self.run.visible
        menu.addAction("Rename …", self.begin_rename)
        see = menu.addAction("Hide" if visible else "Show")
        see.triggered.connect(lambda: self.changed.emit(self.id, "visible", not visible))
        menu.addAction("Duplicate", lambda: self.duplicated.emit(self.id))
        here = self.run.shown.update
        menu.addAction(f"Branch here (update {here:,})", lambda: self.branched.emit(self.id, here))
        if self.run.best is not None and not _stands_lowest(self.run):
            best = self.run.best.update
            menu.addAction(f"Rewind to the best weights (update {best:,})", lambda: self.rewound.emit(best))
        pinned = self.run.settings.pinned
        pin = menu.addAction("Unpin" if pinned else "Pin: keep it through resets")
        pin.triggered.connect(lambda: self.changed.emit(self.id, "pinned", not pinned))
        colours = add_submenu(menu, "Colour")
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
        """A name that is taken away leaves the run to be called after what it differs in."""
        if self.run is not None:
            self.editor.setText(self.run.settings.name)
            self.editor.setPlaceholderText(self.run.name)
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
        if self.run is not None and text != self.run.settings.name:
            self.changed.emit(self.id, "name", text)

    def _toggle_visible(self) -> None:
        if self.run is not None:
            self.changed.emit(self.id, "visible", not self.run.visible)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.clicked.emit(self.id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.show_menu()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.begin_rename()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Escape end renaming; the row itself must not see them."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.editor.setText(self.run.settings.name if self.run is not None else "")
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
