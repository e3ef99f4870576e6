"""A picker for a parameter in up to three short combo boxes: of a network by layer, unit and input, for any size."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.widgets.quiet_list import QuietList
from engine import Problem

_LENGTH = 8  # characters that always fit
_ROWS = 16


class _List(QuietList):
    """One of the short lists of a picker."""

    def __init__(self, name: str, accessible_name: str, tip: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setToolTip(tip)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LENGTH)
        self.setMaxVisibleItems(_ROWS)

    def offer(self, texts: Iterable[str]) -> None:
        """Offer these texts; the current index is kept if it still exists."""
        place = self.currentIndex()
        with QSignalBlocker(self):
            self.clear()
            self.addItems(list(texts))
            self.setCurrentIndex(min(max(place, 0), self.count() - 1))


class ParameterPicker(QWidget):
    """`chosen` carries the index in theta of the parameter a user picked; `place` is the current one."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.layer = _List("explain-layer", "layer of the parameter", "The layer of the unit this weight belongs to")
        self.unit = _List("explain-unit", "unit of the parameter", "The unit of the layer")
        self.source = _List("explain-source", "input of the weight", "The input of this weight, or the bias")
        self._lists = self.layer, self.unit, self.source
        self._problem: Problem | None = None
        self._known: object = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in self._lists:
            row.addWidget(part, 1)
        # However an index changes: what is offered behind it always belongs to it.
        for place, part in enumerate(self._lists):
            part.currentIndexChanged.connect(partial(self._choose, place))

    @property
    def place(self) -> int:
        """The index of the parameter in theta."""
        return self._problem.subject.picked_parameter(self._chosen) if self._problem is not None else 0

    def offer(self, problem: Problem) -> None:
        """Offer the parameters of a problem; emits nothing."""
        self._problem = problem
        known = problem.task.layout, problem.subject.naming
        if known != self._known:
            self._known = known
            self._offer_from(0)

    @property
    def _chosen(self) -> tuple[int, ...]:
        return tuple(max(part.currentIndex(), 0) for part in self._lists if part.isVisibleTo(self))

    def _choose(self, place: int, index: int) -> None:
        self._offer_from(place + 1)
        self.chosen.emit(self.place)

    def _offer_from(self, first: int) -> None:
        """Offer what the lists before these leave."""
        assert self._problem is not None
        for place in range(first, len(self._lists)):
            chosen = tuple(max(part.currentIndex(), 0) for part in self._lists[:place])
            lists = self._problem.subject.parameter_lists(self._problem.start.size, chosen)
            self._lists[place].setVisible(place < len(lists))
            if place < len(lists):
                self._lists[place].offer(lists[place])
