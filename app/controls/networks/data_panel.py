"""The data of a network: a data set with its knobs or the user's own table, the split, and the seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.widgets.chooser import Chooser
from app.widgets.elided import ElidedLabel
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import restart_effect, restart_effects
from engine import (
    CONTEXT,
    DATA_SEED,
    DATASETS,
    SHARE,
    SPLIT,
    TARGET,
    Choice,
    Dataset,
    Hyper,
    NetworkTask,
    Setting,
    Table,
    Value,
    split_knob,
    usual_network,
    usual_settings,
)

_SHARE = replace(SHARE, name="train_share")  # the displayed name


class DataPanel(QWidget):
    """`changed` carries the changed settings of the task."""

    changed = Signal(object)
    settled = Signal()
    import_wanted = Signal()
    paste_wanted = Signal()
    text_wanted = Signal()

    def __init__(self, more: More) -> None:
        super().__init__()
        self._task: NetworkTask | None = None
        self._moved = False
        self.heading = Heading("Data")
        self.load = self._button("import-csv", "CSV…", "Train on your own data: a text file with columns")
        self.paste = self._button("paste-table", "Paste…", "Train on a table from the clipboard")
        self.own_text = self._button("own-text", "Text…", "Train on your own text: pasted, or from a file")
        self.own_text.clicked.connect(self.text_wanted)
        self.load.clicked.connect(self.import_wanted)
        self.paste.clicked.connect(self.paste_wanted)
        self.chooser = Chooser(DATASETS)
        self.chooser.setObjectName("choose-data")
        self.chooser.setAccessibleName("data set")
        self.chooser.effect = self._effect_of
        self.chooser.chosen.connect(self._choose)
        self.note = ElidedLabel()
        self.note.setObjectName("muted")
        self.note.hide()
        self.knobs = KnobList(2, more)
        self.knobs.changed.connect(lambda name, value: self.changed.emit({self._setting(name): value}))
        self.knobs.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.heading, self.chooser, self.note, self.knobs):
            column.addWidget(widget)

    def refresh(self, task: NetworkTask, moved: bool) -> None:
        """Show the data of a task; moved: whether the runs have taken a step."""
        self._task, self._moved = task, moved
        data = task.data
        usual = usual_network(data)
        share = replace(_SHARE, default=usual.share)
        declared: tuple[Hyper, ...] = (share, DATA_SEED)
        values: dict[str, Value] = {
            _SHARE.name: task.share,
            DATA_SEED.name: task.data_seed,
            SPLIT.name: task.split,
            TARGET.name: task.target,
        }
        if isinstance(data, Table):
            split = [split_knob(data)] if data.classes else []
            declared = (share, replace(DATA_SEED, help="seed of the split"), *split)
            if data.context:
                declared = (CONTEXT, share)
                values[CONTEXT.name] = data.context
            self._show_table(data)
        else:
            entry = DATASETS[data.kind]
            wide = [hyper for hyper in entry.knobs if hyper.kind == "choice"]  # on rows of their own, at the end
            split = [replace(split_knob(data), tier="more")] if entry.groups is not None else []
            declared = (*(hyper for hyper in entry.knobs if hyper.kind != "choice"), *declared, *split, *wide)
            values |= data.values
            self.chooser.set_key(data.kind, _contents(entry, data))
        declared = (*declared, TARGET)
        self.note.setVisible(isinstance(data, Table))
        self.knobs.show_knobs(declared)
        self.knobs.set_values(values)
        turned = {self._setting(hyper.name): (hyper, values[hyper.name]) for hyper in declared}
        found = restart_effects(task, turned, moved)
        self.knobs.show_effects({hyper.name: found[self._setting(hyper.name)] for hyper in declared})
        self.heading.hint.show_text(restart_effect(task, {"data_seed": DATA_SEED.low}, moved))

    def _show_table(self, table: Table) -> None:
        if table.context:
            told = f"{table.count:,} windows of {table.context} characters, {len(table.classes)} different, own text"
            self._show_note(table, told)
            return
        kind = f"{len(table.classes)} classes" if table.classes else f"regression of {table.target}"
        inputs = f"{len(table.columns)} input{'s' if len(table.columns) > 1 else ''}"
        if table.shape:
            inputs = f"{'images' if table.is_image else 'sequences'} of {' × '.join(map(str, table.shape))}"
        origin = "drawn" if table.drawn else "imported"
        self._show_note(table, f"{len(table.targets):,} examples, {inputs}, {kind}, {origin}")

    def _show_note(self, table: Table, told: str) -> None:
        self.note.show_text(told)
        self.chooser.show_other(table.name, f"<p>{self.note.text()}</p><p>Choose a data set to replace it.</p>")

    def _setting(self, name: str) -> str:
        """The task's setting that a knob edits."""
        if name == _SHARE.name:
            return SHARE.name
        return name if name in (DATA_SEED.name, SPLIT.name, TARGET.name) else Setting("data", name).path

    def _choose(self, key: str) -> None:
        self.changed.emit(self._changes(key))
        self.settled.emit()

    def _effect_of(self, key: str) -> str:
        return restart_effect(self._task, self._changes(key), self._moved) if self._task is not None else ""

    def _changes(self, key: str) -> dict[str, Any]:
        """Another data set, with the split and scaling that suit it, unless the user has chosen others."""
        changes: dict[str, Any] = {"data": key}
        task = self._task
        if task is not None:
            before = usual_settings(DATASETS[task.data.kind]) if isinstance(task.data, Choice) else {}
            changes |= {
                name: value
                for name, value in usual_settings(DATASETS[key]).items()
                if getattr(task, name) == before.get(name, getattr(task, name))
            }
        return changes

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setProperty("small", True)
        button.setText(text)
        button.setToolTip(tip)
        self.heading.add(button)
        return button


def _contents(entry: Dataset, choice: Choice) -> str:
    classes = entry.classes(choice.values)
    what = f"{classes} classes" if classes else f"a regression of {entry.target}"
    if entry.inputs > 4:
        return f"{entry.inputs} inputs, {what}."
    return f"Inputs {', '.join(entry.names)}; {what}."
