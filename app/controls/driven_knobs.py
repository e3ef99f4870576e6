"""The schedules that drive knobs besides the learning rate, one below the other, each with its own knobs."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.choice_panel import ChoicePanel
from app.look.number_format import number
from app.widgets.tab_order import sort_tab_order
from engine import DRIVE, SCHEDULES, RunSettings, Setting, driven_knob


class _DrivenKnob(QWidget):
    """What drives one knob: its name with the value by now, the schedule, and that one's knobs."""

    def __init__(self, path: str, title: str) -> None:
        super().__init__()
        self._title = title
        self.heading = QLabel()
        self.heading.setObjectName("muted")
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.panel = ChoicePanel(Setting(DRIVE, path).path, SCHEDULES, None, title=f"schedule of {title}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.panel)

    def show_value(self, value: float) -> None:
        text = f"{self._title[:1].upper()}{self._title[1:]}, {number(value)} now"
        if text != self.heading.text():
            self.heading.setText(text)


class DrivenKnobs(QWidget):
    """`changed` carries the setting and what it shall be, `settled` the end of the gesture."""

    changed = Signal(str, object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("driven-knobs")
        self.knobs: dict[str, _DrivenKnob] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.hide()

    def show_settings(self, settings: RunSettings) -> None:
        """Show the schedules of a run; those of knobs that are driven no longer go."""
        drivers = dict(settings.drive)
        if list(drivers) != list(self.knobs):
            for path in self.knobs.keys() - drivers.keys():
                gone = self.knobs.pop(path)
                self._column.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
            kept = self.knobs
            self.knobs = {path: kept.get(path) or self._new(path, settings) for path in drivers}
            for place, knob in enumerate(self.knobs.values()):
                self._column.insertWidget(place, knob)
                knob.show()
            sort_tab_order(self)
        for path, driver in drivers.items():
            self.knobs[path].panel.show_choice(driver)
        self.setVisible(bool(drivers))

    def show_values(self, values: Mapping[str, float]) -> None:
        """Tell where the knobs have come to, by their paths."""
        for path, value in values.items():
            if path in self.knobs:
                self.knobs[path].show_value(value)

    def _new(self, path: str, settings: RunSettings) -> _DrivenKnob:
        title = driven_knob(path, settings.optimizer, settings.batch).title
        made = _DrivenKnob(path, f"batch {title}" if Setting.of(path).part == "batch" else title)
        made.panel.changed.connect(self.changed)
        made.panel.settled.connect(self.settled)
        return made
