"""The settings of the selected run: optimizer, learning rate, schedule, batch type; all live."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.card import Card
from app.controls.chooser import Chooser
from app.controls.knob import Knob
from app.controls.knob_list import KnobList
from app.controls.schedule_preview import SchedulePreview
from app.controls.segmented import Segmented
from app.theme import Theme, run_colour
from engine import (
    BATCHES,
    COMMON,
    LEARNING_RATE,
    OPTIMIZERS,
    SCHEDULES,
    WARMUP,
    WARMUP_START,
    Catalogue,
    Choice,
    RunPicture,
    formula,
)

_COMMON = {hyper.name for hyper in COMMON}


class _Choice(QWidget):
    """A chooser with the knobs of what it has chosen; `part` is the setting it stands for."""

    tweaked = Signal(str, object)
    settled = Signal()

    def __init__(self, part: str, catalogue: Catalogue[Any]) -> None:
        super().__init__()
        self._part, self._catalogue = part, catalogue
        self.chooser = Chooser(catalogue)
        self.chooser.setObjectName(f"choose-{part}")
        self.chooser.setAccessibleName(part)
        self.chooser.chosen.connect(self._choose)
        self.knobs = KnobList()
        self.knobs.changed.connect(lambda name, value: self.tweaked.emit(f"{part}.{name}", value))
        self.knobs.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.chooser)
        column.addWidget(self.knobs)

    def _choose(self, key: str) -> None:
        self.tweaked.emit(self._part, key)
        self.settled.emit()

    def show_choice(self, choice: Choice) -> None:
        self.chooser.set_key(choice.kind)
        self.knobs.show_knobs(self._catalogue[choice.kind].knobs, _COMMON)
        self.knobs.set_values(choice.values)


class RunPanel(QWidget):
    """Cards for the selected run. Every control is made from the engine's declarations."""

    tweaked = Signal(str, str, object)
    settled = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._id = ""
        self._shown: object = None
        self.optimizer = _Choice("optimizer", OPTIMIZERS)
        self.rate = Knob(LEARNING_RATE)
        self.rule = QLabel()
        self.rule.setObjectName("formula")
        self.rule.setWordWrap(True)
        self.schedule = _Choice("schedule", SCHEDULES)
        self.preview = SchedulePreview(theme)
        self.warmup = KnobList()
        self.warmup.show_knobs((WARMUP, WARMUP_START))
        self.batch = Segmented(tuple(entry.title for entry in BATCHES.values()), "batch type")
        self.batch_knobs = KnobList()
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        for part in (self.optimizer, self.schedule):
            part.tweaked.connect(self._tweak)
            part.settled.connect(self.settled)
        for knobs in (self.rate, self.warmup):
            knobs.changed.connect(self._tweak)
            knobs.finished.connect(self.settled)
        self.batch.chosen.connect(self._choose_batch)
        self.batch_knobs.changed.connect(lambda name, value: self._tweak(f"batch.{name}", value))
        self.batch_knobs.finished.connect(self.settled)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.preview.set_theme(theme)
        for card in self.findChildren(Card):
            card.set_theme(theme)

    def refresh(self, run: RunPicture, horizon: int) -> None:
        """Show a run's settings as they stand; `horizon` is how many updates the preview spans."""
        settings = run.settings
        self.preview.show_schedule(settings, horizon, run.shown.update, run_colour(self._theme, run.colour))
        if settings is self._shown:
            return
        self._id, self._shown = run.id, settings
        self.optimizer.show_choice(settings.optimizer)
        self.rule.setText("\n".join(formula(settings.optimizer.kind)))
        self.rule.setToolTip(OPTIMIZERS[settings.optimizer.kind].source)
        self.rate.set_value(settings.learning_rate)
        self.schedule.show_choice(settings.schedule)
        self.warmup.set_values({"warmup": settings.warmup, "warmup_start": settings.warmup_start})
        self.batch.set_place(list(BATCHES).index(settings.batch.kind))
        self.batch_knobs.show_knobs(BATCHES[settings.batch.kind].knobs)
        self.batch_knobs.set_values(settings.batch.values)
        self.batch.setToolTip(BATCHES[settings.batch.kind].summary)
        self.optimizer_card.set_hint(run.name)

    def _tweak(self, setting: str, value: object) -> None:
        self.tweaked.emit(self._id, setting, value)

    def _choose_batch(self, place: int) -> None:
        self._tweak("batch", list(BATCHES)[place])
        self.settled.emit()

    def _lay_out(self) -> None:
        self.optimizer_card = Card("Optimizer")
        self.optimizer_card.body.addWidget(self.rate)
        self.optimizer_card.body.insertWidget(0, self.optimizer)
        self.optimizer_card.body.addWidget(self.rule)
        schedule = Card("Schedule")
        for widget in (self.schedule, self.preview, self.warmup):
            schedule.body.addWidget(widget)
        batch = Card("Batch")
        batch.body.addWidget(self.batch)
        batch.body.addWidget(self.batch_knobs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for card in (self.optimizer_card, schedule, batch):
            column.addWidget(card)
