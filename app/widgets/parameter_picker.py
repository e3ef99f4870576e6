"""A picker for a parameter of a network by layer, unit and input: three short combo boxes for any network size."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.widgets.quiet_list import QuietList
from engine import Learner

BIAS = "bias"
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
        self._learner: Learner | None = None
        self._known: tuple[object, ...] = ()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.layer, self.unit, self.source):
            row.addWidget(part, 1)
        # However an index changes: the units and inputs that are offered are always those of the layer.
        self.layer.currentIndexChanged.connect(self._choose_layer)
        for part in (self.unit, self.source):
            part.currentIndexChanged.connect(self._choose)

    @property
    def place(self) -> int:
        """The index of the parameter in theta."""
        if self._learner is None:
            return 0
        network, layer = self._learner.network, max(self.layer.currentIndex(), 0)
        unit, source = max(self.unit.currentIndex(), 0), max(self.source.currentIndex(), 0)
        width = network.sizes[layer]
        if source == width:
            return int(network.biases(layer).start) + unit
        return int(network.weights(layer).start) + unit * width + source

    @property
    def name(self) -> str:
        """The name of the parameter: `weight from x to unit 3 of hidden 1`."""
        unit = f"{self.unit.currentText()} of {self.layer.currentText()}"
        if self.layer.currentIndex() == self.layer.count() - 1:
            unit = f"output {self.unit.currentText()}"
        source = self.source.currentText()
        return f"{BIAS} of {unit}" if source == BIAS else f"weight from {source} to {unit}"

    def offer(self, learner: Learner) -> None:
        """Offer the parameters of a network; emits nothing."""
        self._learner = learner
        known = (learner.network.sizes, learner.data.features, learner.data.classes, learner.data.target)
        if known != self._known:
            self._known = known
            layers = learner.network.layers
            self.layer.offer([*(f"hidden {layer + 1}" for layer in range(layers - 1)), "output"])
            self._offer_units()

    def _choose_layer(self) -> None:
        self._offer_units()
        self._choose()

    def _choose(self) -> None:
        self.chosen.emit(self.place)

    def _offer_units(self) -> None:
        assert self._learner is not None
        network, data, layer = self._learner.network, self._learner.data, self.layer.currentIndex()
        numbered = [f"unit {unit + 1}" for unit in range(network.sizes[layer + 1])]
        outputs = data.classes if len(data.classes) == network.sizes[-1] else (data.target,)
        self.unit.offer(outputs if layer == network.layers - 1 else numbered)
        sources = data.features if layer == 0 else [f"unit {unit + 1}" for unit in range(network.sizes[layer])]
        self.source.offer([*sources, BIAS])
