"""The knobs of a group of settings: the basic ones and what differs from its default; the others behind `More`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.widgets.knob import Knob
from app.widgets.more import More
from app.widgets.tab_order import sort_tab_order
from engine import Hyper, Tier, Value

_SPACING = 6
_BEHIND: tuple[Tier, ...] = ("more", "expert")


@dataclass
class _Part:
    """A control that is no knob: its title, its tier, and whether it means anything for what is shown."""

    widget: QWidget
    title: str
    tier: Tier
    applies: bool = True


class KnobList(QWidget):
    """One knob per declaration, `columns` in a row; they are rebuilt only when the declarations change.

    more: what hides those that are neither basic nor differ from their defaults; without it all are shown. Nothing
    moves under the hand: a value set back to its default stays in its place until `renew`, until its knob is rebuilt
    or More is closed; one changed behind an open More stays there until it is closed, and so do the knobs of what is
    chosen there. filled: whether anything is outside.
    """

    changed = Signal(str, object)
    finished = Signal()
    driven = Signal(str, str)
    filled = Signal(bool)

    def __init__(self, columns: int = 1, more: More | None = None) -> None:
        super().__init__()
        self._columns = columns
        self._more = more
        self.knobs: dict[str, Knob] = {}
        self._drivers: Mapping[str, str] = {}
        self._parts: dict[str, _Part] = {}
        self._declared: tuple[Hyper, ...] = ()
        self._differing: Collection[str] = ()  # of the parts
        self._outside: set[str] = set()
        self._is_new = True  # nothing has a place to keep
        self._is_rebuilt = True
        self._grid = _grid(self._columns)
        self._hidden: dict[Tier, QWidget] = {}
        if more is not None:
            for tier in _BEHIND:
                self._hidden[tier] = room = QWidget()
                room.setLayout(_grid(columns))
                more.add(room, tier)
            more.tell(self, dict.fromkeys(_BEHIND, ()))
            more.toggled.connect(self._toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addLayout(self._grid)
        self.hide()

    def add_part(self, name: str, widget: QWidget, title: str, tier: Tier) -> None:
        """Have another control before the knobs, across a whole row."""
        widget.setParent(self)  # until it gets its place, which it may never do
        self._parts[name] = _Part(widget, title, tier)
        self._is_new = self._is_rebuilt = True

    def show_knobs(self, declared: tuple[Hyper, ...]) -> None:
        """Show these knobs; those that More may hide once their values are told."""
        if declared == self._declared:
            return
        self._declared = declared
        old = self.knobs
        self.knobs = {}
        for hyper in declared:
            knob = old.pop(hyper.name, None)
            if knob is None or knob.hyper != hyper:
                if knob is not None:
                    self._drop(knob)
                knob = self._new(hyper)
            knob.abandon()
            self.knobs[hyper.name] = knob
        for knob in old.values():
            self._drop(knob)
        self._is_rebuilt = True
        if self._more is None:
            self._outside = self._wanted
            self._arrange()

    def set_values(
        self, values: Mapping[str, Value], differing: Collection[str] = (), absent: Collection[str] = ()
    ) -> None:
        """Show values. differing: parts that are not at their defaults; absent: parts that mean nothing here."""
        for name, knob in self.knobs.items():
            knob.set_value(values[name])
        self._differing = differing
        applies = {name: name not in absent for name in self._parts}
        moved = any(self._parts[name].applies != there for name, there in applies.items())
        for name, there in applies.items():
            self._parts[name].applies = there
        before = self._outside
        self._outside = self._next_outside()
        if moved or self._is_rebuilt or self._outside != before:
            self._arrange()
        self._is_new = False

    def offer_drivers(self, drivers: Mapping[str, str]) -> None:
        """Offer schedules, key -> title, that may drive any of the knobs that are numbers."""
        self._drivers = drivers

    def show_drivers(self, shown: Mapping[str, tuple[str, float]]) -> None:
        """Tell of the knobs that a schedule drives: name -> its title, and the value that it has come to."""
        moved = False
        for name, knob in self.knobs.items():
            moved = moved or knob.is_driven != (name in shown)
            knob.show_driver(*shown.get(name, ("", 0.0)))
        if moved:
            self._outside = self._next_outside()
            self._arrange()

    def block(self, reasons: Mapping[str, str]) -> None:
        """Let nobody change some of the knobs: name -> why."""
        for name, knob in self.knobs.items():
            knob.block(reasons.get(name, ""))

    def renew(self) -> None:
        """Show other values next: of another run, or of another document. Then nothing keeps its place."""
        self._is_new = True

    def reveal(self, name: str) -> QWidget:
        """Open what hides a setting; returns its control."""
        if self._more is not None and name not in self._outside:
            self._more.open()
        return self.knobs[name] if name in self.knobs else self._parts[name].widget

    def show_effects(self, effects: Mapping[str, str]) -> None:
        """Let each knob tell what changing it does to the runs; with an icon if the effects differ."""
        marked = len(set(effects.values())) > 1
        for name, effect in effects.items():
            self.knobs[name].show_effect(effect, marked)

    @property
    def _wanted(self) -> set[str]:
        """What has to be on screen: the basic ones, and what differs from its default."""
        knobs = {
            name
            for name, knob in self.knobs.items()
            if self._more is None or knob.hyper.tier == "basic" or knob.is_driven or knob.value != knob.hyper.default
        }
        return knobs | {name for name, part in self._parts.items() if part.tier == "basic" or name in self._differing}

    def _next_outside(self) -> set[str]:
        """What is to stand outside now, with as little moved as possible."""
        wanted, before, parts = self._wanted, self._outside, self._parts.keys()
        is_open = self._more is not None and self._more.is_open
        if self._is_new:
            return wanted | self._held
        if not self._is_rebuilt:
            return before if is_open else before | wanted
        if not is_open:
            return ((wanted | self._held) - parts) | ((before | wanted) & parts)
        if parts <= before:
            return ((wanted | self._held) - parts) | parts
        return before & {*parts, *self.knobs}  # what was chosen behind More, and its knobs, stay together

    @property
    def _held(self) -> set[str]:
        """What is outside and in use: it must not vanish under the hand."""
        return {name for name, knob in self.knobs.items() if name in self._outside and knob.is_held}

    def _new(self, hyper: Hyper) -> Knob:
        knob = Knob(hyper)
        knob.setParent(self)
        knob.changed.connect(self.changed)
        knob.finished.connect(self.finished)
        knob.driven.connect(self.driven)
        knob.offer_drivers(self._drivers)
        return knob

    def _drop(self, knob: Knob) -> None:
        knob.hide()
        knob.setParent(None)
        knob.deleteLater()

    def _arrange(self) -> None:
        """Put everything into its place: outside, or behind More."""
        self._is_rebuilt = False
        layouts: dict[QWidget, QGridLayout] = {self: self._grid}
        for room in self._hidden.values():
            inside = room.layout()
            assert isinstance(inside, QGridLayout)
            layouts[room] = inside
        places = dict.fromkeys(layouts, 0)
        behind: dict[Tier, list[str]] = {tier: [] for tier in _BEHIND}
        for name, widget, title, tier in self._controls():
            for layout in layouts.values():
                layout.removeWidget(widget)
            room = self if name in self._outside else self._hidden[tier]
            places[room] = self._place(layouts[room], widget, places[room])
            widget.show()
            if room is not self:
                behind[tier].append(title)
        for part in self._parts.values():
            if not part.applies:
                part.widget.hide()
        sort_tab_order(self)
        self.setVisible(places[self] > 0)
        self.filled.emit(places[self] > 0)
        for room in self._hidden.values():
            room.setVisible(places[room] > 0)
        if self._more is not None:
            self._more.tell(self, behind)

    def _controls(self) -> list[tuple[str, QWidget, str, Tier]]:
        """Name, widget, title and tier of all that means anything here."""
        parts = [(name, part.widget, part.title, part.tier) for name, part in self._parts.items() if part.applies]
        return [*parts, *((name, knob, knob.hyper.title, _behind(knob.hyper)) for name, knob in self.knobs.items())]

    def _place(self, grid: QGridLayout, widget: QWidget, place: int) -> int:
        """Put a control into the next free cell, a part or one with options across a whole row; returns the index
        after it.
        """
        narrow = isinstance(widget, Knob) and widget.options is None
        wide = 1 if narrow else self._columns
        row, column = divmod(place, self._columns)
        if column + wide > self._columns:
            row, column = row + 1, 0
        grid.addWidget(widget, row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
        return row * self._columns + column + wide

    def _toggled(self, on: bool) -> None:
        """Nothing moves while More opens; as it closes, what differs by now comes out, and what does not goes in."""
        wanted = self._wanted | self._held
        if not on and self._outside != wanted:
            self._outside = wanted
            self._arrange()


def _behind(hyper: Hyper) -> Tier:
    return "expert" if hyper.tier == "expert" else "more"


def _grid(columns: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(_SPACING)
    for column in range(columns):
        grid.setColumnStretch(column, 1)
    return grid
