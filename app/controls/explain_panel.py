"""Explain: the update rule of the selected run with the numbers of the point on screen in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.segmented import Segmented
from app.theme import Theme
from engine import OPTIMIZERS, RunPicture, explain

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class ExplainPanel(QWidget):
    """A row a line of the rule: as a formula, with numbers, and what comes out. One coordinate at a time."""

    coordinate_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("explain")
        self._coordinate = 0
        self._shown: object = None
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self.heading = QLabel()
        self.heading.setObjectName("muted")
        self.heading.setWordWrap(True)
        self.coordinates = Segmented(("x", "y"), "coordinate to explain")
        self.coordinates.chosen.connect(self._choose)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.coordinates)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(self._grid)
        self.source = QLabel()
        self.source.setObjectName("muted")
        self.source.setWordWrap(True)
        self.source.setTextInteractionFlags(_SELECTABLE)
        column.addWidget(self.source)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Colours come from the stylesheet."""

    def refresh(self, run: RunPicture) -> None:
        """Show the step that `run` takes at the point on screen."""
        if run.shown is self._shown or not self.isVisible():
            return
        self._shown = run.shown
        peek = run.shown
        entry = OPTIMIZERS[peek.settings.optimizer.kind]
        lines = explain(peek, self._coordinate)
        self._make_rows(len(lines))
        for (formula, numbers, value), line in zip(self._rows, lines, strict=True):
            formula.setText(line.formula)
            numbers.setText(f"= {line.numbers}")
            value.setText(f"= {line.value:.5g}")
        axis = "xy"[self._coordinate]
        self.heading.setText(
            f"{run.name} at update {peek.update:,}:  θ = {axis} = {peek.theta[self._coordinate]:.6g},"
            f"  g = {peek.gradient[self._coordinate]:.5g},  η = {peek.rate:.4g}"
        )
        self.source.setText(entry.source)

    def _choose(self, place: int) -> None:
        self._coordinate = place
        self._shown = None
        self.coordinate_chosen.emit(place)

    def _make_rows(self, count: int) -> None:
        while len(self._rows) < count:
            labels = (QLabel(), QLabel(), QLabel())
            for place, label in enumerate(labels):
                label.setTextInteractionFlags(_SELECTABLE)
                label.setObjectName(("formula", "muted", "value")[place])
                self._grid.addWidget(label, len(self._rows), place)
            self._rows.append(labels)
        for place, labels in enumerate(self._rows):
            for label in labels:
                label.setVisible(place < count)
