"""The problem panel of a policy: the environment, the method, and the shape of the policy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.controls.choice_panel import ChoicePanel
from app.controls.task_panel import TaskPanel
from app.look.theme import Theme
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import restart_effect, restart_effects
from engine import (
    ENVIRONMENTS,
    METHODS,
    OWN,
    POLICY_KNOBS,
    PROBLEMS,
    Catalogue,
    Hyper,
    PolicyTask,
    SessionPicture,
    Setting,
)

_KIND = PROBLEMS[PolicyTask.KIND]
_OWN = Hyper(_KIND.own_title, "", False, 0.0, 1.0, kind="switch", help=_KIND.own_help)
_SEEDS = {"seed": "episode_seed"}  # displayed names


class PolicyPanel(TaskPanel):
    """`changed` carries the changed settings of the PolicyTask."""

    KIND = PolicyTask.KIND

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._task: PolicyTask | None = None
        self._moved = False
        self.more = More("policy")
        self.environment = ChoicePanel("environment", ENVIRONMENTS, self.more, "basic", 2)
        self.method = ChoicePanel("method", METHODS, self.more, "basic", 1)
        self.formula = QLabel()
        self.formula.setObjectName("formula")
        self.formula.setWordWrap(True)
        self.environment.add_above_chooser(Heading("Environment"))
        self.method.add_above_chooser(Heading("Method"))
        self.method.add_below_chooser(self.formula)
        self.own = KnobList(1, self.more)
        self.heading = Heading("Policy and episodes")
        self.knobs = KnobList(2, self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.environment, self.own, self.method, self.heading, self.knobs, self.more):
            column.addWidget(widget)
        self._wire()

    def _wire(self) -> None:
        for part, choice in (("environment", self.environment), ("method", self.method)):
            choice.changed.connect(lambda setting, value: self.changed.emit({setting: value}))
            choice.settled.connect(self.settled)
            choice.chooser.effect = partial(self._effect_of, part)
        self.own.changed.connect(lambda name, value: self.changed.emit({OWN: value}))
        self.own.finished.connect(self.settled)
        self.knobs.changed.connect(lambda name, value: self.changed.emit({_setting(name): value}))
        self.knobs.finished.connect(self.settled)

    def show_picture(self, picture: SessionPicture) -> None:
        task = picture.run_task
        if isinstance(task, PolicyTask):
            self.own.show_knobs((_OWN,) if picture.has_own or len(picture.runs) > 1 else ())
            self.own.set_values({_OWN.name: picture.has_own})
            self.refresh(task, picture.update > 0)

    def refresh(self, task: PolicyTask, moved: bool) -> None:
        """Show a task; moved: whether the runs have taken a step, which a restart would discard."""
        self._task, self._moved = task, moved
        self._show(self.environment, ENVIRONMENTS, "environment")
        self._show(self.method, METHODS, "method")
        self.formula.setText(METHODS[task.method.kind].formula)
        declared = _declared(task)
        values = {knob.name: task.value(_setting(knob.name)) for knob in declared}
        self.knobs.show_knobs(declared)
        self.knobs.set_values(values)
        turned = {_setting(knob.name): (knob, values[knob.name]) for knob in declared}
        found = restart_effects(task, turned, moved)
        self.knobs.show_effects({knob.name: found[_setting(knob.name)] for knob in declared})

    def _show(self, panel: ChoicePanel, catalogue: Catalogue[Any], part: str) -> None:
        assert self._task is not None
        choice = getattr(self._task, part)
        panel.show_choice(choice)
        knobs = {Setting(part, knob.name).path: knob for knob in catalogue[choice.kind].knobs}
        found = restart_effects(
            self._task, {path: (knob, choice.values[knob.name]) for path, knob in knobs.items()}, self._moved
        )
        panel.knobs.show_effects({knob.name: found[path] for path, knob in knobs.items()})

    def _effect_of(self, part: str, key: str) -> str:
        return restart_effect(self._task, {part: key}, self._moved) if self._task is not None else ""


def _declared(task: PolicyTask) -> tuple[Hyper, ...]:
    """The knobs that mean something in the environment, with its own defaults."""
    entry, without = task.entry, set()
    if not entry.features:
        without.add("hidden")
    if entry.one_step:
        without |= {"longest", "discount"}
    if not task.shape.value_size:
        without.add("value_rate")
    if not task.hidden:
        without.add("weight_seed")
    found = []
    for knob in POLICY_KNOBS:
        if knob.name not in without:
            usual = getattr(entry.usual, knob.name, knob.default)
            found.append(replace(knob, name=_SEEDS.get(knob.name, knob.name), default=usual))
    return tuple(found)


def _setting(name: str) -> str:
    """The task's setting that a knob edits."""
    return next((setting for setting, shown in _SEEDS.items() if shown == name), name)
