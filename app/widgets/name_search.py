"""A completer for lists of any length: what contains the typed text is looked for in pieces between events."""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractItemModel, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit

SLICE = 0.004  # seconds of a search, after which events have their turn
MOST = 200  # names that are offered: who wants another types more of it
_STEP = 32  # names between two looks at the clock


class NameSearch(QCompleter):
    """picked carries the row, in the model that is searched, of a name that was picked from the list."""

    picked = Signal(int)

    def __init__(self, field: QLineEdit, rows: int, width: int) -> None:
        super().__init__(field)
        self._field = field
        self._names: QAbstractItemModel | None = None
        self._asked = ""
        self._next = 0
        self._places: list[int] = []
        self._found = QStandardItemModel(self)
        self._turns = QTimer(self)
        self._turns.timeout.connect(self._look_on)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setModel(self._found)
        self.setMaxVisibleItems(rows)
        if (popup := self.popup()) is not None:
            popup.setMinimumWidth(width)
        field.setCompleter(self)
        field.textEdited.connect(self._look_for)
        self.activated["QModelIndex"].connect(lambda index: self.picked.emit(self._places[index.row()]))  # type: ignore[index]

    def look_in(self, names: QAbstractItemModel) -> None:
        """Search the first column of a model from now on; it has to outlive this or be followed by another."""
        self._names, self._places = names, []
        self._found = QStandardItemModel(self)
        self.setModel(self._found)  # deletes the previous one, if it is its own
        self._turns.stop()

    def stop(self) -> None:
        """Look no further for what was typed."""
        self._turns.stop()

    @property
    def is_picking(self) -> bool:
        """Whether a name of the open list is chosen, which Return picks."""
        popup = self.popup()
        return popup is not None and popup.isVisible() and popup.currentIndex().isValid()

    def place_of(self, name: str) -> int | None:
        """The row of the first name found so far that is this one, in whatever case."""
        names = (self._found.item(row).text().casefold() for row in range(len(self._places)))
        return next((self._places[row] for row, found in enumerate(names) if found == name.casefold()), None)

    def _look_for(self, text: str) -> None:
        self._asked, self._next, self._places = text.casefold(), 0, []
        self._found.clear()
        if text and self._names is not None:
            self._turns.start()
            self._look_on()
        else:
            self._turns.stop()

    def _look_on(self) -> None:
        assert self._names is not None
        end, count, before = time.perf_counter() + SLICE, self._names.rowCount(), len(self._places)
        while self._next < count and len(self._places) < MOST and time.perf_counter() < end:
            for place in range(self._next, min(self._next + _STEP, count)):
                name = str(self._names.index(place, 0).data())
                if self._asked in name.casefold():
                    self._places.append(place)
                    self._found.appendRow(QStandardItem(name))
            self._next += _STEP
        if self._next >= count or len(self._places) >= MOST:
            self._turns.stop()
        if len(self._places) > before and self._field.hasFocus():
            self.complete()
