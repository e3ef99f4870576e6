"""The settings that a sweep varies: which, and from where to where in how many steps, or over which named values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.compare.names_picker import NamesPicker
from app.compare.sweepable import STEPS, Sweepable, names_of, possible_names, refusal_of, suggested, sweepables
from app.widgets.button_row import toggle
from app.widgets.elided import ElidedComboBox
from app.widgets.restyle import restyle
from engine import MAX_POINTS, Axis, Experiment, Setting, SettingError, axis, read_number, spaced

MOST = 6


class AxesEditor(QWidget):
    """changed: what is varied is another. axes: what is set, as far as it can be read."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[AxisRow] = []
        self._offered: tuple[Sweepable, ...] = ()
        self._experiment: Experiment | None = None
        self.add = QPushButton("Vary another setting")
        self.add.setObjectName("sweep-add")
        self.add.clicked.connect(self._add_by_hand)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(self._column)
        whole.addWidget(self.add)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Raises SettingError for what cannot be read."""
        return tuple(row.axis for row in self.rows)

    def show_experiment(self, experiment: Experiment) -> None:
        """Offer the settings of this one; rows whose setting is gone go."""
        self._experiment = experiment
        offered = sweepables(experiment)
        known = [(each.path, each.is_named) for each in self._offered]
        self._offered = offered
        for row in self.rows:
            row.experiment = experiment
        if [(each.path, each.is_named) for each in offered] == known:
            return
        kinds = {each.path: each.is_named for each in offered}
        for row in list(self.rows):
            if kinds.get(row.path) == row.is_named:
                row.offer(offered)
            else:
                self._drop(row)
        if not self.rows:
            self._add()

    def take(self, axes: Sequence[Axis]) -> None:
        """Vary these without emitting, as far as they are settings that can be."""
        for row in list(self.rows):
            self._drop(row)
        for varied in axes:
            chosen = next((each for each in self._offered if each.path == varied.path), None)
            if chosen is not None and varied.is_number != chosen.is_named:
                self._add(chosen)
                self.rows[-1].take(varied)

    def _add_by_hand(self) -> None:
        self._add()
        self.changed.emit()

    def _add(self, chosen: Sweepable | None = None) -> None:
        """Vary this setting, or the first that is not varied yet."""
        used = {row.path for row in self.rows}
        chosen = chosen or next((each for each in self._offered if each.path not in used), None)
        if chosen is None or self._experiment is None:
            return
        row = AxisRow(self._experiment, self._offered, chosen)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._column.addWidget(row)
        self._count()

    def _remove(self, row: AxisRow) -> None:
        self._drop(row)
        self.changed.emit()

    def _drop(self, row: AxisRow) -> None:
        self.rows.remove(row)
        row.hide()
        row.setParent(None)
        row.deleteLater()
        self._count()

    def _count(self) -> None:
        self.add.setEnabled(len(self.rows) < MOST)
        for row in self.rows:
            row.remove.setVisible(len(self.rows) > 1)


class _BadField(SettingError):
    """A field that says nothing possible."""

    def __init__(self, field: QLineEdit, sentence: str) -> None:
        super().__init__(sentence, field.accessibleName())
        self.field = field


class AxisRow(QWidget):
    """One setting and its values."""

    changed = Signal()
    removed = Signal()

    def __init__(self, experiment: Experiment, offered: tuple[Sweepable, ...], chosen: Sweepable) -> None:
        super().__init__()
        self.experiment = experiment
        self._offered: dict[str, Sweepable] = {}
        self.setting = ElidedComboBox()
        self.setting.setAccessibleName("setting that is varied")
        self.setting.setMinimumContentsLength(8)
        self.setting.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.remove = QToolButton()
        self.remove.setObjectName("more")
        self.remove.setText("✕")
        self.remove.setAccessibleName("vary this setting no longer")
        self.remove.setToolTip("Vary this setting no longer")
        self.low, self.high, self.steps = (_field(name) for name in ("from", "to", "steps"))
        self.steps.setFixedWidth(36)
        self.log = toggle("sweep-log", "log", "logarithmic steps", "Steps by equal factors, not by equal amounts")
        self.log.setProperty("small", True)
        self.names = NamesPicker(lambda: possible_names(self.experiment, self.path))
        self.path = chosen.path
        self.offer(offered)
        self._numbers = (self.low, self.high, self.steps, self.log)
        self.names.changed.connect(self.changed)
        self.setting.activated.connect(self._choose)
        self.log.clicked.connect(lambda _: self._edited())
        self.remove.clicked.connect(lambda _: self.removed.emit())
        for field in (self.low, self.high, self.steps):
            field.editingFinished.connect(self._edited)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.setting, 1)
        top.addWidget(self.remove)
        below = QHBoxLayout()
        below.setSpacing(4)
        for widget in (*self._numbers, self.names):
            below.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(below)
        self._suggest()

    @property
    def axis(self) -> Axis:
        """Raises SettingError for what cannot be read."""
        if self.is_named:
            if not self.names.values:
                raise SettingError("choose at least one value", Setting.of(self.path).words)
            return axis(self.path, self.names.values)
        low, high, steps = self._read()
        return spaced(self.path, low, high, steps, self.log.isChecked(), self._offered[self.path].whole)

    def _read(self) -> tuple[Any, Any, Any]:
        """What the fields say: from, to and steps. Raises _BadField for the first that says nothing possible."""
        words, whole = Setting.of(self.path).words, self._offered[self.path].whole
        low, high = (self._number(field, whole) for field in (self.low, self.high))
        steps = self._number(self.steps, True)
        if self.log.isChecked() and low <= 0:
            raise _BadField(self.low, f"{words} must be above 0 for log, got {low:g}")
        for field, value in ((self.low, low), (self.high, high)):
            if why := refusal_of(self.experiment, self.path, value):
                raise _BadField(field, why)
        if high < low:
            raise _BadField(self.high, f"{words} must be at least {low:g}, got {high:g}")
        if not isinstance(steps, int) or not 1 <= steps <= MAX_POINTS:
            raise _BadField(self.steps, f"{words} takes 1 to {MAX_POINTS:,}, got {steps:g}")
        return low, high, steps

    def _number(self, field: QLineEdit, whole: bool) -> float | int:
        """What is typed in a field. Raises _BadField."""
        words = Setting.of(self.path).words
        if not field.text().strip():
            raise _BadField(field, f"{words} needs a number, and nothing is typed")
        try:
            value = read_number(field.text())
        except SettingError as error:
            raise _BadField(field, f"{words} needs a number: {error.sentence}") from None
        return round(value) if whole and value == round(value) else value

    @property
    def is_named(self) -> bool:
        """Whether its values have names."""
        return self._offered[self.path].is_named

    def offer(self, offered: tuple[Sweepable, ...]) -> None:
        """Offer these settings; the chosen one, which is among them, stays."""
        self._offered = {each.path: each for each in offered}
        self.setting.clear()
        group = ""
        for each in offered:
            if group and each.group != group:
                self.setting.insertSeparator(self.setting.count())
            group = each.group
            self.setting.addItem(each.title, each.path)
        self.setting.setCurrentIndex(self.setting.findData(self.path))

    def take(self, axis: Axis) -> None:
        """Show the values of an axis."""
        if self.is_named:
            self.names.show_values(axis.values, names_of(self.experiment, self.path))
            return
        self.low.setText(f"{axis.values[0]:.6g}")
        self.high.setText(f"{axis.values[-1]:.6g}")
        self.steps.setText(str(len(axis.values)))
        self.log.setChecked(axis.log)
        self._mark()

    def _choose(self, place: int) -> None:
        path = self.setting.itemData(place)
        if path is None:  # a line between two groups
            self.setting.setCurrentIndex(self.setting.findData(self.path))
            return
        self.path = path
        self._suggest()
        self.changed.emit()

    def _suggest(self) -> None:
        for widget in self._numbers:
            widget.setVisible(not self.is_named)
        self.names.setVisible(self.is_named)
        if self.is_named:
            self.take(suggested(self.experiment, self.path))
            return
        chosen = self._offered[self.path]
        self.low.setText(f"{chosen.low:g}")
        self.high.setText(f"{chosen.high:g}")
        self.steps.setText(str(STEPS))
        self.log.setChecked(chosen.log)
        self._mark()

    def _edited(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        """Show which field says nothing possible, if one does."""
        bad: QLineEdit | None = None
        try:
            if not self.is_named:
                self._read()
        except _BadField as error:
            bad = error.field
        for field in (self.low, self.high, self.steps):
            restyle(field, bad=field is bad)


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(f"sweep-{name}")
    field.setAccessibleName(name)
    field.setToolTip({"from": "The least value", "to": "The largest value", "steps": "How many values"}[name])
    field.setMinimumWidth(30)
    return field
