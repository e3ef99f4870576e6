"""The help panel: every keyboard shortcut, read from the actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QWidget

from app.widgets.popup import Popup

_BLOCKS = 3
_ELSEWHERE = (
    ("Drag the ring on the stage", "move the start point"),
    ("Click, double-click on the stage", "set the start point before, after the first update"),
    ("Ctrl + arrows on the stage", "nudge the start point"),
    ("Enter, arrows on clusters", "take a centre, move it before the first update"),
    ("Wheel, drag", "zoom, pan; Ctrl + wheel where a panel scrolls"),
    ("Up, Down in a number field", "increase, decrease; with Shift ten times as much"),
    ("Double-click a slider", "reset to the default"),
    ("H, F2, D, Del on a run", "hide, rename, duplicate, remove it"),
    ("L, 0, ← → on a curve", "log axis, show all, move the cursor"),
)


class HelpPanel(Popup):
    """Shortcuts in columns, which scroll where there is no room for all of them."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, "Keyboard shortcuts", 1160, 540)
        self._rows: list[tuple[str, str]] = []
        self._is_laid_out = False

    def show_actions(self, actions: Sequence[QAction]) -> None:
        """List their keys with their texts, or with what they are called without the menu around them (whatsThis).

        It is laid out when it is first opened.
        """
        native = QKeySequence.SequenceFormat.NativeText
        keys = [(action.shortcut().toString(native), action.whatsThis() or action.text()) for action in actions]
        self._rows = [*(row for row in keys if row[0]), *_ELSEWHERE]

    def showEvent(self, event: QShowEvent) -> None:
        if not self._is_laid_out:
            self._is_laid_out = True
            self._lay_out()
        super().showEvent(event)

    def _lay_out(self) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        height = -(-len(self._rows) // _BLOCKS)
        for place, (key, text) in enumerate(self._rows):
            row, block = place % height, place // height
            for column, words in enumerate((key, text)):
                label = QLabel(words)
                if column == 0:
                    label.setObjectName("value")
                grid.addWidget(label, row, 2 * block + column, Qt.AlignmentFlag.AlignLeft)
        grid.setRowStretch(height, 1)
        area = QScrollArea()
        area.setWidget(inside)
        for part in (inside, area.viewport()):  # the panel's own colour shines through
            part.setAutoFillBackground(False)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.body.addWidget(area, 1)
