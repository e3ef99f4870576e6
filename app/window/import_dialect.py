"""The choices of how an imported table is written: encoding, separator, header, marks and missing values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.documents.tables.comments import COMMENTS
from app.documents.tables.dialect import Dialect
from app.documents.tables.number_format import DECIMALS, THOUSANDS
from app.documents.tables.separator import SEPARATORS
from app.documents.tables.source import ENCODINGS
from app.widgets.elided import ElidedComboBox

_USUAL, _EMPTY_ONLY = "The usual marks", "Empty cells only"


class DialectChoices(QWidget):
    """wished: what a person has changed, as fields of DialectOptions. `show_dialect` never emits."""

    wished = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._missing: tuple[str, ...] | None = None  # as shown
        self.encodings = choice_list(
            "import-encoding", "encoding", ENCODINGS, "How the bytes of the file become letters"
        )
        self.separators = choice_list("import-separator", "separator", SEPARATORS, "What stands between two cells")
        self.comments = choice_list("import-comment", "comment mark", COMMENTS, "Lines that begin with it are not data")
        self.header = check_box("import-header", "First row names the columns", "Whether the first row is a header")
        self.decimals = choice_list("import-decimal", "decimal mark", DECIMALS, "What stands before the decimals")
        self.thousands = choice_list(
            "import-thousands", "thousands mark", THOUSANDS, "What stands between the groups of digits of large numbers"
        )
        self.missing = choice_list(
            "import-missing",
            "missing marks",
            {_USUAL: _USUAL, _EMPTY_ONLY: _EMPTY_ONLY},
            "What stands for a missing value: usual marks such as NA and ? count in columns of numbers only. "
            "Type others, with commas between them, for every column",
        )
        self.missing.setEditable(True)
        self.missing.setCompleter(None)  # type: ignore[arg-type]
        self.missing.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.missing.setMinimumWidth(190)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for row in (
            (
                ("Encoding", self.encodings),
                ("Separator", self.separators),
                ("Comments", self.comments),
                ("", self.header),
            ),
            (("Decimal mark", self.decimals), ("Thousands", self.thousands), ("Missing", self.missing)),
        ):
            layout = labelled_row(*row)
            layout.addStretch(1)
            column.addLayout(layout)
        self._wire()

    def show_dialect(self, dialect: Dialect) -> None:
        """Show how a table is read. Of an ARFF file only what is missing is left to choose."""
        for box, value in (
            (self.encodings, dialect.encoding),
            (self.separators, dialect.separator),
            (self.decimals, dialect.decimal),
            (self.thousands, dialect.thousands),
            (self.comments, dialect.comment),
        ):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        with QSignalBlocker(self.header):
            self.header.setChecked(dialect.header)
        with QSignalBlocker(self.missing):
            self._missing = dialect.missing
            marks = _USUAL if dialect.missing is None else ", ".join(dialect.missing) or _EMPTY_ONLY
            self.missing.setEditText(marks)
        for part in (self.separators, self.decimals, self.thousands, self.comments, self.header):
            part.setEnabled(dialect.format == "CSV")

    def _wire(self) -> None:
        for name, box in (
            ("encoding", self.encodings),
            ("separator", self.separators),
            ("decimal", self.decimals),
            ("thousands", self.thousands),
            ("comment", self.comments),
        ):
            box.activated.connect(lambda _, name=name, box=box: self._wish(name, box.currentData()))
        self.header.clicked.connect(lambda on: self._wish("header", on))
        self.missing.activated.connect(lambda _: self._wish_missing())
        edit = self.missing.lineEdit()
        assert edit is not None
        edit.editingFinished.connect(self._wish_missing)

    def _wish(self, name: str, value: Any) -> None:
        self.wished.emit({name: value})

    def _wish_missing(self) -> None:
        text = self.missing.currentText().strip()
        marks = tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
        wanted = None if text in ("", _USUAL) else () if text == _EMPTY_ONLY else marks
        if wanted != self._missing:
            self._missing = wanted
            self._wish("missing", wanted)


def labelled_row(*parts: tuple[str, QWidget]) -> QHBoxLayout:
    """Widgets in a row, each behind its label if that is not empty."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for text, widget in parts:
        if text:
            label = QLabel(text)
            label.setObjectName("knob-name")
            label.setBuddy(widget)
            row.addWidget(label)
        row.addWidget(widget)
        row.addSpacing(10)
    return row


def choice_list(object_name: str, name: str, items: Mapping[str, str], tip: str) -> QComboBox:
    """A drop-down list of items: data -> text."""
    box = ElidedComboBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    for key, text in items.items():
        box.addItem(text, key)
    return box


def check_box(object_name: str, text: str, tip: str) -> QCheckBox:
    """A check box with its tip."""
    box = QCheckBox(text)
    box.setObjectName(object_name)
    box.setToolTip(tip)
    return box
