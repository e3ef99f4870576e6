"""The panel for an own text: pasted, typed or read from a file, it becomes the data that a network learns from."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QTextOption
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QWidget

from app.documents.own_text import OwnText
from app.widgets.elided import ElidedLabel
from app.widgets.popup import Popup
from app.workers.text_job import TextJob
from engine import CONTEXT, MAX_CHARACTERS, SettingError, Table, checked_text

FILES = "Texts (*.txt *.md);;All files (*)"
_PAUSE = 200  # milliseconds without a key press before a text is judged
_PASTED = "My text"  # what a text without a file is called
_HINT = f"Paste or type a text here, or open a file in UTF-8: up to {MAX_CHARACTERS:,} characters."


class OwnTextPanel(Popup):
    """Opens with `open_file`, or with `open_empty`. imported: the Table; table_wanted: the path of the file, which
    shall be read as a table instead; failed: the traceback of a fault.
    """

    imported = Signal(object)
    table_wanted = Signal(Path)
    failed = Signal(str)

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, "Learn from a text", 720, 520)
        self.setAccessibleName("Learn from a text")
        self.job = TextJob()
        self._number = 0
        self._path: Path | None = None
        self._name, self._cut = _PASTED, 0
        self.text = QPlainTextEdit()
        self.text.setObjectName("own-text")
        self.text.setAccessibleName("text")
        self.text.setPlaceholderText(_HINT)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setTabChangesFocus(True)
        self.source = ElidedLabel()
        self.source.setObjectName("muted")
        self.facts = QLabel()
        self.facts.setObjectName("muted")
        self.facts.setWordWrap(True)
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setWordWrap(True)
        self.open = _button("own-text-open", "Open a file…", "Read the text from a file in UTF-8")
        self.as_table = _button("own-text-table", "As a table…", "Read the file as a table with columns instead")
        self.cancel = _button("own-text-cancel", "Cancel", "Close without changing anything  (Esc)")
        self.take = _button("own-text-take", "Learn from it", "The text becomes the data  (Ctrl+Enter)")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        head = QHBoxLayout()
        head.addWidget(self.open)
        head.addWidget(self.as_table)
        head.addWidget(self.source, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.take)
        self.body.addLayout(head)
        self.body.addWidget(self.text, 1)
        self.body.addWidget(self.facts)
        self.body.addWidget(self.fault)
        self.body.addLayout(foot)
        self.open.clicked.connect(self._choose_file)
        self.as_table.clicked.connect(self._read_as_table)
        self.cancel.clicked.connect(self.hide)
        self.take.clicked.connect(self._take)
        self.text.textChanged.connect(self._edit)
        self._pause.timeout.connect(self._judge)
        self.job.has_read.connect(self._show_read)
        self.job.made.connect(self._show_made)
        self.job.refused.connect(self._refuse)
        self.job.failed.connect(self._fail)
        self._judge()

    def open_empty(self) -> None:
        """Open with what was there last."""
        self._judge()
        self.popup()
        self.text.setFocus()

    def open_file(self, path: str | os.PathLike[str]) -> None:
        """Open with a file; the panel says what is wrong with it, and keeps the text that it has."""
        self._path = Path(path)
        self.source.show_text(f"Reading {self._path.name} …")
        self.fault.clear()
        self._number = self.job.begin(self._path)
        self.as_table.show()
        self.popup()
        self.text.setFocus()

    def give_up(self) -> None:
        """Cancel what is being read, for good."""
        self.job.give_up()

    def shut_down(self) -> None:
        """Cancel what is being read, and end the thread."""
        self.job.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._take()
        else:
            super().keyPressEvent(event)

    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a text", "", FILES)
        if chosen:
            self.open_file(chosen)

    def _read_as_table(self) -> None:
        if self._path is not None:
            self.hide()
            self.table_wanted.emit(self._path)

    @Slot(int, object)
    def _show_read(self, job: int, read: OwnText) -> None:
        if job != self._number:
            return
        self.text.setPlainText(read.text)
        self._name = read.name
        self._cut = read.whole if read.whole > len(read.text) else 0
        self.source.show_text(self._path.name if self._path is not None else "")
        self._judge()

    @Slot(int, str)
    def _refuse(self, job: int, sentence: str) -> None:
        if job == self._number:
            self.source.show_text("")
            self.fault.setText(f"{sentence[:1].upper()}{sentence[1:]}. Nothing has changed.")

    @Slot(int, str)
    def _fail(self, job: int, fault: str) -> None:
        if job == self._number:
            self.source.show_text("")
            self.failed.emit(fault)

    def _edit(self) -> None:
        """Another text: it is judged after a pause, and is no longer the beginning of a file."""
        self._cut = 0
        self._name = _PASTED if self.text.document().isEmpty() else self._name
        self._pause.start()

    def _judge(self) -> None:
        """Say what the text is, or why a network cannot learn from it."""
        self._pause.stop()
        self.as_table.setVisible(self._path is not None)
        text = self.text.toPlainText()
        self.facts.clear()
        self.fault.clear()
        try:
            checked_text(text, int(CONTEXT.low))
        except SettingError as error:
            sentence = str(error)
            self.fault.setText(f"{sentence[:1].upper()}{sentence[1:]}." if text else "")
            self.take.setEnabled(False)
            return
        self.take.setEnabled(True)
        words = f"{len(text):,} characters, {len(set(text)):,} different"
        if self._cut:
            words = f"The first {len(text):,} of {self._cut:,} characters are taken; {len(set(text)):,} different"
        self.facts.setText(words)

    def _take(self) -> None:
        self._judge()
        text = self.text.toPlainText()
        if not self.take.isEnabled():
            return
        fitting = (len(text) - 1) // 2
        context = int(min(CONTEXT.default, max(fitting, CONTEXT.low)))  # type: ignore[arg-type]
        self.take.setEnabled(False)
        self._number = self.job.make(self._name, text, context)

    @Slot(int, object)
    def _show_made(self, job: int, table: Table) -> None:
        if job == self._number:
            self.take.setEnabled(True)
            self.hide()
            self.imported.emit(table)

    def hideEvent(self, event: QHideEvent) -> None:
        """What is still read, or made, is not wanted any more."""
        self.job.cancel()
        super().hideEvent(event)


def _button(name: str, text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    return button
