"""The knobs of one catalogue entry, with a collapsible section for those rarely changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.widgets.collapsible_header import CollapsibleHeader
from app.widgets.knob import Knob, shown
from app.widgets.tab_order import sort_tab_order
from engine import Hyper, Value

_SPACING = 6


class KnobList(QWidget):
    """Shows one knob per declaration, `columns` in a row; they are rebuilt only when the declarations change."""

    changed = Signal(str, object)
    finished = Signal()

    def __init__(self, columns: int = 1) -> None:
        super().__init__()
        self._columns = columns
        self.knobs: dict[str, Knob] = {}
        self._declared: tuple[Hyper, ...] = ()
        self._names: Collection[str] = ()
        self._title = ""
        self._header = CollapsibleHeader()
        self._header.toggled.connect(self._expand)
        self._section = QWidget()
        self._outside, self._inside = self._grid(), self._grid()
        self._section.setLayout(self._inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addLayout(self._outside)
        column.addWidget(self._header)
        column.addWidget(self._section)
        self._section.hide()
        self._header.hide()
        self.hide()

    def show_knobs(
        self, declared: tuple[Hyper, ...], collapsed: Collection[str] = (), title: str = "Regularisation and clipping"
    ) -> None:
        """Show these knobs; those named in `collapsed` in a collapsible section with `title`."""
        if declared == self._declared:
            return
        self._declared, self._title, self._names = declared, title, collapsed
        old = self.knobs
        self.knobs = {}
        places = dict.fromkeys((self._outside, self._inside), 0)
        for hyper in declared:
            knob = old.pop(hyper.name, None)
            if knob is None or knob.hyper != hyper:
                if knob is not None:
                    self._drop(knob)
                knob = self._new(hyper)
            knob.abandon()
            self.knobs[hyper.name] = knob
            grid = self._inside if hyper.name in collapsed else self._outside
            places[grid] = self._place(grid, knob, places[grid])
        for knob in old.values():
            self._drop(knob)
        sort_tab_order(self)
        self._header.setVisible(any(hyper.name in collapsed for hyper in declared))
        self._expand(self._header.isChecked())
        self.setVisible(bool(declared))

    def set_values(self, values: Mapping[str, Value]) -> None:
        for name, knob in self.knobs.items():
            knob.set_value(values[name])
        self._tell()

    def show_effects(self, effects: Mapping[str, str]) -> None:
        """Let each knob tell what changing it does to the runs; with an icon if the effects differ."""
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
        """Put a knob into the next free cell, one with options across a whole row; returns the index after it."""
        wide = self._columns if knob.options is not None else 1
        row, column = divmod(place, self._columns)
        if column + wide > self._columns:
            row, column = row + 1, 0
        grid.addWidget(knob, row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
        knob.show()  # now, not in a later turn of the event loop
        return row * self._columns + column + wide

    def _drop(self, knob: Knob) -> None:
        knob.hide()
        knob.setParent(None)
        knob.deleteLater()

    def _expand(self, on: bool) -> None:
        self._section.setVisible(on)
        self._tell()

    def _tell(self) -> None:
        """Show in the collapsed header which of its knobs are not at their defaults."""
        set_here = [
            f"{knob.hyper.symbol or knob.hyper.title} {shown(knob.value, knob.hyper.kind)}"
            for name, knob in self.knobs.items()
            if name in self._names and knob.value != knob.hyper.default
        ]
        self._header.describe(self._title, " · ".join(set_here))
