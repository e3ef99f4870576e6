"""The import panel: how a table is written, its first rows, and which columns a network learns from."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.documents.tables.cells import brief
from app.documents.tables.description import column_words, decisions
from app.documents.tables.dialect import Dialect, DialectOptions
from app.documents.tables.selection import (
    Form,
    Purpose,
    Selection,
    SelectionCheck,
    check_selection,
    feature_problem,
    possible_features,
    suggested,
    target_problem,
    usual_purpose,
    with_form,
    with_target,
)
from app.documents.tables.source import TableSource
from app.documents.tables.survey import Survey
from app.look.theme import Theme
from app.widgets.elided import ElidedLabel
from app.widgets.popup import Popup
from app.widgets.segmented import Segmented
from app.widgets.shortcut_override import accepts_shortcut
from app.window.import_columns import Preview
from app.window.import_dialect import DialectChoices, check_box, choice_list, labelled_row
from app.window.import_rows import RowsTaken
from app.workers.import_job import ImportJob
from engine import MAX_NAME, Table

_FORMS = {"columns": "Separate numbers", "image": "An image", "sequence": "A sequence"}
_PURPOSES: tuple[Purpose, ...] = ("classification", "regression")
_PROGRESS_DELAY = 250  # milliseconds; what is read sooner shows no progress
_MESSAGES_HEIGHT = 66  # pixels
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class ImportPanel(Popup):
    """Opens with `open_file` or `open_text`.

    imported: the Table. warned: what an import has left out unforeseen. cancelled: it was closed without a table.
    failed: the traceback of a fault.
    """

    imported = Signal(object)
    warned = Signal(str)
    cancelled = Signal()
    failed = Signal(str)
    _source: TableSource | None = None  # hideEvent reads it before __init__ is done

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner, "Import data", 1060, 690)
        self.setAccessibleName("Import data")
        self.import_job = ImportJob()
        self._number = 0  # of the job that is listened to; 0 is none
        self._wishes = DialectOptions()
        self._survey: Survey | None = None
        self._selection: Selection | None = None
        self._kept: tuple[tuple[str, ...], Selection] | None = None  # what a person has chosen, over another look
        self._touched = False
        self._taking = False
        self._done = False
        self.title, self.facts = ElidedLabel(), QLabel()
        self.written = DialectChoices()
        self.decided = ElidedLabel()
        self.preview = Preview(theme)
        self.shown = QLabel()
        self.every = _button("import-all", "All features", "Use every column that can be a feature")
        self.none = _button("import-none", "None", "Use no column as a feature yet")
        self.target = choice_list("import-target", "target", {}, "The column that the network learns to tell")
        self.purpose = Segmented(
            ("Classification", "Regression"),
            "what to learn",
            ("Learn to tell which of some classes an example belongs to", "Learn a number"),
        )
        self.purpose.setObjectName("import-purpose")
        self.form = choice_list("import-form", "inputs are", _FORMS, "What the inputs of a row are together")
        self.sides = QLineEdit()
        self.sides.setObjectName("import-sides")
        self.sides.setAccessibleName("sides of the image or sequence")
        self.sides.setToolTip(
            "Height × width × channels of an image, or steps × features of a sequence, such as 28 × 28"
        )
        self.sides.setMaxLength(32)
        self.sides.setFixedWidth(110)
        self.leave_out = check_box(
            "import-leave-out",
            "Leave out unusable rows",
            "Rows with an empty or unreadable cell in a chosen column are left out; otherwise the table is refused",
        )
        self.rows = RowsTaken()
        self.summary, self.notes, self.fault = QLabel(), QLabel(), QLabel()
        self.bar, self.doing = QProgressBar(), QLabel()
        self.cancel = _button("import-cancel", "Cancel", "Close without importing  (Esc)")
        self.take = _button("import-take", "Import", "Import the chosen columns  (Ctrl+Enter)")
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_PROGRESS_DELAY)
        self._lay_out()
        self._wire()

    def open_file(self, path: str | os.PathLike[str]) -> None:
        """Open with a file; the panel says what is wrong with it."""
        self._open(TableSource.of_file(Path(path)))

    def open_text(self, text: str, name: str = "Clipboard") -> None:
        """Open with a table that was copied."""
        self._open(TableSource.of_text(text, name))

    def set_theme(self, theme: Theme) -> None:
        self.preview.set_theme(theme)

    def give_up(self) -> None:
        """Cancel what is being read, for good."""
        self.import_job.give_up()

    def shut_down(self) -> None:
        """Cancel what is being read, and end the thread."""
        self.import_job.stop()

    def _wire(self) -> None:
        self.written.wished.connect(self._wish)
        self.preview.kind_chosen.connect(self._set_kind)
        self.preview.toggled.connect(self._toggle)
        self.preview.targeted.connect(self._set_target)
        self.every.clicked.connect(lambda: self._choose_all(True))
        self.none.clicked.connect(lambda: self._choose_all(False))
        self.target.activated.connect(self._set_target)
        self.purpose.chosen.connect(lambda place: self._select(purpose=_PURPOSES[place]))
        self.rows.chosen.connect(lambda rows: self._select(rows=rows))
        self.rows.refused.connect(self._show_selection)
        self.form.activated.connect(lambda _: self._choose_form(self.form.currentData()))
        self.sides.textEdited.connect(lambda text: self._select(sides=text))
        self.leave_out.clicked.connect(lambda on: self._select(leave_out=on))
        self.cancel.clicked.connect(self._cancel)
        self.take.clicked.connect(self._take)
        self._delay.timeout.connect(lambda: self._show_progress(True))
        self.import_job.sniffed.connect(self._show_sniffed)
        self.import_job.surveyed.connect(self._surveyed)
        self.import_job.imported.connect(self._finish)
        self.import_job.progressed.connect(self._progress)
        self.import_job.refused.connect(self._refused)
        self.import_job.failed.connect(self._failed)

    # What a person does

    def _open(self, source: TableSource) -> None:
        self._source, self._wishes, self._done = source, DialectOptions(), False
        self._kept, self._touched = None, False
        self.title.show_text(source.name)
        self.target.clear()
        self.written.encodings.setEnabled(source.is_file)
        self._look()
        self.popup()
        self.preview.setFocus(Qt.FocusReason.PopupFocusReason)

    def _wish(self, wish: dict[str, Any]) -> None:
        """Read the table again, otherwise than it looks."""
        if "separator" in wish:
            wish = {**wish, "kinds": {}}  # the columns are others
        self._wishes = replace(self._wishes, **wish)
        if self._survey is not None and self._selection is not None:
            names = tuple(column.name for column in self._survey.columns)
            self._kept = (names, self._selection) if self._touched else None
        self._look()

    def _set_kind(self, place: int, kind: str) -> None:
        """Take a column for something else; if it can be learned from now it is a feature, an index is none."""
        kinds = (
            {**self._wishes.kinds, place: kind}
            if kind
            else {other: is_kind for other, is_kind in self._wishes.kinds.items() if other != place}
        )
        if self._selection is not None and place != self._selection.target:
            chosen = set(self._selection.features) - {place} | ({place} if kind not in ("", "index") else set())
            self._selection = replace(self._selection, features=tuple(sorted(chosen)))
            self._touched = self._touched or bool(kind)
        self._wish({"kinds": kinds})

    def _choose_form(self, form: Form) -> None:
        """Take the inputs for separate numbers, an image or a sequence, with sides that fit if there are such."""
        if self._survey is not None and self._selection is not None:
            wanted = with_form(self._survey, self._selection, form)
            self._select(form=wanted.form, features=wanted.features, sides=wanted.sides)

    def _look(self) -> None:
        assert self._source is not None
        self._survey = self._selection = None
        self._taking = False
        self.facts.clear()
        self.shown.clear()
        self.decided.show_text("")
        self._show_nothing("")
        self._begin("Reading")
        self._number = self.import_job.begin_survey(self._source, self._wishes)

    def _select(self, **change: object) -> None:
        if self._selection is not None:
            self._touched = True
            self._selection = replace(self._selection, **change)  # type: ignore[arg-type]
            self._show_selection()

    def _toggle(self, place: int) -> None:
        survey, selection = self._survey, self._selection
        if survey is None or selection is None or place == selection.target:
            return
        if feature_problem(survey.columns[place]):
            return
        chosen = set(selection.features) ^ {place}
        self._select(features=tuple(sorted(chosen)))

    def _set_target(self, place: int) -> None:
        """Make a column the target; the former target becomes a feature."""
        survey, selection = self._survey, self._selection
        if survey is None or selection is None or place == selection.target:
            self._show_selection()
            return
        wanted = with_target(survey, selection, place)
        self._select(features=wanted.features, target=wanted.target, purpose=wanted.purpose)

    def _choose_all(self, on: bool) -> None:
        survey, selection = self._survey, self._selection
        if survey is None or selection is None:
            return
        self._select(features=possible_features(survey, selection.target) if on else ())

    def _take(self) -> None:
        if self._source is None or self._survey is None or self._selection is None:
            return
        self._taking = True
        self._begin("Importing")
        self._number = self.import_job.begin_import(self._source, self._survey, self._selection)

    def _cancel(self) -> None:
        if not self._taking:
            self.hide()
            return
        self.import_job.cancel()
        self._end()
        self._show_selection()
        self.notes.setText("The import was cancelled; nothing has changed.")

    # What the job says

    @Slot(int, object, object)
    def _show_sniffed(self, job: int, dialect: Dialect, size: int) -> None:
        if job != self._number:
            return
        self._show_dialect(dialect)
        self.facts.setText(f"{len(dialect.names):,} columns · {_bytes(size)}")

    @Slot(int, object)
    def _surveyed(self, job: int, survey: Survey) -> None:
        if job != self._number:
            return
        self._end()
        self._survey, self._selection = survey, self._selection_for(survey)
        self.decided.show_text(" · ".join(filter(None, (decisions(survey.dialect), column_words(survey)))))
        assert self._source is not None
        columns, rows = len(survey.columns), survey.rows
        self.facts.setText(
            f"{rows:,} row{'' if rows == 1 else 's'} · {columns:,} column{'' if columns == 1 else 's'} · "
            f"{self.facts.text().rpartition('· ')[2]}"
        )
        shown = len(survey.dialect.preview)
        what = f"The first {shown} of {rows:,} rows" if shown < rows else "All rows"
        self.shown.setText(f"{what}.  Click a header or press Space for a feature, T for the target, K for the kind.")
        with QSignalBlocker(self.target):
            self.target.clear()
            self.target.addItems([column.name for column in survey.columns])
        self._show_selection()
        self.preview.fit()
        self.preview.scrollTo(self.preview.currentIndex())

    def _selection_for(self, survey: Survey) -> Selection:
        """What the person had chosen, as far as the columns are the same; else what suggests itself."""
        if self._kept is None or self._kept[0] != tuple(column.name for column in survey.columns):
            return suggested(survey)
        kept = self._kept[1]
        features = tuple(place for place in kept.features if not feature_problem(survey.columns[place]))
        target, purpose = survey.columns[kept.target], kept.purpose
        if target_problem(target, purpose):
            purpose = usual_purpose(target, survey.rows)
        return replace(kept, features=features, purpose=purpose)

    @Slot(int, object)
    def _finish(self, job: int, table: Table) -> None:
        if job != self._number or not self._taking:
            return
        self._end()
        self._done = True
        self.hide()
        self.imported.emit(table)
        if lost := self._lost_classes(table):
            self.warned.emit(f"no usable row is left of {lost}: it cannot be learned")

    def _lost_classes(self, table: Table) -> str:
        """The classes of which every row was left out, in words."""
        if not table.classes or self._survey is None or self._selection is None:
            return ""
        every = self._survey.columns[self._selection.target].categories or ()
        lost = [f"“{brief(name, 24)}”" for name in every if name[:MAX_NAME] not in table.classes]
        return ", ".join(lost[:3]) + (f" and {len(lost) - 3} more classes" if len(lost) > 3 else "")

    @Slot(int, float)
    def _progress(self, job: int, share: float) -> None:
        if job == self._number:
            self.bar.setValue(round(1000 * share))
            self.doing.setText(f"{'Importing' if self._taking else 'Reading'} … {share:.0%}")

    @Slot(int, str)
    def _refused(self, job: int, sentence: str) -> None:
        if job == self._number:
            self._end()
            self._show_nothing("No rows can be shown")
            self._show_selection()  # if it was the import that was refused: other choices may do
            self._tell(SelectionCheck(f"{sentence[:1].upper()}{sentence[1:]}{'' if sentence.endswith('.') else '.'}"))

    @Slot(int, str)
    def _failed(self, job: int, details: str) -> None:
        if job == self._number:
            self._end()
            self._show_selection()
            self._tell(SelectionCheck("It cannot be imported: something went wrong that should not have."))
            self.failed.emit(details)

    # What is shown

    def _begin(self, doing: str) -> None:
        self.bar.setValue(0)
        self.doing.setText(f"{doing} …")
        for part in self._choices():
            part.setEnabled(False)
        self.take.setEnabled(False)
        for label in (self.summary, self.notes, self.fault):
            label.clear()
        self._delay.start()

    def _end(self) -> None:
        self._taking = False
        self._delay.stop()
        self._show_progress(False)

    def _show_nothing(self, why: str) -> None:
        """Empty the preview and say why in it; readable rows stay if there is a reason."""
        self.preview.nothing = why
        if not why or self.preview.rows.dialect_shown is None:
            self.preview.show_dialect(None)

    def _show_progress(self, on: bool) -> None:
        self.bar.setVisible(on)
        self.doing.setVisible(on)

    def _show_dialect(self, dialect: Dialect) -> None:
        self.written.show_dialect(dialect)
        self.decided.show_text(decisions(dialect))
        self.preview.show_dialect(dialect)

    def _show_selection(self) -> None:
        if self._survey is None or self._selection is None:
            return
        selection = self._selection
        for part in self._choices():
            part.setEnabled(True)
        with QSignalBlocker(self.target):
            self.target.setCurrentIndex(selection.target)
        self.purpose.set_place(_PURPOSES.index(selection.purpose))
        self.rows.show_rows(self._survey, selection.rows)
        with QSignalBlocker(self.leave_out):
            self.leave_out.setChecked(selection.leave_out)
        with QSignalBlocker(self.form):
            self.form.setCurrentIndex(list(_FORMS).index(selection.form))
        if self.sides.text() != selection.sides:
            self.sides.setText(selection.sides)
        self.sides.setVisible(selection.form != "columns")
        self.preview.show_selection(self._survey, selection)
        unread = self.rows.fault
        self._tell(SelectionCheck(f"The {unread}.") if unread else check_selection(self._survey, selection))

    def _tell(self, verdict: SelectionCheck) -> None:
        self.fault.setText(verdict.problem)
        self.summary.setText(verdict.summary)
        self.notes.setText("\n".join(verdict.notes))
        self.fault.setVisible(bool(verdict.problem))
        self.summary.setVisible(bool(verdict.summary))
        self.take.setEnabled(self._selection is not None and not verdict.problem)

    def _choices(self) -> tuple[QWidget, ...]:
        """The widgets that are enabled once the table has been surveyed."""
        chosen = self.every, self.none, self.target, self.purpose, self.form, self.sides
        return *chosen, self.leave_out, self.rows

    def event(self, event: QEvent) -> bool:
        # Keys that type, tick and move here must not trigger the window's shortcuts.
        return accepts_shortcut(event, lambda key: key.modifiers() in _PLAIN) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if self.take.isEnabled():
                self._take()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.isHidden() and self._source is not None:  # else only the window was minimised
            self.import_job.cancel()
            self._end()
            self._number = 0
            self._source = None
            if not self._done:
                self.cancelled.emit()

    def _lay_out(self) -> None:
        self.title.setObjectName("cardTitle")
        self.take.setProperty("kind", "accent")
        for name, label in (("facts", self.facts), ("shown", self.shown), ("notes", self.notes), ("doing", self.doing)):
            label.setObjectName("muted")
            label.setAccessibleName(f"import {name}")
        self.fault.setObjectName("fault")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("share that is read")
        self.bar.setFixedWidth(220)
        self._show_progress(False)
        for label in (self.summary, self.notes, self.fault, self.facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self.facts)
        self.decided.setObjectName("import-decided")
        self.decided.setAccessibleName("how the table is read")
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.facts)
        below = QHBoxLayout()
        below.addWidget(self.shown)
        below.addStretch(1)
        for part in (self.form, self.sides, self.every, self.none):
            below.addWidget(part)
        self.target.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.target.setMinimumWidth(190)
        self.purpose.setFixedWidth(230)
        wanted = labelled_row(("Target", self.target), ("", self.purpose))
        wanted.addWidget(self.rows)
        wanted.addSpacing(10)
        wanted.addWidget(self.leave_out)
        wanted.addStretch(1)
        told = QWidget()
        told.setFixedHeight(_MESSAGES_HEIGHT)
        lines = QVBoxLayout(told)
        lines.setContentsMargins(0, 2, 0, 0)
        lines.setSpacing(3)
        for label in (self.fault, self.summary, self.notes):
            lines.addWidget(label)
        lines.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        for widget in (self.bar, self.doing):
            foot.addWidget(widget)
        foot.addStretch(1)
        for button in (self.cancel, self.take):
            foot.addWidget(button)
        self.body.addLayout(head)
        self.body.addWidget(self.written)
        self.body.addWidget(self.decided)
        self.body.addWidget(self.preview, 1)
        for row in (below, wanted):
            self.body.addLayout(row)
        self.body.addWidget(told)
        self.body.addLayout(foot)


def _button(object_name: str, text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(object_name)
    button.setToolTip(tip)
    return button


def _bytes(size: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size} bytes"
