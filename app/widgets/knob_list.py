"""The knobs of one entry, a fold for those that are seldom turned."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.widgets.fold import Fold
from app.widgets.knob import Knob, shown
from app.widgets.tab_order import arrange
from engine import Hyper, Value

_SPACING = 6


class KnobList(QWidget):
    """Shows a knob for each declaration, `columns` in a row; they are made anew only when these change."""

    changed = Signal(str, object)
    finished = Signal()

    def __init__(self, columns: int = 1) -> None:
        super().__init__()
        self._columns = columns
        self.knobs: dict[str, Knob] = {}
        self._declared: tuple[Hyper, ...] = ()
        self._names: Collection[str] = ()
        self._title = ""
        self._fold = Fold()
        self._fold.toggled.connect(self._unfold)
        self._folded = QWidget()
        self._outside, self._inside = self._grid(), self._grid()
        self._folded.setLayout(self._inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addLayout(self._outside)
        column.addWidget(self._fold)
        column.addWidget(self._folded)
        self._folded.hide()
        self._fold.hide()
        self.hide()

    def show_knobs(
        self, declared: tuple[Hyper, ...], folded: Collection[str] = (), title: str = "Regularisation and clipping"
    ) -> None:
        """Show these knobs; those named in `folded` under a fold with `title`."""
        if declared == self._declared:
            return
        self._declared, self._title, self._names = declared, title, folded
        old = self.knobs
        self.knobs = {}
        places = dict.fromkeys((self._outside, self._inside), 0)
        for hyper in declared:
            knob = old.pop(hyper.name, None)
            if knob is None or knob.hyper != hyper:
                if knob is not None:
                    self._drop(knob)
                knob = self._new(hyper)
            self.knobs[hyper.name] = knob
            grid = self._inside if hyper.name in folded else self._outside
            places[grid] = self._place(grid, knob, places[grid])
        for knob in old.values():
            self._drop(knob)
        arrange(self)
        self._fold.setVisible(any(hyper.name in folded for hyper in declared))
        self._unfold(self._fold.isChecked())
        self.setVisible(bool(declared))

    def set_values(self, values: Mapping[str, Value]) -> None:
        for name, knob in self.knobs.items():
            knob.set_value(values[name])
        self._tell()

    def show_effects(self, effects: Mapping[str, str]) -> None:
        """Let each knob say what turning it does to the runs; with a sign where not all of them do the same."""
        marked = len(set(effects.values())) > 1
        for name, effect in effects.items():
            self.knobs[name].show_effect(effect, marked)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(_SPACING)
        for column in range(self._columns):
            grid.setColumnStretch(column, 1)
        return grid

    def _new(self, hyper: Hyper) -> Knob:
        knob = Knob(hyper)
        knob.changed.connect(self.changed)
        knob.changed.connect(self._tell)
        knob.finished.connect(self.finished)
        return knob

    def _place(self, grid: QGridLayout, knob: Knob, place: int) -> int:
        """Put a knob into the next free place, one with options over a whole row; returns the place after it."""
        wide = self._columns if knob.options is not None else 1
        row, column = divmod(place, self._columns)
        if column + wide > self._columns:
            row, column = row + 1, 0
        grid.addWidget(knob, row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
        return row * self._columns + column + wide

    def _drop(self, knob: Knob) -> None:
        knob.hide()
        knob.setParent(None)
        knob.deleteLater()

    def _unfold(self, on: bool) -> None:
        self._folded.setVisible(on)
        self._tell()

    def _tell(self) -> None:
        """Name on the closed fold what in it is not at its default."""
        set_here = [
            f"{knob.hyper.symbol or knob.hyper.title} {shown(knob.value, knob.hyper.kind)}"
            for name, knob in self.knobs.items()
            if name in self._names and knob.value != knob.hyper.default
        ]
        self._fold.describe(self._title, " · ".join(set_here))
