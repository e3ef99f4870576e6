"""A combo box for all parameters of a network, searched by typing any part of a name."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QListView

from engine import Learner, Network

ROWS = 14
WIDTH = 240  # pixels of the open list
LENGTH = 8  # characters that always fit


class ParameterNames(QAbstractListModel):
    """Names in the order of theta, made on demand: there may be a hundred thousand."""

    def __init__(self, learner: Learner) -> None:
        super().__init__()
        self._network, self._inputs = learner.network, learner.data.features
        classes = learner.data.classes
        self._outputs = classes if len(classes) == learner.network.sizes[-1] else ()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._network.parameters

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        return parameter_name(self._network, self._inputs, self._outputs, index.row())


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
        self._search = QCompleter(self)
        self._search.setFilterMode(Qt.MatchFlag.MatchContains)
        self._search.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._search.setMaxVisibleItems(ROWS)
        if (popup := self._search.popup()) is not None:
            popup.setMinimumWidth(WIDTH)
        self.setCompleter(self._search)
        self.activated.connect(self.chosen)
        field = self.lineEdit()
        assert field is not None
        field.setAccessibleName(accessible_name)
        field.editingFinished.connect(self._show_current)

    def offer(self, learner: Learner) -> None:
        """Offer the parameters of a network; must be followed by `set_place`."""
        names = ParameterNames(learner)
        names.setParent(self)
        self._search.setModel(names)
        with QSignalBlocker(self):
            self.setModel(names)  # deletes the previous model

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

    def _show_current(self) -> None:
        """Restore the name if the typed text is not one."""
        if self.currentText() != self.itemText(self.currentIndex()):
            self.setEditText(self.itemText(self.currentIndex()))
        self.setToolTip(f"{self.currentText()}\n{self._tip}: type any part of a name")
        field = self.lineEdit()
        if field is not None and not field.hasFocus():
            field.setCursorPosition(0)


def parameter_name(network: Network, inputs: tuple[str, ...], outputs: tuple[str, ...], place: int) -> str:
    """The name of a parameter by its index in theta: `w hidden 1: x → unit 3`, `bias output`.

    inputs: names of the features; outputs: of the classes, empty for one output.
    """
    layer = next(layer for layer in range(network.layers) if place < network.biases(layer).stop)
    last = layer == network.layers - 1
    title = "output" if last else f"hidden {layer + 1}"
    weights, width = network.weights(layer), network.sizes[layer]
    if place < weights.stop:
        unit, source = divmod(place - weights.start, width)
        kind, begin = "w", inputs[source] if layer == 0 else f"unit {source + 1}"
    else:
        unit, kind, begin = place - weights.stop, "bias", ""
    if last:
        end = outputs[unit] if outputs else f"{unit + 1}" if network.sizes[-1] > 1 else ""
    else:
        end = f"unit {unit + 1}"
    path = " → ".join(part for part in (begin, end) if part)
    return f"{kind} {title}: {path}" if path else f"{kind} {title}"
