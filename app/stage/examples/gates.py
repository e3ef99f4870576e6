"""Gates, cell state and state of a recurrent network by time step, for one example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.look.number_format import counted, number
from app.stage.examples.heat_tiles import Section
from app.stage.examples.tiled_example import TiledExampleView
from engine import Gates, Predictions

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import CellInTime, NetworkSnapshot, PartInTime

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


class GatesView(TiledExampleView):
    """Units by time steps: gates from closed to open, and states. A cell without gates has its state alone."""

    KEY = "gates"
    TITLE = "Gates"
    MENU = "Gates and states of the network"
    TIER = "basic"
    TIP = (
        "The gates of each unit over the time steps of an example, light when closed and dark when open; and the states"
    )
    ASKS = (Predictions, Gates)
    NAME = "network_gates"
    SHOWN = SHOWN
    LABEL = "Gates and states by time step"
    ANSWER = Gates

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._wish = ALL

    def chosen(self) -> str:
        return self._wish

    def choose(self, key: str) -> None:
        self._wish = key

    def sections(self, snapshot: NetworkSnapshot, answer: CellInTime) -> list[Section]:
        self._offer(answer)
        inputs, chosen = answer.inputs.shape[1], self.shown.key
        sequence = _over_time(f"sequence · {counted(inputs, 'input')}", answer.inputs, "input")
        return [sequence, *(_section(part) for part in answer.parts if chosen in (ALL, part.key))]

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
