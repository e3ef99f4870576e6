"""The image view: examples with their predictions, and the weights of the first layer as images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.look.number_format import counted, number
from app.stage.examples.example_card import ExampleCard, percent
from app.stage.examples.example_tiles import ExampleTiles
from app.stage.examples.weight_tiles import WeightColourKey, WeightTiles
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.stage.part_picker import PartPicker
from app.widgets.button_row import ButtonRow, toggle
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import Learner

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, SessionPicture

WIDE = 1.2  # aspect ratio from which the panes are side by side
SHOWN = {
    "both": ("Both", "Examples beside the weights of the first layer"),
    "examples": ("Examples", "Examples with their predicted classes"),
    "weights": ("Weights", "The weights of each unit of the first layer, as an image"),
}


class ImagesView(NetworkView):
    """Examples as images, and the weights of the first layer as images."""

    KEY = "images"
    TITLE = "Images"
    MENU = "Images of the network"
    TIER = "basic"
    TIP = "Examples as images with their predictions, and the weights of the first layer as images"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.shown = ButtonRow("network-images-shown", "show", SHOWN)
        self.part = PartPicker("network-images-part")
        self.wrong_first = toggle(
            "network-images-wrong-first",
            "Wrong first",
            "wrong predictions first",
            "Misclassified examples first, then those with the lowest probability of their true class",
            on=True,
        )
        self.examples = ExampleTiles(theme)
        self.weights = WeightTiles(theme)
        self.key = WeightColourKey(theme)
        self._examples_title, self._weights_title = _title(), _title()
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self._diverged = False
        self._has_weights = True  # those of the first layer are images
        self._lay_out()
        self.card = ExampleCard(self, theme)
        self.setFocusProxy(self.examples)
        self._wire()

    def _wire(self) -> None:
        self.shown.chosen.connect(self._show_panes)
        self.part.chosen.connect(self._choose_part)
        self.wrong_first.toggled.connect(self._choose_part)
        self.examples.pointed.connect(self._enlarge)
        self.weights.pointed.connect(self._enlarge)
        for tiles in (self.examples, self.weights):
            tiles.verticalScrollBar().valueChanged.connect(self._enlarge)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        if not super().fits(picture):
            return False
        learner = Learner.of(picture.subject)
        return learner.data.image is not None and bool(learner.classes)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.examples, self.weights, self.key):
            part.set_theme(theme)
        self.card.theme = theme
        super().set_theme(theme)
        self._enlarge()

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if diverged(picture, self._snapshot) != self._diverged:
            self._tell()
        if self.part.offer(Learner.of(picture.subject).data.validation > 0):
            self._choose_part()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.learner.data.image is None or not snapshot.learner.classes:
            return
        self._snapshot = snapshot
        self.examples.show_snapshot(snapshot)
        has_weights = snapshot.learner.first_layer_images(snapshot.theta) is not None
        if has_weights:
            self.weights.show_snapshot(snapshot)
            self.key.set_scale(self.weights.scale)
        if has_weights != self._has_weights:
            self._has_weights = has_weights
            self._show_panes()
        self._tell()
        self._enlarge()

    def reset_view(self) -> None:
        for tiles in (self.examples, self.weights):
            tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        if self._snapshot is None:
            return ""
        ends = f"from {number(-self.weights.scale, 3)} to {number(self.weights.scale, 3)}"
        words = [f"{self._examples_title.text()}."]
        words += [f"Weights of {self._weights_title.text()}, {ends}."] if self._has_weights else []
        if self.card.isVisible():
            words.append(f"Enlarged: {self.card.text}.")
        return " ".join(words)

    def view(self) -> dict[str, Any]:
        return {
            "network_images_shown": self.shown.key,
            "network_images_part": self.part.wish,
            "network_images_wrong_first": self.wrong_first.isChecked(),
        }

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.shown.choose(view.get("network_images_shown"))
        self.part.choose(view.get("network_images_part"))
        if isinstance(view.get("network_images_wrong_first"), bool):
            self.wrong_first.setChecked(view["network_images_wrong_first"])
        self._show_panes()
        self._choose_part()

    def _choose_part(self) -> None:
        self.examples.show_part(self.part.validation, self.wrong_first.isChecked())
        self._tell()

    def _show_panes(self) -> None:
        key = self.shown.key if self._has_weights else "examples"
        self.shown.setVisible(self._has_weights)
        self._examples_pane.setVisible(key != "weights")
        self._weights_pane.setVisible(key != "examples")
        self.part.setEnabled(key != "weights")
        self.wrong_first.setEnabled(key != "weights")
        self.setFocusProxy(self.weights if key == "weights" else self.examples)
        self._turn()

    def _tell(self) -> None:
        if self._snapshot is None:
            return
        self._diverged = diverged(self._picture, self._snapshot)
        count, wrong = self.examples.count, self.examples.wrong
        right = percent((count - wrong) / count) if count else "unknown"
        part = "Validation" if self.part.validation else "Training"
        words = [f"{part}: {wrong:,} of {count:,} wrong, accuracy {right}"]
        words += [problem] if (problem := run_warnings(self._picture, self._snapshot)) else []
        self._examples_title.show_text(" · ".join(words))
        first = self._snapshot.learner.parts[0]
        self._weights_title.show_text(f"{first.title}, {counted(first.units, 'unit')}", "Weights of the first layer")

    def _enlarge(self) -> None:
        """Enlarge the tile under the pointer beside it."""
        for tiles in (self.examples, self.weights):
            if tiles.current in tiles.visible and tiles.isVisible() and tiles.snapshot is not None:
                place = tiles.place(tiles.current)
                corner = tiles.viewport().mapTo(self, QPoint(place.left(), place.top()))
                bars = self.examples.bars(tiles.current) if tiles is self.examples else ([], "")
                lines = tiles.lines(tiles.current)
                self.card.show_beside(QRect(corner, place.size()), tiles.image(tiles.current), lines, *bars)
                return
        self.card.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        self.card.hide()

    # Layout

    def _lay_out(self) -> None:
        self._panes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._panes.setContentsMargins(0, 0, 0, 0)
        self._panes.setSpacing(12)
        self._examples_pane = _pane(self.examples, self._examples_title)
        self._weights_pane = _pane(self.weights, self._weights_title, self.key)
        self._panes.addWidget(self._examples_pane, 4)
        self._panes.addWidget(self._weights_pane, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.shown, self.part, self.wrong_first))
        column.addLayout(self._panes, 1)

    def _turn(self) -> None:
        wide = self.width() > WIDE * self.height()
        self._panes.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turn()
        self._enlarge()


def _title() -> ElidedLabel:
    label = ElidedLabel()
    label.setObjectName("muted")
    return label


def _pane(body: QWidget, title: QWidget, *at_right: QWidget) -> QWidget:
    pane = QWidget()
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addLayout(WrappedRow(title, *at_right))
    column.addWidget(body, 1)
    return pane
