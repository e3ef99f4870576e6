"""The settings of the selected run: optimizer, learning rate, schedule, batch type; all live."""

from __future__ import annotations

import html
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.card import Card
from app.controls.chooser import Chooser
from app.controls.fold import Fold
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
_SPACING = 6
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class _Rule(QWidget):
    """The update rule of an optimizer in print, below a fold, and where it is from."""

    def __init__(self) -> None:
        super().__init__()
        self.fold = Fold()
        self.fold.describe("Update rule", "")
        self.fold.setChecked(True)
        self.lines, self.source = QLabel(), QLabel()
        self.lines.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.fold)
        for label, name in ((self.lines, "rule"), (self.source, "source")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextInteractionFlags(_SELECTABLE)
            self.fold.toggled.connect(label.setVisible)
            column.addWidget(label)

    def show_rule(self, choice: Choice) -> None:
        entry = OPTIMIZERS[choice.kind]
        lines = (html.escape(line) for line in formula(choice.kind, choice.values))
        hanging = "margin: 1px 0 1px 14px; text-indent: -14px"
        self.lines.setText("".join(f'<p style="{hanging}">{line}</p>' for line in lines))
        self.lines.setToolTip(entry.source)
        self.source.setText(entry.source)


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
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._column.addWidget(self.chooser)
        self._column.addWidget(self.knobs)

    def add_below_chooser(self, widget: QWidget) -> None:
        """Put a widget between the chooser and the knobs."""
        self._column.insertWidget(1, widget)

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

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._id = ""
        self._shown: object = None
        self.optimizer = _Choice("optimizer", OPTIMIZERS)
        self.rate = Knob(LEARNING_RATE)
        self.rule = _Rule()
        self.schedule = _Choice("schedule", SCHEDULES)
        self.preview = SchedulePreview(theme)
        self.warmup = KnobList()
        self.warmup.show_knobs((WARMUP, WARMUP_START), (WARMUP.name, WARMUP_START.name), "Warm-up")
        self.formula = QLabel()
        self.formula.setObjectName("formula")
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(_SELECTABLE)
        types = tuple(BATCHES.values())
        tips = tuple(f"{entry.summary[:1].upper()}{entry.summary[1:]}." for entry in types)
        self.batch = Segmented(tuple(entry.title for entry in types), "batch type", tips)
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

    def refresh(self, run: RunPicture, horizon: int) -> None:
        """Show a run's settings as they stand; `horizon` is how many updates the preview spans."""
        settings = run.settings
        self.preview.show_schedule(settings, horizon, run.shown.update, run_colour(self._theme, run.colour))
        if settings is self._shown:
            return
        self._id, self._shown = run.id, settings
        self.optimizer.show_choice(settings.optimizer)
        self.rule.show_rule(settings.optimizer)
        self.rate.set_value(settings.learning_rate)
        self.schedule.show_choice(settings.schedule)
        schedule = SCHEDULES[settings.schedule.kind]
        self.formula.setText(schedule.formula)
        self.formula.setToolTip(f"<p>{html.escape(schedule.summary)}</p><p>{html.escape(schedule.source)}</p>")
        self.warmup.set_values({"warmup": settings.warmup, "warmup_start": settings.warmup_start})
        self.batch.set_place(list(BATCHES).index(settings.batch.kind))
        self.batch_knobs.show_knobs(BATCHES[settings.batch.kind].knobs)
        self.batch_knobs.set_values(settings.batch.values)
        self.optimizer_card.set_hint(run.name)

    def _tweak(self, setting: str, value: object) -> None:
        self.tweaked.emit(self._id, setting, value)

    def _choose_batch(self, place: int) -> None:
        self._tweak("batch", list(BATCHES)[place])
        self.settled.emit()

    def _lay_out(self) -> None:
        self.optimizer_card = Card("Optimizer")
        self.optimizer.add_below_chooser(self.rate)
        self.optimizer_card.body.addWidget(self.optimizer)
        self.optimizer_card.body.addWidget(self.rule)
        schedule = Card("Schedule")
        self.schedule.add_below_chooser(self.formula)
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
