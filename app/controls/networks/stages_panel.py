"""The stages of a convolutional network: one row for each, with its size, and what else it has behind More."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.look.theme import Theme, icon
from app.widgets.chooser import Chooser
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import RESTARTS, SENTENCES, restart_effect, restart_effects
from app.widgets.stepper import Stepper
from app.widgets.tab_order import sort_tab_order
from engine import MAX_STAGES, STAGES, Choice, Hyper, NetworkTask, Setting, SettingError, choose

_NAME, _SIZE, _END = 24, 80, 22  # widths of the parts of a row
PART = "stages"


class StageRow(QWidget):
    """One stage: its number, kind and size, a button to remove it, and below what else differs from its default.

    `changed` carries a setting of the task and a value.
    """

    changed = Signal(str, object)
    removed = Signal(int)
    finished = Signal()

    def __init__(self, place: int, more: More) -> None:
        super().__init__()
        self.place = place
        self.kind = Chooser(STAGES)
        self.kind.setMinimumContentsLength(6)
        self.kind.setAccessibleName(f"kind of stage {place}")
        self.kind.chosen.connect(lambda key: self.changed.emit(Setting(PART, None, place).path, key))
        self.kind.chosen.connect(self.finished)
        self.kind.effect = self._effect_of
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
        self.fault.setWordWrap(True)
        self.fault.hide()
        self.knobs = KnobList(2, more)
        self.knobs.changed.connect(lambda name, value: self.changed.emit(Setting(PART, name, place).path, value))
        self.knobs.finished.connect(self.finished)
        number = QLabel(str(place))
        number.setObjectName("knob-name")
        number.setFixedWidth(_NAME)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(number)
        row.addWidget(self.kind, 1)
        self.sizes: dict[str, Stepper] = {}
        for entry in STAGES.values():
            hyper = entry.knobs[0]
            if hyper.name not in self.sizes:
                self.sizes[hyper.name] = self._stepper(hyper.name)
                row.addWidget(self.sizes[hyper.name])
        row.addWidget(self._remove_button())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.fault)
        column.addWidget(self.knobs)
        self._task: NetworkTask | None = None
        self._moved = False

    def show_stage(self, task: NetworkTask, stage: Choice, moved: bool) -> None:
        self._task, self._moved = task, moved
        first, *rest = STAGES[stage.kind].knobs
        rest = [replace(knob, symbol=str(self.place)) for knob in rest]  # behind More it tells whose they are
        again = restart_effect(task, {self._path(first.name): _other(first, stage)}, moved) == RESTARTS
        tip = f"{first.help[:1].upper()}{first.help[1:]}, {first.range[1:-1].replace(', ', ' to ')}."
        self.kind.set_key(stage.kind)
        for name, stepper in self.sizes.items():
            stepper.setVisible(name == first.name)
        self.sizes[first.name].set_value(int(stage.values[first.name]))  # type: ignore[arg-type]
        told = f"{tip} {SENTENCES[RESTARTS]}" if again else tip
        self.sizes[first.name].name(f"{first.title} of stage {self.place}", told)
        self.knobs.show_knobs(tuple(rest))
        self.knobs.set_values({knob.name: stage.values[knob.name] for knob in rest})
        turned = {self._path(knob.name): (knob, stage.values[knob.name]) for knob in rest}
        found = restart_effects(task, turned, moved)
        self.knobs.show_effects({knob.name: found[self._path(knob.name)] for knob in rest})

    def clear(self) -> None:
        """Show nothing: there is no such stage."""
        self._task = None
        self.knobs.show_knobs(())
        self.knobs.set_values({})

    def _path(self, name: str) -> str:
        return Setting(PART, name, self.place).path

    def _effect_of(self, key: str) -> str:
        if self._task is None:
            return ""
        return restart_effect(self._task, {Setting(PART, None, self.place).path: key}, self._moved)

    def _stepper(self, name: str) -> Stepper:
        hyper = next(entry.knobs[0] for entry in STAGES.values() if entry.knobs[0].name == name)
        stepper = Stepper(hyper)
        stepper.setFixedWidth(_SIZE)
        stepper.changed.connect(lambda value: self.changed.emit(self._path(name), value))
        stepper.finished.connect(self.finished)
        stepper.refused.connect(self._refuse)
        return stepper

    def _remove_button(self) -> QToolButton:
        remove = QToolButton()
        remove.setObjectName("more")
        remove.setText("✕")
        remove.setFixedSize(_END, _END)
        remove.setAccessibleName(f"remove stage {self.place}")
        remove.setToolTip(f"Remove stage {self.place}")
        remove.clicked.connect(lambda: self.removed.emit(self.place))
        return remove

    def _refuse(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))


class StagesPanel(QWidget):
    """`changed` carries the changed settings of the task."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._task: NetworkTask | None = None
        self.heading = Heading("Stages")
        self.add = QToolButton()
        self.add.setObjectName("add-stage")
        self.add.setProperty("small", True)
        self.add.setText("Add")
        self.add.setAccessibleName("add a stage")
        self.add.setToolTip(f"Add a stage before the output, up to {MAX_STAGES}")
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setIconSize(QSize(12, 12))
        self.add.clicked.connect(self._add)
        self.heading.add(self.add)
        self.more = More("stages")
        self.rows: list[StageRow] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.heading)
        column.addLayout(self._column)
        column.addWidget(self.more)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.add.setIcon(icon("plus", theme))

    def refresh(self, task: NetworkTask, moved: bool) -> None:
        """Show the stages of a task, if its architecture has any; moved: whether the runs have taken a step."""
        self._task = task
        shown = PART in task.form.parts
        self.setVisible(shown)
        stages = task.stages if shown else ()
        while len(self.rows) < len(stages):
            self._new_row()
        for row, stage in zip(self.rows, stages, strict=False):
            row.show_stage(task, stage, moved)
            row.show()
        for row in self.rows[len(stages) :]:
            row.hide()
            row.clear()
        self.add.setEnabled(len(stages) < MAX_STAGES)
        again = restart_effect(task, {PART: ()}, moved) if shown and stages else ""
        self.heading.hint.show_text(f"new shape {again}" if again == RESTARTS else again)

    def _new_row(self) -> None:
        row = StageRow(len(self.rows) + 1, self.more)
        row.changed.connect(lambda setting, value: self.changed.emit({setting: value}))
        row.removed.connect(self._remove)
        row.finished.connect(self.settled)
        self.rows.append(row)
        self._column.addWidget(row)
        sort_tab_order(self)

    def _add(self) -> None:
        if self._task is not None:
            self.changed.emit({PART: _grown(self._task)})
            self.settled.emit()

    def _remove(self, place: int) -> None:
        if self._task is not None:
            stages = self._task.stages
            self.changed.emit({PART: stages[: place - 1] + stages[place:]})
            self.settled.emit()


def _grown(task: NetworkTask) -> tuple[Choice, ...]:
    """With one more stage: a convolution, or where none fits any more a dense layer."""
    for kind in ("convolution", "dense"):
        stages = (*task.stages, choose(STAGES, kind))
        try:
            task.having(PART, stages)
        except SettingError:
            continue
        return stages
    return task.stages


def _other(hyper: Hyper, stage: Choice) -> int:
    """Another value of a knob of a stage."""
    value = int(stage.values[hyper.name])  # type: ignore[arg-type]
    return value + 1 if value < hyper.high else value - 1
