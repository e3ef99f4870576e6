"""The panel of a kind whose task is two choices from catalogues, the second of which a run may have by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.choice_panel import ChoicePanel
from app.controls.task_panel import TaskPanel
from app.look.theme import Theme
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import restart_effect, restart_effects
from engine import OWN, PROBLEMS, Catalogue, Hyper, SessionPicture, Setting, kind_of


class PartsPanel(TaskPanel):
    """Above the problem's own choice, below it the one of a run, with its formula, then knobs.

    NAME: of what is behind *More*. PARTS: the two settings and their catalogues. SHOWN: by the name of a knob the name
    that it is shown by, where that of the setting says too little. KNOBS: the heading of the knobs.
    """

    NAME: ClassVar[str]
    PARTS: ClassVar[Mapping[str, Catalogue[Any]]]
    SHOWN: ClassVar[Mapping[str, str]] = {}
    KNOBS: ClassVar[str]

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        kind = PROBLEMS[self.KIND]
        self._switch = Hyper(kind.own_title, "", False, 0.0, 1.0, kind="switch", help=kind.own_help)
        self._task: Any = None
        self._moved = False
        self.more = More(self.NAME)
        self.parts = {
            part: ChoicePanel(part, catalogue, self.more, "basic", columns)
            for (part, catalogue), columns in zip(self.PARTS.items(), (2, 1), strict=True)
        }
        above, below = self.parts.values()
        self.formula = QLabel()
        self.formula.setObjectName("formula")
        self.formula.setWordWrap(True)
        for part, panel in self.parts.items():
            panel.add_above_chooser(self.heading(part))
            panel.changed.connect(lambda setting, value: self.changed.emit({setting: value}))
            panel.settled.connect(self.settled)
            panel.chooser.effect = partial(self._effect_of, part)
        below.add_below_chooser(self.formula)
        self.own = KnobList(1, self.more)
        self.own.changed.connect(lambda name, value: self.changed.emit({OWN: value}))
        self.own.finished.connect(self.settled)
        self.knobs = KnobList(2, self.more)
        self.knobs.changed.connect(lambda name, value: self.changed.emit({self._setting(name): value}))
        self.knobs.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (above, self.own, below, Heading(self.KNOBS), self.knobs, self.more):
            column.addWidget(widget)

    def heading(self, part: str) -> QWidget:
        """What stands above a choice."""
        return Heading(part.capitalize())

    def declared(self, task: Any) -> tuple[Hyper, ...]:
        """The knobs that mean something for a task, with its usual values as defaults."""
        return kind_of(task).knobs

    def show_picture(self, picture: SessionPicture) -> None:
        task = picture.run_task
        if task.KIND == self.KIND:
            self.own.show_knobs((self._switch,) if picture.has_own or len(picture.runs) > 1 else ())
            self.own.set_values({self._switch.name: picture.has_own})
            self.refresh(task, picture.update > 0)

    def refresh(self, task: Any, moved: bool) -> None:
        """Show a task; moved: whether the runs have taken a step, which a restart would discard."""
        self._task, self._moved = task, moved
        for part in self.parts:
            self.show_part(part)
        below = list(self.PARTS)[1]
        self.formula.setText(self.PARTS[below][getattr(task, below).kind].formula)
        declared = self.declared(task)
        values = {self.SHOWN.get(knob.name, knob.name): task.value(knob.name) for knob in declared}
        self.knobs.show_knobs(tuple(replace(knob, name=self.SHOWN.get(knob.name, knob.name)) for knob in declared))
        self.knobs.set_values(values)
        found = restart_effects(task, {knob.name: (knob, task.value(knob.name)) for knob in declared}, moved)
        self.knobs.show_effects({self.SHOWN.get(name, name): effect for name, effect in found.items()})

    def show_part(self, part: str) -> None:
        """Show one of the choices of the task, and what turning each of its knobs would do."""
        panel, choice = self.parts[part], getattr(self._task, part)
        panel.show_choice(choice)
        knobs = {Setting(part, knob.name).path: knob for knob in self.PARTS[part][choice.kind].knobs}
        turned = {path: (knob, choice.values[knob.name]) for path, knob in knobs.items()}
        found = restart_effects(self._task, turned, self._moved)
        panel.knobs.show_effects({knob.name: found[path] for path, knob in knobs.items()})

    def _effect_of(self, part: str, key: str) -> str:
        return restart_effect(self._task, {part: key}, self._moved) if self._task is not None else ""

    def _setting(self, shown: str) -> str:
        """The setting that a knob edits, by the name that it is shown by."""
        return next((setting for setting, name in self.SHOWN.items() if name == shown), shown)
