"""The inputs of a network: features to switch on and off, and the scaling of inputs and target."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.widgets.catalogue_text import about
from app.widgets.heading import Heading
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.option_picker import OptionPicker
from app.widgets.restart_effects import RESTARTS, SENTENCES, restart_effect
from engine import DATASETS, FEATURES, SCALINGS, NetworkTask, Table, possible_features, usual_network


class InputsPanel(QWidget):
    """`changed` carries the changed settings of the task. more: where what is as usual stays."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self, more: More) -> None:
        super().__init__()
        self._features: tuple[str, ...] = ()
        self.heading = Heading("Features")
        self.chips = {key: self._chip(key) for key in FEATURES}
        self.features = QWidget()
        self._row = QWidget()
        chips = QHBoxLayout(self._row)
        chips.setContentsMargins(0, 0, 0, 0)
        chips.setSpacing(4)
        for chip in self.chips.values():
            chips.addWidget(chip, 1)
        self.scaling = self._scalings("scaling", "inputs")
        self.target_scaling = self._scalings("target_scaling", "target")
        group = QVBoxLayout(self.features)
        group.setContentsMargins(0, 0, 0, 0)
        group.setSpacing(6)
        group.addWidget(self.heading)
        group.addWidget(self._row)
        self.settings = KnobList(2, more)
        tiers = NetworkTask.TIERS
        self.settings.filled.connect(self.setVisible)
        self.settings.add_part("features", self.features, "features", tiers["features"])
        parts = (("scaling", self.scaling, "input scaling"), ("target_scaling", self.target_scaling, "target scaling"))
        self._rows = {name: _row(title, control) for name, control, title in parts}
        for name, _, title in parts:
            self.settings.add_part(name, self._rows[name], title, tiers[name])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.settings)

    def refresh(self, task: NetworkTask, moved: bool) -> None:
        """Show the inputs of a task; moved: whether the runs have taken a step."""
        self._features = task.features
        names = _names(task)
        possible = possible_features(len(names))
        self.heading.title.setText("Features" if possible else "Inputs")
        again = restart_effect(task, {"features": possible if task.features != possible else possible[:1]}, moved)
        count = "" if possible else f"{len(names)} columns"
        self.heading.hint.show_text(again if possible else count, "" if possible else ", ".join(names[:100]))
        self._row.setVisible(bool(possible))
        for key, chip in self.chips.items():
            chip.setVisible(key in possible)
            chip.setChecked(key in task.features)
            if key in possible:
                negation = "" if key in task.features else "not "
                state = f"{FEATURES[key].named(names)}: {negation}an input of the network"
                chip.setToolTip(f"<p>{state}</p>" + (f"<p>{SENTENCES[RESTARTS]}</p>" if again else ""))
        self.scaling.set_option(task.scaling)
        self.target_scaling.set_option(task.target_scaling)
        for name, row in self._rows.items():
            row.setToolTip(SENTENCES.get(restart_effect(task, {name: next(iter(SCALINGS))}, moved), ""))
        usual = usual_network(task.data)
        differing = [name for name in ("features", "scaling", "target_scaling") if _differs(task, usual, name)]
        scaled = task.purpose == "regression" and not task.target_shape.is_input  # inputs are scaled as inputs
        absent = () if scaled else ("target_scaling",)
        self.settings.set_values({}, differing if possible else [*differing, "features"], absent)

    def _chip(self, key: str) -> QToolButton:
        title = FEATURES[key].title
        chip = QToolButton()
        chip.setObjectName("chip")
        chip.setText(title.replace(" · ", ""))
        chip.setCheckable(True)
        chip.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        chip.setAccessibleName(f"feature {title}")
        chip.setAccessibleDescription("one of the features that are the inputs of the network")
        chip.clicked.connect(lambda: self._toggle(key))
        return chip

    def _toggle(self, key: str) -> None:
        """The last feature stays on: the engine requires one, and its error says so."""
        features = tuple(name for name in FEATURES if (name in self._features) != (name == key))
        self.chips[key].setChecked(key in features or not features)
        self.changed.emit({"features": features})
        self.settled.emit()

    def _scalings(self, setting: str, of: str) -> OptionPicker:
        entries = SCALINGS.values()
        tips = tuple(f"<p>Scaling of the {of}.</p>{about(entry)}" for entry in entries)
        made = OptionPicker(tuple(SCALINGS), f"scaling of the {of}", tuple(entry.title for entry in entries), tips)
        made.chosen.connect(lambda key: self._scale(setting, key))
        return made

    def _scale(self, setting: str, key: str) -> None:
        self.changed.emit({setting: key})
        self.settled.emit()


def _differs(task: NetworkTask, usual: NetworkTask, name: str) -> bool:
    return bool(getattr(task, name) != getattr(usual, name))


def _row(title: str, control: QWidget) -> QWidget:
    """A control below its title."""
    row = QWidget()
    label = QLabel(title)
    label.setObjectName("knob-title")
    inside = QVBoxLayout(row)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(3)
    inside.addWidget(label)
    inside.addWidget(control)
    return row


def _names(task: NetworkTask) -> tuple[str, ...]:
    """The names of the raw inputs."""
    return (
        task.data.columns if isinstance(task.data, Table) else DATASETS[task.data.kind].having(task.data.values).names
    )
