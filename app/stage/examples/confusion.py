"""The confusion-matrix view of a classification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout

from app.stage.examples.confusion_matrix import ConfusionMatrix
from app.stage.examples.example_card import percent
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.stage.part_picker import PartPicker
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import Learner

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, SessionPicture

MAX_CONFUSED = 3  # pairs of classes named in the description


class ConfusionView(NetworkView):
    """The confusion matrix of the training or the validation set."""

    KEY = "confusion"
    TITLE = "Confusion"
    MENU = "Confusion of the network"
    TIP = "The confusion matrix: true against predicted classes"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.part = PartPicker("network-confusion-part")
        self.matrix = ConfusionMatrix(theme)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self._diverged = False
        self._pointed = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(WrappedRow(self.part, self.caption))
        column.addWidget(self.matrix, 1)
        self.setFocusProxy(self.matrix)
        self.part.chosen.connect(self._show)
        self.matrix.described.connect(self._point)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and bool(Learner.of(picture.subject).classes)

    def set_theme(self, theme: Theme) -> None:
        self.matrix.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if diverged(picture, self._snapshot) != self._diverged:
            self._show()
        if self.part.offer(Learner.of(picture.subject).data.validation > 0):
            self._show()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.learner.classes:
            self._snapshot = snapshot
            self.part.offer(snapshot.learner.data.validation > 0)
            self._show()

    def describe(self) -> str:
        if self._snapshot is None:
            return ""
        names, counts = self.matrix.names, self.matrix.counts.copy()
        counts.flat[:: len(names) + 1] = 0
        worst = [divmod(int(place), len(names)) for place in counts.argsort(axis=None)[::-1][:MAX_CONFUSED]]
        told = [self.matrix.cell_text(row, column) for row, column in worst if counts[row, column]]
        part = "Validation" if self.part.validation else "Training"
        sentences = [f"{part} set: {self.caption.text()}", *([f"Most confused: {'; '.join(told)}"] if told else [])]
        return " ".join(f"{sentence}." for sentence in [*sentences, self._pointed] if sentence)

    def view(self) -> dict[str, Any]:
        return {"network_confusion_part": self.part.wish}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.part.choose(view.get("network_confusion_part"))
        self._show()

    def _show(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        self._diverged = diverged(self._picture, snapshot)
        self.matrix.show_counts(snapshot.predicted.confusion(self.part.validation), snapshot.learner.data.classes)
        right, total = int(self.matrix.counts.trace()), int(self.matrix.counts.sum())
        words = [problem] if (problem := run_warnings(self._picture, snapshot)) else []
        words += [f"{right:,} of {total:,} correct, accuracy {percent(self.matrix.accuracy)}"] if total else []
        self.caption.show_text(" · ".join(words))

    def _point(self, words: str) -> None:
        self._pointed = words
