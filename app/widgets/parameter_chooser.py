"""A combo box for all parameters of a problem, searched by typing any part of a name."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView

from app.widgets.name_search import NameSearch
from engine import Problem

ROWS = 14
WIDTH = 240  # pixels of the open list
LENGTH = 8  # characters that always fit
MANY = 2000  # names; among more, Qt is not let look for one, which takes microseconds each


class ParameterNames(QAbstractListModel):
    """Names in the order of theta, made on demand: there may be a million."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._count, self._subject = problem.start.size, problem.subject

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        return self._subject.parameter_name(index.row())

    def match(
        self,
        start: QModelIndex | QPersistentModelIndex,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap,
    ) -> list[QModelIndex]:
        return super().match(start, role, value, hits, flags) if self._count <= MANY else []


class ParameterChooser(QComboBox):
    """`chosen` carries the index in theta that a user picked; `set_place` shows one without emitting."""

    chosen = Signal(int)

    def __init__(self, name: str, accessible_name: str, tip: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._tip = tip
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LENGTH)
        self.setMaxVisibleItems(ROWS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        view = QListView()
        view.setUniformItemSizes(True)
        view.setMinimumWidth(WIDTH)
        self.setView(view)
        self.activated.connect(self.chosen)
        field = self.lineEdit()
        assert field is not None
        field.setAccessibleName(accessible_name)
        self._search = NameSearch(field, ROWS, WIDTH)  # not the combo box's own, which would look through all names
        self._search.picked.connect(self._pick)
        field.editingFinished.connect(self._finish)

    def offer(self, problem: Problem) -> None:
        """Offer the parameters of a problem; must be followed by `set_place`."""
        names = ParameterNames(problem)
        names.setParent(self)
        with QSignalBlocker(self):
            self.setModel(names)  # deletes the previous model, and gives this one to any completer
        self._search.look_in(names)

    def set_place(self, place: int) -> None:
        if place != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(place)
        self._show_current()

    def name(self, place: int) -> str:
        """The name of a parameter."""
        return self.itemText(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the panel must not change the choice

    def _pick(self, place: int) -> None:
        self.set_place(place)
        self.chosen.emit(place)

    def _finish(self) -> None:
        """Take what was typed, if it is a name."""
        typed = self.currentText()
        place = None if self._search.is_picking else self._search.place_of(typed)
        self._search.stop()
        if place is not None and typed != self.itemText(self.currentIndex()):
            self._pick(place)
        self._show_current()

    def _show_current(self) -> None:
        """Restore the name if the typed text is not one."""
        if self.currentText() != self.itemText(self.currentIndex()):
            self.setEditText(self.itemText(self.currentIndex()))
        self.setToolTip(f"{self.currentText()}\n{self._tip}: type any part of a name")
        field = self.lineEdit()
        if field is not None and not field.hasFocus():
            field.setCursorPosition(0)
