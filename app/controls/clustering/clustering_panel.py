"""The problem panel of clusters: the points, the model, how many clusters there are and where they begin."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout

from app.controls.choice_panel import ChoicePanel
from app.controls.task_panel import TaskPanel
from app.look.theme import Theme
from app.widgets.elided import ElidedLabel
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import restart_effect, restart_effects
from engine import (
    CLUSTERING_KNOBS,
    MODELS,
    OWN,
    POINTS,
    PROBLEMS,
    Choice,
    ClusteringTask,
    Hyper,
    SessionPicture,
    Setting,
    Table,
)

_KIND = PROBLEMS[ClusteringTask.KIND]
_OWN = Hyper(_KIND.own_title, "", False, 0.0, 1.0, kind="switch", help=_KIND.own_help)
_SEEDS = {"seed": "order_seed"}  # displayed names


class ClusteringPanel(TaskPanel):
    """`changed` carries the changed settings of the ClusteringTask."""

    KIND = ClusteringTask.KIND

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._task: ClusteringTask | None = None
        self._moved = False
        self.more = More("clusters")
        self.points = ChoicePanel("points", POINTS, self.more, "basic", 2)
        self.model = ChoicePanel("model", MODELS, self.more, "basic", 1)
        heading = Heading("Points")
        self.load = _button("import-points", "Import CSV…", "Your own points: a text file with two columns of numbers")
        self.paste = _button("paste-points", "Paste…", "Points from the clipboard: two columns of numbers")
        heading.add(self.load)
        heading.add(self.paste)
        self.note = ElidedLabel()
        self.note.setObjectName("muted")
        self.formula = QLabel()
        self.formula.setObjectName("formula")
        self.formula.setWordWrap(True)
        self.points.add_above_chooser(heading)
        self.points.add_below_chooser(self.note)
        self.model.add_above_chooser(Heading("Model"))
        self.model.add_below_chooser(self.formula)
        self.own = KnobList(1, self.more)
        self.knobs = KnobList(2, self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.points, self.own, self.model, Heading("Clusters"), self.knobs, self.more):
            column.addWidget(widget)
        self._wire()

    def _wire(self) -> None:
        self.load.clicked.connect(self.import_wanted)
        self.paste.clicked.connect(self.paste_wanted)
        for part, choice in (("points", self.points), ("model", self.model)):
            choice.changed.connect(lambda setting, value: self.changed.emit({setting: value}))
            choice.settled.connect(self.settled)
            choice.chooser.effect = partial(self._effect_of, part)
        self.own.changed.connect(lambda name, value: self.changed.emit({OWN: value}))
        self.own.finished.connect(self.settled)
        self.knobs.changed.connect(lambda name, value: self.changed.emit({_setting(name): value}))
        self.knobs.finished.connect(self.settled)

    def show_picture(self, picture: SessionPicture) -> None:
        task = picture.run_task
        if isinstance(task, ClusteringTask):
            self.own.show_knobs((_OWN,) if picture.has_own or len(picture.runs) > 1 else ())
            self.own.set_values({_OWN.name: picture.has_own})
            self.refresh(task, picture.update > 0)

    def refresh(self, task: ClusteringTask, moved: bool) -> None:
        """Show a task; moved: whether the runs have taken a step, which a restart would discard."""
        self._task, self._moved = task, moved
        is_table = isinstance(task.points, Table)
        self.note.setVisible(is_table)
        self.points.knobs.setVisible(not is_table)
        if isinstance(task.points, Table):
            self._show_table(task.points)
        else:
            self._show(self.points, "points", task.points)
        self._show(self.model, "model", task.model)
        self.formula.setText(MODELS[task.model.kind].formula)
        declared = [
            replace(knob, name=_SEEDS.get(knob.name, knob.name))
            for knob in CLUSTERING_KNOBS
            if not (is_table and knob.name == "points_seed")
        ]
        values = {knob.name: task.value(_setting(knob.name)) for knob in declared}
        self.knobs.show_knobs(tuple(declared))
        self.knobs.set_values(values)
        found = restart_effects(task, {_setting(knob.name): (knob, values[knob.name]) for knob in declared}, moved)
        self.knobs.show_effects({knob.name: found[_setting(knob.name)] for knob in declared})

    def _show_table(self, table: Table) -> None:
        groups = f", {len(table.classes)} groups" if table.classes else ""
        self.note.show_text(f"{len(table.targets):,} points{groups}, {'drawn' if table.drawn else 'imported'}")
        told = f"<p>{self.note.text()}</p><p>Choose other points to replace them.</p>"
        self.points.chooser.show_other(table.name, told)

    def _show(self, panel: ChoicePanel, part: str, choice: Choice) -> None:
        assert self._task is not None
        panel.show_choice(choice)
        entry = POINTS[choice.kind] if part == "points" else MODELS[choice.kind]
        knobs = {Setting(part, knob.name).path: knob for knob in entry.knobs}
        turned = {path: (knob, choice.values[knob.name]) for path, knob in knobs.items()}
        found = restart_effects(self._task, turned, self._moved)
        panel.knobs.show_effects({knob.name: found[path] for path, knob in knobs.items()})

    def _effect_of(self, part: str, key: str) -> str:
        return restart_effect(self._task, {part: key}, self._moved) if self._task is not None else ""


def _setting(name: str) -> str:
    """The task's setting that a knob edits."""
    return next((setting for setting, shown in _SEEDS.items() if shown == name), name)


def _button(name: str, text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("small", True)
    button.setText(text)
    button.setToolTip(tip)
    return button
