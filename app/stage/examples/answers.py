"""The table of all answers of a network that reads two tokens, and what it says to one question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from app.look.networks.token_tables import places_of_pairs
from app.stage.examples.answer_table import Answers, AnswerTable
from app.stage.examples.example_card import percent
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import run_warnings
from app.widgets.elided import ElidedLabel
from app.widgets.stepper import Stepper
from engine import LOSSES, Hyper, Learner, NetworkTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, SessionPicture

NAME = "network_answers"
_WIDTH = 84  # pixels of a stepper
_MOST = 10_000


class AnswersView(NetworkView):
    """All pairs at once; any of them can be asked."""

    KEY = "answers"
    TITLE = "Answers"
    MENU = "Table of the network's answers"
    TIER = "basic"
    TIP = "The network's answer to every pair, right or wrong, learned from or never seen; ask it one of them"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.table = AnswerTable(theme)
        self.caption, self.answer = ElidedLabel(), ElidedLabel()
        self.caption.setObjectName("muted")
        self.names = QLabel("a"), QLabel("b")
        self.asked = tuple(_stepper(name) for name in ("first", "second"))
        self._wish = 1, 1
        self._size = 1, 1
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(QLabel("Ask:"))
        for name, stepper in zip(self.names, self.asked, strict=True):
            row.addWidget(name)
            row.addWidget(stepper)
            stepper.changed.connect(self._ask)
        row.addWidget(self.answer, 1)
        column.addLayout(row)
        self.table.chosen.connect(self._choose)

    @classmethod
    def fits(cls, picture: SessionPicture) -> bool:
        return super().fits(picture) and isinstance(picture.task, NetworkTask) and picture.task.is_table

    def set_theme(self, theme: Theme) -> None:
        self.table.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        data = Learner.of(picture.subject).data
        for label, stepper, name in zip(self.names, self.asked, data.names, strict=False):
            label.setText(name)
            stepper.name(name, f"The {name} that the network is asked about")

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        data, predicted = snapshot.learner.data, snapshot.predicted
        if not data.tokens:
            return
        places = places_of_pairs(data)
        self._snapshot, self._size = snapshot, places.shape
        self.table.show_answers(
            Answers(
                data.tokens,
                data.classes,
                (data.names[0], data.names[1]),
                np.nan_to_num(predicted.predictions[places], nan=0.0).astype(np.int64),
                data.targets[places].astype(np.int64),
                places < data.train,
                predicted.finite[places],
            )
        )
        self._choose(*self._cell)
        wrong = [int(count) if np.isfinite(count) else 0 for count in predicted.errors]
        parts = [("learned", wrong[0], data.train), ("never seen", wrong[1], data.validation)]
        words = [f"Of {count:,} {what} {count - missed:,} are right" for what, missed, count in parts if count]
        warning = run_warnings(self._picture, snapshot)
        self.caption.show_text(" · ".join([*words, *([warning] if warning else [])]))

    def describe(self) -> str:
        return f"{self.caption.text()}. {self.answer.text()}" if self._snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        return {f"{NAME}_first": self._wish[0], f"{NAME}_second": self._wish[1]}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        wishes = (view.get(f"{NAME}_{which}") for which in ("first", "second"))
        wish = [
            wished if isinstance(wished, int) and not isinstance(wished, bool) and 0 <= wished < _MOST else 1
            for wished in wishes
        ]
        self._wish = wish[0], wish[1]
        self._tell()

    @property
    def _cell(self) -> tuple[int, int]:
        """The cell that is asked about."""
        return min(self._wish[0], self._size[0] - 1), min(self._wish[1], self._size[1] - 1)

    def _ask(self) -> None:
        self._choose(*(stepper.value for stepper in self.asked))

    def _choose(self, row: int, column: int) -> None:
        self._wish = row, column
        self._tell()

    def _tell(self) -> None:
        row, column = self._cell
        self.table.choose(row, column)
        for stepper, value in zip(self.asked, (row, column), strict=True):
            stepper.set_value(value)
        snapshot, answers = self._snapshot, self.table.answers
        if snapshot is None or answers is None:
            return
        place = int(places_of_pairs(snapshot.learner.data)[row, column])
        if not answers.finite[row, column]:
            self.answer.show_text("the answer is not finite")
            return
        loss = LOSSES[snapshot.learner.network.loss.kind]
        shares = loss.probabilities(snapshot.predicted.outputs[place : place + 1])[0]
        told, true = int(answers.predicted[row, column]), int(answers.true[row, column])
        right = "right" if told == true else f"wrong: it is {answers.classes[true]}"
        part = "learned from" if answers.trained[row, column] else "never seen"
        self.answer.show_text(f"= {answers.classes[told]}, with {percent(float(shares[told]))} · {right} · {part}")


def _stepper(which: str) -> Stepper:
    made = Stepper(Hyper(which, "", 1, 0, _MOST, kind="integer", help=f"the {which} token that is asked about"))
    made.setFixedWidth(_WIDTH)
    return made
