"""The spectrogram of a spoken word, with what the network hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout

from app.look.networks.spoken import class_shares, energies, heard_words, shares_in_time, step_ms
from app.stage.examples.class_bars import ClassBars
from app.stage.examples.spectrogram_plot import SpectrogramPlot
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.stage.part_picker import PartPicker
from app.widgets.button_row import toggle
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import Learner, NetworkTask, Predictions, RunningOutputs

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture

Array = np.ndarray

NAME = "network_spectrogram"
BARS = 0.3  # of the width for the bars
NARROW = 400  # pixels of width below which there are no bars


class SpectrogramView(NetworkView):
    """One word at a time: its energies by time and band, and the probability of each class; of a recurrent network
    after every step, too.
    """

    KEY = "spectrogram"
    TITLE = "Spectrogram"
    MENU = "Spectrogram of a word"
    TIER = "basic"
    TIP = "A word as it is heard: its energy by time and frequency, and the probability of each class"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.part = PartPicker("network-spectrogram-part")
        self.before = _button("network-spectrogram-before", "‹", "Previous word")
        self.after = _button("network-spectrogram-after", "›", "Next word")
        self.mistakes = toggle(
            "network-spectrogram-mistakes",
            "Only mistakes",
            "only mistakes",
            "Step through the words that are heard wrong, as things are now",
        )
        self.label = ElidedLabel()
        self.label.setObjectName("muted")
        self.plot = SpectrogramPlot(theme)
        self.bars = ClassBars(theme, "network-spectrogram-bars")
        self._wish = 1
        self._counts = 1, 0  # of training and validation examples
        self._in_time = False
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self._diverged = False
        self.setFocusProxy(self.plot)
        self._lay_out()
        self.part.chosen.connect(self._choose)
        self.before.clicked.connect(lambda: self._step(-1))
        self.after.clicked.connect(lambda: self._step(1))
        self.mistakes.toggled.connect(self._look_for_mistakes)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        task = picture.task
        return super().fits(picture) and isinstance(task, NetworkTask) and step_ms(task) > 0.0

    def queries(self) -> frozenset[Query[Any]]:
        asked: set[Query[Any]] = {Predictions()}
        if self._in_time:
            asked.add(RunningOutputs(self.example))
        return frozenset(asked)

    @property
    def example(self) -> int:
        """The place of the word in the data."""
        start = self._counts[0] if self.part.validation else 0
        return start + min(self._wish, self._count) - 1

    @property
    def _count(self) -> int:
        return max(self._counts[1] if self.part.validation else self._counts[0], 1)

    def set_theme(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        self.bars.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        before = self.queries()
        self._picture = picture
        learner = Learner.of(picture.subject)
        self._counts = learner.data.train, learner.data.validation
        self.part.offer(learner.data.validation > 0)
        self._in_time = learner.understands(RunningOutputs)
        if diverged(picture, self._snapshot) != self._diverged:
            self._show()
        if self.queries() != before:
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        self._snapshot = snapshot
        self._show()

    def describe(self) -> str:
        return f"{self.label.text()}: {self.bars.text}." if self._snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        return {
            f"{NAME}_part": self.part.wish,
            f"{NAME}_example": self._wish,
            f"{NAME}_mistakes": self.mistakes.isChecked(),
        }

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.part.choose(view.get(f"{NAME}_part"))
        wish = view.get(f"{NAME}_example")
        if isinstance(wish, int) and not isinstance(wish, bool) and wish >= 1:
            self._wish = wish
        if isinstance(view.get(f"{NAME}_mistakes"), bool):
            self.mistakes.setChecked(view[f"{NAME}_mistakes"])
        self._choose()

    # Which word

    def _offered(self) -> Array:
        """The places in the data of the words that are stepped through, ascending."""
        start = self._counts[0] if self.part.validation else 0
        places = np.arange(start, start + self._count)
        if not self.mistakes.isChecked() or self._snapshot is None:
            return places
        wrong = self._snapshot.predicted.wrong
        return np.asarray(places[wrong[places]] if len(wrong) > places[-1] else places)

    def _step(self, by: int) -> None:
        """Go to the next word of those offered, from the last to the first."""
        offered = self._offered()
        if not len(offered):
            return
        here = int(np.searchsorted(offered, self.example, "left" if by < 0 else "right"))
        place = int(offered[(here - 1 if by < 0 else here) % len(offered)])
        self._wish = place - (self._counts[0] if self.part.validation else 0) + 1
        self._choose()

    def _look_for_mistakes(self) -> None:
        if self.example not in self._offered():
            self._step(1)
        self._show()

    def _choose(self) -> None:
        self.wanted_changed.emit()
        self._show()

    def _show(self) -> None:
        snapshot, picture = self._snapshot, self._picture
        if snapshot is None or picture is None or not isinstance(picture.task, NetworkTask):
            return
        data = snapshot.learner.data
        example = min(self.example, len(data.targets) - 1)
        true = int(data.targets[example])
        outputs = snapshot.predicted.outputs[example : example + 1]
        asked = {query.example for query in snapshot.answers if isinstance(query, RunningOutputs)}
        in_time = shares_in_time(snapshot) if self._in_time else None
        if in_time is not None and example not in asked:
            in_time = np.zeros_like(in_time)  # until the next snapshot, which is of this word
        self.plot.show_word(energies(snapshot, example), step_ms(picture.task), data.classes, true, in_time)
        self.bars.show_shares(data.classes, class_shares(snapshot, outputs)[0], true)
        self._tell(snapshot, example)

    def _tell(self, snapshot: NetworkSnapshot, example: int) -> None:
        offered = self._offered()
        for button in (self.before, self.after):
            button.setEnabled(len(offered) > 0)
        place = example - (self._counts[0] if self.part.validation else 0) + 1
        words = [f"{place:,} of {self._count:,}", heard_words(snapshot, example)]
        if self.mistakes.isChecked():
            words.insert(1, f"{len(offered):,} heard wrong")
        self._diverged = diverged(self._picture, snapshot)
        if self._diverged:
            words = [run_warnings(self._picture, snapshot), *words]
        self.label.show_text(" · ".join(words))

    # Layout

    def _lay_out(self) -> None:
        self._panes = QHBoxLayout()
        self._panes.setSpacing(12)
        self._panes.addWidget(self.plot, round(100 * (1 - BARS)))
        self._panes.addWidget(self.bars, round(100 * BARS))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.part, self.before, self.after, self.mistakes))
        column.addWidget(self.label)
        column.addLayout(self._panes, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bars.setVisible(self.width() >= NARROW)


def _button(name: str, text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setAccessibleName(tip)
    button.setToolTip(tip)
    return button
