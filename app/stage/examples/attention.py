"""What a transformer attends to in one example: a map for each head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.look.networks.steps import step_names
from app.look.number_format import counted
from app.stage.examples.attention_maps import AttentionMaps, step_words
from app.stage.examples.example_card import percent
from app.stage.examples.example_picker import ExamplePicker
from app.stage.examples.heat_tiles import HeatTiles, Section
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import run_warnings
from app.widgets.elided import ElidedLabel
from engine import Attention, Learner, Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import Attending, NetworkSnapshot, Query, SessionPicture

NAME = "network_attention"
INPUTS = 84  # pixels of height, for steps of numbers


class AttentionView(NetworkView):
    """For each head how much every step attends to every other."""

    KEY = "attention"
    TITLE = "Attention"
    MENU = "Attention of the network"
    TIER = "basic"
    TIP = "For one example, how much each step attends to every other, head by head"
    ASKS = (Predictions, Attention)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.picker = ExamplePicker(NAME, self)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.maps = AttentionMaps(theme)
        self.inputs = HeatTiles(theme, "network-attention-inputs", "The sequence")
        self.inputs.setFixedHeight(INPUTS)
        self.inputs.hide()
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.maps)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.maps, 1)
        column.addWidget(self.inputs)
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in (self.picker.part, self.picker.place):
            row.addWidget(part)
        row.addWidget(self.picker.label, 1)
        column.addLayout(row)
        self.picker.chosen.connect(self.wanted_changed)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), Attention(self.picker.example)})

    def set_theme(self, theme: Theme) -> None:
        self.maps.set_theme(theme)
        self.inputs.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if self.picker.offer(Learner.of(picture.subject)):
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        found = snapshot.answer(Attention)
        if found is None:
            return
        self._snapshot = snapshot
        names = step_names(found.inputs, snapshot.learner.data.tokens)
        self.maps.show_shares(found.shares, names)
        self.inputs.setVisible(not snapshot.learner.data.tokens)
        if not snapshot.learner.data.tokens:
            steps = found.inputs.reshape(len(names), -1)
            title = f"sequence · {counted(steps.shape[1], 'input')}"
            self.inputs.show_sections([Section(title, steps.T[None, None], row="input", column="step", wide=True)])
        self.picker.tell(snapshot)
        words = run_warnings(self._picture, snapshot)
        self.caption.show_text(" · ".join(part for part in (_words(found, names), words) if part))

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}. {self.picker.label.text()}" if self._snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        return self.picker.view()

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.picker.apply_view(view)


def _words(found: Attending, names: tuple[str, ...]) -> str:
    """To what the last step attends most, over all heads of the last block."""
    shares = found.shares[-1][:, -1].mean(axis=0)
    if not np.isfinite(shares).all():
        return "attention is not finite"
    most = int(shares.argmax())
    return f"The last step attends most to {step_words(most, names)}: {percent(float(shares[most]))} on average"
