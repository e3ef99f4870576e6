"""From when on a changed setting holds: from here on, or from the start of its run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.segmented import Segmented

_TIPS = (
    "A changed setting holds from the current update on, and is marked in the curves.",
    "A changed setting holds from the start: the run is computed again to where it stands, while you drag.",
)


class EffectSwitch(QWidget):
    """Shows which of the two holds; `chosen` carries whether a person wants it from the start."""

    chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("effect-switch")
        title = QLabel("Changes apply")
        title.setObjectName("muted")
        self.choice = Segmented(("from here on", "from the start"), "changes apply", _TIPS, leaves_space=True)
        self.choice.chosen.connect(lambda place: self.chosen.emit(place == 1))
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(title)
        row.addWidget(self.choice, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.note)

    def refresh(self, from_start: bool, note: str = "") -> None:
        """Show what holds. note: what there is to know before a choice."""
        self.choice.set_place(int(from_start))
        if note != self.note.text():
            self.note.setText(note)
            self.note.setVisible(bool(note))
