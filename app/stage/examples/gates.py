"""Gates, cell state and state of a recurrent network by time step, for one example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import counted, number
from app.stage.examples.example_picker import ExamplePicker
from app.stage.examples.heat_tiles import HeatTiles, Section
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.widgets.button_row import ButtonRow
from app.widgets.wrapped_row import WrappedRow
from engine import Gates, Learner, Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import CellInTime, NetworkSnapshot, PartInTime, Query, SessionPicture

NAME = "network_gates"
MAX_UNITS = 128  # that a frame has time for
ALL = "all"
SHOWN = {
    ALL: ("All", "Every gate, and what the cell keeps"),
    "reset": ("Reset", "Reset gate: closed, the candidate does not see the state"),
    "update": ("Update", "Update gate: open, the state stays as it is"),
    "input": ("Input", "Input gate: open, the candidate is added to the cell state"),
    "forget": ("Forget", "Forget gate: open, the cell state is kept; closed, it is forgotten"),
    "candidate": ("Candidate", "What would be taken into the state, from -1 to 1"),
    "output": ("Output", "Output gate: open, the cell state is shown as the state"),
    "cell": ("Cell", "The cell state, which a step changes only through the gates"),
    "state": ("State", "What the next step and the output see"),
}


class GatesView(NetworkView):
    """Units by time steps: gates from closed to open, and states. A cell without gates has its state alone."""

    KEY = "gates"
    TITLE = "Gates"
    MENU = "Gates and states of the network"
    TIER = "basic"
    TIP = (
        "The gates of each unit over the time steps of an example, light when closed and dark when open; and the states"
    )
    ASKS = (Predictions, Gates)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.shown = ButtonRow("network-gates-shown", "show", SHOWN)
        self.picker = ExamplePicker(NAME, self)
        self.tiles = HeatTiles(theme, "network-gates-tiles", "Gates and states by time step")
        self._wish = ALL
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.tiles)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.shown, self.picker.part, self.picker.place))
        column.addWidget(self.picker.label)
        column.addWidget(self.tiles, 1)
        self.shown.chosen.connect(self._choose)
        self.picker.chosen.connect(self.wanted_changed)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), Gates(self.picker.example)})

    def set_theme(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if self.picker.offer(Learner.of(picture.subject)):
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.answer(Gates) is not None:
            self._snapshot = snapshot
            self._show()

    def reset_view(self) -> None:
        self.tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        return " ".join([self.picker.label.text(), *(f"{section.title}." for section in self.tiles.sections)])

    def view(self) -> dict[str, Any]:
        return {f"{NAME}_shown": self._wish, **self.picker.view()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        wish = view.get(f"{NAME}_shown")
        self._wish = str(wish) if wish in SHOWN else self._wish
        self.picker.apply_view(view)
        self._show()

    def _choose(self, key: str) -> None:
        self._wish = key
        self._show()

    def _show(self) -> None:
        snapshot = self._snapshot
        cell = snapshot.answer(Gates) if snapshot is not None else None
        if snapshot is None or cell is None:
            return
        self._offer(cell)
        self.picker.tell(snapshot)
        if problem := run_warnings(self._picture, snapshot) if diverged(self._picture, snapshot) else "":
            self.picker.label.show_text(problem)
        inputs = cell.inputs.shape[1]
        sections = [_over_time(f"sequence · {counted(inputs, 'input')}", cell.inputs, "input")]
        chosen = self.shown.key
        sections += [_section(part) for part in cell.parts if chosen in (ALL, part.key)]
        self.tiles.show_sections(sections)

    def _offer(self, cell: CellInTime) -> None:
        """Offer the parts that the cell has, and show the one that is wished for, or all."""
        known = {ALL, *(part.key for part in cell.parts)}
        for key in SHOWN:
            self.shown.button(key).setVisible(key in known)
        self.shown.setVisible(len(cell.parts) > 1)
        self.shown.choose(self._wish if self._wish in known else ALL)


def _section(part: PartInTime) -> Section:
    units = part.values.shape[1]
    told = f"{part.title} · {counted(units, 'unit')}"
    if units > MAX_UNITS:
        told = f"{told}, the first {MAX_UNITS}"
    if part.gate:
        with np.errstate(all="ignore"):
            told = f"{told} · {number(100.0 * float(part.values.mean()), 2)} % open"
    return _over_time(told, part.values[:, :MAX_UNITS], f"{part.title}, unit", part.gate)


def _over_time(title: str, values: np.ndarray, row: str, gate: bool = False) -> Section:
    """Values (length, rows) with time from left to right."""
    limits = (0.0, 1.0) if gate else None
    return Section(title, values.T[None, None], row=row, column="step", signed=not gate, wide=True, limits=limits)
