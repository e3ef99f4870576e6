"""The help panel: every keyboard shortcut, read from the actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.widgets.popup import Popup

_ROWS = 16
_ELSEWHERE = (
    ("Drag the ring on the stage", "move the start point"),
    ("Click on the stage", "set the start point"),
    ("Ctrl + arrows on the stage", "nudge the start point"),
    ("Wheel, drag", "zoom, pan"),
    ("Up, Down in a number field", "increase, decrease; with Shift ten times as much"),
    ("Double-click a slider", "reset to the default"),
    ("H, F2, D, Del on a run", "hide, rename, duplicate, remove it"),
    ("L, 0, ← → on a curve", "log axis, show all, move the cursor"),
)


class HelpPanel(Popup):
    """Shortcuts in columns."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, "Keyboard shortcuts", 860, 560)

    def show_actions(self, actions: Sequence[QAction]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        native = QKeySequence.SequenceFormat.NativeText
        keys = [(action.shortcut().toString(native), action.text()) for action in actions]
        rows = [row for row in keys if row[0]]
        for place, (key, text) in enumerate([*rows, *_ELSEWHERE]):
            row, block = place % _ROWS, place // _ROWS
            for column, words in enumerate((key, text)):
                label = QLabel(words)
                if column == 0:
                    label.setObjectName("value")
                grid.addWidget(label, row, 2 * block + column, Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(grid)
        self.body.addStretch(1)
