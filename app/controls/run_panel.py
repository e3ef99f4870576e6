"""The settings of the selected run: optimizer, learning rate, schedule, batches; all take effect live."""

from __future__ import annotations

import html
import math
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.choice_panel import ChoicePanel
from app.controls.driven_knobs import DrivenKnobs
from app.controls.schedule_preview import SchedulePreview
from app.look.theme import Theme, run_colour
from app.widgets.card import Card
from app.widgets.catalogue_text import about
from app.widgets.collapsible_header import CollapsibleHeader
from app.widgets.context_menu import close_popups
from app.widgets.knob import Knob
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.segmented import Segmented
from engine import (
    BATCHES,
    DRIVE,
    LEARNING_RATE,
    OPTIMIZERS,
    ORDERS,
    RATES,
    SCHEDULES,
    WARMUP,
    WARMUP_START,
    Choice,
    RunPicture,
    RunSettings,
    Setting,
    Value,
    choose,
    formula,
    layer_rate,
    layers_with_rates,
)

_DRIVERS = {key: SCHEDULES[key].title for key in SCHEDULES.offered()}  # of what may drive a knob
_CONSTANT = choose(SCHEDULES, "constant")  # the schedule of a fresh run
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class _Rule(QWidget):
    """The printed update rule of an optimizer in a collapsible section, with its source."""

    def __init__(self) -> None:
        super().__init__()
        self.header = CollapsibleHeader()
        self.header.describe("Update rule", "")
        self.header.setChecked(True)
        self.lines, self.source = QLabel(), QLabel()
        self.lines.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.header)
        for label, name in ((self.lines, "rule"), (self.source, "source")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextInteractionFlags(_SELECTABLE)
            self.header.toggled.connect(label.setVisible)
            column.addWidget(label)

    def show_rule(self, choice: Choice) -> None:
        entry = OPTIMIZERS[choice.kind]
        lines = (html.escape(line) for line in formula(choice.kind, choice.values))
        hanging = "margin: 1px 0 1px 14px; text-indent: -14px"
        self.lines.setText("".join(f'<p style="{hanging}">{line}</p>' for line in lines))
        self.lines.setToolTip(entry.source)
        self.source.setText(entry.source)


class RunPanel(QWidget):
    """Cards for the selected run, generated from the engine's declarations."""

    tweaked = Signal(str, str, object)
    settled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._id = ""
        self._shown: object = None
        self._task: object = None
        self._titles: tuple[str, ...] = ()  # of its layers whose rates may differ
        self.optimizer_more, self.schedule_more, self.batch_more = More("optimizer"), More("schedule"), More("batches")
        self.optimizer = ChoicePanel("optimizer", OPTIMIZERS, self.optimizer_more, RunSettings.TIERS["optimizer"])
        self.rate = Knob(LEARNING_RATE)
        self.layer_rates = KnobList(1, self.optimizer_more)
        self._layers: dict[str, str] = {}  # knobs of their rates -> their titles
        self.rule = _Rule()
        self.schedule = ChoicePanel(
            "schedule", SCHEDULES, self.schedule_more, RunSettings.TIERS["schedule"], further=(WARMUP, WARMUP_START)
        )
        self.preview = SchedulePreview(theme)
        self.driven = DrivenKnobs()
        self.formula = QLabel()
        self.formula.setObjectName("formula")
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(_SELECTABLE)
        types = tuple(BATCHES.values())
        tips = tuple(f"{entry.summary[:1].upper()}{entry.summary[1:]}." for entry in types)
        self.batch = Segmented(tuple(entry.title for entry in types), "batch type", tips)
        self.batch_knobs = KnobList(1, self.batch_more)
        self.epoch = QLabel()
        self.epoch.setObjectName("muted")
        self.epoch.setWordWrap(True)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        for part in (self.optimizer, self.schedule):
            part.changed.connect(self._tweak)
            part.settled.connect(self.settled)
        self.driven.changed.connect(self._tweak)
        self.driven.settled.connect(self.settled)
        for whose, knobs in (("optimizer", self.optimizer.knobs), ("batch", self.batch_knobs)):
            knobs.driven.connect(partial(self._drive, whose))
        self.layer_rates.driven.connect(lambda name, key: self._drive(RATES, self._layers[name], key))
        for knobs in (self.optimizer.knobs, self.batch_knobs, self.layer_rates):
            knobs.offer_drivers(_DRIVERS)
        self.layer_rates.changed.connect(
            lambda name, value: self._tweak(Setting(RATES, self._layers[name]).path, value)
        )
        self.layer_rates.finished.connect(self.settled)
        self.rate.changed.connect(self._tweak)
        self.rate.finished.connect(self.settled)
        self.batch.chosen.connect(self._choose_batch)
        self.batch_knobs.changed.connect(lambda name, value: self._tweak(Setting("batch", name).path, value))
        self.batch_knobs.finished.connect(self.settled)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.preview.set_theme(theme)

    def refresh(self, run: RunPicture, horizon: int, examples: int = 0, batch_words: str = "") -> None:
        """Show a run's settings at the update on screen.

        horizon: how many updates the preview spans. examples: the size of the training set, 0 on a surface.
        batch_words: what an update takes, where there is no training set.
        """
        task, settings = run.shown.problem.task, run.shown.settings
        if task is not self._task:
            self._task, self._titles = task, layers_with_rates(task)
        layers = self._titles
        self.preview.show_schedule(settings, horizon, run.shown.update, run_colour(self._theme, run.colour))
        if run.id == self._id:
            self._show_drivers(run)
        if (settings, examples, layers) == self._shown:
            return
        if run.id != self._id:
            close_popups(self)
            for knob in self.findChildren(Knob):
                knob.abandon()
            self.renew()
        self._id, self._shown = run.id, (settings, examples, layers)
        self.optimizer.show_choice(settings.optimizer)
        self._show_layers(settings, layers)
        self.rule.show_rule(settings.optimizer)
        self.rate.set_value(settings.learning_rate)
        warmup: dict[str, Value] = {WARMUP.name: settings.warmup, WARMUP_START.name: settings.warmup_start}
        self.schedule.show_choice(settings.schedule, _CONSTANT, warmup)
        schedule = SCHEDULES[settings.schedule.kind]
        self.formula.setText(schedule.formula)
        self.schedule_card.set_hint(schedule.title)
        self.formula.setToolTip(about(schedule))
        self._show_batch(settings.batch, examples, batch_words)
        self.optimizer_card.set_hint(run.name)
        self.driven.show_settings(settings)
        self._show_drivers(run)

    def renew(self) -> None:
        """Another run or document follows: what is as usual goes behind More, wherever it was before."""
        self._shown = None
        for knobs in (self.optimizer.knobs, self.layer_rates, self.schedule.knobs, self.batch_knobs):
            knobs.renew()

    def _show_layers(self, settings: RunSettings, layers: tuple[str, ...]) -> None:
        """One rate for each of several layers."""
        knobs = {title: layer_rate(title) for title in (layers if len(layers) > 1 else ())}
        self._layers = {knob.name: title for title, knob in knobs.items()}
        self.layer_rates.show_knobs(tuple(knobs.values()))
        rates = dict(settings.rates)
        self.layer_rates.set_values({knob.name: rates.get(title, 1.0) for title, knob in knobs.items()})

    def _show_drivers(self, run: RunPicture) -> None:
        """Tell beside each knob that a schedule drives where it has come to."""
        titles = {path: SCHEDULES[driver.kind].title for path, driver in run.shown.settings.drive}
        values = {path: value for path, value in run.shown.driven.items() if path in titles}
        self.driven.show_values(values)
        for part, knobs in (("optimizer", self.optimizer.knobs), ("batch", self.batch_knobs)):
            own = {name: path for name in knobs.knobs if (path := f"{part}.{name}") in values}
            knobs.show_drivers({name: (titles[path], values[path]) for name, path in own.items()})
        rates = {name: Setting(RATES, title).path for name, title in self._layers.items()}
        self.layer_rates.show_drivers(
            {name: (titles[path], values[path]) for name, path in rates.items() if path in values}
        )

    def _drive(self, part: str, name: str, key: str) -> None:
        self._tweak(Setting(DRIVE, f"{part}.{name}").path, key)
        self.settled.emit()

    def _show_batch(self, batch: Choice, examples: int, words: str) -> None:
        """Surfaces have no examples, so no order of examples."""
        self.batch.set_place(list(BATCHES).index(batch.kind))
        knobs = BATCHES[batch.kind].knobs
        self.batch_knobs.show_knobs(knobs if examples else tuple(knob for knob in knobs if knob.options != ORDERS))
        self.batch_knobs.set_values(batch.values)
        told = _epoch(batch, examples) if examples else words
        self.epoch.setText(told)
        self.epoch.setVisible(bool(told))

    def _tweak(self, setting: str, value: object) -> None:
        self.tweaked.emit(self._id, setting, value)

    def _choose_batch(self, place: int) -> None:
        self._tweak("batch", list(BATCHES)[place])
        self.settled.emit()

    def _lay_out(self) -> None:
        self.optimizer_card = Card("Optimizer")
        self.optimizer.add_below_chooser(self.rate)
        self.optimizer_card.body.addWidget(self.optimizer)
        self.optimizer_card.body.addWidget(self.layer_rates)
        self.optimizer_card.body.addWidget(self.optimizer_more)
        self.optimizer_card.body.addWidget(self.rule)
        self.schedule_card = schedule = Card("Schedule")
        self.schedule.add_below_chooser(self.formula)
        self.schedule.add_below_chooser(self.preview)
        schedule.body.addWidget(self.schedule)
        schedule.body.addWidget(self.driven)
        schedule.body.addWidget(self.schedule_more)
        batch = Card("Batch")
        batch.body.addWidget(self.batch)
        batch.body.addWidget(self.batch_knobs)
        batch.body.addWidget(self.epoch)
        batch.body.addWidget(self.batch_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for card in (self.optimizer_card, schedule, batch):
            column.addWidget(card)


def _epoch(batch: Choice, examples: int) -> str:
    """How many updates make an epoch, in words."""
    entry = BATCHES[batch.kind]
    size = entry.size(batch.values, examples)
    updates, rest = math.ceil(examples / size), examples % size
    told = f"{examples:,} training examples: {updates:,} update{'s' if updates > 1 else ''} per epoch"
    left = rest and ORDERS[entry.order(batch.values)] != "replaced"
    return f"{told}, the last with {rest:,}" if left else told
