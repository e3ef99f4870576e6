"""What an autoencoder makes of its examples, beside the originals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import number
from app.stage.examples.example_card import ExampleCard
from app.stage.examples.reconstruction_tiles import ReconstructionTiles
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.stage.part_picker import PartPicker
from app.stage.planes.reconstructed_plane import PLANE
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import Learner, Predictions

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, SessionPicture


class ReconstructionsView(NetworkView):
    """Originals and reconstructions as pairs of tiles."""

    KEY = "reconstructions"
    TITLE = "Reconstructions"
    MENU = "Reconstructions of the autoencoder"
    TIER = "basic"
    TIP = "Each example beside what the autoencoder makes of it"
    ASKS = (Predictions,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.part = PartPicker("network-reconstructions-part")
        self.tiles = ReconstructionTiles(theme)
        self.title = ElidedLabel()
        self.title.setObjectName("muted")
        self._picture: SessionPicture | None = None
        self._diverged = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.part))
        column.addWidget(self.title)
        column.addWidget(self.tiles, 1)
        self.card = ExampleCard(self, theme)
        self.setFocusProxy(self.tiles)
        self.part.chosen.connect(self._choose_part)
        self.tiles.pointed.connect(self._enlarge)
        self.tiles.verticalScrollBar().valueChanged.connect(self._enlarge)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        if not super().fits(picture):
            return False
        data = Learner.of(picture.subject).data
        return data.target_shape.is_input and data.target_shape.width > 1 and data.feature_keys != PLANE

    def set_theme(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)
        self.card.theme = theme
        super().set_theme(theme)
        self._enlarge()

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if diverged(picture, self.tiles.snapshot) != self._diverged:
            self._tell()
        if self.part.offer(Learner.of(picture.subject).data.validation > 0):
            self._choose_part()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if not snapshot.learner.data.target_shape.is_input:
            return
        self.tiles.show_snapshot(snapshot)
        self._tell()
        self._enlarge()

    def reset_view(self) -> None:
        self.tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        words = [f"{self.title.text()}."] if self.tiles.snapshot is not None else []
        return " ".join([*words, *([f"Enlarged: {self.card.text}."] if self.card.isVisible() else [])])

    def view(self) -> dict[str, Any]:
        return {"network_reconstructions_part": self.part.wish}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.part.choose(view.get("network_reconstructions_part"))
        self._choose_part()

    def _choose_part(self) -> None:
        self.tiles.show_part(self.part.validation)
        self._tell()

    def _tell(self) -> None:
        snapshot = self.tiles.snapshot
        if snapshot is None:
            return
        self._diverged = diverged(self._picture, snapshot)
        validates = self.part.validation
        part = "Validation" if validates else "Training"
        told = [problem] if (problem := run_warnings(self._picture, snapshot)) else []
        told.append(f"{part}: loss {number(snapshot.predicted.losses[validates], 3)}")
        told.append(f"root mean square error {number(snapshot.predicted.errors[validates], 3)} a number")
        told += [f"{each.title} {number(each.value, 3)}" for each in snapshot.subject.references]
        self.title.show_text(" · ".join(told), "Original at the left, reconstruction at the right; below, its error")

    def _enlarge(self) -> None:
        """Enlarge the tile under the pointer beside it."""
        tiles = self.tiles
        if tiles.current in tiles.visible and tiles.isVisible() and tiles.snapshot is not None:
            place = tiles.place(tiles.current)
            corner = tiles.viewport().mapTo(self, QPoint(place.left(), place.top()))
            self.card.show_beside(QRect(corner, place.size()), tiles.image(tiles.current), tiles.lines(tiles.current))
            return
        self.card.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        self.card.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._enlarge()
