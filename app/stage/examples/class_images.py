"""What each class looks for: where more ink makes it more likely, and where less does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import number
from app.stage.examples.heat_tiles import HeatTiles, Section
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged
from app.widgets.elided import ElidedLabel
from engine import Learner, SoughtInputs

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture

TITLE = "score of each class, per standard deviation of a pixel"


class ClassImagesView(NetworkView):
    """An image for each class: the mean gradient of its score over examples."""

    KEY = "sought"
    TITLE = "Class images"
    MENU = "What each class of the network looks for"
    TIP = (
        "What each class looks for: the mean over training examples of σ ∂s/∂x, where s is the output of the class "
        "less the mean of all outputs, x a pixel and σ its standard deviation. Blue: more ink speaks for the class; "
        "orange: less does"
    )
    ASKS = (SoughtInputs,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.label = ElidedLabel()
        self.label.setObjectName("muted")
        self.tiles = HeatTiles(theme, "network-sought-tiles", "What each class looks for")
        self.tiles.setToolTip(self.TIP)
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.tiles)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.label)
        column.addWidget(self.tiles, 1)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and Learner.of(picture.subject).data.image is not None

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({SoughtInputs()})

    def set_theme(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        self._tell()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        values, data = snapshot.answer(SoughtInputs), snapshot.learner.data
        if values is None or data.image is None:
            return
        self._snapshot = snapshot
        shown = values.reshape(len(data.classes), 1, *data.image)
        self.tiles.show_sections([Section(TITLE, shown, group=data.target, captions=data.classes)])
        self._tell()

    def reset_view(self) -> None:
        self.tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        if not self.tiles.sections:
            return ""
        return f"{self.label.text()}. At most {number(self.tiles.sections[0].scale, 2)} per standard deviation."

    def _tell(self) -> None:
        words = "Blue where more ink speaks for the class, orange where less does"
        lost = diverged(self._picture, self._snapshot)
        self.label.show_text(f"diverged: last finite state · {words}" if lost else words)
