"""The layers of a network: one row per hidden layer, one for the output, dropout and residual connections."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.look.theme import Theme, icon
from app.widgets.chooser import Chooser
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restart_effects import LIVE, RESTARTS, SENTENCES, restart_effect, restart_effects
from app.widgets.stepper import Stepper
from app.widgets.tab_order import sort_tab_order
from engine import ACTIVATIONS, DROPOUT, MAX_LAYERS, RESIDUAL, UNITS, Layer, NetworkTask, Setting, Value, usual_network

_NAME, _UNITS, _END = 24, 80, 22  # widths of the parts of a row


class _Row(QWidget):
    """One layer: its number, units, activation, and a button to remove it."""

    units_set = Signal(int)
    chosen = Signal(str)
    removed = Signal()
    finished = Signal()

    def __init__(self, title: str, name: str, hidden: bool) -> None:
        super().__init__()
        self._name = name
        place = QLabel(title)
        place.setObjectName("knob-name")
        place.setFixedWidth(_NAME)
        self.activation = Chooser(ACTIVATIONS)
        self.activation.setMinimumContentsLength(6)
        self.activation.setAccessibleName(f"activation of {name}")
        self.activation.chosen.connect(self.chosen)
        self.activation.chosen.connect(self.finished)
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
        self.fault.setWordWrap(True)
        self.fault.hide()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(place)
        self.units: Stepper | None = None
        self.count = QLabel()
        self.count.setFixedWidth(_UNITS)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if hidden:
            self.units = Stepper(UNITS)
            self.units.setFixedWidth(_UNITS)
            self.units.changed.connect(self.units_set)
            self.units.finished.connect(self.finished)
            self.units.refused.connect(self._refuse)
        row.addWidget(self.units or self.count)
        row.addWidget(self.activation, 1)
        if hidden:
            row.addWidget(self._remove_button())
        else:
            row.addSpacing(_END + row.spacing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.fault)

    def show_layer(self, units: int, activation: str, again: bool, live: bool) -> None:
        """again: changing the units restarts the runs; live: changing the activation does not."""
        tip = f"Units of {self._name}, {UNITS.range[1:-1].replace(', ', ' to ')}."
        if self.units is not None:
            self.units.set_value(units)
            self.units.name(f"units of {self._name}", f"{tip} {SENTENCES[RESTARTS]}" if again else tip)
        else:
            self.count.setText(str(units))
            self.count.setToolTip("Determined by the data and the loss")
        self.activation.set_key(activation, *([SENTENCES[LIVE]] if live else []))

    def _remove_button(self) -> QToolButton:
        remove = QToolButton()
        remove.setObjectName("more")
        remove.setText("✕")
        remove.setFixedSize(_END, _END)
        remove.setAccessibleName(f"remove {self._name}")
        remove.setToolTip(f"Remove {self._name}")
        remove.clicked.connect(self.removed)
        return remove

    def _refuse(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))


class LayersPanel(QWidget):
    """`changed` carries the changed settings of the task."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hidden: tuple[Layer, ...] = ()
        self.heading = Heading("Layers")
        self.add = QToolButton()
        self.add.setObjectName("add-layer")
        self.add.setProperty("small", True)
        self.add.setText("Add")
        self.add.setAccessibleName("add a hidden layer")
        self.add.setToolTip(f"Add a hidden layer before the output, up to {MAX_LAYERS}")
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setIconSize(QSize(12, 12))
        self.add.clicked.connect(self._add)
        self.heading.add(self.add)
        self.rows: list[_Row] = []
        self.output = _Row("out", "the output", hidden=False)
        self.output.chosen.connect(lambda key: self.changed.emit({"output": key}))
        self.output.finished.connect(self.settled)
        self.more = More("layers")
        self.settings = KnobList(2, self.more)
        self.settings.add_part("output", self.output, "output activation", NetworkTask.TIERS["output"])
        self.settings.changed.connect(lambda name, value: self.changed.emit({name: value}))
        self.settings.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self._column = QVBoxLayout()
        self._column.setSpacing(5)
        column.addWidget(self.heading)
        column.addLayout(self._column)
        column.addWidget(self.settings)
        column.addWidget(self.more)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.add.setIcon(icon("plus", theme))

    def refresh(self, task: NetworkTask, moved: bool) -> None:
        """Show the shape of a task; moved: whether the runs have taken a step. Where the architecture has no such
        layers, only the output is left.
        """
        dense = "hidden" in task.form.parts
        self._hidden = task.hidden if dense else ()
        while len(self.rows) > len(self._hidden):
            row = self.rows.pop()
            row.hide()
            row.setParent(None)
            row.deleteLater()
        while len(self.rows) < len(self._hidden):
            self._new_row(len(self.rows) + 1)
            sort_tab_order(self)
        for row, layer in zip(self.rows, self._hidden, strict=True):
            row.show_layer(layer.units, layer.activation, moved, moved)
        self.output.show_layer(task.network.sizes[-1] // task.target_shape.steps, task.output, moved, moved)
        self.heading.setVisible(dense)
        again = restart_effect(task, {"hidden": _grown(task.hidden) if len(task.hidden) < MAX_LAYERS else ()}, moved)
        self.heading.hint.show_text(f"new shape {again}" if again == RESTARTS else again)
        self.add.setEnabled(len(task.hidden) < MAX_LAYERS)
        values: dict[str, Value] = {DROPOUT.name: task.dropout, RESIDUAL.name: task.residual}
        declared = (DROPOUT, RESIDUAL) if dense else ()
        self.settings.show_knobs(declared)
        usual = usual_network(task.data)
        self.settings.set_values(values, ("output",) if task.output != usual.output else ())
        turned = {hyper.name: (hyper, values[hyper.name]) for hyper in declared}
        self.settings.show_effects(restart_effects(task, turned, moved))

    def _new_row(self, place: int) -> None:
        row = _Row(str(place), f"hidden layer {place}", hidden=True)
        row.units_set.connect(lambda units: self.changed.emit({Setting("hidden", "units", place).path: units}))
        row.chosen.connect(lambda key: self.changed.emit({Setting("hidden", "activation", place).path: key}))
        row.removed.connect(lambda: self._remove(place))
        row.finished.connect(self.settled)
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()  # now, not in a later turn of the event loop

    def _add(self) -> None:
        self.changed.emit({"hidden": _grown(self._hidden)})
        self.settled.emit()

    def _remove(self, place: int) -> None:
        self.changed.emit({"hidden": self._hidden[: place - 1] + self._hidden[place:]})
        self.settled.emit()


def _grown(hidden: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """With one more layer, a copy of the last."""
    return (*hidden, hidden[-1] if hidden else Layer(4))
