"""The problem panel of a network: data, inputs, layers, loss and initial weights."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.controls.choice_panel import ChoicePanel
from app.controls.networks.data_panel import DataPanel
from app.controls.networks.inputs_panel import InputsPanel
from app.controls.networks.layers_panel import LayersPanel
from app.controls.networks.stages_panel import StagesPanel
from app.controls.task_panel import TaskPanel
from app.look.theme import Theme
from app.widgets.catalogue_text import formula_of
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import restart_effect, restart_effects
from engine import (
    ARCHITECTURES,
    BATCH_SEED,
    CLASS_WEIGHTS,
    INITIALIZERS,
    LOSSES,
    OWN,
    PROBLEMS,
    WEIGHT_SEED,
    Catalogue,
    Hyper,
    NetworkTask,
    SessionPicture,
    Setting,
    usual_network,
)

_BATCH_SEED = replace(BATCH_SEED, name="batch_seed")  # the displayed name
_OWN = Hyper(
    PROBLEMS[NetworkTask.KIND].own_title, "", False, 0.0, 1.0, kind="switch", help=PROBLEMS[NetworkTask.KIND].own_help
)
_SEEDS = (WEIGHT_SEED, _BATCH_SEED)
_SETTINGS = {WEIGHT_SEED.name: WEIGHT_SEED.name, _BATCH_SEED.name: BATCH_SEED.name}


class NetworkPanel(TaskPanel):
    """`changed` carries the changed settings of the NetworkTask."""

    KIND = NetworkTask.KIND

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._task: NetworkTask | None = None
        self._moved = False
        self.data_more, self.more = More("data"), More("loss and initial weights")
        self.data = DataPanel(self.data_more)
        self.inputs = InputsPanel(self.data_more)
        self.layers, self.stages = LayersPanel(theme), StagesPanel(theme)
        tiers = NetworkTask.TIERS
        self.architecture_more = More("architecture")
        self.architecture = ChoicePanel("architecture", ARCHITECTURES, self.architecture_more, "basic", 2)
        self.own = KnobList(1, self.architecture_more)
        self.class_weights = ChoicePanel(
            "class_weights", CLASS_WEIGHTS, self.data_more, tiers["class_weights"], title="weights of classes"
        )
        self.loss = ChoicePanel("loss", LOSSES, self.more, tiers["loss"])
        self.initializer = ChoicePanel(
            "initializer", INITIALIZERS, self.more, tiers["initializer"], 2, title="initial weights"
        )
        self.seeds = KnobList(2, self.more)
        self.seeds.show_knobs(_SEEDS)
        self.headings: dict[ChoicePanel, Heading] = {}
        self._formulas: dict[ChoicePanel, QLabel] = {}
        for choice, title in ((self.architecture, "Architecture"), (self.class_weights, "Weights of classes")):
            choice.add_above_chooser(Heading(title))
        for choice, title in ((self.loss, "Loss"), (self.initializer, "Initial weights")):
            self.headings[choice] = heading = Heading(title)
            self._formulas[choice] = formula = QLabel()
            formula.setObjectName("formula")
            formula.setWordWrap(True)
            choice.add_above_chooser(heading)
            choice.add_below_chooser(formula)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        parts = (
            self.data,
            self.inputs,
            self.class_weights,
            self.data_more,
            self.architecture,
            self.own,
            self.architecture_more,
            self.stages,
            self.layers,
            self.loss,
            self.initializer,
            self.seeds,
            self.more,
        )
        for widget in parts:
            column.addWidget(widget)
        self._wire()

    def _wire(self) -> None:
        for panel in (self.data, self.inputs, self.stages, self.layers):
            panel.changed.connect(self.changed)
            panel.settled.connect(self.settled)
        self.data.import_wanted.connect(self.import_wanted)
        self.data.paste_wanted.connect(self.paste_wanted)
        self.data.text_wanted.connect(self.text_wanted)
        for choice, part in (
            (self.architecture, "architecture"),
            (self.class_weights, "class_weights"),
            (self.loss, "loss"),
            (self.initializer, "initializer"),
        ):
            choice.changed.connect(lambda setting, value: self.changed.emit({setting: value}))
            choice.settled.connect(self.settled)
            choice.chooser.effect = partial(self._effect_of, part)
        self.own.changed.connect(lambda name, value: self.changed.emit({OWN: value}))
        self.own.finished.connect(self.settled)
        self.seeds.changed.connect(lambda name, value: self.changed.emit({_SETTINGS[name]: value}))
        self.seeds.finished.connect(self.settled)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.layers.set_theme(theme)
        self.stages.set_theme(theme)

    def show_picture(self, picture: SessionPicture) -> None:
        if isinstance(picture.run_task, NetworkTask):
            self.refresh(picture.run_task, picture.update > 0)
            self._show_own(picture)

    def refresh(self, task: NetworkTask, moved: bool) -> None:
        """Show a task; moved: whether the runs have taken a step, which a restart would discard."""
        self._task, self._moved = task, moved
        for panel in (self.data, self.inputs, self.stages, self.layers):
            panel.refresh(task, moved)
        self._show_architecture(task)
        self._show(self.class_weights, CLASS_WEIGHTS, "class_weights")
        self.loss.chooser.offer(key for key, entry in LOSSES.items() if task.purpose in entry.purposes)
        self._show(self.loss, LOSSES, "loss")
        self._show(self.initializer, INITIALIZERS, "initializer")
        self.seeds.set_values({WEIGHT_SEED.name: task.weight_seed, _BATCH_SEED.name: task.seed})
        turned = {BATCH_SEED.name: (BATCH_SEED, task.seed), WEIGHT_SEED.name: (WEIGHT_SEED, task.weight_seed)}
        found = restart_effects(task, turned, moved)
        self.seeds.show_effects({name: found[setting] for name, setting in _SETTINGS.items()})
        self.headings[self.initializer].hint.show_text(found[WEIGHT_SEED.name])

    def _show_own(self, picture: SessionPicture) -> None:
        """Offer the selected run a network of its own, if there are others to compare it with."""
        self.own.show_knobs((_OWN,) if picture.has_own or len(picture.runs) > 1 else ())
        self.own.set_values({_OWN.name: picture.has_own})

    def _show_architecture(self, task: NetworkTask) -> None:
        """Offer the architectures that take such examples, if there are several."""
        possible = task.possible_architectures
        self.architecture.setVisible(len(possible) > 1)
        self.architecture.chooser.offer(possible)
        self._show(self.architecture, ARCHITECTURES, "architecture")

    def _show(self, panel: ChoicePanel, catalogue: Catalogue[Any], part: str) -> None:
        assert self._task is not None
        choice = getattr(self._task, part)
        absent = panel is self.class_weights and not self._task.classes
        panel.show_choice(choice, getattr(usual_network(self._task.data), part), absent=absent)
        if panel in self._formulas:
            self._formulas[panel].setText(formula_of(catalogue[choice.kind]))
        knobs = {Setting(part, knob.name).path: knob for knob in catalogue[choice.kind].knobs}
        turned = {path: (knob, choice.values[knob.name]) for path, knob in knobs.items()}
        found = restart_effects(self._task, turned, self._moved)
        panel.knobs.show_effects({knob.name: found[path] for path, knob in knobs.items()})

    def _effect_of(self, part: str, key: str) -> str:
        return restart_effect(self._task, {part: key}, self._moved) if self._task is not None else ""
