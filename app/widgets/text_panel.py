"""A panel with text to read, to select and to copy."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QWidget

from app.widgets.popup import Popup


class TextPanel(Popup):
    """Opens with `show_text`; a sentence above the text says what it is."""

    def __init__(self, owner: QWidget, title: str, note: str, width: int = 640, height: int = 420) -> None:
        super().__init__(owner, title, width, height)
        self.note = QLabel(note)
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.setVisible(bool(note))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setObjectName("reading")
        self.text.setAccessibleName(title)
        self.copy = QPushButton("Copy")
        self.copy.clicked.connect(self._copy)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.copy)
        self.body.addWidget(self.note)
        self.body.addWidget(self.text, 1)
        self.body.addLayout(foot)

    def show_text(self, text: str, at_end: bool = False) -> None:
        """Open with a text, at its beginning or its end."""
        self.text.setPlainText(text)
        self.popup()
        self.text.setFocus()
        bar = self.text.verticalScrollBar()
        bar.setValue(bar.maximum() if at_end else 0)

    def add_line(self, line: str) -> None:
        """Add a line; it is brought into view if the end was in view."""
        self.text.appendPlainText(line)

    def _copy(self) -> None:
        """Copy what is selected, or all of it."""
        selected = self.text.textCursor().selectedText().replace("\u2029", "\n")
        QGuiApplication.clipboard().setText(selected or self.text.toPlainText())
